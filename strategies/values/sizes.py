"""Classes of arrays and objects: empty, at the bounds of their size, and just outside them."""

import itertools
from collections.abc import Iterator

from conformance.classify.bounds import limits
from conformance.contract.nodes import Node
from conformance.model.jsontext import Writable
from conformance.strategies.values import construction
from conformance.strategies.values.value import Value, breaking, keyword_slug

MOST = 1_000
"""How many items or members a value is given to meet a bound."""


def valid_arrays(node: Node, branch: int) -> Iterator[Value]:
    """Yield an array of each valid class: empty, one, two different, two equal items, and at each bound."""
    least, most = limits(node.shapes[branch], "minItems", "maxItems")
    unique = node.shapes[branch].value("uniqueItems") is True
    if least == 0:
        yield Value("empty-array", [], "an empty array")
    for slug, count, kind in (("one-item", 1, "a one-item array"), ("two-items", 2, "a two-item array")):
        items = construction.distinct_items(node, branch, count)
        if least <= count <= most and items is not None:
            yield Value(slug, items, kind, "uniqueItems" if unique and count > 1 else "type")
    one = construction.distinct_items(node, branch, 1)
    if one is not None and not unique and least <= len(one * 2) <= most:
        yield Value("equal-items", one * 2, "an array with two equal items", edge=True)
    for keyword, items in _arrays(node, branch, {"minItems": least, "maxItems": most}):
        yield Value(f"{keyword_slug(keyword)}-kept", items, f"an array at {keyword}", keyword)


def invalid_arrays(node: Node, branch: int) -> Iterator[Value]:
    """Yield an array just outside each bound, and one whose items are not unique."""
    least, most = limits(node.shapes[branch], "minItems", "maxItems")
    yield from itertools.starmap(breaking, _arrays(node, branch, {"minItems": least - 1, "maxItems": most + 1}))
    count = max(least, 2)
    if node.shapes[branch].value("uniqueItems") is True and count <= most:
        items = construction.distinct_items(node, branch, count - 1)
        if items is not None:
            yield breaking("uniqueItems", [*items, items[0]])


def valid_objects(node: Node, branch: int) -> Iterator[Value]:
    """Yield the empty object where it is allowed, and an object at each bound."""
    shape = node.shapes[branch]
    least, most = limits(shape, "minProperties", "maxProperties")
    if not shape.required and least == 0:
        yield Value("empty-object", {}, "an empty object")
    for keyword, held in _objects(node, branch, {"minProperties": least, "maxProperties": most}):
        yield Value(f"{keyword_slug(keyword)}-kept", held, f"an object at {keyword}", keyword)


def invalid_objects(node: Node, branch: int) -> Iterator[Value]:
    """Yield an object just outside each bound."""
    least, most = limits(node.shapes[branch], "minProperties", "maxProperties")
    sizes = {"minProperties": least - 1, "maxProperties": most + 1}
    yield from itertools.starmap(breaking, _objects(node, branch, sizes))


def _arrays(node: Node, branch: int, counts: dict[str, int]) -> Iterator[tuple[str, list[Writable]]]:
    for keyword, count in counts.items():
        if keyword in node.shapes[branch].keywords and 0 <= count <= MOST:
            items = construction.distinct_items(node, branch, count)
            if items is None and node.shapes[branch].value("uniqueItems") is not True:
                items = [construction.item(node, branch) for _ in range(count)]
            if items is not None:
                yield keyword, items


def _objects(node: Node, branch: int, counts: dict[str, int]) -> Iterator[tuple[str, dict[str, Writable]]]:
    for keyword, count in counts.items():
        if keyword in node.shapes[branch].keywords and 0 <= count <= MOST:
            held = construction.of_size(node, branch, count)
            if held is not None:
                yield keyword, held
