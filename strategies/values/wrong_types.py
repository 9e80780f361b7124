"""Values of every type that a node does not allow; which of them a lax parser would convert, classify tells."""

from collections.abc import Iterator

from conformance.classify.coercion import NUMERIC, coerced, is_rounded_integer
from conformance.classify.keywords import fits
from conformance.classify.kinds import type_kind
from conformance.classify.requirements import PRECISION
from conformance.classify.traits import defects
from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Literal, Writable, plain_json, write
from conformance.strategies.values import construction
from conformance.strategies.values.construction import NO_DEFAULTS
from conformance.strategies.values.value import Value


def wrong_types(node: Node) -> Iterator[Value]:
    """Yield values of each JSON type that the node forbids."""
    allowed = node.types
    numeric, boolean = bool(allowed & NUMERIC), "boolean" in allowed
    for slug, json, telling in (
        ("null", None, True),
        ("true", True, True),
        ("false", False, True),
        ("fraction", Literal("1.5"), True),
        ("long-fraction", Literal("1.0000000000000000000001"), numeric),
        ("integer", 2, True),
        ("zero", 0, True),
        ("one", 1, boolean),
        ("string", "abc", True),
        ("empty-string", "", True),
        ("quoted-number", _quoted_number(node), numeric),
        ("quoted-boolean", "true", boolean),
        ("quoted-null", "null", "null" in allowed),
        ("array", [], True),
        ("one-item-array", [construction.build(node, "smallest", NO_DEFAULTS)], allowed != {"null"}),
        ("object", {}, True),
        ("quoted-object", "{}", "object" in allowed),
        ("quoted-array", "[]", "array" in allowed),
    ):
        held = plain_json(json) if telling else None
        if telling and not any(fits(shape, held) for shape in node.shapes):
            yield wrong_type(node, slug, json)


def _quoted_number(node: Node) -> str:
    """Return a number in a string, one that the node allows: a parser that converts it accepts it for no bound's sake.

    Where it allows 1, that one: it is the same in every document.
    """
    numbers = (branch for branch, shape in enumerate(node.shapes) if shape.type in NUMERIC)
    branch = next(numbers, None)
    if branch is None or not any(defects(node, 1)):
        return "1"
    return write(construction.built(node, branch, "smallest", NO_DEFAULTS))


def wrong_type(node: Node, slug: str, json: Writable) -> Value:
    """Return a value of a type that the node forbids, called as every such value is."""
    held = plain_json(json)
    rule = "coercible" if coerced(node.types, held) is not None else ""
    rule = PRECISION if is_rounded_integer(node.types, held) else rule
    return Value(slug, json, type_kind(node.types, held), weaker=rule)
