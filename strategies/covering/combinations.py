"""The model of combinations: every member of the request as a factor, and rows of levels turned into bodies."""

from collections.abc import Iterator, Sequence

import msgspec

from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Writable, write
from conformance.model.pointer import parent
from conformance.strategies.case_builder import Builder
from conformance.strategies.covering.arrays import covering_array
from conformance.strategies.covering.factors import Factor, Row
from conformance.strategies.values import bodies, classes

OBJECT = "object"
EMPTY = "empty"

MOST_FACTORS = 60
"""How many properties are combined at most: the rows grow with the square of their values."""


class PropertyLevel(msgspec.Struct, frozen=True):
    """One level of a property: a word for it and the value; the value of `OBJECT` comes from the children."""

    word: str
    value: Writable = None


class Model(msgspec.Struct, frozen=True):
    """The factors with the nodes and levels that they stand for, parents first."""

    nodes: tuple[Node, ...]
    levels: tuple[tuple[PropertyLevel, ...], ...]
    factors: tuple[Factor, ...]


def model(build: Builder) -> Model:
    """Return the model of the request body: every property but the one that names the object."""
    root = build.contract.request
    varying = _below(root, 0, build.contract.identity) if root.shapes and root.shapes[0].type == OBJECT else ()
    of_nodes = [(node, tuple(_levels(node, build))) for node in _first(tuple(varying))]
    # A required property of which no plain value is known does not vary: its smallest value is always there.
    nodes = tuple(node for node, each in of_nodes if each)
    levels = tuple(each for _, each in of_nodes if each)
    index = {node.path: number for number, node in enumerate(nodes)}
    factors = []
    for node, each in zip(nodes, levels, strict=True):
        above = index.get(parent(node.path))
        enabling = [level.word for level in levels[above]].index(OBJECT) if above is not None else 0
        factors.append(Factor(len(each), above, enabling))
    return Model(nodes, levels, tuple(factors))


def _first(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the nodes that vary, in their order: where there are too many, the least deep of them."""
    chosen = sorted(range(len(nodes)), key=lambda index: (nodes[index].path.count("/"), index))[:MOST_FACTORS]
    return tuple(nodes[index] for index in sorted(chosen))


def rows(of: Model, strength: int) -> list[Row]:
    """Return rows that cover every combination of `strength` levels."""
    return covering_array(of.factors, strength) if of.factors else []


def body(build: Builder, of: Model, row: Sequence[int | None]) -> Writable:
    """Return the request body that a row stands for."""
    chosen = {
        node.path: levels[level]
        for node, levels, level in zip(of.nodes, of.levels, row, strict=True)
        if level is not None
    }
    return _object(build, build.contract.request, 0, chosen)


def _object(build: Builder, node: Node, branch: int, chosen: dict[str, PropertyLevel]) -> Writable:
    fillers = [each for each in node.fillers if each.branch == branch]
    result: dict[str, Writable] = {each.name: bodies.smallest(each, build.defaults) for each in fillers}
    for child in node.members(branch):
        level = chosen.get(child.path)
        name = child.name
        if level is None:
            if name in node.shapes[branch].required:
                result[name] = bodies.smallest(child, build.defaults)
        elif level.word == OBJECT:
            result[name] = _object(build, child, _object_branch(child), chosen)
        elif level.value is not bodies.ABSENT:
            result[name] = level.value
    return result


def _below(node: Node, branch: int, identity: str | None) -> Iterator[Node]:
    """Yield the properties that vary: those of the first object shape, all the way down, arrays as leaves."""
    for child in node.members(branch):
        if child.path == identity or not child.shapes:
            continue
        yield child
        if _has_object(child):
            yield from _below(child, _object_branch(child), identity)


def _has_object(node: Node) -> bool:
    return any(shape.type == OBJECT and shape.members for shape in node.shapes)


def _object_branch(node: Node) -> int:
    return next(i for i, shape in enumerate(node.shapes) if shape.type == OBJECT and shape.members)


def _levels(node: Node, build: Builder) -> Iterator[PropertyLevel]:
    if not node.required:
        yield PropertyLevel("absent", bodies.ABSENT)
    if node.nullable:
        yield PropertyLevel("null", None)
    if _has_object(node):
        if not node.shapes[_object_branch(node)].required:
            yield PropertyLevel(EMPTY, {})
        yield PropertyLevel(OBJECT)
        return
    yield from _values(node, build)


def _values(node: Node, build: Builder) -> Iterator[PropertyLevel]:
    """Yield the plain values of a leaf: the safe or typical one, and those that differ in truth or in the list."""
    seen: set[str] = set()
    plain = [each for each in build.valid(node) if not each.edge and each.slug != "null"]
    if node.shape("array") is not None:
        plain.append(classes.Value("full", bodies.fullest(node, build.defaults), "an array"))
    for value in plain:
        text = write(value.json)
        if text in seen or (value.slug in {"one", "zero"} and _leaves_range(build, node, value)):
            continue
        seen.add(text)
        yield PropertyLevel(value.slug, value.json)


def _leaves_range(build: Builder, node: Node, value: classes.Value) -> bool:
    prose = build.contract.prose
    return prose.range_at(node.path) is not None and prose.forbids(node.path, value.json)
