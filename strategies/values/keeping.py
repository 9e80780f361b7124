"""Which keywords of a shape a value keeps, and which it breaks."""

from collections.abc import Hashable
from decimal import Decimal

from conformance.contract.derived import FORMATS
from conformance.contract.nodes import Node
from conformance.contract.shapes import Shape
from conformance.contract.validators import keeps_format
from conformance.model.jsontext import Json, equal, type_name
from conformance.strategies.values import construction, numbers, strings


def fits(shape: Shape, value: Json) -> bool:
    """Tell whether a value has the type of a shape; an integer is a number as well."""
    name = type_name(value)
    return name == shape.type or (name, shape.type) == ("integer", "number")


def broken(shape: Shape, value: Json) -> frozenset[str]:
    """Return the keywords that a value of the shape's type breaks, `required` and what lies below it aside."""
    found: set[str] = set()
    listed = shape.value("enum")
    if isinstance(listed, list) and not any(equal(value, each) for each in listed):
        found.add("enum")
    if isinstance(value, str):
        found |= strings.broken(shape, value)
        format_ = str(shape.value("format"))
        if format_ in FORMATS and not keeps_format(format_, value):
            found.add("format")
    elif isinstance(value, list):
        found |= _size(shape, len(value), "minItems", "maxItems")
        if shape.value("uniqueItems") is True and _repeats(value):
            found.add("uniqueItems")
    elif isinstance(value, dict):
        found |= _size(shape, len(value), "minProperties", "maxProperties")
        if shape.closed and value.keys() - shape.members.keys():
            found.add("additionalProperties")
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = numbers.as_number(value)
        found |= numbers.broken(shape, number) if number is not None else set()
    return frozenset(found)


def nearest(node: Node, value: Json) -> int:
    """Return the index of the shape that a value is meant for.

    That is, of those of its type, the one that it comes nearest to; without one of its type, the first.
    """
    fitting = [branch for branch, shape in enumerate(node.shapes) if fits(shape, value)]
    if len(fitting) < 2:  # noqa: PLR2004 (nothing to choose between)
        return fitting[0] if fitting else 0
    return min(fitting, key=lambda branch: _distance(node, branch, value))


def _distance(node: Node, branch: int, value: Json) -> tuple[int, int]:
    """Return how far a value is from a shape: what is wrong with it or its members, and how many it does not know."""
    shape = node.shapes[branch]
    held = value if isinstance(value, dict) else {}
    known = [child for child in node.members(branch) if child.name in held]
    missing = [name for name in shape.required if isinstance(value, dict) and name not in held]
    wrong = sum(
        not any(fits(shape, held[child.name]) and not broken(shape, held[child.name]) for shape in child.shapes)
        for child in known
    )
    return len(broken(shape, value)) + len(missing) + wrong, len(held) - len(known)


def _size(shape: Shape, size: int, lower: str, upper: str) -> set[str]:
    least, most = construction.bounds(shape, lower, upper)
    return ({lower} if size < least else set()) | ({upper} if size > most else set())


def _repeats(items: list[Json]) -> bool:
    return len({_key(item) for item in items}) < len(items)


def _key(value: Json) -> Hashable:
    """Return what is the same for equal values (JSON Schema Core section 4.2.2) and differs for others."""
    if isinstance(value, list):
        return "array", tuple(map(_key, value))
    if isinstance(value, dict):
        return "object", frozenset((name, _key(item)) for name, item in value.items())
    # A boolean is a number to Python, and no number to JSON.
    return isinstance(value, bool), value
