"""Sampled values of a node and all below it: what `generation` says in strategies, as plain functions."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import msgspec

from conformance.classify.bounds import limits
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Writable, equality_key, plain_json
from conformance.model.pointer import ANY_ITEM
from conformance.strategies.random.generation import MANY_ITEMS, MOST_EXTRAS, MOST_ITEMS, WEIGHTS
from conformance.strategies.random.sampling.anything import anything, word
from conformance.strategies.random.sampling.draws import Chance, Values, choice, constant, sampled
from conformance.strategies.random.sampling.keeping import of_catalogue
from conformance.strategies.random.sampling.numbers import integers, numbers
from conformance.strategies.random.sampling.texts import texts
from conformance.strategies.random.weighing import FEW, MANY, MOST, SINGLE
from conformance.strategies.values import construction

MANY_PROPERTIES = 2_000
"""An object that must have more unknown properties than this is too much to draw."""

Member: TypeAlias = tuple[str, int, int, Values, Values]
"""Name of a property, identity of its node, in one of how many bodies it is absent (0: in none), and two draws of it:
for bodies whose route does not pass it, and for any body."""


class ValueChoices(msgspec.Struct, frozen=True):
    """What is asked of the values: `fixed` draws by path, and whether open objects get properties not declared."""

    fixed: Mapping[str, Values] = {}
    extras: bool = True


def values(node: Node, choices: ValueChoices) -> Values:
    """Return a draw of valid values of a node; where the route of a body names a branch, of that one."""
    return _values(node, choices)[1]


def _values(node: Node, choices: ValueChoices) -> tuple[Values, Values]:
    """Return two draws of valid values of a node: one for bodies whose route does not pass it, and one for any body."""
    if node.path in choices.fixed:
        return choices.fixed[node.path], choices.fixed[node.path]
    branches = [_branch(node, branch, choices) for branch in range(len(node.shapes))]
    if not branches:
        return constant(None), constant(None)
    any_branch = choice([(found, _weight(shape)) for found, shape in zip(branches, node.shapes, strict=True)])
    if len(branches) == 1:
        return any_branch, any_branch
    key = id(node)

    def draw(chance: Chance) -> Writable:
        branch = chance.route.get(key)
        return any_branch(chance) if branch is None else branches[branch](chance)

    return any_branch, draw


def _weight(shape: Shape) -> int:
    if listed := shape.listed("enum"):
        return FEW if len(listed) > 1 else SINGLE
    return WEIGHTS.get(shape.type, SINGLE)


def _branch(node: Node, branch: int, choices: ValueChoices) -> Values:
    shape = node.shapes[branch]
    if listed := shape.listed("enum"):
        return sampled(listed)
    match shape.type:
        case "null":
            return constant(None)
        case "boolean":
            return sampled((True, False))
        case "array":
            return _array(node, branch, choices)
        case "object":
            return _object(node, branch, choices)
        case "integer":
            drawn: Values = integers(shape)
        case "number":
            drawn = numbers(node, shape)
        case _:
            drawn = texts(node, shape)
    known = of_catalogue(node, shape)
    return drawn if known is None else choice([(drawn, MOST), known])


def _array(node: Node, branch: int, choices: ValueChoices) -> Values:
    shape = node.shapes[branch]
    least, most = limits(shape, "minItems", "maxItems")
    place = next((each for each in node.members(branch) if each.name == ANY_ITEM), node.filler(branch, ANY_ITEM))
    own = construction.prefix_places(node, branch)
    end = construction.possible_items(own)
    held = [each for each in node.contained if each.branch == branch] * construction.fewest_contained(node, branch)
    if (place is None and shape.items) or (place is not None and not place.shapes):
        most = max(least, len(shape.prefix))
    if end < len(own):
        own, most = own[:end], end
    first = [values(each, choices) for each in (*own, *held)]
    if least > MANY_ITEMS:
        filled = construction.distinct_items(node, branch, least)
        return constant(filled or construction.first_items(node, branch, least, "smallest"))
    items = anything if place is None or not place.shapes else values(place, choices)
    room = max(min(most, least + MOST_ITEMS) - len(first), 0)
    fewest = min(max(least - len(first), 0), room)
    key = id(place) if place is not None and place.shapes else None
    unique = shape.value("uniqueItems") is True
    spare = construction.distinct_items(node, branch, least) if unique and least > 1 else []

    def draw(chance: Chance) -> Writable:
        count = max(fewest, 1 if key in chance.route else 0)
        found = [each(chance) for each in first]
        found += [items(chance) for _ in range(count + chance.below(room - count + 1))] if room >= count else []
        if not unique:
            return found
        different = list({equality_key(plain_json(each)): each for each in found}.values())
        return different if len(different) >= least else (spare or different)

    return draw


def _object(node: Node, branch: int, choices: ValueChoices) -> Values:
    shape = node.shapes[branch]
    members: list[Member] = []
    for child in node.members(branch):
        if child.shapes:
            absent = 0 if child.name in shape.required else SINGLE + _presence(child, choices)
            members.append((child.name, id(child), absent, *_values(child, choices)))
    for each in node.fillers:
        if each.branch == branch:
            filled = values(each, choices)
            members.append((each.name, id(each), 0, filled, filled))
    declared = frozenset((*shape.members, *(name for name, *_ in members)))
    least, most = limits(shape, "minProperties", "maxProperties")
    room = most - len(members) if shape.open and choices.extras else 0
    needed = min(max(least - len(shape.required), 0), MANY_PROPERTIES)

    def draw(chance: Chance) -> Writable:
        found: dict[str, Writable] = {}
        route = chance.route
        random = chance.random
        for name, key, absent, free, present in members:
            if key in route:
                found[name] = present(chance)
            elif not absent or random() * absent >= SINGLE:
                found[name] = free(chance)
        if room > 0 and (len(found) < least or chance.one_in(MANY + 1)):
            count = max(needed, 1 + chance.below(MOST_EXTRAS))
            names = (f"x_{word(chance)}{number or ''}" for number in range(count))
            extras = {name: anything(chance) for name in names if name not in declared}
            found.update(list(extras.items())[:room])
        return found

    return draw


def _presence(child: Node, choices: ValueChoices) -> int:
    """Return how often an optional property is there for once that it is absent: as if that were one value more."""
    return MANY if child.path in choices.fixed else sum(map(_weight, child.shapes))


def route_to(lineage: Sequence[Node], branch: int | None = None) -> dict[int, int]:
    """Return the branches that a body takes, by node, so that it holds the node which ends a lineage.

    `branch` is that of the node itself; without one it is the first that is not null.
    """
    own = next((index for index, shape in enumerate(lineage[-1].shapes) if shape.type != "null"), 0)
    found = {id(above): below.branch for above, below in pairwise(lineage)}
    return {**found, id(lineage[-1]): own if branch is None else branch}
