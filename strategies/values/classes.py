"""Values: for one node, the classes of valid and of invalid ones, each with one example."""

from collections.abc import Iterator

from conformance.classify.bounds import as_number
from conformance.classify.kinds import enum_kind
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Json, equal, type_name
from conformance.strategies.values import numbers, sizes, strings
from conformance.strategies.values.value import Value
from conformance.strategies.values.wrong_types import wrong_types

__all__ = ["Value", "invalid_values", "valid_values"]

LONGEST_SLUG = 60
"""How many characters of an enum value a slug holds."""


def valid_values(node: Node) -> Iterator[Value]:
    """Yield one value of each valid class of a node; objects only in their empty form, where it is allowed."""
    return _by_class(value for branch, shape in enumerate(node.shapes) for value in _valid(node, branch, shape))


def invalid_values(node: Node) -> Iterator[Value]:
    """Yield one value of each class that the node forbids; absence and unknown properties are not among them."""
    yield from wrong_types(node)
    yield from _by_class(value for branch, shape in enumerate(node.shapes) for value in _invalid(node, branch, shape))


def _by_class(values: Iterator[Value]) -> Iterator[Value]:
    """Yield the first value of each class: two alternatives of one type have the same classes."""
    seen: set[str] = set()
    for value in values:
        if value.slug not in seen:
            seen.add(value.slug)
            yield value


def _valid(node: Node, branch: int, shape: Shape) -> Iterator[Value]:
    if shape.value("enum") is not None and shape.type != "null":
        yield from _declared(shape)
        return
    match shape.type:
        case "null":
            yield Value("null", None, "null")
        case "boolean":
            yield Value("true", True, "true")  # noqa: FBT003  (the JSON value)
            yield Value("false", False, "false")  # noqa: FBT003  (the JSON value)
        case "integer" | "number":
            yield from numbers.valid(shape)
        case "string":
            yield from strings.valid(shape)
        case "object":
            yield from sizes.valid_objects(node, branch)
        case "array":
            yield from sizes.valid_arrays(node, branch)


def _invalid(node: Node, branch: int, shape: Shape) -> Iterator[Value]:
    if shape.value("enum") is not None:
        types = [other.type for other in node.shapes]
        if types.count(shape.type) == 1 and not {"integer", "number"} <= set(types):
            yield from _outside(shape)
        return
    match shape.type:
        case "integer" | "number":
            yield from numbers.invalid(shape)
        case "string":
            yield from strings.invalid(shape)
        case "object":
            yield from sizes.invalid_objects(node, branch)
        case "array":
            yield from sizes.invalid_arrays(node, branch)


def _declared(shape: Shape) -> Iterator[Value]:
    for value in shape.listed("enum"):
        slug = "".join(c.lower() if c.isalnum() else "-" for c in str(value)).strip("-")[:LONGEST_SLUG] or "empty"
        yield Value(f"enum-{slug}", value, "an enum value", "enum")


def _outside(shape: Shape) -> Iterator[Value]:
    listed = shape.listed("enum")
    first = listed[0]
    candidates: tuple[tuple[str, Json], ...] = ()
    if isinstance(first, str):
        candidates = (
            ("unknown-enum-value", "UNDECLARED_VALUE"),
            ("other-case", first.swapcase()),
            ("padded", f" {first}"),
            ("prefix", first[:-1]),
            ("empty", ""),
        )
    elif isinstance(first, bool):
        candidates = (("unknown-enum-value", not first),)
    elif type_name(first) in {"integer", "number"}:
        above = max(int(number) for each in listed if (number := as_number(each)) is not None) + 1
        candidates = (("unknown-enum-value", above),)
    for slug, value in candidates:
        if not any(equal(value, each) for each in listed):
            yield Value(slug, value, enum_kind(listed, value), "enum")
