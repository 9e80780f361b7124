"""Values of every type that a node does not allow; which of them a lax parser would convert, classify tells."""

from collections.abc import Iterator

from conformance.classify.coercion import NUMERIC, coerced
from conformance.classify.keywords import fits
from conformance.classify.kinds import type_kind
from conformance.contract.nodes import Node
from conformance.model.jsontext import Literal, Writable, plain_json
from conformance.strategies.values.value import Value


def wrong_types(node: Node) -> Iterator[Value]:
    """Yield values of each JSON type that the node forbids."""
    allowed = node.types
    numeric, boolean = bool(allowed & NUMERIC), "boolean" in allowed
    for slug, json, telling in (
        ("null", None, True),
        ("true", True, True),
        ("false", False, numeric),
        ("fraction", Literal("1.5"), True),
        ("integer", 2, True),
        ("zero", 0, boolean),
        ("one", 1, boolean),
        ("string", "abc", True),
        ("empty-string", "", True),
        ("quoted-number", "1", numeric),
        ("quoted-boolean", "true", boolean),
        ("quoted-null", "null", "null" in allowed),
        ("array", [], True),
        ("one-item-array", [_inside(allowed)], bool(allowed & {"object", "integer", "string", "boolean"})),
        ("object", {}, True),
    ):
        if telling and not any(fits(shape, plain_json(json)) for shape in node.shapes):
            yield wrong_type(node, slug, json)


def wrong_type(node: Node, slug: str, json: Writable) -> Value:
    """Return a value of a type that the node forbids, called as every such value is."""
    held = plain_json(json)
    return Value(slug, json, type_kind(node.types, held), coercible=coerced(node.types, held) is not None)


def _inside(allowed: frozenset[str]) -> Writable:
    """Return a right value to be wrapped in an array, as a lax parser may unwrap it."""
    if "object" in allowed:
        return {}
    return 1 if "integer" in allowed else True if "boolean" in allowed else "abc"
