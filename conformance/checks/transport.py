"""Transport: status, media type, the JSON text, framing, and fields that HTTP asks for."""

from conformance.checks.subject import Judged, Subject, finding
from conformance.contract.operation import JSON_MEDIA_TYPE
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt, Pass
from conformance.model.jsontext import JsonFault
from conformance.model.vocabulary import Expectation

DROPPED = {
    Failure.CLOSED: "closes the connection without an answer",
    Failure.TIMEOUT: "does not answer in time",
    Failure.MALFORMED: "answers with what is not HTTP",
    Failure.TOO_SLOW: "does not complete its answer in time",
}
FRAMING = {
    Failure.TRUNCATED: "sends fewer bytes than it announces",
    Failure.EXCESS: "sends more bytes than it announces",
    Failure.TOO_LARGE: "sends a body beyond the limit of the run",
}
UNREADABLE = {"too deep", "number too long"}


def dropped(subject: Subject) -> Judged:
    """No request is answered by a dropped connection, nor by silence."""
    failure = subject.exchange.failure
    if failure is None:
        yield Pass("transport.dropped")
    elif failure in DROPPED:
        yield finding(
            "transport.dropped",
            rule="no answer",
            kind=subject.kind,
            observed=failure.value,
            sentence=f"{DROPPED[failure]} on {subject.kind}",
            expected="an HTTP answer",
            actual=f"{failure.value}: {subject.exchange.detail}",
        )


def framing(subject: Subject) -> Judged:
    """The body is as long as its framing announces (RFC 9112 section 6)."""
    failure = subject.exchange.failure
    if failure in FRAMING:
        yield finding(
            "transport.framing",
            rule="framing",
            kind="any answer",
            observed=failure.value,
            sentence=FRAMING[failure],
            expected="as many bytes as announced",
            actual=subject.exchange.detail or failure.value,
        )
    elif failure is None:
        yield Pass("transport.framing")


def status(subject: Subject) -> Judged:
    """What was taken is answered with a declared success status, and nothing else."""
    operation = subject.contract.operation
    if not subject.names_operation or subject.case.expectation is Expectation.REFUSED:
        return
    if subject.status in operation.successes:
        yield Pass("transport.status")
        if subject.case.expectation is Expectation.ACCEPTED:
            yield Pass("transport.target")
        return
    accepted = subject.case.expectation is Expectation.ACCEPTED
    if subject.succeeded and accepted:
        declared = ", ".join(map(str, operation.successes))
        yield finding(
            "transport.status",
            rule="status",
            kind="a right request",
            observed=str(subject.status),
            sentence=f"answers {subject.status}, where the document declares {declared}",
            pointer="status",
            expected=declared,
            actual=str(subject.status),
        )
    elif accepted and subject.status in {404, 405}:
        yield finding(
            "transport.target",
            rule="target",
            kind="a right request",
            observed=str(subject.status),
            sentence=f"answers {subject.status} to the documented method and path",
            pointer="status",
            expected="the operation",
            actual=str(subject.status),
        )


def media_type(subject: Subject) -> Judged:
    """A successful answer declares the documented media type, parameters aside."""
    declared = subject.contract.operation.response_media_type
    if not _is_answer(subject) or not declared:
        return
    if subject.media_type == declared.partition(";")[0].strip().lower():
        yield Pass("transport.media-type")
    else:
        yield finding(
            "transport.media-type",
            rule="media type",
            kind="a successful answer",
            observed=subject.media_type or "none",
            sentence=f"answers with media type {subject.media_type or 'none'} in the place of {declared}",
            pointer="Content-Type",
            expected=declared,
            actual=(subject.response.header("Content-Type") if subject.response else None) or "no Content-Type",
        )


def json_text(subject: Subject) -> Judged:
    """A successful body is one JSON text in UTF-8, without a byte order mark and without a name twice."""
    if not _is_answer(subject) or not JSON_MEDIA_TYPE.match(subject.contract.operation.response_media_type):
        return
    found = subject.json
    if isinstance(found, JsonFault):
        if found.kind in UNREADABLE:
            yield Doubt("transport.json-text", f"the answer cannot be read: {found.reason}")
            return
        requirement = "transport.utf-8" if found.kind == "not UTF-8" else "transport.json-text"
        yield finding(
            requirement,
            rule="JSON text",
            kind="a successful answer",
            observed=found.kind,
            sentence=f"answers with a body that is no JSON text: {found.kind}",
            expected="one JSON text in UTF-8",
            actual=found.reason,
        )
        return
    yield Pass("transport.json-text")
    if found.byte_order_mark:
        yield finding(
            "transport.utf-8",
            rule="byte order mark",
            kind="a successful answer",
            observed="byte order mark",
            sentence="begins its body with a byte order mark",
            expected="no byte order mark",
            actual="EF BB BF",
        )
    else:
        yield Pass("transport.utf-8")
    if found.duplicates:
        yield finding(
            "transport.unique-names",
            rule="unique names",
            kind="a successful answer",
            observed="a member twice",
            sentence="answers with an object that holds a member twice",
            expected="unique member names",
            actual=", ".join(found.duplicates),
        )
    else:
        yield Pass("transport.unique-names")


def date(subject: Subject) -> Judged:
    """2xx and 4xx answers carry a Date (RFC 9110 section 6.6.1)."""
    response = subject.response
    if response is None or not (subject.succeeded or 400 <= subject.status < 500):
        return
    if response.header("Date"):
        yield Pass("transport.date")
    else:
        yield finding(
            "transport.date",
            rule="Date",
            kind="any answer",
            observed="none",
            sentence="answers without a Date",
            pointer="Date",
            expected="a Date field",
            actual="none",
        )


def method(subject: Subject) -> Judged:
    """A method that the path does not support gets 405 with Allow, or 404 (or 501 where it is unknown)."""
    story = subject.case.story
    if story is None or story.keyword != "method" or subject.response is None:
        return
    sent = subject.case.request.method
    requirement = "transport.method-not-allowed"
    if subject.status == 405 and subject.response.header("Allow") is None:
        yield finding(
            requirement,
            rule="405",
            kind="a method that is not declared",
            observed="no Allow",
            sentence="answers 405 without Allow",
            pointer="Allow",
            expected="Allow",
            actual="none",
        )
    elif subject.status in {404, 405, 501}:
        yield Pass(requirement)
    elif subject.succeeded and sent not in {"GET", "HEAD", "OPTIONS"}:
        yield finding(
            requirement,
            rule="405",
            kind="a method that is not declared",
            observed="2xx",
            sentence="takes methods that the document does not declare",
            message=f"takes {sent} with {subject.status}",
            pointer="method",
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
            kind="any answer",
            observed="too slow",
            sentence=f"takes longer than {limit:g} s to answer",
            expected=f"at most {limit:g} s",
            actual=f"{subject.exchange.seconds:.3f} s",
        )


def variants(subject: Subject) -> Judged:
    """What nothing documents is recorded: any whole answer that is no server error will do."""
    if subject.case.requirements[:1] == ("transport.variants",) and 200 <= subject.status < 500:
        yield Pass("transport.variants")


def _is_answer(subject: Subject) -> bool:
    return (
        subject.status in subject.contract.operation.successes
        and subject.names_operation
        and subject.case.expectation is not Expectation.REFUSED
    )


CHECKS = (dropped, framing, status, media_type, json_text, date, method, response_time, variants)
