"""Content: the media type and the JSON text of a success response."""

from conformance.checks.error_bodies import UNREADABLE
from conformance.checks.shared import messages
from conformance.checks.shared.differences import quoted
from conformance.checks.shared.findings import finding
from conformance.checks.shared.scope import SUCCESS, CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.operations.responses import JSON_MEDIA_TYPE
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt, Finding, Pass, Symptom
from conformance.model.header_fields import essence
from conformance.model.jsontext import JsonFault, JsonText

ANSWER = "a success response"

FAULTS = {"empty": "an empty body", "trailing bytes": "a body with bytes after the JSON text"}
"""What a body is that is no JSON text, where that is not the name of the fault."""

OF_MEDIA_TYPE = (Pass("transport.media-type"),)
READABLE = (Pass("transport.json-text"), Pass("transport.utf-8"), Pass("transport.unique-names"))


def media_type(subject: Subject) -> Judged:
    """A success response declares the documented media type, parameters aside."""
    declared = subject.contract.operation.response_media_type
    if not declared or not subject.promised:
        return NOTHING
    found = subject.media_type
    # Nearly always both are the same text: nothing is to be cut off.
    if found == declared or found == essence(declared):
        return OF_MEDIA_TYPE
    return _other_media_type(subject, found, declared)


def _other_media_type(subject: Subject, found: str, declared: str) -> Judged:
    json = "a different JSON media type" if JSON_MEDIA_TYPE.match(found) else "a media type other than JSON"
    way = json if found else "no `Content-Type`"
    value = subject.response.header("Content-Type") if subject.response else None
    yield finding(
        "transport.media-type",
        Symptom("media type", ANSWER, way),
        **messages.CONTENT_TYPE.filled(
            observed=way, found=f"`Content-Type: {value}`" if value else way, declared=declared
        ),
        pointer="Content-Type",
        expected=declared,
        actual=value or "absent",
    )


def json_text(subject: Subject) -> Judged:
    """A successful body is one JSON text in UTF-8, without a byte order mark and without a duplicate property."""
    if not subject.promised or not subject.contract.operation.response_media_type:
        return NOTHING
    found = subject.json
    if isinstance(found, JsonFault):
        return (_unreadable(found, subject.status),)
    if found.byte_order_mark or found.duplicates:
        return _flawed(found)
    return READABLE


def _flawed(found: JsonText) -> Judged:
    yield Pass("transport.json-text")
    if found.byte_order_mark:
        yield finding(
            "transport.utf-8",
            Symptom("JSON text", ANSWER, "a byte order mark"),
            **messages.BYTE_ORDER_MARK.filled(),
            expected="no byte order mark",
            actual="EF BB BF",
        )
    else:
        yield Pass("transport.utf-8")
    if found.duplicates:
        yield finding(
            "transport.unique-names",
            Symptom("unique names", ANSWER, "a duplicate property"),
            **messages.DUPLICATE.filled(name=quoted(found.duplicates[0])),
            expected="unique property names",
            actual=", ".join(name[:100] for name in found.duplicates[:10]),
        )
    else:
        yield Pass("transport.unique-names")


def coding(subject: Subject) -> Judged:
    """A body is in the content coding that it declares (RFC 9110 section 8.4); else a success response is not JSON."""
    if subject.exchange.failure is not Failure.MISCODED:
        return
    yield finding(
        "transport.json-text" if subject.succeeded else "transport.framing",
        Symptom("content coding", ANSWER if subject.succeeded else "any other response", "another coding"),
        **messages.CONTENT_CODING.filled(),
        pointer="Content-Encoding",
        expected="the declared coding",
        actual=subject.exchange.detail,
    )


def _unreadable(fault: JsonFault, status: int) -> Finding | Doubt:
    if fault.kind in UNREADABLE:
        return Doubt("transport.json-text", messages.UNREADABLE.format(reason=fault.reason))
    what = FAULTS.get(fault.kind, f"a body that is {fault.kind}")
    return finding(
        "transport.utf-8" if fault.kind == "not UTF-8" else "transport.json-text",
        Symptom("JSON text", ANSWER, what),
        **messages.NOT_JSON.filled(observed=what, status=status),
        expected="one JSON text in UTF-8",
        actual=fault.reason,
    )


CHECKS: CheckScopes = {
    media_type: SUCCESS,
    json_text: SUCCESS,
    coding: CheckScope(failures=frozenset({Failure.MISCODED})),
}
