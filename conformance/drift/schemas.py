"""Schemas: what changed between the schemas of two bodies, place by place, composition and references seen through."""

from collections.abc import Iterator, Sequence

import msgspec

from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import ANNOTATIONS, Keyword, Shape
from conformance.drift.changes import Effect, Side
from conformance.drift.keywords import Difference, compare_annotations, compare_keywords
from conformance.model.jsontext import equality_key
from conformance.model.pointer import ANY_ITEM, join, last

APART = ANNOTATIONS | {"type"}

FAMILIES = frozenset({"null", "boolean", "number", "string", "array", "object"})


class Found(msgspec.Struct, frozen=True):
    """What changed at one place of a body; `closed` tells that its object forbids unknown properties."""

    rule: str
    place: str
    effect: Effect
    old: Side | None
    new: Side | None
    closed: bool = False


def compare_nodes(old: Node, new: Node) -> Iterator[Found]:
    """Yield what changed between two nodes and below them, in the order of the older document."""
    yield from _texts(old, new)
    before, after = _families(old), _families(new)
    below = [
        each for family in before if family in after for each in _alternatives(old, new, before[family], after[family])
    ]
    # Integers and numbers are one family: that one became the other is said with the other types.
    moved = {each.effect for each in below if each.rule == "type" and each.place == old.path}
    moved |= {Effect.NARROWED} if before.keys() - after.keys() else set()
    moved |= {Effect.WIDENED} if after.keys() - before.keys() else set()
    if moved:
        yield Found("type", old.path, moved.pop() if len(moved) == 1 else Effect.BOTH, _types(old), _types(new))
    yield from (each for each in below if each.rule != "type" or each.place != old.path)


def _families(node: Node) -> dict[str, list[int]]:
    """Return the indices of the shapes of a node by JSON type, integers being numbers."""
    found: dict[str, list[int]] = {}
    for branch, shape in enumerate(node.shapes):
        found.setdefault("number" if shape.type == "integer" else shape.type, []).append(branch)
    return found


def _types(node: Node) -> Side:
    return Side(node.pointer, [shape.type for shape in node.shapes])


def _texts(old: Node, new: Node) -> Iterator[Found]:
    before, after = (max(node.shapes, key=lambda shape: shape.type != "null", default=None) for node in (old, new))
    if before is not None and after is not None:
        for each in compare_annotations(before, after):
            yield _found(each, old.path)


def _alternatives(old: Node, new: Node, before: Sequence[int], after: Sequence[int]) -> Iterator[Found]:
    """Compare the shapes of one JSON type: equal ones are paired first, then in order."""
    if len(before) == len(after) == 1:
        yield from _shapes(old, new, before[0], after[0])
        return
    was, is_ = ({_described(node, each) for each in branches} for node, branches in ((old, before), (new, after)))
    left = [branch for branch in before if _described(old, branch) not in is_]
    right = [branch for branch in after if _described(new, branch) not in was]
    for one, other in zip(left, right, strict=False):
        yield from _shapes(old, new, one, other)
    for branch in left[len(right) :]:
        yield Found("alternative", old.path, Effect.NARROWED, _alternative(old, branch), None)
    for branch in right[len(left) :]:
        yield Found("alternative", new.path, Effect.WIDENED, None, _alternative(new, branch))


def _alternative(node: Node, branch: int) -> Side:
    shape = node.shapes[branch]
    return Side(node.pointer, shape.owner if shape.members else shape.type)


def _shapes(old: Node, new: Node, before: int, after: int) -> Iterator[Found]:
    one, other = old.shapes[before], new.shapes[after]
    for each in compare_keywords(one, other):
        yield _found(each, old.path)
    if one.type == "object":
        yield from _properties(old, new, before, after)
    elif one.type == "array":
        yield from _items(old, new, before, after)


def _found(difference: Difference, place: str) -> Found:
    return Found(difference.rule, place, difference.effect, _side(difference.old), _side(difference.new))


def _side(keyword: Keyword | None) -> Side | None:
    return Side(keyword.pointer, keyword.value) if keyword else None


def _properties(old: Node, new: Node, before: int, after: int) -> Iterator[Found]:
    one, other = old.shapes[before], new.shapes[after]
    held, named = _children(old, before), _children(new, after)
    for name in dict.fromkeys((*one.members, *other.members)):
        place = join(old.path, name)
        if name not in other.members:
            needed = name in one.required
            yield _come_or_gone("property-removed", place, other, held.get(name), needed=needed)
        elif name not in one.members:
            needed = name in other.required
            yield _come_or_gone("property-added", place, one, named.get(name), needed=needed)
        else:
            if name in held and name in named:
                yield from compare_nodes(held[name], named[name])
            yield from _required(place, one, other, name)
    for name in dict.fromkeys((*one.required, *other.required)):
        if name not in one.members and name not in other.members:
            yield from _required(join(old.path, name), one, other, name)


def _required(place: str, old: Shape, new: Shape, name: str) -> Iterator[Found]:
    was, is_ = name in old.required, name in new.required
    if was != is_:
        effect = Effect.NARROWED if is_ else Effect.WIDENED
        held, named = old.keywords.get("required"), new.keywords.get("required")
        yield Found(
            "required",
            place,
            effect,
            Side(held.pointer, name) if held and was else None,
            Side(named.pointer, name) if named and is_ else None,
        )


def _come_or_gone(rule: str, place: str, without: Shape, node: Node | None, *, needed: bool) -> Found:
    """Return what it means that a property is declared in one of two objects alone; `without` is the other one."""
    added = rule == "property-added"
    if without.closed:
        effect = Effect.WIDENED if added else Effect.NARROWED
    elif not without.open:
        effect = Effect.BOTH
    elif node is not None and _allows_everything(node):
        effect = Effect.NONE
    else:
        effect = Effect.NARROWED if added else Effect.WIDENED
    if needed:
        rule = f"required-{rule}"
        forced = Effect.NARROWED if added else Effect.WIDENED
        effect = forced if effect in {Effect.NONE, forced} else Effect.BOTH
    side = _types(node) if node is not None else None
    return Found(rule, place, effect, None if added else side, side if added else None, closed=without.closed)


def _allows_everything(node: Node) -> bool:
    plain = all(shape.keywords.keys() <= APART for shape in node.shapes)
    return plain and not node.children and {shape.type for shape in node.shapes} >= FAMILIES


def _items(old: Node, new: Node, before: int, after: int) -> Iterator[Found]:
    held, named = _children(old, before).get(ANY_ITEM), _children(new, after).get(ANY_ITEM)
    if held is not None and named is not None:
        yield from compare_nodes(held, named)
    elif held is not None or named is not None:
        node = held or named
        free = node is None or _allows_everything(node)
        effect = Effect.NONE if free else Effect.NARROWED if named else Effect.WIDENED
        before_side, after_side = (_types(each) if each else None for each in (held, named))
        yield Found("items", join(old.path, ANY_ITEM), effect, before_side, after_side)


def _children(node: Node, branch: int) -> dict[str, Node]:
    return {last(child.path): child for child in node.members(branch)}


def _described(node: Node, branch: int) -> str:
    """Return a text that is the same for shapes that allow the same."""
    shape = node.shapes[branch]
    own = {name: equality_key(keyword.value) for name, keyword in shape.keywords.items() if name not in APART}
    below = sorted(
        (last(child.path), sorted(_described(child, index) for index in range(len(child.shapes))))
        for child in node.members(branch)
    )
    return repr((shape.type, sorted(own.items()), below))
