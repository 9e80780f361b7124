"""Mutations of values: what a server may do to a value between receiving and returning it."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from html import escape
from typing import TypeAlias, cast
from urllib.parse import unquote

import msgspec

from conformance.contract.schemas.nodes import Node
from conformance.mock.faults.parts.kinds import Number, exponent, magnitude, normalized
from conformance.model.jsontext import Json, equal, is_integral, is_number
from conformance.strategies.values import bodies

Mutate: TypeAlias = Callable[[Json], Json]

BOUNDS: Mapping[str, Callable[[int | Decimal, float], bool]] = {
    "minimum": operator.ge,
    "maximum": operator.le,
    "exclusiveMinimum": operator.gt,
    "exclusiveMaximum": operator.lt,
}

MOST_DIGITS = 20
"""The most digits of a number to which one is added: beyond, `Decimal` would round, and an integer grow too long."""


class ValueMutation(msgspec.Struct, frozen=True):
    """A slug, the sentence with `{}` for the property, the change itself, and a value that it changes."""

    slug: str
    says: str
    mutate: Mutate
    example: Json


def mutations(sent: Node, returned: Node, default: Json) -> Iterator[ValueMutation]:
    """Yield the mutations of a value of `sent` by which `returned` has a different value that is still valid.

    A mutation that returns the same object changes nothing.
    """
    typical = cast("Json", bodies.smallest(sent))
    if not equal(other_value(returned, typical), typical):
        yield ValueMutation(
            "other", "Returns a different value for {} than was sent", lambda held: other_value(returned, held), typical
        )
    example = typical if not equal(typical, default) else other_value(sent, default)
    if example is not None and not equal(example, default) and (default is not None or returned.nullable):
        yield ValueMutation(
            "default", "Returns the default of {} instead of the value that was sent", _replaced(default), example
        )
    if returned.nullable and default is not None:
        yield ValueMutation("null", "Returns null for {} instead of the value that was sent", _replaced(None), typical)
    yield from _lost_when_falsy(sent, returned, default)
    if sent.types & {"integer", "number"} and _is_unbounded(returned):
        # A mutation that no valid request can show is none.
        yield from (each for each in _of_numbers(sent) if _allows(sent, each.example))
    if sent.shape("string") is not None and _is_unbounded(sent) and _is_unbounded(returned):
        yield from OF_STRINGS


def other_value(node: Node, value: Json) -> Json:
    """Return a valid value of `node` that is not `value`, of the same type; `value` itself where there is none."""
    for shape in node.shapes:
        if listed := shape.listed("enum"):
            found = next((each for each in listed if not equal(each, value)), None)
            if found is not None:
                return found
        elif shape.type == "boolean":
            return value is not True
        elif shape.type in {"integer", "number"}:
            return _other_number(value)
        elif shape.type == "string" and not {"format", "pattern", "maxLength"} & shape.keywords.keys():
            return f"{value}-other" if isinstance(value, str) else "other"
    if node.nullable and value is not None:
        return None
    return cast("Json", bodies.smallest(node)) if value is None else value


def same_if_equal(held: Json, new: Json) -> Json:
    """Return the same object where the new value is equal."""
    return held if equal(new, held) else new


def _other_number(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return 41
    if isinstance(value, Decimal) and abs(value.adjusted()) > MOST_DIGITS:
        return 41
    return value - 1 if value > 10**MOST_DIGITS else value + 1


def _lost_when_falsy(sent: Node, returned: Node, default: Json) -> Iterator[ValueMutation]:
    """Yield the loss of 0, false and the empty string, as `value or default` loses them."""
    for types, slug, word, falsy in (
        ({"integer", "number"}, "lost-when-zero", "0", 0),
        ({"boolean"}, "lost-when-false", "false", False),
        ({"string"}, "lost-when-empty", "the empty string", ""),
    ):
        if not types & sent.types or any(shape.value("enum") is not None for shape in sent.shapes):
            continue
        if falsy is not False and isinstance(falsy, int) and not _allows(sent, falsy):
            continue
        instead = default or other_value(returned, falsy)
        says = f"Returns a different value for {{}} when it is {word}"

        def mutate(held: Json, falsy: Json = falsy, instead: Json = instead) -> Json:
            return instead if equal(held, falsy) else held

        yield ValueMutation(slug, says, mutate, falsy)


def _of_numbers(sent: Node) -> Iterator[ValueMutation]:
    for slug, says, change, example in (
        ("through-float", "Rounds {} to a 64-bit float", _through_float, 2**53 + 1),
        ("through-int32", "Wraps {} at 32 bits", lambda n: _wrapped(n, 32), 2**31),
        ("through-int64", "Clamps {} to 64 bits", lambda n: max(min(n, 2**63 - 1), -(2**63)), 2**63),
        ("through-int16", "Wraps {} at 16 bits", lambda n: _wrapped(n, 16), 2**15),
        ("sign-lost", "Drops the sign of {}", magnitude, -1),
        ("negative-to-zero", "Returns 0 for {} when it is negative", lambda n: max(n, 0), -1),
    ):
        yield ValueMutation(slug, says, _if_integer(change), example)
    if "number" in sent.types:
        yield ValueMutation("fraction-lost", "Truncates the fraction of {}", _without_fraction, Decimal("0.5"))


def _if_integer(change: Callable[[Number], Number]) -> Mutate:
    def mutate(held: Json) -> Json:
        if not is_number(held) or not is_integral(cast("Number", held)):
            return held
        return same_if_equal(held, change(cast("Number", held)))

    return mutate


def _through_float(number: Number) -> Number:
    try:
        return int(float(number))
    except OverflowError:
        return number


def _wrapped(number: Number, bits: int) -> int:
    """Return an integer as a register of so many bits holds it; a large exponent is never written out."""
    size = 1 << bits
    if isinstance(number, Decimal) and exponent(number) > 0:
        sign, digits, _ = number.as_tuple()
        number = int(Decimal((sign, digits, 0))) * pow(10, exponent(number), size)
    return (int(number) + size // 2) % size - size // 2


def _without_fraction(held: Json) -> Json:
    return int(held) if isinstance(held, Decimal) and not is_integral(held) else held


def _replaced(new: Json) -> Mutate:
    return lambda held: same_if_equal(held, new)


def _if_string(change: Callable[[str], str]) -> Mutate:
    return lambda held: same_if_equal(held, change(held)) if isinstance(held, str) else held


OF_STRINGS = tuple(
    ValueMutation(slug, says, _if_string(change), example)
    for slug, says, change, example in (
        ("lower-case", "Converts {} to lower case", str.lower, "UPPER"),
        ("trimmed", "Trims spaces around {}", str.strip, " a "),
        ("nfc", "Normalizes {} to NFC", lambda text: normalized("NFC", text), "e\u0301"),
        ("nfkc", "Normalizes {} to NFKC", lambda text: normalized("NFKC", text), "\uff41\u2460"),
        ("truncated-63", "Truncates {} to 63 characters", lambda text: text[:63], "a" * 64),
        ("truncated-255", "Truncates {} to 255 characters", lambda text: text[:255], "a" * 256),
        (
            "ascii-only",
            "Replaces non-ASCII characters of {}",
            lambda text: text.encode("ascii", "replace").decode(),
            "\u00e9",
        ),
        (
            "mojibake",
            "Decodes {} as Latin-1",
            lambda text: text.encode(errors="surrogatepass").decode("latin-1"),
            "\u00e9",
        ),
        (
            "astral-lost",
            "Replaces characters above U+FFFF of {}",
            lambda text: re.sub("[^\0-\uffff]", "?", text),
            "\U0001f600",
        ),
        ("nul-ended", "Truncates {} at a NUL character", lambda text: text.partition("\0")[0], "a\0b"),
        ("markup-escaped", "Escapes HTML characters of {}", lambda text: escape(text, quote=False), "<b>&amp;</b>"),
        ("percent-decoded", "Percent-decodes {}", unquote, "a%2Fb"),
        ("quotes-doubled", "Doubles single quotes of {}", lambda text: text.replace("'", "''"), "it's"),
        ("backslash-lost", "Drops backslashes of {}", lambda text: text.replace("\\", ""), "a\\b"),
        ("line-breaks-lost", "Replaces line breaks and tabs of {}", lambda text: re.sub("[\n\t]", " ", text), "a\nb"),
        ("base-name", "Drops everything before the last slash of {}", lambda text: text.rpartition("/")[2], "../a/b"),
    )
)


def _allows(node: Node, number: Json) -> bool:
    """Return whether the bounds of a node allow a number."""
    if not isinstance(number, int | Decimal):
        return False
    return all(
        holds(number, bound)
        for shape in node.shapes
        for keyword, holds in BOUNDS.items()
        if isinstance(bound := shape.value(keyword), int | float)
    )


def _is_unbounded(node: Node) -> bool:
    """Return whether a node allows any value of its types."""
    bound = {"enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}
    bound |= {"pattern", "minLength", "maxLength"}
    return not any(bound & shape.keywords.keys() for shape in node.shapes)
