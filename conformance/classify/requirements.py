"""Which requirement speaks of a place in a request body."""

from functools import lru_cache

from conformance.contract.schemas.nodes import Node, occurrences
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
    nodes = [node for node, _, _ in occurrences(root, body) if node.path]
    return tuple(dict.fromkeys(accept_id(node) for node in nodes))
