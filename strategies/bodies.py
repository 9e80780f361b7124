"""Bodies: the smallest and the fullest valid value of a schema, and either with one place changed."""

from collections.abc import Iterator, Mapping
from typing import Literal as OneOf
from typing import TypeAlias

import msgspec

from conformance.contract.nodes import ANY_ITEM, Node
from conformance.contract.shapes import Shape
from conformance.model.jsontext import Literal, Writable
from conformance.strategies import values

Lineage: TypeAlias = tuple[Node, ...]
"""A node and all that it lies in, root first."""

Base: TypeAlias = OneOf["smallest", "fullest"]

ABSENT = Literal("")
"""In the place of a value: leave the member out."""


class Defaults(msgspec.Struct, frozen=True):
    """What to send where nothing else is asked for: values by path, and paths that stay null in full bodies."""

    values: Mapping[str, Writable] = {}
    quiet: frozenset[str] = frozenset()


NO_DEFAULTS = Defaults()


def lineages(root: Node) -> Iterator[Lineage]:
    """Yield the lineage of every node, parents first."""
    yield from _lineages((root,))


def smallest(node: Node, defaults: Defaults = NO_DEFAULTS) -> Writable:
    """Return a value of `node` with its required members alone."""
    return _build(node, "smallest", defaults)


def fullest(node: Node, defaults: Defaults = NO_DEFAULTS) -> Writable:
    """Return a value of `node` with every declared member, none of them null that can be something."""
    return _build(node, "fullest", defaults)


def planted(lineage: Lineage, value: Writable, base: Base, defaults: Defaults = NO_DEFAULTS) -> Writable:
    """Return the smallest or fullest body that holds `value` at the node that ends `lineage`.

    `ABSENT` leaves the member out. Whatever the node lies in is present in its non-null form.
    """
    node, *below = lineage
    if not below:
        return value
    child = below[0]
    shape = node.shapes[child.branch]
    inner = planted(tuple(below), value, base, defaults)
    if shape.type == "array":
        extra = max(_count(shape) - 1, 0)
        return [inner, *(_build(child, base, defaults) for _ in range(extra))]
    result = _members(node, child.branch, base, defaults)
    name = child.name
    if inner is ABSENT:
        result.pop(name, None)
    else:
        result[name] = inner
    return result


def with_member(lineage: Lineage, branch: int, name: str, value: Writable, base: Base, defaults: Defaults) -> Writable:
    """Return a body whose object at the end of `lineage` holds one more member, `name`."""
    node = lineage[-1]
    extended = {**_members(node, branch, base, defaults), name: value}
    return planted(lineage, extended, base, defaults)


def _lineages(lineage: Lineage) -> Iterator[Lineage]:
    yield lineage
    for child in lineage[-1].children:
        yield from _lineages((*lineage, child))


def _build(node: Node, base: Base, defaults: Defaults) -> Writable:
    if node.path in defaults.values:
        return defaults.values[node.path]
    if not node.shapes or (base == "fullest" and node.path in defaults.quiet):
        return None
    branch = _preferred(node)
    shape = node.shapes[branch]
    if shape.type == "object":
        return _members(node, branch, base, defaults)
    if shape.type == "array":
        item = next((child for child in node.members(branch) if child.name == ANY_ITEM), None)
        count = max(_count(shape), 1 if base == "fullest" else 0)
        return [_build(item, base, defaults) if item else 0 for _ in range(count)]
    return values.typical(node, shape)


def _members(node: Node, branch: int, base: Base, defaults: Defaults) -> dict[str, Writable]:
    shape = node.shapes[branch]
    result = {
        child.name: _build(child, base, defaults)
        for child in node.members(branch)
        if base == "fullest" or child.name in shape.required
    }
    for name in shape.required:
        result.setdefault(name, 0)
    return result


def _preferred(node: Node) -> int:
    """Return the branch to build: the first object, else the first that is not null."""
    order = [index for index, shape in enumerate(node.shapes) if shape.type != "null"]
    objects = [index for index in order if node.shapes[index].type == "object"]
    return (objects or order or [0])[0]


def _count(shape: Shape) -> int:
    least = shape.value("minItems")
    return least if isinstance(least, int) else 0
