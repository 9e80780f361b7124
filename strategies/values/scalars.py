"""Plain scalars: what a person would send for a member, and as many others as are asked for."""

from collections.abc import Iterator

from conformance.classify.bounds import keeps_bounds
from conformance.classify.keywords import broken, fits
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Json, Writable
from conformance.strategies.values import numbers, strings

MOST = 1_000
"""How many steps are taken in the search for different values."""


def typical(node: Node, shape: Shape) -> Writable:
    """Return a scalar that a person would send: an example, the default, or a plain value of the type."""
    for value in _suggested(shape):
        return value
    match shape.type:
        case "null":
            return None
        case "boolean":
            return True
        case "integer" | "number":
            return numbers.typical(shape)
        case "string":
            return strings.typical(shape, node.member)
    message = f"{shape.type} is not a scalar"
    raise ValueError(message)


def _suggested(shape: Shape) -> Iterator[Json]:
    if listed := shape.listed("enum"):
        yield listed[0]
        return
    for value in [*shape.listed("examples"), shape.value("default")]:
        if value is not None and fits(shape, value) and not broken(shape, value):
            yield value


def several(node: Node, shape: Shape) -> Iterator[Writable]:
    """Yield different valid scalars of one shape, the typical one first."""
    if listed := shape.listed("enum"):
        yield from listed
        return
    yield typical(node, shape)
    match shape.type:
        case "boolean":
            yield typical(node, shape) is not True
        case "integer" | "number":
            usual = numbers.typical(shape)
            yield from (n for step in range(1, MOST) for n in (usual + step, usual - step) if keeps_bounds(shape, n))
        case "string" if shape.value("format") in strings.NUMBERED:
            of_format = map(strings.NUMBERED[str(shape.value("format"))], range(MOST))
            yield from (text for text in of_format if text != typical(node, shape) and keeps_bounds(shape, text))
        case "string" if shape.value("format") not in {**strings.FORMATS, **strings.HALF_ASSERTED}:
            numbered = (f"{letter}{number}" for number in range(MOST) for letter in ("a", "A", ""))
            repeated = ("a" * number for number in range(2, MOST))
            yield from (text for text in (*repeated, *numbered) if keeps_bounds(shape, text))
