"""The search for valid values where construction alone makes none: alternatives are tried at the places that break.

Keywords such as `not`, `dependentRequired` or overlapping alternatives of `oneOf` say something of several places at
once. What is constructed place by place may break them; the search then changes one place after the other, the most
promising first, until both validators find the value right or the budget is used up.
"""

import heapq
import random
from collections.abc import Iterator, Sequence
from itertools import count, islice

from conformance.contract.schemas.nodes import Node, nearest, occurrences
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.json_values import MISSING, get, with_value, without
from conformance.model.jsontext import Json, Writable, plain_json, write
from conformance.model.pointer import join, prefixes, within
from conformance.strategies.values import classes, construction
from conformance.strategies.values.construction import NO_DEFAULTS, Base, Defaults

BUDGET = 4_000
"""How many values are tried for a body at most."""

SMALL_BUDGET = 300
"""How many are tried for a body that holds something at one place."""

DRAWS = 30
"""How many random values are taken as a start."""

BASES: tuple[Base, ...] = ("smallest", "fullest")

UNKNOWN = "conformance_1"
"""The name of an unknown property, where one tells a value from others."""

STEPS = 8
"""How many values are made for each that is tried: most of them were tried before."""

SHORT = 1_000
"""Longer values, in characters of JSON, are not tried, nor bodies that are longer by more than the first one."""

MOST_ALTERNATIVES = 40
"""How many values one place is given at most."""


def proper(
    root: Node, validator: BodyValidator, base: Base, defaults: Defaults = NO_DEFAULTS, examples: Sequence[Json] = ()
) -> Writable | None:
    """Return a valid body: as it is constructed, else as it is mended, else an example, else a drawn one; or None."""
    body = construction.build(root, base, defaults)
    if validator.holds(plain_json(body)):
        return body
    search = Search(root, validator, defaults)
    branches = (construction.built(root, branch, base, defaults) for branch in range(len(root.shapes)))
    mended = next((found for each in branches if (found := search.mended(plain_json(each))) is not None), None)
    if mended is not None:
        return mended
    right = next((each for each in examples if validator.agreed(each)), None)
    return right if right is not None else search.drawn()


class Search:
    """Searches valid values of one root node."""

    def __init__(self, root: Node, validator: BodyValidator, defaults: Defaults = NO_DEFAULTS) -> None:
        self._root = root
        self._validator = validator
        self._defaults = defaults
        self._alternatives: dict[int, list[Json]] = {}

    def mended(self, body: Json, keep: str | None = None, budget: int = BUDGET) -> Json | None:
        """Return a valid value that differs from `body` in few places, and not at or above `keep`; None without one."""
        if self._validator.agreed(body):
            return body
        order, begun = count(), write(body)
        heap = [(len(self._validator.broken_places(body)), next(order), body)]
        seen, steps = {begun}, budget * STEPS
        while heap and steps > 0:
            _, _, held = heapq.heappop(heap)
            for candidate in self._moves(held, keep):
                steps -= 1
                text = write(candidate)
                if text in seen or len(text) > len(begun) + SHORT:
                    if steps <= 0:
                        break
                    continue
                seen.add(text)
                budget -= 1
                broken = len(self._validator.broken_places(candidate))
                if not broken and self._validator.agreed(candidate):
                    return candidate
                if budget <= 0:
                    return None
                heapq.heappush(heap, (broken, next(order), candidate))
        return None

    def drawn(self) -> Json | None:
        """Return a valid value near a random one, the same in every run; None where none is found."""
        source = random.Random(0)  # noqa: S311 (no secret)
        starts = (plain_json(self._random(self._root, source)) for _ in range(DRAWS))
        return next((found for each in starts if (found := self.mended(each, budget=SMALL_BUDGET)) is not None), None)

    def _random(self, node: Node, source: random.Random) -> Writable:
        if not node.shapes:
            return None
        branch = source.randrange(len(node.shapes))
        shape = node.shapes[branch]
        if shape.type == "object" and not shape.listed("enum"):
            held = construction.members(node, branch, "smallest", self._defaults)
            chosen = [child for child in node.members(branch) if child.shapes and source.random() < 1 / 2]
            return {**held, **{child.name: self._random(child, source) for child in chosen}}
        return source.choice(self._values(node))

    def _moves(self, body: Json, keep: str | None) -> Iterator[Json]:
        """Yield bodies with one place changed: those that break something first, then all others."""
        broken = dict.fromkeys(self._validator.broken_places(body))
        above = dict.fromkeys(each for pointer in broken for each in ("", *prefixes(pointer)[:-1]))
        all_places = dict.fromkeys(pointer for _, pointer, _ in occurrences(self._root, body))
        for pointer in {**broken, **above, **all_places}:
            yield from self._at(body, pointer, keep)

    def _at(self, body: Json, pointer: str, keep: str | None) -> Iterator[Json]:
        node, declared = nearest(self._root, pointer)
        value = get(body, pointer, MISSING)
        if value is MISSING:
            return
        free = keep is None or not (within(pointer, keep) or within(keep, pointer) or not pointer)
        if isinstance(value, dict):
            for child in node.children if declared else ():
                if child.name not in value and not child.indexed:
                    yield from (with_value(body, join(pointer, child.name), each) for each in self._values(child)[:4])
            if declared and any(shape.open for shape in node.shapes):
                yield from (with_value(body, join(pointer, UNKNOWN), each) for each in (0, 1))
            for name in value:
                if keep is None or not within(keep, join(pointer, name)):
                    yield without(body, join(pointer, name))
        elif isinstance(value, list) and (keep is None or not within(keep, pointer)):
            item = node.item(len(value)) if declared else None
            yield from (with_value(body, pointer, [*value, each]) for each in self._items(item))
            yield from (with_value(body, pointer, value[:-1]) for _ in value[:1])
        if free and declared:
            yield from (with_value(body, pointer, each) for each in self._values(node))

    def _items(self, node: Node | None) -> list[Json]:
        return self._values(node) if node is not None else [0, "a"]

    def _values(self, node: Node) -> list[Json]:
        """Return values to try at a node: of each of its shapes the smallest and the fullest, then its classes."""
        if id(node) not in self._alternatives:
            self._alternatives[id(node)] = list(islice(self._made(node), MOST_ALTERNATIVES)) or [None]
        return self._alternatives[id(node)]

    def _made(self, node: Node) -> Iterator[Json]:
        if node.path in self._defaults.values:
            yield plain_json(self._defaults.values[node.path])
            return
        seen: set[str] = set()
        for value in self._candidates(node):
            text = write(value)
            if text not in seen and len(text) < SHORT:
                seen.add(text)
                yield value

    def _candidates(self, node: Node) -> Iterator[Json]:
        for base in BASES:
            for branch in range(len(node.shapes)):
                yield plain_json(construction.built(node, branch, base, self._defaults))
        values = (value for value in classes.valid_values(node) if not value.undecided)
        yield from (plain_json(value.json) for value in values)
