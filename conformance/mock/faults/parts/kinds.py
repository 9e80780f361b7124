"""Kinds of scalars that servers stumble over: the test for each, and a value of it."""

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import msgspec

from conformance.model.jsontext import Json, Literal, Writable, is_integral

Test: TypeAlias = Callable[[Json], bool]


class Kind(msgspec.Struct, frozen=True):
    """A slug, the kind in words, the test, and a value that passes it."""

    slug: str
    says: str
    test: Test
    example: Writable


def number(test: Callable[[int | Decimal], bool]) -> Test:
    """Return `test` for numbers, false for everything else."""
    return lambda held: isinstance(held, int | Decimal) and not isinstance(held, bool) and test(held)


def text(test: Callable[[str], bool]) -> Test:
    """Return `test` for texts, false for everything else."""
    return lambda held: isinstance(held, str) and test(held)


def _longer(length: int) -> Test:
    return text(lambda held: len(held) > length)


def _size(held: int | Decimal) -> int | Decimal:
    return held if held >= 0 else -held


def _exponent(held: int | Decimal) -> int:
    found = held.as_tuple().exponent if isinstance(held, Decimal) else 0
    return found if isinstance(found, int) else 0


NUMBERS = (
    Kind("zero", "0", number(lambda n: n == 0), 0),
    Kind("negative", "a negative number", number(lambda n: n < 0), -1),
    Kind(
        "integral-float",
        "a number written with a zero fraction",
        number(lambda n: isinstance(n, Decimal) and is_integral(n) and _exponent(n) < 0),
        Literal("1.0"),
    ),
    Kind(
        "exponent",
        "a number written with an exponent",
        number(lambda n: isinstance(n, Decimal) and is_integral(n) and _exponent(n) > 0),
        Literal("1e1"),
    ),
    Kind("beyond-int8", "a number beyond 8 bits", number(lambda n: _size(n) > 2**7), 2**8),
    Kind("beyond-int16", "a number beyond 16 bits", number(lambda n: _size(n) > 2**15), 2**16),
    Kind("beyond-int32", "a number beyond 32 bits", number(lambda n: n >= 2**31), 2**31),
    Kind("below-int32", "a number below 32 bits", number(lambda n: n < -(2**31)), -(2**31) - 1),
    Kind("beyond-uint32", "a number beyond unsigned 32 bits", number(lambda n: n >= 2**32), 2**32),
    Kind("beyond-float", "a number beyond 53 bits", number(lambda n: _size(n) > 2**53), 2**53 + 1),
    Kind("beyond-int64", "a number beyond 64 bits", number(lambda n: n >= 2**63), 2**63),
    Kind("below-int64", "a number below 64 bits", number(lambda n: n < -(2**63)), -(2**63) - 1),
    Kind("beyond-uint64", "a number beyond unsigned 64 bits", number(lambda n: n >= 2**64), 2**64),
    Kind("huge", "a number of more than 20 digits", number(lambda n: _size(n) > 10**20), 10**30),
    Kind("beyond-double", "a number beyond 64-bit floats", number(lambda n: _size(n) > 10**309), Literal("1e400")),
    Kind("fraction", "a number with a fraction", number(lambda n: not is_integral(n)), Literal("1.5")),
)

TEXTS = (
    Kind("empty", "an empty text", text(lambda t: not t), ""),
    Kind("blank", "a text of spaces", text(lambda t: bool(t) and not t.strip()), " "),
    Kind("padded", "a text with spaces around it", text(lambda t: t.strip() not in {t, ""}), " a "),
    Kind("upper-case", "a text with upper case", text(lambda t: t != t.lower()), "UPPER"),
    Kind("one-character", "a text of one character", text(lambda t: len(t) == 1), "a"),
    Kind("long", "a text of more than 255 characters", _longer(255), "a" * 256),
    Kind("very-long", "a text of 10,000 characters", _longer(9_000), "a" * 10_000),
    Kind("line-break", "a text with a line break", text(lambda t: "\n" in t), "a\nb\tc"),
    Kind("quotes", "a text with a single quote", text(lambda t: "'" in t), "a\"b'c\\d"),
    Kind("backslash", "a text with a backslash", text(lambda t: "\\" in t), "a\"b'c\\d"),
    Kind("nul", "a text with an escaped NUL", text(lambda t: "\0" in t), Literal('"a\\u0000b"')),
    Kind(
        "controls", "a text with control characters", text(lambda t: "\x01" in t), Literal('"a\\u0001\\u001f\\u007fb"')
    ),
    Kind("non-ascii", "a text beyond ASCII", text(lambda t: not t.isascii()), "\u00e9\u00fc\u00df"),
    Kind(
        "combining",
        "a text with a combining character",
        text(lambda t: unicodedata.normalize("NFC", t) != t and t.isprintable()),
        "e\u0301",
    ),
    Kind("right-to-left", "a text with a change of direction", text(lambda t: "\u202e" in t), "\u05d0\u202e\u05d1"),
    Kind(
        "astral", "a text with a character beyond 16 bits", text(lambda t: max(t, default="") > "\uffff"), "\U0001f600"
    ),
    Kind(
        "lone-surrogate",
        "a text with an escaped lone surrogate",
        text(lambda t: any("\ud800" <= letter <= "\udfff" for letter in t)),
        Literal('"a\\ud800b"'),
    ),
    Kind("percent", "a text with a percent sign", text(lambda t: "%" in t), "a%2Fb%00"),
    Kind("slashes", "a text with a slash", text(lambda t: "/" in t), "../a/b\\c"),
    Kind("dots", "a text that begins with two dots", text(lambda t: t.startswith("..")), "../a/b\\c"),
    Kind("markup", "a text with markup", text(lambda t: "<" in t), "<b>&amp;</b>"),
    Kind("json-like", "a text that looks like JSON", text(lambda t: t.startswith("{")), '{"a":1}'),
    Kind("number-like", "a text that looks like a number", text(str.isdecimal), "123"),
    Kind("null-like", "a text that looks like null", text(lambda t: t == "null"), "null"),
    Kind(
        "fullwidth",
        "a text that compatibility folding changes",
        text(lambda t: unicodedata.normalize("NFKC", t) != unicodedata.normalize("NFC", t)),
        "\uff41\u2460",
    ),
)

KINDS = {kind.slug: kind for kind in (*NUMBERS, *TEXTS)}
"""All kinds by slug; the slugs are those of the catalogue of values where it has the same class."""
