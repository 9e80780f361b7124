"""Bounds: which of the numbers, lengths, sizes and patterns that a shape states a value breaks."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TypeAlias

from conformance.contract.schemas.multiples import is_multiple
from conformance.contract.schemas.shapes import Shape
from conformance.contract.schemas.text_checks import keeps_pattern
from conformance.model.jsontext import Json

Number: TypeAlias = int | Decimal

LOWER = ("minimum", "exclusiveMinimum")
UPPER = ("maximum", "exclusiveMaximum")
NUMERIC_BOUNDS = (*LOWER, *UPPER, "multipleOf")

UNLIMITED = 10**9


def as_number(value: Json) -> Number | None:
    """Return a number exactly as it is written, and None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(repr(value)) if isinstance(value, float) else value


def broken_bounds(shape: Shape, value: Json) -> set[str]:
    """Return the numeric bounds, lengths, sizes and the pattern that a value of the shape's type breaks."""
    if isinstance(value, str):
        return _broken_by_string(shape, value)
    if isinstance(value, list):
        return _broken_by_size(shape, len(value), "minItems", "maxItems")
    if isinstance(value, dict):
        return _broken_by_size(shape, len(value), "minProperties", "maxProperties")
    number = as_number(value)
    return _broken_by_number(shape, number) if number is not None else set()


def keeps_bounds(shape: Shape, value: Json) -> bool:
    """Tell whether a value keeps every bound that a shape states for its type; of a format it says nothing."""
    return not broken_bounds(shape, value)


def limits(shape: Shape, lower: str, upper: str) -> tuple[int, int]:
    """Return the least and the greatest size that two keywords state."""
    least, most = shape.value(lower), shape.value(upper)
    return (
        int(least) if isinstance(least, int | float) else 0,
        int(most) if isinstance(most, int | float) else UNLIMITED,
    )


def lengths(shape: Shape) -> Iterator[tuple[str, int]]:
    """Yield each length that a shape states for strings, with its keyword."""
    for keyword in ("minLength", "maxLength"):
        value = shape.value(keyword)
        if isinstance(value, int | float):
            yield keyword, int(value)


def _broken_by_number(shape: Shape, number: Number) -> set[str]:
    stated = [(keyword, as_number(shape.value(keyword))) for keyword in NUMERIC_BOUNDS if keyword in shape.keywords]
    return {keyword for keyword, bound in stated if bound is not None and _breaks(keyword, number, bound)}


def _broken_by_string(shape: Shape, text: str) -> set[str]:
    found = {
        keyword
        for keyword, length in lengths(shape)
        if ((len(text) < length) if keyword == "minLength" else (len(text) > length))
    }
    pattern = shape.value("pattern")
    if isinstance(pattern, str) and not keeps_pattern(pattern, text):
        found.add("pattern")
    return found


def _broken_by_size(shape: Shape, size: int, lower: str, upper: str) -> set[str]:
    least, most = limits(shape, lower, upper)
    return ({lower} if size < least else set()) | ({upper} if size > most else set())


def _breaks(keyword: str, number: Number, bound: Number) -> bool:
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
            return not is_multiple(number, bound)
