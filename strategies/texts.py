"""Classes of texts: lengths, scripts, escapes, and the bounds, patterns and formats that a schema states."""

import re
from collections.abc import Iterator
from typing import TypeAlias

from conformance.contract.shapes import Shape
from conformance.model.jsontext import Json, Literal, Writable

Row: TypeAlias = tuple[str, Writable, str, str, bool, bool, bool]
"""The fields of a `Value`, in order."""

EDGES: tuple[tuple[str, Writable, str], ...] = (
    ("empty", "", "an empty text"),
    ("one-character", "a", "a text of one character"),
    ("upper-case", "UPPER", "a text in upper case"),
    ("255-characters", "a" * 255, "a text of 255 characters"),
    ("256-characters", "a" * 256, "a text of 256 characters"),
    ("10000-characters", "a" * 10_000, "a text of 10,000 characters"),
    ("blank", " ", "a text of one space"),
    ("padded", " a ", "a text with spaces around it"),
    ("line-break", "a\nb\tc", "a text with a line break and a tab"),
    ("quotes", "a\"b'c\\d", "a text with quotes and a backslash"),
    ("nul", Literal('"a\\u0000b"'), "a text with an escaped NUL"),
    ("controls", Literal('"a\\u0001\\u001f\\u007fb"'), "a text with escaped control characters"),
    ("non-ascii", "\u00e9\u00fc\u00df", "a text with letters beyond ASCII"),
    ("combining", "e\u0301", "a text with a combining character"),
    ("right-to-left", "\u05d0\u202e\u05d1", "a text written from right to left"),
    ("astral", "\U0001f600", "a text with a character beyond 16 bits"),
    ("escaped-pair", Literal('"\\ud83d\\ude00"'), "a text with an escaped surrogate pair"),
    ("percent", "a%2Fb%00", "a text with percent signs"),
    ("slashes", "../a/b\\c", "a text with slashes and dots"),
    ("markup", "<b>&amp;</b>", "a text with markup"),
    ("json-like", '{"a":1}', "a text that looks like JSON"),
    ("number-like", "123", "a text that looks like a number"),
    ("null-like", "null", "a text that looks like null"),
    ("fullwidth", "\uff41\u2460", "a text that Unicode compatibility folding changes"),
)

LONE_SURROGATE = Literal('"a\\ud800b"')

FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "date-time": ("2026-01-02T03:04:05Z", ("yesterday", "2026-01-02", "2026-01-02T03:04:05", "2026-02-30T00:00:00Z")),
    "date": ("2026-01-02", ("2026-13-01", "02.01.2026")),
    "time": ("03:04:05Z", ("25:00:00Z", "noon")),
    "duration": ("P1DT2H", ("1 day",)),
    "email": ("a@example.com", ("a.example.com",)),
    "hostname": ("example.com", ("-a-.example", "a b")),
    "ipv4": ("192.0.2.1", ("192.0.2.256", "192.0.2")),
    "ipv6": ("2001:db8::1", ("2001:db8::g",)),
    "uri": ("https://example.com/a", ("//example.com", "a b")),
    "uuid": ("123e4567-e89b-12d3-a456-426614174000", ("123e4567", "not-a-uuid")),
    "json-pointer": ("/a/b", ("a/b",)),
    "regex": ("^a+$", ("(",)),
}
"""For each format that validators assert: a valid text, and invalid ones."""


def valid(shape: Shape) -> Iterator[Row]:
    """Yield a text of each valid class; with a pattern or a format only those that keep it."""
    usual = typical(shape, "")
    if within(shape, usual):
        yield "typical", usual, "a typical text", "type", False, False, False
    for keyword, length in _lengths(shape):
        text = _of_length(shape, length)
        if text is not None:
            slug = "min-length-kept" if keyword == "minLength" else "max-length-kept"
            yield slug, text, f"a text at {keyword}", keyword, False, False, False
    for keyword in ("pattern", "format"):
        if keyword in shape.keywords and within(shape, usual):
            yield f"{keyword}-kept", usual, f"a text that keeps {keyword}", keyword, False, False, False
    if {"pattern", "format"} & shape.keywords.keys():
        return
    for slug, text, kind in EDGES:
        if within(shape, _plain(text)):
            yield slug, text, kind, "type", True, False, False
    yield "lone-surrogate", LONE_SURROGATE, "a text with an escaped lone surrogate", "type", True, False, True


def invalid(shape: Shape) -> Iterator[Row]:
    """Yield a text just outside each bound, one against the pattern, and some against the format."""
    for keyword, length in _lengths(shape):
        wrong = length - 1 if keyword == "minLength" else length + 1
        text = _of_length(shape, wrong) if wrong >= 0 else None
        if text is not None:
            slug = "min-length-broken" if keyword == "minLength" else "max-length-broken"
            yield slug, text, f"a text beyond {keyword}", keyword, False, False, False
    pattern = shape.value("pattern")
    if isinstance(pattern, str):
        for text in ("", " ", "a", "A", "0", "-", "!!", "\u00e9"):
            lengths_kept = all(len(text) >= n if k == "minLength" else len(text) <= n for k, n in _lengths(shape))
            if lengths_kept and not _search(pattern, text):
                yield "pattern-broken", text, "a text against pattern", "pattern", False, False, False
                break
    for number, text in enumerate(FORMATS.get(str(shape.value("format")), ("", ()))[1]):
        yield f"format-broken-{number + 1}", text, "a text against format", "format", False, False, False


def typical(shape: Shape, member: str) -> str:
    """Return a plain text that keeps the bounds: an example, a text of the format, or the member's name."""
    examples = shape.value("examples")
    suggested = [*(examples if isinstance(examples, list) else []), shape.value("default")]
    stated = FORMATS.get(str(shape.value("format")))
    least = next((length for keyword, length in _lengths(shape) if keyword == "minLength"), 0)
    most = next((length for keyword, length in _lengths(shape) if keyword == "maxLength"), None)
    plain = [stated[0] if stated else None, member or "text", "abc", "a", "A", "1", "abc-1", "aaaaaaaa", "AAA", "111"]
    for text in [*suggested, *plain, "a" * least, "A" * least, "1" * least, "a" * (most or 0)]:
        if isinstance(text, str) and within(shape, text):
            return text
    return "a" * least


def within(shape: Shape, value: Json) -> bool:
    """Tell whether a value keeps the lengths and the pattern of a shape; what is no text keeps them."""
    if not isinstance(value, str):
        return True
    for keyword, length in _lengths(shape):
        if (len(value) < length) if keyword == "minLength" else (len(value) > length):
            return False
    pattern = shape.value("pattern")
    return not isinstance(pattern, str) or _search(pattern, value)


def _lengths(shape: Shape) -> Iterator[tuple[str, int]]:
    for keyword in ("minLength", "maxLength"):
        value = shape.value(keyword)
        if isinstance(value, int):
            yield keyword, value


def _of_length(shape: Shape, length: int) -> str | None:
    if length > 1_000_000:
        return None
    pattern = shape.value("pattern")
    for letter in ("a", "A", "1"):
        if not isinstance(pattern, str) or _search(pattern, letter * length):
            return letter * length
    return None


def _search(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return True


def _plain(text: Writable) -> str:
    """Return how a text that is written with escapes counts for lengths: three characters are near enough."""
    return text if isinstance(text, str) else "a-b"
