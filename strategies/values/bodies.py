"""Bodies: the smallest and the fullest valid value of a schema, and either with one place changed."""

from collections.abc import Iterator
from typing import TypeAlias

from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Writable
from conformance.strategies.values.construction import ABSENT, NO_DEFAULTS, Base, Defaults, build, members, with_item

__all__ = [
    "ABSENT",
    "NO_DEFAULTS",
    "Base",
    "Defaults",
    "Lineage",
    "fullest",
    "lineages",
    "planted",
    "smallest",
    "with_member",
]

Lineage: TypeAlias = tuple[Node, ...]
"""A node and all that it lies in, root first."""


def lineages(node: Node, above: Lineage = ()) -> Iterator[Lineage]:
    """Yield the lineage of a node, which lies in those `above`, and of every node below it, parents first."""
    lineage = (*above, node)
    yield lineage
    for child in node.children:
        yield from lineages(child, lineage)


def smallest(node: Node, defaults: Defaults = NO_DEFAULTS) -> Writable:
    """Return a value of `node` with its required properties alone."""
    return build(node, "smallest", defaults)


def fullest(node: Node, defaults: Defaults = NO_DEFAULTS) -> Writable:
    """Return a value of `node` with every declared property, none of them null that can be something."""
    return build(node, "fullest", defaults)


def planted(lineage: Lineage, value: Writable, base: Base, defaults: Defaults = NO_DEFAULTS) -> Writable:
    """Return the smallest or fullest body that holds `value` at the node that ends `lineage`.

    `ABSENT` leaves the property out. Whatever the node lies in is present in its non-null form.
    """
    node, *below = lineage
    if not below:
        return value
    child = below[0]
    shape = node.shapes[child.branch]
    inner = planted(tuple(below), value, base, defaults)
    if shape.type == "array":
        return with_item(node, child, inner, base, defaults)
    result = members(node, child.branch, base, defaults)
    name = child.name
    if inner is ABSENT:
        result.pop(name, None)
    else:
        result[name] = inner
    return result


def with_member(lineage: Lineage, branch: int, name: str, value: Writable, base: Base, defaults: Defaults) -> Writable:
    """Return a body whose object at the end of `lineage` holds one more property, `name`."""
    node = lineage[-1]
    extended = {**members(node, branch, base, defaults), name: value}
    return planted(lineage, extended, base, defaults)
