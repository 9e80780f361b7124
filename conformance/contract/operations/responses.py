"""The responses that an operation declares: by status, by range, and for all others."""

import re
from collections.abc import Iterable
from functools import cached_property

import msgspec

from conformance.contract.operations.parameters import Parameter, read_parameter
from conformance.contract.reading.document import Document, follow, get
from conformance.model.header_fields import essence
from conformance.model.jsontext import Json
from conformance.model.pointer import join

JSON_MEDIA_TYPE = re.compile(r"^(?:application/json|[\w.+-]+/[\w.-]+\+json)$", re.IGNORECASE)

ANY_JSON = frozenset({"*/*", "application/*"})
"""Media type ranges that JSON is in."""

SUCCESSES = range(200, 300)
ANY_SUCCESS, ANY_STATUS = "2XX", "default"


class DeclaredResponse(msgspec.Struct, frozen=True):
    """One response of the document.

    `status` is as the document writes it; `media_types` all that it may have; `media_type` and `schema` the first that
    is JSON and the pointer of its schema, empty where there is none.
    """

    status: str
    pointer: str
    media_types: tuple[str, ...] = ()
    media_type: str = ""
    schema: str = ""
    headers: tuple[Parameter, ...] = ()

    def has_media_type(self, found: str) -> bool:
        """Tell whether a media type is one of those declared, parameters aside."""
        return is_declared(self.media_types, found)


class Declared(msgspec.Struct, frozen=True, dict=True):
    """All responses of an operation."""

    all: tuple[DeclaredResponse, ...]

    def of(self, status: int) -> DeclaredResponse | None:
        """Return the response that the document declares for a status: its own, that of its class, or the default."""
        wanted = (str(status), f"{status // 100}XX", ANY_STATUS.upper())
        return next((self._by_status[each] for each in wanted if each in self._by_status), None)

    def accepts(self, status: int) -> bool:
        """Tell whether a status is a success that the document declares."""
        return status in SUCCESSES and (str(status) in self._exact or self._any_success)

    @cached_property
    def _by_status(self) -> dict[str, DeclaredResponse]:
        return {each.status.upper(): each for each in self.all}

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(each.status for each in self.all)

    @cached_property
    def _any_success(self) -> bool:
        names = self._by_status.keys()
        return ANY_SUCCESS in names or (ANY_STATUS.upper() in names and not any(map(_is_success, names)))

    @property
    def successes(self) -> tuple[int, ...]:
        """The declared successes; 200 stands for those of a range, and for those that only the default covers."""
        exact = tuple(int(each.status) for each in self.all if _is_success(each.status))
        return exact or ((200,) if self._any_success else ())

    @property
    def primary(self) -> DeclaredResponse | None:
        """The success whose JSON the operation is known by: the first that has a schema."""
        names = (str(status) for status in self.successes)
        found = [self.of(int(name)) for name in names]
        return next((each for each in found if each and each.schema), next(filter(None, found), None))


def is_declared(media_types: Iterable[str], found: str) -> bool:
    """Tell whether a media type is among declared ones and ranges of them, parameters aside."""
    found = essence(found)
    ranges = {found, f"{found.partition('/')[0]}/*", "*/*"}
    return any(essence(each) in ranges for each in media_types)


def read_responses(document: Document, operation: str) -> Declared:
    """Return the responses of the operation at a pointer.

    Raises:
        ContractError: a reference leads nowhere.

    """
    held = get(document, operation)
    stated = held.get("responses") if isinstance(held, dict) else None
    names = stated if isinstance(stated, dict) else {}
    statuses = (name for name in names if name == ANY_STATUS or re.fullmatch(r"[1-5](?:\d\d|XX)", name, re.IGNORECASE))
    return Declared(tuple(_response(document, name, join(operation, "responses", name)) for name in statuses))


def json_content(document: Document, pointer: str) -> tuple[tuple[str, ...], str, str]:
    """Return the media types of the body at a pointer, the first that is JSON, and the pointer of its schema.

    A range that JSON is in stands for `application/json`.
    """
    holder = get(document, pointer)
    content = holder.get("content") if isinstance(holder, dict) else None
    media_types = tuple(content) if isinstance(content, dict) else ()
    for media_type in sorted(media_types, key=lambda each: essence(each) in ANY_JSON):
        in_range = essence(media_type) in ANY_JSON
        value = content[media_type] if isinstance(content, dict) else None
        if (in_range or JSON_MEDIA_TYPE.match(essence(media_type))) and isinstance(value, dict) and "schema" in value:
            named = "application/json" if in_range else media_type
            return media_types, named, join(pointer, "content", media_type, "schema")
    return media_types, "", ""


def _response(document: Document, status: str, pointer: str) -> DeclaredResponse:
    pointer, content = follow(document, pointer)
    media_types, media_type, schema = json_content(document, pointer)
    return DeclaredResponse(
        status, pointer, media_types, media_type, schema, tuple(_headers(document, pointer, content))
    )


def _headers(document: Document, pointer: str, content: Json) -> Iterable[Parameter]:
    stated = content.get("headers") if isinstance(content, dict) else None
    for name in stated if isinstance(stated, dict) else ():
        place, header = follow(document, join(pointer, "headers", name))
        if isinstance(header, dict) and name.lower() != "content-type":
            yield read_parameter(document, place, header, name, "header")


def _is_success(status: str) -> bool:
    return re.fullmatch(r"2\d\d", status) is not None
