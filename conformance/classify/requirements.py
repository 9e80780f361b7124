"""Which requirement speaks of a place in a request body."""

from functools import lru_cache

from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Json
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

BEYOND_PROSE = "accept.beyond-prose"

PRECISION = "precision"
"""The rule that is broken by a number which only double precision makes an integer."""


def accept_id(node: Node, keyword: str = "") -> str:
    """Return the id of the requirement that a server accepts valid values of `node`."""
    return _accept_id(node.label, keyword)


@lru_cache(4096)
def _accept_id(label: str, keyword: str) -> str:
    return requirement_id(Group.ACCEPTANCE, label, keyword)


def combination_id(root: Node) -> str:
    """Return the id of the requirement that a server accepts a valid body, whatever it combines."""
    return accept_id(root, "combination")


def reject_id(node: Node, rule: str) -> str:
    """Return the id of the requirement that a server rejects what breaks a rule of `node`.

    The rule is a keyword, `coercible` for a value of another type that a lax parser converts, or `PRECISION`.
    """
    return requirement_id(Group.REJECTION, node.label, rule)


def schema_id(root: Node) -> str:
    """Return the id of the requirement that a server rejects a body that breaks what no other requirement says."""
    return reject_id(root, "schema")


def undeclared_id(group: Group, shape: Shape) -> str:
    """Return the id of the requirement about properties that a shape does not declare."""
    return requirement_id(group, shape.owner, "additionalProperties")


def held_ids(root: Node, body: Json) -> tuple[str, ...]:
    """Return the ids of the requirements that a server accepts each property of a body."""
    found: dict[str, None] = {}
    _add_held(root, body, found)
    return tuple(found)


def _add_held(node: Node, value: Json, found: dict[str, None]) -> None:
    if node.path:
        found[_accept_id(node.label, "")] = None
    if isinstance(value, dict):
        for name, item in value.items():
            child = node.child(name)
            if child is not None:
                _add_held(child, item, found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            child = node.item(index)
            if child is not None:
                _add_held(child, item, found)
