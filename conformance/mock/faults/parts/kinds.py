"""Kinds of scalars that servers often handle wrongly: the test for each, and a value of it."""

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias, cast

import msgspec

from conformance.model.jsontext import Json, Literal, Writable, is_integral, is_number

Number: TypeAlias = int | Decimal


class ScalarKind(msgspec.Struct, frozen=True):
    """A slug, the kind in words, the test, and a value that passes it."""

    slug: str
    says: str
    test: Callable[[Json], bool]
    example: Writable


def exponent(number: Number) -> int:
    """Return the power of ten by which the digits of a number are written."""
    found = number.as_tuple().exponent if isinstance(number, Decimal) else 0
    return found if isinstance(found, int) else 0


def magnitude(number: Number) -> Number:
    """Return a number without its sign, exactly: `abs` rounds a long `Decimal`, and overflows with a large exponent."""
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


def normalized(form: str, text: str) -> str:
    """Return a string in a Unicode normalization form; long runs of marks are kept, as sorting them is quadratic."""
    return text if len(text) > MOST_NORMALIZED else unicodedata.normalize(form, text)  # type: ignore[arg-type]


MOST_NORMALIZED = 5_000
"""The longest string, in characters, that is normalized."""


def _numbers(*rows: tuple[str, str, Callable[[Number], bool], Writable]) -> tuple[ScalarKind, ...]:
    def of_numbers(test: Callable[[Number], bool]) -> Callable[[Json], bool]:
        return lambda held: is_number(held) and test(cast("Number", held))

    return tuple(ScalarKind(slug, says, of_numbers(test), example) for slug, says, test, example in rows)


def _strings(*rows: tuple[str, str, Callable[[str], bool], Writable]) -> tuple[ScalarKind, ...]:
    def of_strings(test: Callable[[str], bool]) -> Callable[[Json], bool]:
        return lambda held: isinstance(held, str) and test(held)

    return tuple(ScalarKind(slug, says, of_strings(test), example) for slug, says, test, example in rows)


def _longer(length: int) -> Callable[[str], bool]:
    return lambda text: len(text) > length


NUMBERS = _numbers(
    ("zero", "0", lambda n: n == 0, 0),
    ("negative", "a negative number", lambda n: n < 0, -1),
    (
        "integral-float",
        "an integer with a zero fraction (1.0)",
        lambda n: is_integral(n) and exponent(n) < 0,
        Literal("1.0"),
    ),
    ("exponent", "an integer in exponent form (1e0)", lambda n: is_integral(n) and exponent(n) > 0, Literal("1e1")),
    ("beyond-int8", "a number above 128 or below -128", lambda n: magnitude(n) > 2**7, 2**8),
    ("beyond-int16", "a number above 32768 or below -32768", lambda n: magnitude(n) > 2**15, 2**16),
    ("beyond-int32", "an integer above 2^31-1", lambda n: n >= 2**31, 2**31),
    ("below-int32", "an integer below -2^31", lambda n: n < -(2**31), -(2**31) - 1),
    ("beyond-uint32", "an integer above 2^32-1", lambda n: n >= 2**32, 2**32),
    ("beyond-float", "a number above 2^53 or below -2^53", lambda n: magnitude(n) > 2**53, 2**53 + 1),
    ("beyond-int64", "an integer above 2^63-1", lambda n: n >= 2**63, 2**63),
    ("below-int64", "an integer below -2^63", lambda n: n < -(2**63), -(2**63) - 1),
    ("beyond-uint64", "an integer above 2^64-1", lambda n: n >= 2**64, 2**64),
    ("huge", "a number of more than 20 digits", lambda n: magnitude(n) > 10**20, 10**30),
    ("beyond-double", "a number beyond double precision", lambda n: magnitude(n) > 10**309, Literal("1e400")),
    ("fraction", "a number with a fraction", lambda n: not is_integral(n), Literal("1.5")),
)

STRINGS = _strings(
    ("empty", "the empty string", lambda t: not t, ""),
    ("blank", "a string of spaces", lambda t: bool(t) and not t.strip(), " "),
    ("padded", "a string with spaces around it", lambda t: t.strip() not in {t, ""}, " a "),
    ("upper-case", "a string with upper-case letters", lambda t: t != t.lower(), "UPPER"),
    ("one-character", "a string of one character", lambda t: len(t) == 1, "a"),
    ("long", "a string of more than 255 characters", _longer(255), "a" * 256),
    ("very-long", "a string of 10,000 characters", _longer(9_000), "a" * 10_000),
    ("line-break", "a string with a line break", lambda t: "\n" in t, "a\nb\tc"),
    ("quotes", "a string with a single quote", lambda t: "'" in t, "a\"b'c\\d"),
    ("backslash", "a string with a backslash", lambda t: "\\" in t, "a\"b'c\\d"),
    ("nul", "a string with an escaped NUL", lambda t: "\0" in t, Literal('"a\\u0000b"')),
    ("controls", "a string with control characters", lambda t: "\x01" in t, Literal('"a\\u0001\\u001f\\u007fb"')),
    ("non-ascii", "a string with non-ASCII characters", lambda t: not t.isascii(), "\u00e9\u00fc\u00df"),
    (
        "combining",
        "a string with a combining character",
        lambda t: normalized("NFC", t) != t and t.isprintable(),
        "e\u0301",
    ),
    ("right-to-left", "a string with a bidirectional control", lambda t: "\u202e" in t, "\u05d0\u202e\u05d1"),
    ("astral", "a string with a character above U+FFFF", lambda t: max(t, default="") > "\uffff", "\U0001f600"),
    (
        "lone-surrogate",
        "a string with an escaped lone surrogate",
        lambda t: any("\ud800" <= c <= "\udfff" for c in t),
        Literal('"a\\ud800b"'),
    ),
    ("percent", "a string with a percent sign", lambda t: "%" in t, "a%2Fb%00"),
    ("slashes", "a string with a slash", lambda t: "/" in t, "../a/b\\c"),
    ("dots", "a string that begins with two dots", lambda t: t.startswith(".."), "../a/b\\c"),
    ("markup", "a string with HTML characters", lambda t: "<" in t, "<b>&amp;</b>"),
    ("json-like", "a string that looks like JSON", lambda t: t.startswith("{"), '{"a":1}'),
    ("number-like", "a string that looks like a number", str.isdecimal, "123"),
    ("null-like", "a string that looks like null", lambda t: t == "null", "null"),
    (
        "fullwidth",
        "a string that Unicode compatibility normalization changes",
        lambda t: normalized("NFKC", t) != normalized("NFC", t),
        "\uff41\u2460",
    ),
)

KINDS = {kind.slug: kind for kind in (*NUMBERS, *STRINGS)}
"""All kinds by slug; the slugs are those of the catalogue of values where it has the same class."""
