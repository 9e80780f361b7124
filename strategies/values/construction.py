"""Construction: a valid value for any node, with its required members alone or with all of them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Literal as OneOf
from typing import TypeAlias

import msgspec

from conformance.classify.bounds import limits
from conformance.classify.keywords import broken
from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import JsonFault, Literal, Writable, equality_key, plain_json
from conformance.model.pointer import ANY_ITEM
from conformance.strategies.values import scalars

Base: TypeAlias = OneOf["smallest", "fullest"]

ABSENT = Literal("")
"""In the place of a value: leave the property out."""

MORE = 5
"""How many lengths an array is given where different ones are asked for."""

Memo: TypeAlias = dict[tuple[int, Base], tuple[Node, Writable]]
"""Values that were built, by the identity of their node, which is kept so that no other takes it."""


class Defaults(msgspec.Struct, frozen=True):
    """What to send where nothing else is asked for: values by path, and paths that stay null in full bodies.

    With a `memo` what is built is built once; who gets it must not change it.
    """

    values: Mapping[str, Writable] = {}
    quiet: frozenset[str] = frozenset()
    memo: Memo | None = None


NO_DEFAULTS = Defaults()


def item(node: Node, branch: int, base: Base = "smallest", defaults: Defaults = NO_DEFAULTS) -> Writable:
    """Return a valid item of the array that the shape with index `branch` allows."""
    found = _item_node(node, branch)
    return build(found, base, defaults) if found else 0


def first_items(node: Node, branch: int, count: int, base: Base, defaults: Defaults = NO_DEFAULTS) -> list[Writable]:
    """Return `count` valid items of an array: those that have a place of their own, and what it must hold."""
    own = [build(place, base, defaults) for place in prefix_places(node, branch)[:count]]
    held = [build(each, base, defaults) for each in node.contained if each.branch == branch]
    fewest = fewest_contained(node, branch)
    rest = (held * fewest)[: max(count - len(own), 0)]
    more = count - len(own) - len(rest)
    return [*own, *rest, *(item(node, branch, base, defaults) for _ in range(more))]


def fewest_items(node: Node, branch: int) -> int:
    """Return how many items an array has at least."""
    least, _ = limits(node.shapes[branch], "minItems", "maxItems")
    return max(least, len(prefix_places(node, branch)) + 1 if fewest_contained(node, branch) else 0)


def distinct_items(node: Node, branch: int, count: int) -> list[Writable] | None:
    """Return `count` different valid items of an array, or None where they cannot be made."""
    place = _item_node(node, branch)
    if place is None and node.shapes[branch].items and count > len(node.shapes[branch].prefix):
        return None  # the tree does not follow the schema of the items
    found: list[Writable] = []
    if prefix_places(node, branch) or fewest_contained(node, branch):
        found = first_items(node, branch, min(count, fewest_items(node, branch)), "smallest")
    keys = set(map(_key, found))
    for each in _several(place) if place else range(count):
        if len(found) >= count:
            break
        key = _key(each)
        if key is None or key not in keys:
            keys.add(key)
            found.append(each)
    return found if len(found) == count else None


def of_size(node: Node, branch: int, count: int) -> dict[str, Writable] | None:
    """Return an object with `count` properties, all valid; None where there cannot be one."""
    shape = node.shapes[branch]
    result = required(node, branch, "smallest", NO_DEFAULTS)
    for child in node.members(branch):
        if len(result) < count and child.shapes:
            result.setdefault(child.name, build(child, "smallest", NO_DEFAULTS))
    if shape.open:
        result.update({f"conformance_{number}": 0 for number in range(count - len(result))})
    for child in (each for each in node.members(branch) if each.names is not None and each.shapes):
        names = (f"{stem}{number}" for number in range(count) for stem in (child.name, "conformance_"))
        fitting = (name for name in names if name not in shape.members and node.child(name) is child)
        for name in islice(fitting, max(count - len(result), 0)):
            result.setdefault(name, build(child, "smallest", NO_DEFAULTS))
    return result if len(result) == count else None


def build(node: Node, base: Base, defaults: Defaults) -> Writable:
    """Return a value of `node`."""
    if node.path in defaults.values:
        return defaults.values[node.path]
    if not node.shapes or (base == "fullest" and node.path in defaults.quiet):
        return None
    if defaults.memo is None:
        return _built(node, base, defaults)
    key = (id(node), base)
    if key not in defaults.memo:
        defaults.memo[key] = (node, _built(node, base, defaults))
    return defaults.memo[key][1]


def _built(node: Node, base: Base, defaults: Defaults) -> Writable:
    return built(node, _preferred(node), base, defaults)


def built(node: Node, branch: int, base: Base, defaults: Defaults) -> Writable:
    """Return a value of the shape with index `branch`."""
    shape = node.shapes[branch]
    if shape.type in {"object", "array"} and (listed := shape.listed("enum")):
        return next((each for each in listed if not broken(shape, each)), listed[0])
    if shape.type == "object":
        return members(node, branch, base, defaults)
    if shape.type == "array":
        return _array(node, branch, base, defaults)
    return scalars.typical(node, shape)


def _array(node: Node, branch: int, base: Base, defaults: Defaults, at_least: int = 0) -> list[Writable]:
    shape = node.shapes[branch]
    _, most = limits(shape, "minItems", "maxItems")
    place = _item_node(node, branch)
    own = len(prefix_places(node, branch))
    filled = place.shapes if place is not None else not node.shapes[branch].items
    full = (own or 1) if base == "fullest" and most and (filled or own) else 0
    count = max(fewest_items(node, branch), at_least, full)
    unique = distinct_items(node, branch, count) if shape.value("uniqueItems") is True and count > 1 else None
    return unique or first_items(node, branch, count, base, defaults)


def members(node: Node, branch: int, base: Base, defaults: Defaults) -> dict[str, Writable]:
    """Return a new object; in the order of the document, and within the bounds of its size."""
    shape = node.shapes[branch]
    least, most = limits(shape, "minProperties", "maxProperties")
    needed = required(node, branch, base, defaults)
    result: dict[str, Writable] = {}
    room = most - len(needed)
    for child in node.members(branch):
        if child.name in needed:
            result[child.name] = needed[child.name]
        elif base == "fullest" and child.shapes and room > 0:
            result[child.name] = build(child, base, defaults)
            room -= 1
    result.update(needed)
    if len(result) < least:
        result = {**(of_size(node, branch, least) or {}), **result}
    return result


def required(node: Node, branch: int, base: Base, defaults: Defaults) -> dict[str, Writable]:
    """Return the properties that an object must have, those that are no places of their own among them."""
    return {each.name: build(each, base, defaults) for each in node.needed(branch)}


def beside(node: Node, branch: int, inner: Writable, base: Base, defaults: Defaults) -> list[Writable]:
    """Return the items that an array needs besides `inner`."""
    shape = node.shapes[branch]
    count = max(fewest_items(node, branch) - 1, 0)
    if count and shape.value("uniqueItems") is True:
        own = _key(inner)
        others = [each for each in distinct_items(node, branch, count + 1) or [] if own is None or _key(each) != own]
        return others[:count]
    return first_items(node, branch, count + 1, base, defaults)[1:]


def with_item(node: Node, place: Node, inner: Writable, base: Base, defaults: Defaults) -> list[Writable]:
    """Return an array with `inner` at one of its places."""
    if place.name == ANY_ITEM and fewest_contained(node, place.branch):
        held = first_items(node, place.branch, fewest_items(node, place.branch), base, defaults)
        return held if inner is ABSENT else [*held, inner]
    if place.name == ANY_ITEM and not prefix_places(node, place.branch):
        return [inner, *beside(node, place.branch, inner, base, defaults)]
    index = len(prefix_places(node, place.branch)) if place.name == ANY_ITEM else int(place.name)
    items = first_items(node, place.branch, max(fewest_items(node, place.branch), index + 1), base, defaults)
    kept = items[:index] if inner is ABSENT else [*items[:index], inner]
    return [*kept, *items[index + 1 :]]


def _key(value: Writable) -> str | None:
    """Return what is the same for values that are equal by JSON Schema, however they are spelled."""
    try:
        return equality_key(plain_json(value))
    except JsonFault:
        return None  # a number too long to be read equals no plain one


def _item_node(node: Node, branch: int) -> Node | None:
    return next((child for child in node.members(branch) if child.name == ANY_ITEM), node.filler(branch, ANY_ITEM))


def prefix_places(node: Node, branch: int) -> list[Node]:
    """Return the places of the first items of an array."""
    count = len(node.shapes[branch].prefix)
    places = {each.name: each for each in (*node.fillers, *node.members(branch)) if each.branch == branch}
    return [places[str(index)] for index in range(count) if str(index) in places]


def possible_items(places: Sequence[Node]) -> int:
    """Return how many of the first items can have a value: an array ends before one that cannot."""
    return next((index for index, each in enumerate(places) if not each.shapes), len(places))


def fewest_contained(node: Node, branch: int) -> int:
    """Return how many items an array must hold that `contains` speaks of."""
    if not any(each.branch == branch for each in node.contained):
        return 0
    stated = node.shapes[branch].value("minContains")
    return stated if isinstance(stated, int) else 1


def _several(node: Node) -> Iterator[Writable]:
    """Yield different valid values of a node, shape by shape."""
    for branch, shape in enumerate(node.shapes):
        if shape.type == "object":
            whole = members(node, branch, "smallest", NO_DEFAULTS)
            yield whole
            for child in node.members(branch):
                yield from ({**whole, child.name: each} for each in _several(child))
        elif shape.type == "array":
            least, most = limits(shape, "minItems", "maxItems")
            for count in range(max(least, fewest_items(node, branch)), min(most, least + MORE)):
                if shape.value("uniqueItems") is True and distinct_items(node, branch, count) is None:
                    break
                yield _array(node, branch, "smallest", NO_DEFAULTS, count)
        else:
            yield from scalars.several(node, shape)


def _preferred(node: Node) -> int:
    """Return the branch to build: the first object, else the first that is not null."""
    order = [index for index, shape in enumerate(node.shapes) if shape.type != "null"]
    objects = [index for index in order if node.shapes[index].type == "object"]
    return (objects or order or [0])[0]
