"""Content: the media type and the JSON text of a success response."""

from conformance.checks.error_bodies import UNREADABLE
from conformance.checks.shared.findings import finding
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.operation import JSON_MEDIA_TYPE
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt, Finding, Pass
from conformance.model.header_fields import essence
from conformance.model.jsontext import JsonFault

ANSWER = "a success response"


def media_type(subject: Subject) -> Judged:
    """A successful answer declares the documented media type, parameters aside."""
    declared = subject.contract.operation.response_media_type
    if not declared or not subject.promised or subject.response is None:
        return
    found = subject.media_type
    if found == essence(declared):
        yield Pass("transport.media-type")
        return
    way = "another JSON media type" if JSON_MEDIA_TYPE.match(found) else "not JSON" if found else "none"
    yield finding(
        "transport.media-type",
        rule="media type",
        kind=ANSWER,
        observed=way,
        sentence=f"answers with another media type than {declared}: {way}",
        pointer="Content-Type",
        expected=declared,
        actual=subject.response.header("Content-Type") or "no Content-Type",
    )


def json_text(subject: Subject) -> Judged:
    """A successful body is one JSON text in UTF-8, without a byte order mark and without a name twice."""
    if not subject.promised or not subject.contract.operation.response_media_type:
        return
    found = subject.json
    if isinstance(found, JsonFault):
        yield _unreadable(found)
        return
    yield Pass("transport.json-text")
    if found.byte_order_mark:
        yield finding(
            "transport.utf-8",
            rule="JSON text",
            kind=ANSWER,
            observed="a byte order mark",
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
            kind=ANSWER,
            observed="a duplicate property",
            sentence="answers with an object that holds a duplicate property",
            expected="unique member names",
            actual=", ".join(name[:100] for name in found.duplicates[:10]),
        )
    else:
        yield Pass("transport.unique-names")


def coding(subject: Subject) -> Judged:
    """A body is in the content coding that it declares (RFC 9110 section 8.4); else a success is no JSON text."""
    if subject.exchange.failure is not Failure.MISCODED:
        return
    yield finding(
        "transport.json-text" if subject.succeeded else "transport.framing",
        rule="content coding",
        kind=ANSWER if subject.succeeded else "any other answer",
        observed="another coding",
        sentence="answers with a body that is not in the content coding that it declares",
        pointer="Content-Encoding",
        expected="the declared coding",
        actual=subject.exchange.detail,
    )


def _unreadable(fault: JsonFault) -> Finding | Doubt:
    if fault.kind in UNREADABLE:
        return Doubt("transport.json-text", f"the answer cannot be read: {fault.reason}")
    return finding(
        "transport.utf-8" if fault.kind == "not UTF-8" else "transport.json-text",
        rule="JSON text",
        kind=ANSWER,
        observed=fault.kind,
        sentence=f"answers with a body that is no JSON text: {fault.kind}",
        expected="one JSON text in UTF-8",
        actual=fault.reason,
    )


CHECKS = (media_type, json_text, coding)
