"""Laxity: which invalid values are invalid in the same way, and what a lax server makes of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import cast

from conformance.classify.coercion import coerced
from conformance.classify.kinds import expected_kind
from conformance.classify.traits import defects
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node
from conformance.mock.transaction import Transaction
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json, write
from conformance.strategies.values import bodies
from conformance.strategies.values.value import Value

ALIKE = {
    "an integer": "0 or 1",
    "a string": "quoted null",
    "an array": "a one-item array",
    "an unknown enum value": "a truncated enum value",
}
"""Kinds of invalid values, each with the one that a server accepts as well which accepts it."""


def lenient_value(contract: Contract, node: Node, held: Json, tx: Transaction) -> Json:
    """Return the valid value that a lax server makes of an invalid one: converted where that is valid, else ignored."""
    read = coerced(node.types, held)
    if read is not None and not any(defects(node, read)):
        return read
    if node.shape("boolean") and isinstance(held, str | int | Decimal):
        return False
    if node.path == contract.identity:
        return f"{write(held)[:50]}-{tx.number}"
    listed = [item for shape in node.shapes for item in shape.listed("enum")]
    if isinstance(held, str) and listed:
        near = [item for item in listed if isinstance(item, str) and item.casefold() == held.strip().casefold()]
        return near[0] if near else typical_value(contract, node, tx)
    return None if node.nullable else typical_value(contract, node, tx)


def typical_value(contract: Contract, node: Node, tx: Transaction) -> Json:
    """Return a valid value; one that names the object is new."""
    fresh = f"unnamed-{tx.number}"
    if node.path == contract.identity:
        return fresh
    body = cast("Json", bodies.smallest(node))
    if not node.path and contract.identity:
        return with_value(body, contract.identity, fresh)
    return body


def class_test(node: Node, value: Value) -> Callable[[Json], bool]:
    """Return the test for the values that are invalid at `node` in the same way as `value`, and in no other."""
    kinds = [value.kind, ALIKE.get(value.kind, value.kind)]
    wanted = {("", value.keyword, expected_kind(node, each) if value.keyword == "type" else each) for each in kinds}

    def test(held: Json) -> bool:
        found = [(each.pointer, each.keyword, each.kind) for each in defects(node, held)]
        return len(found) == 1 and found[0] in wanted

    return test
