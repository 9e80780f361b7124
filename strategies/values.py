"""Values: for one node, the classes of valid and of invalid ones, each with one example."""

from collections.abc import Iterator

import msgspec

from conformance.contract.nodes import Node
from conformance.contract.shapes import Shape
from conformance.model.case import SLOT
from conformance.model.jsontext import Json, Literal, Writable, type_name, write
from conformance.strategies import numbers, texts


class Value(msgspec.Struct, frozen=True):
    """One value of a class.

    `slug` is unique at its node, `kind` names the class in words that are the same for every member, `keyword` the
    JSON Schema keyword that the value is about. `edge` marks a valid value that a sane server may still refuse
    (weaker than must); `coercible` an invalid one that a lax parser would convert; `undecided` a valid one that
    validators in Python cannot be trusted with.
    """

    slug: str
    json: Writable
    kind: str
    keyword: str = "type"
    edge: bool = False
    coercible: bool = False
    undecided: bool = False


def valid_values(node: Node) -> Iterator[Value]:
    """Yield one value of each valid class of a node; objects and arrays only in their empty form, where allowed."""
    for shape in node.shapes:
        match shape.type:
            case "null":
                yield Value("null", None, "null")
            case "boolean" | "integer" | "number" | "string" if shape.value("enum") is not None:
                yield from _members(shape)
            case "boolean":
                yield Value("true", True, "true")  # noqa: FBT003  (the JSON value)
                yield Value("false", False, "false")  # noqa: FBT003  (the JSON value)
            case "integer" | "number":
                yield from (Value(*each) for each in numbers.valid(shape))
            case "string":
                yield from (Value(*each) for each in texts.valid(shape))
            case "object":
                if not shape.required and not shape.value("minProperties"):
                    yield Value("empty-object", {}, "an empty object")
            case "array":
                if not shape.value("minItems"):
                    yield Value("empty-array", [], "an empty array")


def invalid_values(node: Node) -> Iterator[Value]:
    """Yield one value of each class that the node forbids; absence and unknown members are not among them."""
    yield from _wrong_types(node)
    for shape in node.shapes:
        if shape.value("enum") is not None and shape.type == "string":
            yield from _outside(shape)
        elif shape.type in {"integer", "number"}:
            yield from (Value(*each) for each in numbers.invalid(shape))
        elif shape.type == "string":
            yield from (Value(*each) for each in texts.invalid(shape))


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
            return texts.typical(shape, node.member)
    message = f"{shape.type} is not a scalar"
    raise ValueError(message)


def _suggested(shape: Shape) -> Iterator[Json]:
    listed = shape.value("enum")
    if isinstance(listed, list):
        yield from listed[:1]
        return
    examples = shape.value("examples")
    for value in [*(examples if isinstance(examples, list) else []), shape.value("default")]:
        fits = type_name(value) == shape.type or (type_name(value), shape.type) == ("integer", "number")
        if value is not None and fits and numbers.within(shape, value) and texts.within(shape, value):
            yield value


def _members(shape: Shape) -> Iterator[Value]:
    listed = shape.value("enum")
    for value in listed if isinstance(listed, list) else ():
        slug = "".join(c.lower() if c.isalnum() else "-" for c in str(value)).strip("-") or "empty"
        yield Value(f"enum-{slug}", value, "a declared value", "enum")


def _wrong_types(node: Node) -> Iterator[Value]:
    allowed = node.types
    numeric = bool(allowed & {"integer", "number"})
    if "null" not in allowed:
        yield Value("null", None, "null")
    if "boolean" not in allowed:
        yield Value("true", True, "true", coercible=numeric)  # noqa: FBT003  (the JSON value)
        if numeric:
            yield Value("false", False, "false", coercible=True)  # noqa: FBT003  (the JSON value)
    if "number" not in allowed:
        yield Value("fraction", Literal("1.5"), "a number with a fraction")
    if not numeric:
        yield Value("integer", 2, "an integer")
        if "boolean" in allowed:
            yield Value("zero", 0, "0", coercible=True)
            yield Value("one", 1, "1", coercible=True)
    if "string" not in allowed:
        yield Value("text", "abc", "a text")
        yield Value("empty-text", "", "an empty text")
        if numeric:
            yield Value("text-number", "1", "a number in quotes", coercible=True)
        if "boolean" in allowed:
            yield Value("text-true", "true", "a boolean in quotes", coercible=True)
        if "null" in allowed:
            yield Value("text-null", "null", "null in quotes")
    if "array" not in allowed:
        yield Value("array", [], "an array")
        if allowed & {"object", "integer", "string", "boolean"}:
            yield Value("array-of-one", [_inside(allowed)], "an array of one")
    if "object" not in allowed:
        yield Value("object", {}, "an object")


def _inside(allowed: frozenset[str]) -> Writable:
    """Return a right value to be wrapped in an array, as a lax parser may unwrap it."""
    if "object" in allowed:
        return {}
    return 1 if "integer" in allowed else True if "boolean" in allowed else "abc"


def _outside(shape: Shape) -> Iterator[Value]:
    listed = [str(value) for value in shape.value("enum") or ()]  # type: ignore[union-attr]
    first = listed[0]
    for slug, text, kind in (
        ("undeclared", "UNDECLARED_VALUE", "an undeclared value"),
        ("other-case", first.swapcase(), "a declared value in other letter case"),
        ("padded", f" {first}", "a declared value with a space before it"),
        ("prefix", first[:-1], "a declared value cut short"),
        ("empty", "", "an empty text"),
    ):
        if text not in listed:
            yield Value(slug, text, kind, "enum")


def is_slot(value: Writable) -> bool:
    """Tell whether a value holds the slot for a fresh name."""
    return SLOT in write(value)
