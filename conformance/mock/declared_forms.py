"""What the document declares for responses beside the first success: the form of error bodies, and header fields."""

from collections.abc import Iterator

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.operations.responses import ANY_JSON, JSON_MEDIA_TYPE, SUCCESSES
from conformance.contract.operations.serialization import written
from conformance.model.header_fields import essence
from conformance.model.jsontext import Json
from conformance.strategies.values.described import holds, valid_of

JSON = "application/json"

OWN = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection", "date"})
"""Header fields that the transport or another stage sets."""


class ErrorForm(msgspec.Struct, frozen=True):
    """How an error is told: its media type, and a body in place of the usual one where that is not valid."""

    media_type: str = JSON
    body: Json = None
    text: bool = False


class DeclaredForms:
    """The declared forms of one contract, by status; each is made once."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._errors: dict[int, ErrorForm] = {}
        self._headers: dict[int, tuple[tuple[str, str], ...]] = {}

    def error(self, status: int, usual: Json) -> ErrorForm:
        """Return the form of an error; `usual` is the body that it has where the document says nothing of it."""
        if status not in self._errors:
            self._errors[status] = self._error_form(status, usual)
        return self._errors[status]

    def _error_form(self, status: int, usual: Json) -> ErrorForm:
        declared = self._contract.operation.responses.of(status)
        if declared is None or not declared.media_types or status in SUCCESSES:
            return ErrorForm()
        if not declared.schema:
            return ErrorForm(declared.media_types[0], text=True) if not declared.media_type else ErrorForm()
        described = self._contract.described(declared.schema)
        if holds(described, usual):
            return ErrorForm(declared.media_type)
        return ErrorForm(declared.media_type, next(valid_of(described), usual))

    def without_schema(self, status: int) -> tuple[str, bytes]:
        """Return the media type and the body of a success without a schema; both are empty where none is declared."""
        declared = self._contract.operation.responses.of(status)
        if declared is None or not declared.media_types:
            return "", b""
        media_type = declared.media_types[0]
        if essence(media_type) in ANY_JSON:
            media_type = "application/json"
        return media_type, b"{}" if JSON_MEDIA_TYPE.match(essence(media_type)) else b""

    def headers(self, status: int) -> tuple[tuple[str, str], ...]:
        """Return the header fields that the document declares for a status, each with a valid value."""
        if status not in self._headers:
            self._headers[status] = tuple(self._fields(status))
        return self._headers[status]

    def _fields(self, status: int) -> Iterator[tuple[str, str]]:
        declared = self._contract.operation.responses.of(status)
        for header in declared.headers if declared else ():
            if header.name.lower() in OWN:
                continue
            described = self._contract.described(header.schema) if header.schema else None
            values = valid_of(described, header.examples) if described else iter((*header.examples, "conformance"))
            texts = (written(header.name, value, header.style, str) for value in values)
            text = next(
                (each for each in texts if each.isascii() and each.isprintable() and each.strip() == each), None
            )
            if text is not None:
                yield header.name.lower(), text


def _is_sendable(text: str) -> bool:
    """Tell whether a header field can have a value."""
    return text.isascii() and text.isprintable() and text.strip() == text
