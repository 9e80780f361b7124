"""Classes of numbers: the edges of machine types, spellings, and the bounds that a schema states."""

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from conformance.classify.bounds import LOWER, NUMERIC_BOUNDS, UPPER, Number, as_number, broken_bounds, keeps_bounds
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Literal
from conformance.strategies.values.value import BEYOND_DOUBLE, Value, breaking, keyword_slug

EDGES: tuple[tuple[str, int, str], ...] = (
    ("beyond-float", 2**53 + 1, "an integer above 2^53"),
    ("minus-one", -1, "-1"),
    ("beyond-int64", 2**63, "an integer above 2^63-1"),
    ("huge", 10**30, "an integer of 31 digits"),
    ("beyond-int32", 2**31, "an integer above 2^31-1"),
    ("int32-min", -(2**31), "the smallest 32-bit integer"),
    ("beyond-uint64", 2**64, "an integer above 2^64-1"),
    ("below-int64", -(2**63) - 1, "an integer below -2^63"),
    ("int64-max", 2**63 - 1, "the largest 64-bit integer"),
    ("beyond-uint32", 2**32, "an integer above 2^32-1"),
    ("below-int32", -(2**31) - 1, "an integer below -2^31"),
    ("int64-min", -(2**63), "the smallest 64-bit integer"),
    ("int32-max", 2**31 - 1, "the largest 32-bit integer"),
    ("beyond-int16", 2**15, "an integer above 2^15-1"),
    ("beyond-uint16", 2**16, "an integer above 2^16-1"),
    ("beyond-int8", 2**7, "an integer above 127"),
    ("beyond-uint8", 2**8, "an integer above 255"),
    ("int16-max", 2**15 - 1, "the largest 16-bit integer"),
    ("int8-max", 2**7 - 1, "the largest 8-bit integer"),
)
"""The edges of machine types, the most telling first."""

ROUND = (1, 2, 5, 10, 100, 0)
"""What a person would send where nothing is suggested, the first that the bounds allow."""

STEP = Decimal("0.5")
"""How far beyond a bound a number lies where any number is allowed."""

HALVINGS = 60
"""How often a step is halved to stay between two bounds."""


def valid(shape: Shape) -> Iterator[Value]:
    """Yield a number of each valid class: typical, 0, 1, spellings, machine edges, and at each stated bound."""
    usual = typical(shape)
    if not keeps_bounds(shape, usual):
        return
    yield Value("ordinary", usual, "an ordinary number")
    for slug, number, kind in (("zero", 0, "0"), ("one", 1, "1")):
        if keeps_bounds(shape, number) and number != usual:
            yield Value(slug, number, kind)
    yield from _at_bounds(shape)
    if usual == int(usual):
        yield Value("integral-float", Literal(f"{int(usual)}.0"), "an integer with a zero fraction (1.0)", edge=True)
    ten = next((n for n in (10, 20, 50, 100, 1000) if keeps_bounds(shape, n)), None)
    if ten is not None:
        digits = str(ten).rstrip("0")
        spelled = f"{digits}e{len(str(ten)) - len(digits)}"
        yield Value("exponent", Literal(spelled), "an integer in exponent form (1e0)", edge=True)
    if keeps_bounds(shape, 0):
        yield Value("minus-zero", Literal("-0"), "minus zero", edge=True)
    if shape.type == "number" and keeps_bounds(shape, Decimal("0.1")):
        yield Value("fraction", Literal("0.1"), "a number with a fraction")
    for slug, number, kind in EDGES:
        if keeps_bounds(shape, number):
            yield Value(slug, number, kind, edge=True)
    if not any(bound in shape.keywords for bound in NUMERIC_BOUNDS):
        yield Value("beyond-double", Literal("1e400"), BEYOND_DOUBLE, edge=True, undecided=True)


def invalid(shape: Shape) -> Iterator[Value]:
    """Yield a number just outside each bound that the schema states, which keeps all the others."""
    for keyword in (*LOWER, *UPPER):
        bound = as_number(shape.value(keyword))
        if bound is None:
            continue
        down = keyword in LOWER
        # The bound itself breaks an exclusive one; where it is no multiple of what is asked for, the next one does.
        number = _next(shape, bound, down=down, beyond=not keyword.startswith("exclusive"))
        if broken_bounds(shape, number) == {keyword}:
            yield breaking(keyword, number)
    multiple = as_number(shape.value("multipleOf"))
    if multiple is None:
        return
    usual = typical(shape)
    parts = (1, 2, 3) if shape.type == "integer" else (Decimal(multiple) / 2, Decimal(multiple) / 4)
    for number in (usual + sign * part for part in parts for sign in (1, -1)):
        if broken_bounds(shape, number) == {"multipleOf"}:
            yield breaking("multipleOf", number)
            return


def typical(shape: Shape) -> Number:
    """Return a plain number that keeps every bound: an example or the default, else a round one or a bound."""
    for value in [*shape.listed("examples"), shape.value("default"), *ROUND]:
        number = as_number(value)
        if number is not None and keeps_bounds(shape, number) and (shape.type == "number" or number == int(number)):
            return number
    return next((value.json for value in _at_bounds(shape) if isinstance(value.json, int | Decimal)), 1)


def _at_bounds(shape: Shape) -> Iterator[Value]:
    """Yield the number nearest to each bound that keeps them all."""
    for keyword in (*LOWER, *UPPER):
        bound = as_number(shape.value(keyword))
        if bound is None:
            continue
        number = _inside(shape, keyword, bound)
        if number is not None:
            yield Value(f"{keyword_slug(keyword)}-kept", number, f"a number at {keyword}", keyword)
    multiple = as_number(shape.value("multipleOf"))
    if multiple is not None:
        unit = _unit(shape, multiple)
        number = next((n for n in (unit, 2 * unit, -unit, 0) if keeps_bounds(shape, n)), None)
        if number is not None:
            yield Value("multiple-of-kept", number, "a multiple of multipleOf", "multipleOf")


def _inside(shape: Shape, keyword: str, bound: Number) -> Number | None:
    exclusive = keyword.startswith("exclusive")
    number = _next(shape, bound, down=keyword in UPPER, beyond=exclusive)
    if keeps_bounds(shape, number):
        return number
    if shape.type == "number" and "multipleOf" not in shape.keywords and exclusive:
        step = Decimal(1)
        for _ in range(HALVINGS):
            step /= 2
            near = bound - step if keyword in UPPER else bound + step
            if keeps_bounds(shape, near):
                return near
    return None


def _next(shape: Shape, bound: Number, *, down: bool, beyond: bool) -> Number:
    """Return the number at or next below (above) `bound` that the type and multipleOf allow.

    With `beyond` it is never the bound itself.
    """
    multiple = as_number(shape.value("multipleOf"))
    if multiple is None and shape.type == "number":
        return bound + (_step(bound, STEP) * (-1 if down else 1) if beyond else 0)
    unit = _unit(shape, multiple or 1)
    if beyond and (step := _step(bound, unit)) > unit:
        bound += -step if down else step
    exact = Fraction(bound) / Fraction(unit)
    whole = exact.__floor__() if down else exact.__ceil__()
    if beyond and whole == exact:
        whole += -1 if down else 1
    number = Fraction(unit) * whole
    return int(number) if number.denominator == 1 else Decimal(number.numerator) / Decimal(number.denominator)


def _step(bound: Number, step: Number) -> Number:
    """Return a step of at least `step` that double precision does not lose at a bound."""
    rounded = float(Decimal(bound))
    while math.isfinite(rounded) and rounded in {float(Decimal(bound + step)), float(Decimal(bound - step))}:
        step *= 2
    return step


def _unit(shape: Shape, multiple: Number) -> Number:
    """Return the least number above zero that the type and `multiple` allow."""
    return Fraction(multiple).numerator if shape.type == "integer" else multiple
