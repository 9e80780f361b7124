"""Keyword coverage: which keyword of which node was exercised, on its valid and on its invalid side.

A side counts where a value at the node keeps (breaks) the keyword in a body that must be accepted (refused) for that:
what a server never gets to see, because it has another reason to refuse, exercises nothing. Not counted is what has no
side: annotations, `properties`, `items`, `$ref` and the compositions (the nodes and shapes that they lead to have rows
of their own), and a keyword that forbids nothing (`additionalProperties: true`, `minLength: 0`) on its invalid side.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeAlias

import msgspec

from conformance.classify.keywords import broken, fitting, nearest
from conformance.contract.contract import Contract
from conformance.contract.requirements.derived import BOUNDS, FORMATS
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.case import Case
from conformance.model.jsontext import Json, try_read
from conformance.model.pointer import join
from conformance.model.vocabulary import Expectation
from conformance.strategies.catalogue.label_proof import BY_BODY

ITEMS = 100
"""How many items of an array are looked at: a target chooses how many it sends."""

LONGEST_KNOWN = 100
MOST_KNOWN = 5_000
"""How many verdicts on values are kept to be known again, and how long a string of them is at most."""

Verdict: TypeAlias = tuple[int, str, bool]
"""Of a value: the index of a shape of its node, a keyword of that, and whether it is kept."""

Told: TypeAlias = tuple[int | None, list[list[int]], list[list[int]]]
"""Of a value: the index of the shape that it is meant for, and the counts of what it keeps and of what it breaks."""

APART = frozenset({"type", "required"})

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


def request_coverage(contract: Contract, cases: Iterable[Case]) -> Coverage:
    """Return what cases exercise of the request schema; cases whose fate is open exercise nothing."""
    count = _Count(contract.request)
    for case in cases:
        by_body = case.story is not None and case.story.keyword in BY_BODY
        if case.expectation is Expectation.ACCEPTED or (case.expectation is Expectation.REJECTED and by_body):
            text = try_read(case.request.body)
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


class _Count:
    """The counts of one schema, by node, index of the shape, and keyword (for `required` with the member)."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.counts: dict[tuple[int, int, str], list[int]] = {}
        self._known: dict[tuple[int, type, Json], Told] = {}
        self.rows: dict[tuple[int, int, str], Exercised] = {}
        for node in root.walk():
            for branch, shape in enumerate(node.shapes):
                for key, row in _rows(node, shape):
                    self.rows[id(node), branch, key] = row
                    self.counts[id(node), branch, key] = [0, 0]

    def add(self, value: Json, *, right: bool) -> None:
        """Count a body: what it keeps where it is right, what it breaks where it is wrong."""
        self._add(self.root, value, right=right)

    def _add(self, node: Node, value: Json, *, right: bool) -> None:
        branch, kept, broken_ = self._told(node, value)
        for held in kept if right else broken_:
            held[not right] += 1
        if branch is None:
            return
        if isinstance(value, dict):
            for child in node.members(branch):
                if child.name in value:
                    self._add(child, value[child.name], right=right)
        elif isinstance(value, list):
            for index, item in enumerate(islice(value, ITEMS)):
                place = node.item(index)
                if place is not None and place.branch == branch:
                    self._add(place, item, right=right)

    def _told(self, node: Node, value: Json) -> Told:
        """Return what a value is told for at a node; responses repeat nearly all of their values."""
        if not isinstance(value, str | int) or (isinstance(value, str) and len(value) > LONGEST_KNOWN):
            return self._judged(node, value)
        key = (id(node), type(value), value)
        found = self._known.get(key)
        if found is None:
            found = self._judged(node, value)
            if len(self._known) < MOST_KNOWN:
                self._known[key] = found
        return found

    def _judged(self, node: Node, value: Json) -> Told:
        branch, verdicts = _judge(node, value)
        kept: list[list[int]] = []
        missed: list[list[int]] = []
        for index, key, keeps in verdicts:
            held = self.counts.get((id(node), index, key))
            if held is not None:
                (kept if keeps else missed).append(held)
        return branch, kept, missed

    def coverage(self) -> Coverage:
        """Return the rows with their counts, in the order of the document."""
        found = []
        for key, row in self.rows.items():
            valid, invalid = self.counts[key]
            kept = None if row.valid is None else valid
            found.append(msgspec.structs.replace(row, valid=kept, invalid=None if row.invalid is None else invalid))
        return Coverage(tuple(found), self.root.unmodelled)


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
