"""Classes of texts: lengths, scripts, escapes, and the bounds, patterns and formats that a schema states."""

from collections.abc import Callable, Iterator
from datetime import date

from conformance.classify.bounds import broken_bounds, keeps_bounds, lengths
from conformance.contract.schemas import pattern_texts
from conformance.contract.schemas.shapes import Shape
from conformance.contract.schemas.text_checks import keeps_pattern
from conformance.model.jsontext import Json, Literal, Writable, plain_json
from conformance.strategies.values.value import Value, breaking, keyword_slug

LONGEST = 1_000_000
"""How long a text may be that is made to meet a bound."""

EDGES: tuple[tuple[str, Writable, str], ...] = (
    ("empty", "", "the empty string"),
    ("one-character", "a", "a string of one character"),
    ("upper-case", "UPPER", "a string in upper case"),
    ("255-characters", "a" * 255, "a string of 255 characters"),
    ("256-characters", "a" * 256, "a string of 256 characters"),
    ("10000-characters", "a" * 10_000, "a string of 10,000 characters"),
    ("blank", " ", "a string of one space"),
    ("padded", " a ", "a string with spaces around it"),
    ("line-break", "a\nb\tc", "a string with a line break and a tab"),
    ("quotes", "a\"b'c\\d", "a string with quotes and a backslash"),
    ("nul", Literal('"a\\u0000b"'), "a string with an escaped NUL"),
    ("controls", Literal('"a\\u0001\\u001f\\u007fb"'), "a string with escaped control characters"),
    ("non-ascii", "\u00e9\u00fc\u00df", "a string with non-ASCII letters"),
    ("combining", "e\u0301", "a string with a combining character"),
    ("right-to-left", "\u05d0\u202e\u05d1", "a string in right-to-left script"),
    ("astral", "\U0001f600", "a string with a character above U+FFFF"),
    ("escaped-pair", Literal('"\\ud83d\\ude00"'), "a string with an escaped surrogate pair"),
    ("percent", "a%2Fb%00", "a string with percent signs"),
    ("slashes", "../a/b\\c", "a string with slashes and dots"),
    ("markup", "<b>&amp;</b>", "a string with markup"),
    ("json-like", '{"a":1}', "a string that looks like JSON"),
    ("number-like", "123", "a string that looks like a number"),
    ("null-like", "null", "a string that looks like null"),
    ("fullwidth", "\uff41\u2460", "a string that Unicode compatibility normalization changes"),
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

NUMBERED: dict[str, Callable[[int], str]] = {
    "date-time": lambda n: f"2026-01-01T{n // 60 % 24:02}:{n % 60:02}:00Z",
    "date": lambda n: date.fromordinal(date(2026, 1, 1).toordinal() + n).isoformat(),
    "time": lambda n: f"{n // 60 % 24:02}:{n % 60:02}:00Z",
    "duration": lambda n: f"P{n + 1}D",
    "email": lambda n: f"a{n}@example.com",
    "hostname": lambda n: f"a{n}.example.com",
    "ipv4": lambda n: f"10.0.{n // 256}.{n % 256}",
    "ipv6": lambda n: f"2001:db8::{n + 1:x}",
    "uri": lambda n: f"https://example.com/{n}",
    "uuid": lambda n: f"123e4567-e89b-12d3-a456-{n:012}",
    "json-pointer": lambda n: f"/a{n}",
    "regex": lambda n: f"a{n}",
}
"""As many valid texts of a format as are asked for, up to a thousand."""

HALF_ASSERTED: dict[str, str] = {
    "idn-email": "a@example.com",
    "idn-hostname": "example.com",
    "iri": "https://example.com/a",
    "iri-reference": "/a",
    "uri-reference": "/a",
    "uri-template": "/a/{b}",
    "relative-json-pointer": "1/a",
}
"""For each format that jsonschema-rs alone asserts: a valid text."""


def valid(shape: Shape) -> Iterator[Value]:
    """Yield a text of each valid class; with a format only those that keep it."""
    usual = typical(shape, "")
    if not keeps_bounds(shape, usual):
        return
    yield Value("ordinary", usual, "an ordinary string")
    for keyword, length in lengths(shape):
        text = _of_length(shape, length)
        if text is not None and keeps_bounds(shape, text):
            yield Value(f"{keyword_slug(keyword)}-kept", text, f"a string at {keyword}", keyword)
    if "pattern" in shape.keywords:
        yield Value("pattern-kept", usual, "a string that satisfies pattern", "pattern")
    if _format(shape):
        yield Value("format-kept", usual, "a string that satisfies format", "format")
        return
    for slug, edge, kind in EDGES:
        kept = str(plain_json(edge))
        if keeps_bounds(shape, kept) and (kept.isascii() or "pattern" not in shape.keywords):
            yield Value(slug, edge, kind, edge=True)
    if "pattern" not in shape.keywords and keeps_bounds(shape, "a-b"):
        lone = "a string with an escaped lone surrogate"
        yield Value("lone-surrogate", LONE_SURROGATE, lone, edge=True, undecided=True)


def invalid(shape: Shape) -> Iterator[Value]:
    """Yield a text just outside each bound, one against the pattern, and some against the format."""
    for keyword, length in lengths(shape):
        text = _of_length(shape, length - 1 if keyword == "minLength" else length + 1)
        if text is not None and broken_bounds(shape, text) == {keyword}:
            yield breaking(keyword, text)
    if "pattern" in shape.keywords and not _format(shape):
        usual = typical(shape, "")
        near = [f"{usual[:-1]}!", f"!{usual[1:]}", f"{usual}!", " " * len(usual), "\u00e9" * len(usual)]
        for text in ("", " ", "a", "A", "0", "-", "!!", "\u00e9", *near):
            if broken_bounds(shape, text) == {"pattern"}:
                yield breaking("pattern", text)
                break
    for number, text in enumerate(_format(shape)[1:], 1):
        if keeps_bounds(shape, text):
            yield breaking("format", text, f"broken-{number}")


def typical(shape: Shape, member: str) -> str:
    """Return a plain text that keeps the bounds: an example, a text of the format, or the property's name."""
    suggested = [*shape.listed("examples"), shape.value("default")]
    stated = dict(lengths(shape))
    least, most = stated.get("minLength", 0), stated.get("maxLength", 0)
    usual: list[Json] = [*_format(shape)[:1], member or "text", "abc", "a", "A", "1", "abc-1"]
    for text in [*suggested, *usual, _of_length(shape, least), _of_length(shape, most), _like(shape)]:
        if isinstance(text, str) and keeps_bounds(shape, text):
            return text
    return "a" * least


def _of_length(shape: Shape, length: int) -> str | None:
    """Return a text of a length that keeps the pattern; None where there is none, or a format that it would break."""
    if _format(shape) or not 0 <= length <= LONGEST:
        return None
    pattern = shape.value("pattern")
    if not isinstance(pattern, str):
        return "a" * length
    repeated = (letter * length for letter in ("a", "A", "1"))
    return next((text for text in repeated if keeps_pattern(pattern, text)), pattern_texts.example(pattern, length))


def _like(shape: Shape) -> str | None:
    pattern = shape.value("pattern")
    return pattern_texts.example(pattern) if isinstance(pattern, str) else None


def _format(shape: Shape) -> tuple[str, ...]:
    """Return a text that keeps the format of a shape and then some that break it; nothing where none is asserted."""
    name = str(shape.value("format"))
    kept, broken = FORMATS.get(name, (HALF_ASSERTED.get(name, ""), ()))
    return (kept, *broken) if kept else ()
