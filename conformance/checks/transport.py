"""Transport: whether a response comes, complete and in time, its status, and header fields that HTTP requires."""

from conformance.checks.errors import failed
from conformance.checks.shared.findings import finding, status_word
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.exchange import Failure
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation

DROPPED = {
    Failure.CLOSED: "closes the connection without an answer",
    Failure.TIMEOUT: "does not answer in time",
    Failure.MALFORMED: "answers with what is not HTTP",
    Failure.OVERLONG: "sends a header section beyond the limit of the run",
    Failure.TOO_SLOW: "does not complete its answer in time",
}
FRAMING = {
    Failure.TRUNCATED: "sends fewer bytes than it announces",
    Failure.EXCESS: "sends more bytes than it announces",
    Failure.TOO_LARGE: "sends a body beyond the limit of the run",
}
HEAVY = 1_000_000
"""The answer to a request of more bytes may be as large by rights: it may repeat what was sent."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that a path may answer though the document does not declare them."""


def dropped(subject: Subject) -> Judged:
    """No request is answered by a dropped connection, nor by silence."""
    failure = subject.exchange.failure
    if failure is None:
        yield Pass("transport.dropped")
    elif failure in DROPPED:
        yield finding(
            "transport.dropped",
            rule="no response",
            kind=subject.kind,
            observed=failure.value,
            sentence=f"{DROPPED[failure]} on {subject.kind}",
            expected="an HTTP answer, its header section within the limit of the run",
            actual=f"{failure.value}: {subject.exchange.detail}",
        )


def framing(subject: Subject) -> Judged:
    """The body is as long as its framing announces (RFC 9112 section 6)."""
    failure = subject.exchange.failure
    if failure is Failure.TOO_LARGE and len(subject.case.request.body or b"") > HEAVY:
        return
    if failure in FRAMING:
        yield finding(
            "transport.framing",
            rule="framing",
            kind="any response",
            observed=failure.value,
            sentence=FRAMING[failure],
            expected="as many bytes as announced, within the limit of the run",
            actual=subject.exchange.detail or failure.value,
        )
    elif failure is None:
        yield Pass("transport.framing")


def status(subject: Subject) -> Judged:
    """What was taken is answered with a declared success status, and nothing else.

    A redirection is an answer of the same kind: the document declares none, and the request is right.
    """
    operation = subject.contract.operation
    if not subject.names_operation or subject.case.expectation is Expectation.REJECTED:
        return
    accepted = subject.case.expectation is Expectation.ACCEPTED
    if subject.status in operation.successes:
        yield Pass("transport.status")
        if accepted:
            yield Pass("transport.target")
    elif accepted and 200 <= subject.status < 400:
        word = status_word(subject.status)
        declared = ", ".join(map(str, operation.successes))
        yield finding(
            "transport.status",
            rule="status",
            kind="a valid request",
            observed=word,
            sentence=f"answers {word}, where the document declares {declared}",
            pointer="status",
            expected=declared,
            actual=str(subject.status),
        )
    elif accepted and subject.status in {404, 405}:
        yield finding(
            "transport.target",
            rule="target",
            kind="a valid request",
            observed=str(subject.status),
            sentence=f"answers {subject.status} to the documented method and path",
            pointer="status",
            expected="the operation",
            actual=str(subject.status),
        )


def date(subject: Subject) -> Judged:
    """2xx and 4xx answers carry a Date (RFC 9110 section 6.6.1).

    Servers add it: an answer that came from none may lack it.
    """
    response = subject.response
    if response is None or subject.unparsed or not (subject.succeeded or 400 <= subject.status < 500):
        return
    if response.header("Date"):
        yield Pass("transport.date")
    elif response.version:
        yield finding(
            "transport.date",
            rule="Date",
            kind="any response",
            observed="absent",
            sentence="answers without a Date",
            pointer="Date",
            expected="a Date field",
            actual="none",
        )


def method(subject: Subject) -> Judged:
    """A method that the path does not support gets 405 with Allow, or 404 (or 501 where it is unknown)."""
    story = subject.case.story
    if story is None or story.keyword != "method" or subject.response is None or subject.unparsed:
        return
    requirement, kind = "transport.method-not-allowed", "an undeclared method"
    sent = subject.case.request.method
    if subject.status == 405 and subject.response.header("Allow") is None:
        yield finding(
            requirement,
            rule="undeclared method",
            kind=kind,
            observed="no Allow",
            sentence="answers 405 without Allow",
            pointer="Allow",
            expected="Allow",
            actual="none",
        )
    elif subject.status in {404, 405, 501}:
        yield Pass(requirement)
    elif subject.succeeded and sent not in SAFE:
        yield finding(
            requirement,
            rule="undeclared method",
            kind=kind,
            observed="2xx",
            sentence="takes methods that the document does not declare",
            message=f"takes {sent} with {subject.status}",
            pointer="method",
            expected="405 with Allow, or 404",
            actual=f"{subject.status} to {sent}",
        )
    elif subject.status in {400, 409, 415, 422}:
        yield finding(
            requirement,
            rule="undeclared method",
            kind=kind,
            observed="another 4xx",
            sentence="refuses methods that the document does not declare as if the body were wrong",
            message=f"answers {subject.status} to {sent}",
            pointer="status",
            expected="405 with Allow, or 404",
            actual=f"{subject.status} to {sent}",
        )


def response_time(subject: Subject) -> Judged:
    """An answer is complete within the time that the caller set."""
    limit = subject.settings.max_response_seconds
    if limit is None or subject.response is None:
        return
    if subject.exchange.seconds <= limit:
        yield Pass("transport.response-time")
    else:
        yield finding(
            "transport.response-time",
            rule="response time",
            kind="any response",
            observed="too slow",
            sentence=f"takes longer than {limit:g} s to answer",
            expected=f"at most {limit:g} s",
            actual=f"{subject.exchange.seconds:.3f} s",
        )


def variants(subject: Subject) -> Judged:
    """What nothing documents is recorded: any answer that is no server error will do."""
    requirement = "transport.variants"
    if subject.focus != requirement or subject.exchange.response is None:
        return
    yield Pass(requirement) if 200 <= subject.status < 500 else failed(requirement, subject)


CHECKS = (dropped, framing, status, date, method, response_time, variants)
