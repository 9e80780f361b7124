"""Classes of numbers: the edges of machine types, spellings, and the bounds that a schema states."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from conformance.contract.shapes import Shape
from conformance.model.jsontext import Json, Literal, Writable

Row: TypeAlias = tuple[str, Writable, str, str, bool, bool, bool]
"""The fields of a `Value`, in order."""

Number: TypeAlias = int | Decimal

EDGES: tuple[tuple[str, int, str], ...] = (
    ("beyond-float", 2**53 + 1, "an integer beyond 53 bits"),
    ("minus-one", -1, "-1"),
    ("beyond-int64", 2**63, "an integer beyond 64 bits"),
    ("huge", 10**30, "an integer of 31 digits"),
    ("beyond-int32", 2**31, "an integer beyond 32 bits"),
    ("int32-min", -(2**31), "the smallest 32-bit integer"),
    ("beyond-uint64", 2**64, "an integer beyond unsigned 64 bits"),
    ("below-int64", -(2**63) - 1, "an integer below 64 bits"),
    ("int64-max", 2**63 - 1, "the largest 64-bit integer"),
    ("beyond-uint32", 2**32, "an integer beyond unsigned 32 bits"),
    ("below-int32", -(2**31) - 1, "an integer below 32 bits"),
    ("int64-min", -(2**63), "the smallest 64-bit integer"),
    ("int32-max", 2**31 - 1, "the largest 32-bit integer"),
    ("beyond-int16", 2**15, "an integer beyond 16 bits"),
    ("beyond-uint16", 2**16, "an integer beyond unsigned 16 bits"),
    ("beyond-int8", 2**7, "an integer beyond 8 bits"),
    ("beyond-uint8", 2**8, "an integer beyond unsigned 8 bits"),
    ("int16-max", 2**15 - 1, "the largest 16-bit integer"),
    ("int8-max", 2**7 - 1, "the largest 8-bit integer"),
)
"""The edges of machine types, the most telling first."""

LOWER = {"minimum": 0, "exclusiveMinimum": 1}
UPPER = {"maximum": 0, "exclusiveMaximum": 1}


def valid(shape: Shape) -> Iterator[Row]:
    """Yield a number of each valid class: typical, 0, 1, spellings, machine edges, and at each stated bound."""
    usual = typical(shape)
    yield "typical", usual, "a typical number", "type", False, False, False
    for slug, number, kind in (("zero", 0, "0"), ("one", 1, "1")):
        if within(shape, number) and number != usual:
            yield slug, number, kind, "type", False, False, False
    yield from _at_bounds(shape)
    whole = int(usual) if usual == int(usual) else None
    if whole is not None:
        yield "integral-float", Literal(f"{whole}.0"), "a number written with a zero fraction", "type", True, False, False
    ten = next((n for n in (10, 20, 50, 100, 1000) if within(shape, n)), None)
    if ten is not None:
        digits = str(ten).rstrip("0")
        spelled = f"{digits}e{len(str(ten)) - len(digits)}"
        yield "exponent", Literal(spelled), "a number written with an exponent", "type", True, False, False
    if within(shape, 0):
        yield "minus-zero", Literal("-0"), "minus zero", "type", True, False, False
    if shape.type == "number" and within(shape, Decimal("0.1")):
        yield "fraction", Literal("0.1"), "a number with a fraction", "type", False, False, False
    for slug, number, kind in EDGES:
        if within(shape, number):
            yield slug, number, kind, "type", True, False, False
    if not any(bound in shape.keywords for bound in (*LOWER, *UPPER, "multipleOf")):
        yield "beyond-double", Literal("1e400"), "a number beyond 64-bit floats", "type", True, False, True


def invalid(shape: Shape) -> Iterator[Row]:
    """Yield a number just outside each bound that the schema states."""
    for keyword in (*LOWER, *UPPER):
        bound = _number(shape.value(keyword))
        if bound is None:
            continue
        outward = -1 if keyword in LOWER else 1
        number = bound if keyword.startswith("exclusive") else bound + outward * _step(shape)
        if _only_breaks(shape, number, keyword):
            yield f"{_slug(keyword)}-broken", number, f"a number beyond {keyword}", keyword, False, False, False
    multiple = _number(shape.value("multipleOf"))
    if multiple is not None:
        number = typical(shape) + (1 if shape.type == "integer" else multiple / Decimal(2))
        if number % multiple:
            yield "multiple-of-broken", number, "no multiple of multipleOf", "multipleOf", False, False, False


def typical(shape: Shape) -> Number:
    """Return a plain number that keeps every bound: an example or the default, else the smallest round one."""
    examples = shape.value("examples")
    for value in [*(examples if isinstance(examples, list) else []), shape.value("default"), 1, 2, 5, 10, 100, 0]:
        number = _number(value)
        if number is not None and within(shape, number) and (shape.type == "number" or number == int(number)):
            return number
    for keyword in (*LOWER, *UPPER):
        bound = _number(shape.value(keyword))
        if bound is not None:
            step = _step(shape) if keyword in LOWER else -_step(shape)
            number = bound + step if keyword.startswith("exclusive") else bound
            multiple = _number(shape.value("multipleOf"))
            if multiple is not None and number % multiple:
                number += multiple - number % multiple
            if within(shape, number):
                return number
    return 1


def within(shape: Shape, value: Json) -> bool:
    """Tell whether a value keeps the numeric bounds of a shape; what is no number keeps them."""
    number = _number(value)
    return number is None or not any(_breaks(shape, number, keyword) for keyword in (*LOWER, *UPPER, "multipleOf"))


def _breaks(shape: Shape, number: Number, keyword: str) -> bool:
    bound = _number(shape.value(keyword))
    if bound is None:
        return False
    match keyword:
        case "minimum":
            return number < bound
        case "maximum":
            return number > bound
        case "exclusiveMinimum":
            return number <= bound
        case "exclusiveMaximum":
            return number >= bound
        case _:
            return bool(Decimal(number) % Decimal(bound))


def _only_breaks(shape: Shape, number: Number, keyword: str) -> bool:
    broken = {each for each in (*LOWER, *UPPER, "multipleOf") if _breaks(shape, number, each)}
    return broken <= {keyword, "multipleOf"} and keyword in broken


def _at_bounds(shape: Shape) -> Iterator[Row]:
    for keyword in (*LOWER, *UPPER):
        bound = _number(shape.value(keyword))
        if bound is None:
            continue
        inward = _step(shape) if keyword in LOWER else -_step(shape)
        number = bound + inward if keyword.startswith("exclusive") else bound
        if within(shape, number):
            yield f"{_slug(keyword)}-kept", number, f"a number at {keyword}", keyword, False, False, False
    multiple = _number(shape.value("multipleOf"))
    if multiple is not None and within(shape, typical(shape)):
        yield "multiple-of-kept", typical(shape), "a multiple of multipleOf", "multipleOf", False, False, False


def _step(shape: Shape) -> Number:
    multiple = _number(shape.value("multipleOf"))
    if multiple is not None:
        return multiple
    return 1 if shape.type == "integer" else Decimal("0.5")


def _number(value: Json) -> Number | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(repr(value)) if isinstance(value, float) else value


def _slug(keyword: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in keyword)
