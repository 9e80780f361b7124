"""Values of every type that a node does not allow, those that a lax parser would convert marked as such."""

from collections.abc import Iterator

from conformance.contract.nodes import Node
from conformance.model.jsontext import Literal, Writable
from conformance.strategies.values.value import Value


def wrong_types(node: Node) -> Iterator[Value]:
    """Yield values of each JSON type that the node forbids."""
    allowed = node.types
    if "null" not in allowed:
        yield Value("null", None, "null")
    yield from _booleans(allowed)
    yield from _numbers(allowed)
    yield from _texts(allowed)
    if "array" not in allowed:
        yield Value("array", [], "an array")
        if allowed & {"object", "integer", "string", "boolean"}:
            yield Value("array-of-one", [_inside(allowed)], "an array of one")
    if "object" not in allowed:
        yield Value("object", {}, "an object")


def _booleans(allowed: frozenset[str]) -> Iterator[Value]:
    numeric = bool(allowed & {"integer", "number"})
    if "boolean" not in allowed:
        yield Value("true", True, "a boolean", coercible=numeric)  # noqa: FBT003  (the JSON value)
        if numeric:
            yield Value("false", False, "a boolean", coercible=True)  # noqa: FBT003  (the JSON value)


def _numbers(allowed: frozenset[str]) -> Iterator[Value]:
    if "number" not in allowed:
        yield Value("fraction", Literal("1.5"), "a number with a fraction")
    if not allowed & {"integer", "number"}:
        yield Value("integer", 2, "an integer")
        if "boolean" in allowed:
            yield Value("zero", 0, "0 or 1", coercible=True)
            yield Value("one", 1, "0 or 1", coercible=True)


def _texts(allowed: frozenset[str]) -> Iterator[Value]:
    if "string" in allowed:
        return
    yield Value("text", "abc", "a text")
    yield Value("empty-text", "", "an empty text")
    if allowed & {"integer", "number"}:
        yield Value("text-number", "1", "a number in quotes", coercible=True)
    if "boolean" in allowed:
        yield Value("text-true", "true", "a boolean in quotes", coercible=True)
    if "null" in allowed:
        yield Value("text-null", "null", "null in quotes")


def _inside(allowed: frozenset[str]) -> Writable:
    """Return a right value to be wrapped in an array, as a lax parser may unwrap it."""
    if "object" in allowed:
        return {}
    return 1 if "integer" in allowed else True if "boolean" in allowed else "abc"
