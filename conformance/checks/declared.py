"""Declared responses: those beside the first success, by media type and schema; and the header fields of all."""

from conformance.checks.response import body
from conformance.checks.shared import messages
from conformance.checks.shared.differences import quoted
from conformance.checks.shared.exercised import exercised
from conformance.checks.shared.findings import brief, finding
from conformance.checks.shared.scope import CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.classify.dual_validation import read_body
from conformance.contract.operations.parameters import Parameter
from conformance.contract.operations.responses import JSON_MEDIA_TYPE, DeclaredResponse
from conformance.contract.operations.serialization import readings
from conformance.contract.requirements.response_rows import empty_id, header_id, media_type_id
from conformance.model.exchange import Response
from conformance.model.finding import Finding, Pass, Symptom
from conformance.model.jsontext import JsonText

SET_ASIDE = frozenset({*range(500, 600), 429})
"""Statuses that are other matters."""


def declared(subject: Subject) -> Judged:
    """A response has the media type, the body and the header fields that the document declares for its status.

    Server errors, rate limits and what a parser rejects are other matters; the body of the first success as well.
    """
    found, response = subject.declared, subject.response
    if found is None or response is None or subject.status in SET_ASIDE or subject.unparsed:
        return NOTHING
    return _declared(subject, found, response)


def _declared(subject: Subject, found: DeclaredResponse, response: Response) -> Judged:
    for header in found.headers:
        yield from _header(subject, found, header, response.header(header.name))
    if found.schema and found.schema == subject.contract.operation.response_pointer and subject.succeeded:
        return
    if not found.media_types:
        yield from _empty(subject, found)
    elif not found.has_media_type(subject.media_type):
        yield _other_media_type(subject, found)
    else:
        yield Pass(media_type_id(found))
        yield from _body(subject, found)


def _body(subject: Subject, found: DeclaredResponse) -> Judged:
    text = subject.json
    if not found.schema or not JSON_MEDIA_TYPE.match(subject.media_type) or not isinstance(text, JsonText):
        return
    expected = subject.contract.described(found.schema)
    reading = read_body(expected.node, expected.validator, text.value)
    held = exercised(subject.contract, expected.node, text.value)
    yield from body(subject.contract, expected.node, reading, held.passes)


def _empty(subject: Subject, found: DeclaredResponse) -> Judged:
    """A success without a declared body has none; any error may explain itself."""
    if not subject.succeeded or subject.response is None:
        return
    if not subject.response.body:
        yield Pass(empty_id(found))
        return
    yield finding(
        empty_id(found),
        Symptom("declared body", "a success response without a declared body", "a body"),
        **messages.BODY_NOT_DECLARED.filled(status=subject.status),
        expected="no body",
        actual=f"{len(subject.response.body)} bytes",
    )


def _other_media_type(subject: Subject, found: DeclaredResponse) -> Finding:
    shown = subject.media_type or "no `Content-Type`"
    documented = " or ".join(found.media_types)
    return finding(
        media_type_id(found),
        Symptom("declared media type", f"a {subject.status} response", "another"),
        **messages.RESPONSE_MEDIA_TYPE.filled(status=subject.status, found=shown, declared=documented),
        pointer="Content-Type",
        expected=documented,
        actual=shown,
    )


def _header(subject: Subject, found: DeclaredResponse, header: Parameter, value: str | None) -> Judged:
    if value is None:
        if header.required:
            yield finding(
                header_id(found, header, "required"),
                Symptom("response header", header.name, "absent"),
                **messages.NO_HEADER.filled(name=header.name, status=subject.status),
                pointer=header.name,
                expected=header.name,
                actual="absent",
            )
        return
    if header.required:
        yield Pass(header_id(found, header, "required"))
    if not header.schema:
        return
    expected = subject.contract.described(header.schema)
    if any(expected.validator.holds(each) for each in readings((value,), expected.node, header.style)):
        yield Pass(header_id(found, header, "schema"))
        return
    yield finding(
        header_id(found, header, "schema"),
        Symptom("response header", header.name, "invalid"),
        **messages.HEADER_INVALID.filled(name=header.name, found=quoted(value)),
        pointer=header.name,
        expected="a value that is valid by the schema of the field",
        actual=brief(value),
    )


CHECKS: CheckScopes = {declared: CheckScope(complete=True)}
