"""Facts of a request as it goes over the wire: the bytes of its body, its target, and how it is framed."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from urllib.parse import unquote, unquote_to_bytes

from conformance.contract.operations.path_template import match
from conformance.diagnosis.facts.body_facts import Measures, string_classes
from conformance.diagnosis.facts.features import DEPTH, LENGTH, PROPERTIES, SIZE, Feature
from conformance.model.case import Request
from conformance.model.jsontext import write

BEYOND_ASCII, NOT_UTF_8 = "bytes beyond ASCII", "bytes that are not UTF-8"

_TEXTS: Mapping[str, re.Pattern[bytes]] = {
    "the bytes of a surrogate (ED A0 80 to ED BF BF)": re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]"),
    BEYOND_ASCII: re.compile(rb"[\x80-\xff]"),
    "a line break": re.compile(rb"[\r\n]"),
    "white space before the JSON text": re.compile(rb"\A[ \t\r\n]"),
    "a line break within the JSON text": re.compile(rb"\S[ \t\r]*\n\s*\S"),
    "a line break after the JSON text": re.compile(rb"\n\Z"),
    "a control character": re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"),
}

_ESCAPES: Mapping[str, re.Pattern[bytes]] = {
    "a character escaped by number (\\u0041)": re.compile(rb"\\u[0-9A-Fa-f]{4}"),
    "a property name with an escape by number": re.compile(
        rb'"(?:[^"\\]|\\[^u])*\\u[0-9A-Fa-f]{4}(?:[^"\\]|\\.)*"\s*:'
    ),
    "an escape in a string": re.compile(rb"\\[^u]"),
    "an escaped slash": re.compile(rb"\\/"),
}
"""What is said of bodies that have a backslash."""

_ORDINARY = re.compile(rb"[!-\[\]-~](?:[ -\[\]-~]*[!-\[\]-~])?")
"""Bytes of which none of these is to be said."""

_MALFORMED: Mapping[str, re.Pattern[str]] = {
    "percent-encoding without digits": re.compile(r"%(?![0-9A-Za-z]{2})"),
    "percent-encoding with other digits than hexadecimal": re.compile(r"%(?![0-9A-Fa-f]{2})[0-9A-Za-z]{2}"),
    "a brace that is not encoded": re.compile(r"[{}]"),
    "a backslash that is not encoded": re.compile(r"\\"),
}
"""What a request target must not contain (RFC 3986 sections 2.1 and 3.3)."""

SMALL, FEW_PROPERTIES = 9_999, 99
"""A body is known by its bytes, and by its properties, where it has more: any other differs in them by chance."""

DIGITS = 1_000
"""From how many digits on a number is known by these: not every reader takes it (RFC 8259 section 6)."""

_LONG_NUMBER = re.compile(rb"[-:,\[\s][0-9]{%d}" % DIGITS)

_STRING = re.compile(rb'"[^"]*(?:"|\Z)')
"""A string without escapes, to its end or that of the bytes."""

_ESCAPE = re.compile(rb"\\.", re.DOTALL)

_OPENING, _CLOSING = b"[{", b"]}"
_OTHERS = bytes(set(range(256)) - set(_OPENING + _CLOSING + b':"'))
_ALIKE = re.compile(rb"[\[{]+|[\]}]+")
"""Brackets of one direction, one after another."""


def of_text(body: bytes) -> Iterator[Feature]:
    """Yield what is to be said of the bytes, whatever they mean."""
    if len(body) > DIGITS and _LONG_NUMBER.search(body):
        yield Feature("text", "", f"a number of {DIGITS:,} or more digits")
    if not body or _ORDINARY.fullmatch(body):
        return
    patterns = {**_TEXTS, **_ESCAPES} if b"\\" in body else _TEXTS
    found = [word for word, pattern in patterns.items() if pattern.search(body)]
    if BEYOND_ASCII in found and not _is_utf_8(body):
        found[found.index(BEYOND_ASCII)] = NOT_UTF_8
    yield from (Feature("text", "", word) for word in found)


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def of_framing(request: Request) -> frozenset[Feature]:
    """Return whether the body is sent in chunks."""
    return frozenset({Feature("chunked")}) if request.chunked else frozenset()


@lru_cache(1 << 10)
def of_target(template: str, target: str) -> tuple[frozenset[Feature], Measures]:
    """Return what is wrong in the path and the query of a target, and what the path parameters are like.

    `template` is the path of the operation.
    """
    path, _, query = target.partition("?")
    found = {each for name, text in (("path", path), ("query", query)) for each in _malformed(name, text)}
    measures: Measures = {}
    for name, raw in (match(template, target) or {}).items():
        value = unquote_to_bytes(raw).decode(errors="replace")
        found |= {Feature("string", name, each) for each in string_classes(value)}
        found |= {Feature("value", name, write(value))} if value in {".", ".."} else set()
        measures[LENGTH, name] = Decimal(len(value))
    return frozenset(found), measures


def _malformed(name: str, text: str) -> Iterator[Feature]:
    """Yield what a part of a target must not have, and whether its percent-encoding is invalid in any way."""
    found = [word for word, pattern in _MALFORMED.items() if pattern.search(text)]
    try:
        unquote(text, errors="strict")
    except UnicodeDecodeError:
        found.append("percent-encoded bytes that are not UTF-8")
    if "%" in text:
        yield Feature("target", name, "percent-encoding")
    yield from (Feature("target", name, each) for each in found)
    if any(each.startswith("percent-encod") for each in found):
        yield Feature("target", name, "invalid percent-encoding")


def measures_of(body: bytes) -> Measures:
    """Return how deep a body is; of a large one also its size, and of one with many properties how many there are."""
    marks = _marks(body)
    found = {(DEPTH, ""): Decimal(_deepest(marks))}
    for name, amount, few in ((SIZE, len(body), SMALL), (PROPERTIES, marks.count(b":"), FEW_PROPERTIES)):
        if amount > few:
            found[name, ""] = Decimal(amount)
    return found


def properties(body: bytes) -> int:
    """Return how many properties the bytes have in all, outside strings."""
    return _marks(body).count(b":")


def depth(body: bytes) -> int:
    """Return how deep brackets are nested in the bytes, be they JSON or not, outside strings."""
    return _deepest(_marks(body))


def _marks(body: bytes) -> bytes:
    whole = _ESCAPE.sub(b"", body) if b"\\" in body else body
    return _STRING.sub(b"", whole.translate(None, _OTHERS))


def _deepest(marks: bytes) -> int:
    found = _ALIKE.findall(marks.replace(b":", b""))
    return max(accumulate((len(each) if each[0] in _OPENING else -len(each) for each in found), initial=0))
