"""Classes of arrays and objects: empty, at the bounds of their size, and just outside them."""

from collections.abc import Callable, Iterator
from itertools import starmap
from typing import TypeAlias

from conformance.classify.bounds import limits
from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Writable
from conformance.strategies.values import construction
from conformance.strategies.values.value import Value, breaking, keyword_slug

MOST = 1_000
"""How many items or properties a value is given to meet a bound."""

ITEMS, PROPERTIES = ("minItems", "maxItems"), ("minProperties", "maxProperties")

OfSize: TypeAlias = Callable[[Node, int, int], Writable]
"""Builds a value of a size for a shape of a node; None where there is none."""


def valid_arrays(node: Node, branch: int) -> Iterator[Value]:
    """Yield an array of each valid class: empty, one, two different, two equal items, and at each bound."""
    least, most = limits(node.shapes[branch], *ITEMS)
    unique = node.shapes[branch].value("uniqueItems") is True
    if construction.fewest_items(node, branch) == 0:
        yield Value("empty-array", [], "an empty array")
    for slug, count, kind in (("one-item", 1, "a one-item array"), ("two-items", 2, "a two-item array")):
        items = construction.distinct_items(node, branch, count)
        if construction.fewest_items(node, branch) <= count <= most and items is not None:
            yield Value(slug, items, kind, "uniqueItems" if unique and count > 1 else "type")
    one = construction.distinct_items(node, branch, 1)
    if one is not None and not unique and least <= len(one * 2) <= most:
        yield Value("equal-items", one * 2, "an array with two equal items", edge=True)
    for keyword, array in _at_bounds(node, branch, ITEMS, _array):
        yield Value(f"{keyword_slug(keyword)}-kept", array, f"an array at {keyword}", keyword)


def invalid_arrays(node: Node, branch: int) -> Iterator[Value]:
    """Yield an array just outside each bound, and one whose items are not unique."""
    least, most = limits(node.shapes[branch], *ITEMS)
    yield from starmap(breaking, _at_bounds(node, branch, ITEMS, _array, beyond=1))
    count = max(least, 2)
    if node.shapes[branch].value("uniqueItems") is True and count <= most:
        items = construction.distinct_items(node, branch, count - 1)
        if items is not None:
            yield breaking("uniqueItems", [*items, items[0]])


def valid_objects(node: Node, branch: int) -> Iterator[Value]:
    """Yield the empty object where it is allowed, and an object at each bound."""
    shape = node.shapes[branch]
    if not shape.required and limits(shape, *PROPERTIES)[0] == 0:
        yield Value("empty-object", {}, "an empty object")
    for keyword, held in _at_bounds(node, branch, PROPERTIES, construction.of_size):
        yield Value(f"{keyword_slug(keyword)}-kept", held, f"an object at {keyword}", keyword)


def invalid_objects(node: Node, branch: int) -> Iterator[Value]:
    """Yield an object just outside each bound."""
    yield from starmap(breaking, _at_bounds(node, branch, PROPERTIES, construction.of_size, beyond=1))


def _at_bounds(
    node: Node, branch: int, keywords: tuple[str, str], of_size: OfSize, *, beyond: int = 0
) -> Iterator[tuple[str, Writable]]:
    """Yield a value at each bound that a shape states for its size, or so far outside, with the keyword."""
    shape = node.shapes[branch]
    least, most = limits(shape, *keywords)
    for keyword, size in zip(keywords, (least - beyond, most + beyond), strict=True):
        if keyword in shape.keywords and 0 <= size <= MOST:
            value = of_size(node, branch, size)
            if value is not None:
                yield keyword, value


def _array(node: Node, branch: int, size: int) -> Writable:
    items = construction.distinct_items(node, branch, size)
    if items is None and node.shapes[branch].value("uniqueItems") is not True:
        return construction.first_items(node, branch, size, "smallest")
    return items
