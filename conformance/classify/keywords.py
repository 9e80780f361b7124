"""Keywords: which of a shape a value breaks, and which shape of a node it is meant for."""

from conformance.classify.bounds import broken_bounds
from conformance.contract.requirements.derived import FORMATS
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.contract.schemas.text_checks import keeps_format
from conformance.model.jsontext import Json, equal, equality_key, type_name


def fits(shape: Shape, value: Json) -> bool:
    """Tell whether a value has the type of a shape; an integer is a number as well."""
    name = type_name(value)
    return name == shape.type or (name, shape.type) == ("integer", "number")


def fitting(node: Node, value: Json) -> tuple[int, ...]:
    """Return the indices of the shapes of a node whose type a value has."""
    return node.branches(type_name(value))


def broken(shape: Shape, value: Json) -> frozenset[str]:
    """Return the keywords that a value of the shape's type breaks, `required` and what lies below it aside."""
    if not shape.bounded:
        return frozenset()
    found = broken_bounds(shape, value)
    listed = shape.value("enum")
    if isinstance(listed, list) and not any(equal(value, each) for each in listed):
        found.add("enum")
    if isinstance(value, str):
        format_ = str(shape.value("format"))
        if format_ in FORMATS and not keeps_format(format_, value):
            found.add("format")
    elif isinstance(value, list):
        if shape.value("uniqueItems") is True and len({equality_key(item) for item in value}) < len(value):
            found.add("uniqueItems")
    elif isinstance(value, dict) and shape.closed and not all(map(shape.declares, value)):
        found.add("additionalProperties")
    return frozenset(found)


def nearest(node: Node, value: Json) -> int:
    """Return the index of the shape that a value is meant for.

    That is, of those of its type, the one that it comes nearest to; without one of its type, the first.
    """
    found = fitting(node, value)
    if len(found) < 2:  # noqa: PLR2004 (nothing to choose between)
        return found[0] if found else 0
    return min(found, key=lambda branch: _distance(node, branch, value))


def _distance(node: Node, branch: int, value: Json) -> tuple[int, int]:
    """Return how far a value is from a shape: what is wrong with it or its properties, and how many are unknown."""
    shape = node.shapes[branch]
    held = value if isinstance(value, dict) else {}
    known = [child for child in node.members(branch) if child.name in held]
    missing = [name for name in shape.required if isinstance(value, dict) and name not in held]
    wrong = sum(
        not any(fits(shape, held[child.name]) and not broken(shape, held[child.name]) for shape in child.shapes)
        for child in known
    )
    return len(broken(shape, value)) + len(missing) + wrong, len(held) - len(known)
