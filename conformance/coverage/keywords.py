"""Keyword coverage: which keyword of which node was exercised, on its valid and on its invalid side.

A side counts where a value at the node keeps (breaks) the keyword in a body that must be accepted (refused) for that:
what a server never gets to see, because it has another reason to refuse, exercises nothing. Not counted is what has no
side: annotations, `properties`, `items`, `$ref` and the compositions (the nodes and shapes that they lead to have rows
of their own), and a keyword that forbids nothing (`additionalProperties: true`, `minLength: 0`) on its invalid side.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeAlias

import msgspec

from conformance.classify.keywords import broken, fitting, nearest
from conformance.contract.contract import Contract
from conformance.contract.requirements.derived import BOUNDS, FORMATS
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.case import Case
from conformance.model.jsontext import Json, JsonText, try_read
from conformance.model.pointer import join
from conformance.model.vocabulary import Expectation
from conformance.strategies.catalogue.label_proof import BY_BODY

ITEMS = 100
"""How many items of an array are looked at: a target chooses how many it sends."""

LONGEST_KNOWN = 500
MOST_KNOWN = 5_000
"""How many verdicts on values are kept to be known again, and how long a string of them is at most."""

Verdict: TypeAlias = tuple[int, str, bool]
"""Of a value: the index of a shape of its node, a keyword of that, and whether it is kept."""

Reader: TypeAlias = Callable[[bytes | None], JsonText | None]
"""Reads a body as JSON; None where it is none."""

APART = frozenset({"type", "required"})

OF_VALUES: dict[type, tuple[str, ...]] = {str: ("string",), int: ("integer", "number"), bool: ("boolean",)}
"""The types of Python whose values are known again, with those of the shapes that they can be meant for."""

ASSERTED = ("type", "enum", *BOUNDS, "additionalProperties")


class Exercised(msgspec.Struct, frozen=True):
    """One keyword at one node: how many bodies exercised each side; None where the keyword has no such side.

    `path` is a pointer into the body, with `*` for items; for `required` that of the property. `source` is where the
    keyword is in the document, `type` the JSON type whose values it is about.
    """

    path: str
    keyword: str
    type: str
    source: str
    valid: int | None
    invalid: int | None


class Coverage(msgspec.Struct, frozen=True):
    """The rows of one body schema. `unknown` names the keywords that no rule derives cases from, `pointer keyword`."""

    rows: tuple[Exercised, ...]
    unknown: tuple[str, ...] = ()

    @property
    def sides(self) -> int:
        """How many sides there are."""
        return sum(side is not None for row in self.rows for side in (row.valid, row.invalid))

    @property
    def exercised(self) -> int:
        """How many sides were exercised."""
        return sum(bool(side) for row in self.rows for side in (row.valid, row.invalid))

    @property
    def ratio(self) -> float:
        """The part of the sides that were exercised, from 0 to 1; a schema without sides has nothing to miss."""
        return self.exercised / self.sides if self.sides else 1.0

    @property
    def missing(self) -> tuple[Exercised, ...]:
        """The rows with a side that was not exercised."""
        return tuple(row for row in self.rows if 0 in (row.valid, row.invalid))


def request_coverage(contract: Contract, cases: Iterable[Case], read: Reader = try_read) -> Coverage:
    """Return what cases exercise of the request schema; cases whose fate is open exercise nothing."""
    count = _Count(contract.request)
    for case in cases:
        by_body = case.story is not None and case.story.keyword in BY_BODY
        if case.expectation is Expectation.ACCEPTED or (case.expectation is Expectation.REJECTED and by_body):
            text = read(case.request.body)
            if text is not None:
                count.add(text.value, right=case.expectation is Expectation.ACCEPTED)
    return count.coverage()


def response_coverage(contract: Contract, answers: Iterable[tuple[Json, bool]]) -> Coverage:
    """Return what answers, each with whether it is valid, show of the response schema."""
    if contract.response is None:
        return Coverage(())
    count = _Count(contract.response)
    for answer, right in answers:
        count.add(answer, right=right)
    return count.coverage()


class _Told:
    """Of a value: the shape that it is meant for, what it keeps and breaks of all, and which properties it has.

    `hits` counts the right and the wrong bodies that had such a value.
    """

    __slots__ = ("below", "branch", "hits", "verdicts")

    def __init__(self, node: Node, value: Json) -> None:
        self.branch, self.verdicts = _judge(node, value)
        self.hits = [0, 0]
        members = node.members(self.branch) if self.branch is not None and isinstance(value, dict) else ()
        self.below = [child for child in members if isinstance(value, dict) and child.name in value]


class _Count:
    """The counts of one schema, by node, index of the shape, and keyword (for `required` with the member)."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.counts: dict[tuple[int, int, str], list[int]] = {}
        self.rows: dict[tuple[int, int, str], Exercised] = {}
        self._known: dict[tuple[object, ...], _Told] = {}
        self._indifferent: set[tuple[int, type]] = set()
        """Nodes and types of values that they are all the same to: no keyword speaks of what they are."""
        self._by_names: set[int] = set()
        """Nodes to which an object is no more than the names of its properties."""
        for node in root.walk():
            for branch, shape in enumerate(node.shapes):
                for key, row in _rows(node, shape):
                    self.rows[id(node), branch, key] = row
                    self.counts[id(node), branch, key] = [0, 0]
            self._indifferent |= {(id(node), type_) for type_ in OF_VALUES if _is_indifferent(node, type_)}
            objects = [shape for shape in node.shapes if shape.type == "object"]
            if len(objects) == 1 and "enum" not in objects[0].keywords:
                self._by_names.add(id(node))

    def add(self, value: Json, *, right: bool) -> None:
        """Count a body: what it keeps where it is right, what it breaks where it is wrong."""
        self._add(self.root, value, 0 if right else 1)

    def _add(self, node: Node, value: Json, side: int) -> None:
        key = self._key(node, value)
        told = None if key is None else self._known.get(key)
        if told is None:
            told = _Told(node, value)
            if key is not None and len(self._known) < MOST_KNOWN and _is_short(key):
                self._known[key] = told
            else:
                key = None
        told.hits[side] += 1
        if key is None:
            self._count(id(node), told)
        if isinstance(value, dict):
            for child in told.below:
                self._add(child, value[child.name], side)
        elif isinstance(value, list) and told.branch is not None:
            for index, item in enumerate(islice(value, ITEMS)):
                place = node.item(index)
                if place is not None and place.branch == told.branch:
                    self._add(place, item, side)

    def _key(self, node: Node, value: Json) -> tuple[object, ...] | None:
        """Return by what a value is known again at a node, if it is: responses repeat nearly all of theirs."""
        about, kind = id(node), type(value)
        if kind is dict:
            return (about, kind, *value) if about in self._by_names else None  # type: ignore[misc]
        if (about, kind) in self._indifferent or value is None:
            return about, kind
        return (about, kind, value) if kind in OF_VALUES else None

    def _count(self, node: int, told: _Told) -> None:
        for index, keyword, keeps in told.verdicts:
            held = self.counts.get((node, index, keyword))
            if held is not None:
                held[not keeps] += told.hits[not keeps]

    def coverage(self) -> Coverage:
        """Return the rows with their counts, in the order of the document."""
        for (node, *_), told in self._known.items():
            self._count(node, told)  # type: ignore[arg-type]
        self._known.clear()
        found = []
        for key, row in self.rows.items():
            valid, invalid = self.counts[key]
            kept = None if row.valid is None else valid
            found.append(msgspec.structs.replace(row, valid=kept, invalid=None if row.invalid is None else invalid))
        return Coverage(tuple(found), self.root.unmodelled)


def _is_indifferent(node: Node, type_: type) -> bool:
    """Tell whether no keyword of a node tells one value of a type from another."""
    shapes = (shape for shape in node.shapes if shape.type in OF_VALUES[type_])
    return not any(keyword in shape.keywords for shape in shapes for keyword in ("enum", *BOUNDS))


def _is_short(key: tuple[object, ...]) -> bool:
    """Tell whether what a value is known by takes little room: a target chooses its texts, and how many they are."""
    return sum(len(each) for each in key if isinstance(each, str)) <= LONGEST_KNOWN and len(key) <= LONGEST_KNOWN


def _rows(node: Node, shape: Shape) -> Iterator[tuple[str, Exercised]]:
    for keyword in ASSERTED:
        stated = shape.keywords.get(keyword)
        idle = keyword == "format" and shape.value(keyword) not in FORMATS
        within = keyword in BOUNDS and shape.value("enum") is not None
        if stated is None or idle or within:
            continue
        barred = None if _forbids_nothing(keyword, stated.value) else 0
        yield keyword, Exercised(node.path, keyword, shape.type, stated.pointer, 0, barred)
    stated = shape.keywords.get("required")
    for name in shape.required if stated else ():
        source = stated.pointer if stated else ""
        yield f"required {name}", Exercised(join(node.path, name), "required", shape.type, source, 0, 0)


def _forbids_nothing(keyword: str, value: Json) -> bool:
    if keyword == "additionalProperties":
        return value is not False
    if keyword == "uniqueItems":
        return value is not True
    return keyword in {"minLength", "minItems", "minProperties"} and value == 0


def _judge(node: Node, value: Json) -> tuple[int | None, list[Verdict]]:
    """Return the shape that a value is meant for, and each keyword that it meets there."""
    branches = fitting(node, value)
    if not branches:
        return None, [(branch, "type", False) for branch in range(len(node.shapes))]
    found = [(branch, "type", True) for branch in branches]
    branch = branches[0] if len(branches) == 1 else nearest(node, value)
    shape = node.shapes[branch]
    wrong = broken(shape, value)
    found += [(branch, keyword, keyword not in wrong) for keyword in shape.keywords if keyword not in APART]
    if isinstance(value, dict):
        found += [(branch, f"required {name}", name in value) for name in shape.required]
    return branch, found
