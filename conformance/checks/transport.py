"""Transport: whether a response comes, complete and in time, its status, and header fields that HTTP requires."""

from conformance.checks.errors import failed
from conformance.checks.shared import messages
from conformance.checks.shared.findings import finding, status_finding, status_word
from conformance.checks.shared.scope import NOT_REJECTED, CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import VALID_REQUEST, Judged, Subject
from conformance.model.exchange import Failure
from conformance.model.finding import Pass, Symptom
from conformance.model.vocabulary import Expectation

DROPPED = {
    Failure.CLOSED: "Closes the connection without a response",
    Failure.TIMEOUT: "Does not respond within the timeout",
    Failure.MALFORMED: "Returns bytes that are not HTTP",
    Failure.OVERLONG: "Returns a header section above the limit of the run",
    Failure.TOO_SLOW: "Does not complete the response within the timeout",
}
FRAMING = {
    Failure.TRUNCATED: "Returns a body shorter than its declared length",
    Failure.EXCESS: "Returns a body longer than its declared length",
    Failure.TOO_LARGE: "Returns a body above the limit of the run (--max-body)",
}
HEAVY = 1_000_000
"""The response to a request of more bytes may be as large: it may echo what was sent."""

USUAL_LIMIT = 1_048_576
"""How many bytes of a body servers read by default."""

REJECTED = "405 with Allow, or 404"
"""What is expected for a method that the document does not declare."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that a path may support though the document does not declare them."""

RESPONDED = (Pass("transport.dropped"),)
FRAMED = (Pass("transport.framing"),)
DECLARED = (Pass("transport.status"),)
ACCEPTED = (*DECLARED, Pass("transport.target"))
DATED = (Pass("transport.date"),)


def dropped(subject: Subject) -> Judged:
    """Every request gets a response: no dropped connection, no timeout.

    A connection that is closed while a body above the usual limit is sent may have had a 413, which is lost with it
    (RFC 9110 section 15.5.14): that is a note.
    """
    failure = subject.exchange.failure
    return RESPONDED if failure is None else _lost(subject, failure)


def _lost(subject: Subject, failure: Failure) -> Judged:
    if failure in DROPPED:
        lost = failure is Failure.CLOSED and len(subject.case.request.body or b"") > USUAL_LIMIT
        yield finding(
            "error.large" if lost else "transport.dropped",
            Symptom("no response", subject.kind, failure.value),
            **messages.NO_RESPONSE.filled(does=DROPPED[failure], kind=subject.kind, what=subject.what),
            expected="an HTTP response, its header section within the limit of the run",
            actual=": ".join(filter(None, (failure.value, subject.exchange.detail))),
        )


def framing(subject: Subject) -> Judged:
    """The body is as long as its framing declares (RFC 9112 section 6)."""
    failure = subject.exchange.failure
    return FRAMED if failure is None else _misframed(subject, failure)


def _misframed(subject: Subject, failure: Failure) -> Judged:
    if failure is Failure.TOO_LARGE and len(subject.case.request.body or b"") > HEAVY:
        return
    if failure in FRAMING:
        yield finding(
            "transport.framing",
            Symptom("framing", "any response", failure.value),
            sentence=FRAMING[failure],
            expected="as many bytes as declared, within the limit of the run",
            actual=subject.exchange.detail or failure.value,
        )


def status(subject: Subject) -> Judged:
    """A valid request gets a declared success status, and nothing else.

    A redirect is a violation as well: the document declares none, and the request is valid.
    """
    expectation = subject.case.expectation
    if not subject.names_operation or expectation is Expectation.REJECTED:
        return NOTHING
    accepted = expectation is Expectation.ACCEPTED
    if subject.accepted:
        return ACCEPTED if accepted else DECLARED
    return _undeclared(subject) if accepted else NOTHING


def _undeclared(subject: Subject) -> Judged:
    """Judge a status of a valid request that is no declared success."""
    if 200 <= subject.status < 400:
        yield status_finding(
            subject,
            "transport.status",
            messages.UNDECLARED_STATUS,
            Symptom("status", VALID_REQUEST, status_word(subject.status)),
            expected=" or ".join(map(str, subject.contract.operation.successes)),
        )
    elif subject.status in {404, 405}:
        yield status_finding(
            subject,
            "transport.target",
            messages.NOT_FOUND,
            Symptom("target", VALID_REQUEST, str(subject.status)),
            expected="the operation",
        )


def date(subject: Subject) -> Judged:
    """2xx and 4xx responses have a Date (RFC 9110 section 6.6.1).

    Servers add it: a response that no server made may lack it.
    """
    response = subject.response
    if response is None or subject.unparsed or not (subject.succeeded or 400 <= subject.status < 500):
        return NOTHING
    if response.header("Date"):
        return DATED
    return _undated(subject) if response.version else NOTHING


def _undated(subject: Subject) -> Judged:
    yield finding(
        "transport.date",
        Symptom("Date", "any response", "absent"),
        **messages.DATE.filled(status=subject.status),
        pointer="Date",
        expected="a Date header field",
        actual="absent",
    )


def method(subject: Subject) -> Judged:
    """A method that the path does not support gets 405 with Allow, or 404 (or 501 where it is unknown)."""
    story = subject.case.story
    if story is None or story.keyword != "method" or subject.response is None or subject.unparsed:
        return
    requirement, kind, rule = "transport.method-not-allowed", "an undeclared method", "undeclared method"
    sent = subject.case.request.method
    if subject.status == 405 and subject.response.header("Allow") is None:
        yield finding(
            requirement,
            Symptom(rule, kind, "no Allow"),
            **messages.NO_ALLOW.filled(method=sent),
            pointer="Allow",
            expected="Allow",
            actual="absent",
        )
    elif subject.status in {404, 405, 501}:
        yield Pass(requirement)
        yield from _allow(subject)
    elif subject.succeeded and sent not in SAFE:
        yield status_finding(
            subject,
            requirement,
            messages.UNDECLARED_METHOD,
            Symptom(rule, kind, "2xx"),
            expected=REJECTED,
        )
    elif subject.status in {400, 409, 415, 422}:
        yield status_finding(
            subject,
            requirement,
            messages.METHOD,
            Symptom(rule, kind, "another 4xx"),
            expected=REJECTED,
        )


def _allow(subject: Subject) -> Judged:
    """A 405 lists the methods that work in Allow: the documented one, and not the one that was sent."""
    if subject.status != 405 or subject.response is None:
        return
    requirement, field = "transport.allow", subject.response.header("Allow") or ""
    listed = {each.strip() for each in field.split(",")}
    sent, declared = subject.case.request.method, subject.contract.operation.method
    if declared in listed and sent not in listed:
        yield Pass(requirement)
    else:
        yield finding(
            requirement,
            Symptom("Allow", "an undeclared method", "other methods"),
            **messages.ALLOW.filled(found=field, method=sent, declared=declared),
            pointer="Allow",
            expected=f"{declared}, and not {sent}",
            actual=field,
        )


def response_time(subject: Subject) -> Judged:
    """A response is complete within the time that the caller set."""
    limit = subject.settings.max_response_seconds
    return NOTHING if limit is None or subject.response is None else _in_time(subject, limit)


def _in_time(subject: Subject, limit: float) -> Judged:
    if subject.exchange.seconds <= limit:
        yield Pass("transport.response-time")
    else:
        yield finding(
            "transport.response-time",
            Symptom("response time", "any response", "too slow"),
            **messages.RESPONSE_TIME.filled(seconds=subject.exchange.seconds, limit=limit),
            expected=f"at most {limit:g} s",
            actual=f"{subject.exchange.seconds:.3f} s",
        )


def variants(subject: Subject) -> Judged:
    """What nothing documents is recorded: any response but a server error will do."""
    requirement = "transport.variants"
    if subject.focus != requirement or subject.exchange.response is None:
        return
    yield Pass(requirement) if 200 <= subject.status < 500 else failed(requirement, subject)


CHECKS: CheckScopes = {
    dropped: CheckScope(failures=frozenset({None, *DROPPED})),
    framing: CheckScope(failures=frozenset({None, *FRAMING})),
    status: CheckScope(expectations=NOT_REJECTED, statuses=range(200, 500)),
    date: CheckScope(statuses=range(200, 500), complete=True),
    method: CheckScope(keyword="method", complete=True),
    response_time: CheckScope(complete=True),
    variants: CheckScope(requirements=frozenset({"transport.variants"})),
}
