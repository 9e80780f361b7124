"""Twists: what a server may make of a value between taking it and giving it back."""

import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from html import escape
from typing import TypeAlias, cast
from urllib.parse import unquote

import msgspec

from conformance.contract.nodes import Node
from conformance.model.jsontext import Json, equal
from conformance.strategies.values import bodies

Remake: TypeAlias = Callable[[Json], Json]


class Twist(msgspec.Struct, frozen=True):
    """A slug, what happens to the value, the change itself, and a value that it changes."""

    slug: str
    says: str
    remake: Remake
    example: Json


def twists(sent: Node, answered: Node, default: Json) -> Iterator[Twist]:
    """Yield what can happen to a value of `sent` so that `answered` holds another one that is still valid.

    The very same value means that nothing happens to it.
    """
    typical = cast("Json", bodies.smallest(sent))
    remade = other_value(answered, typical)
    if not equal(remade, typical):
        yield Twist("other", "comes back as another value", lambda held: other_value(answered, held), typical)
    example = typical if not equal(typical, default) else other_value(sent, default)
    if example is not None and not equal(example, default) and (default is not None or answered.nullable):
        yield Twist("default", "is not stored: its default comes back", lambda _: default, example)
    if answered.nullable and default is not None:
        yield Twist("null", "comes back as null", lambda _: None, typical)
    yield from _falsy(sent, answered, default)
    if sent.types & {"integer", "number"} and _free(answered):
        # A twist that no right request can show is none.
        yield from (twist for twist in _numeric(sent) if _allows(sent, twist.example))
    if sent.shape("string") is not None and _free(sent) and _free(answered):
        yield from _textual()


def other_value(node: Node, value: Json) -> Json:
    """Return a valid value of `node` that is not `value`, of the same kind; `value` itself where there is none."""
    for shape in node.shapes:
        listed = shape.value("enum")
        if isinstance(listed, list):
            found = next((each for each in listed if not equal(each, value)), None)
            if found is not None:
                return found
        elif shape.type == "boolean":
            return value is not True
        elif shape.type in {"integer", "number"}:
            return value + 1 if isinstance(value, int | Decimal) and not isinstance(value, bool) else 41
        elif shape.type == "string" and not {"format", "pattern", "maxLength"} & shape.keywords.keys():
            return f"{value}-other" if isinstance(value, str) else "other"
    if node.nullable and value is not None:
        return None
    return cast("Json", bodies.smallest(node)) if value is None else value


def _falsy(sent: Node, answered: Node, default: Json) -> Iterator[Twist]:
    """Yield the loss of 0, false and the empty text, as `value or default` loses them."""
    for types, slug, falsy in (
        ({"integer", "number"}, "lost-when-zero", 0),
        ({"boolean"}, "lost-when-false", False),
        ({"string"}, "lost-when-empty", ""),
    ):
        if not types & sent.types or any(shape.value("enum") is not None for shape in sent.shapes):
            continue
        if falsy is not False and isinstance(falsy, int) and not _allows(sent, falsy):
            continue
        instead = default or other_value(answered, falsy)
        says = f"is lost when it is {slug.rpartition('-')[2]}: another value comes back"

        def remake(held: Json, falsy: Json = falsy, instead: Json = instead) -> Json:
            return instead if equal(held, falsy) else held

        yield Twist(slug, says, remake, falsy)


def _numeric(sent: Node) -> Iterator[Twist]:
    def whole(change: Callable[[int], int]) -> Remake:
        def remake(held: Json) -> Json:
            if isinstance(held, bool) or not isinstance(held, int | Decimal) or held != int(held):
                return held
            return _or_same(held, change(int(held)))

        return remake

    yield Twist("through-float", "goes through a 64-bit float", whole(_through_float), 2**53 + 1)
    yield Twist("through-int32", "wraps round at 32 bits", whole(lambda n: (n + 2**31) % 2**32 - 2**31), 2**31)
    yield Twist("through-int64", "is cut at 64 bits", whole(lambda n: max(min(n, 2**63 - 1), -(2**63))), 2**63)
    yield Twist("through-int16", "wraps round at 16 bits", whole(lambda n: (n + 2**15) % 2**16 - 2**15), 2**15)
    yield Twist("sign-lost", "loses its sign", whole(abs), -1)
    yield Twist("negative-to-zero", "becomes 0 when it is negative", whole(lambda n: max(n, 0)), -1)
    if "number" in sent.types:
        yield Twist("fraction-lost", "loses its fraction", lambda held: _without_fraction(held), Decimal("0.5"))  # noqa: PLW0108


def _through_float(number: int) -> int:
    try:
        return int(float(number))
    except OverflowError:
        return number


def _without_fraction(held: Json) -> Json:
    return int(held) if isinstance(held, Decimal) and held != int(held) else held


def _textual() -> Iterator[Twist]:
    for slug, says, change, example in (
        ("lower-case", "is put into lower case", str.lower, "UPPER"),
        ("trimmed", "loses spaces around it", str.strip, " a "),
        ("nfc", "is composed by Unicode", lambda text: unicodedata.normalize("NFC", text), "e\u0301"),
        (
            "nfkc",
            "is folded by Unicode compatibility",
            lambda text: unicodedata.normalize("NFKC", text),
            "\uff41\u2460",
        ),
        ("truncated-63", "is cut at 63 characters", lambda text: text[:63], "a" * 64),
        ("truncated-255", "is cut at 255 characters", lambda text: text[:255], "a" * 256),
        ("ascii-only", "loses letters beyond ASCII", _ascii, "\u00e9"),
        ("mojibake", "is read as Latin-1", _mojibake, "\u00e9"),
        ("astral-lost", "loses characters beyond 16 bits", _without_astral, "\U0001f600"),
        ("nul-ended", "ends at an escaped NUL", lambda text: text.partition("\0")[0], "a\0b"),
        ("markup-escaped", "has its markup escaped", lambda text: escape(text, quote=False), "<b>&amp;</b>"),
        ("percent-decoded", "has its percent signs decoded", unquote, "a%2Fb"),
        ("quotes-doubled", "has its single quotes doubled", lambda text: text.replace("'", "''"), "it's"),
        ("backslash-lost", "loses backslashes", lambda text: text.replace("\\", ""), "a\\b"),
        (
            "line-breaks-lost",
            "loses line breaks and tabs",
            lambda text: " ".join(text.split("\n")).replace("\t", " "),
            "a\nb",
        ),
        ("base-name", "keeps what follows the last slash alone", lambda text: text.rpartition("/")[2], "../a/b"),
    ):
        yield Twist(slug, says, _texts(change), example)


def _texts(change: Callable[[str], str]) -> Remake:
    return lambda held: _or_same(held, change(held)) if isinstance(held, str) else held


def _or_same(held: Json, new: Json) -> Json:
    """Return the very same value where the new one is equal."""
    return held if equal(new, held) else new


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def _mojibake(text: str) -> str:
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _without_astral(text: str) -> str:
    return "".join("?" if letter > "\uffff" else letter for letter in text)


def _allows(node: Node, number: Json) -> bool:
    """Tell whether the bounds of a node let a number pass."""
    if not isinstance(number, int | Decimal):
        return False
    for shape in node.shapes:
        low, high = shape.value("minimum"), shape.value("maximum")
        above, below = shape.value("exclusiveMinimum"), shape.value("exclusiveMaximum")
        if (
            (isinstance(low, int | float) and number < low)
            or (isinstance(high, int | float) and number > high)
            or (isinstance(above, int | float) and number <= above)
            or (isinstance(below, int | float) and number >= below)
        ):
            return False
    return True


def _free(node: Node) -> bool:
    """Tell whether a node takes any value of its types."""
    bound = {"enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}
    bound |= {"pattern", "minLength", "maxLength"}
    return not any(bound & shape.keywords.keys() for shape in node.shapes)
