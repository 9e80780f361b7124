"""Random violations: for each place of a body, what can be wrong there, and strategies of values that are."""

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias, cast

import msgspec
from hypothesis import strategies as st

from conformance.classify.coercion import NUMERIC
from conformance.classify.kinds import MISSING, undeclared_kind
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.json_values import changed, with_value, without
from conformance.model.jsontext import Json, Writable
from conformance.model.pointer import ANY_ITEM, from_tokens, join
from conformance.strategies.catalogue import rejected
from conformance.strategies.random import strings
from conformance.strategies.random.generation import anything
from conformance.strategies.random.weighing import FEW, MANY, SINGLE, Weighted, weighted
from conformance.strategies.values import bodies
from conformance.strategies.values import classes as fixed
from conformance.strategies.values.value import Value
from conformance.strategies.values.wrong_types import wrong_type

Wrong: TypeAlias = st.SearchStrategy[Value]

FAR = 2**40
"""How far from 0 a number with a fraction lies at most: a 64-bit float keeps its fraction."""

LONGEST = 300
"""Longer texts than this, of the classes of the catalogue, are not drawn: they say nothing more at random."""


class ViolationPlace(msgspec.Struct, frozen=True, dict=True):
    """One thing that can be wrong at one place: the node with all it lies in, its branch, and a strategy of values.

    `keyword` is `required` where the property is left out, `additionalProperties` where a property too many is planted;
    `pointer` is where that shows.
    """

    lineage: bodies.Lineage
    keyword: str
    wrong: Wrong
    pointer: str
    branch: int = 0

    @property
    def node(self) -> Node:
        """The node that is broken, or the object that gets a property too many."""
        return self.lineage[-1]

    @cached_property
    def first(self) -> str:
        """The pointer of the node's first occurrence in a body."""
        steps = pairwise(self.lineage)
        return from_tokens(
            len(holder.shapes[node.branch].prefix) if node.name == ANY_ITEM else node.name for holder, node in steps
        )

    @property
    def leaf(self) -> bool:
        """Whether breaking it leaves every other place of the body as it is."""
        return self.keyword == "additionalProperties" or not self.node.children


def places(root: Node) -> tuple[ViolationPlace, ...]:
    """Return everything that can be wrong in a body, in the order of the document."""
    return tuple(each for lineage in bodies.lineages(root) for each in _places(lineage))


def compatible(one: ViolationPlace, other: ViolationPlace) -> bool:
    """Tell whether two places can be broken in one body, each by itself."""
    if one.pointer == other.pointer or not (one.leaf and other.leaf):
        return False
    for mine, theirs in zip(one.lineage, other.lineage, strict=False):
        if mine is not theirs:
            return mine.branch == theirs.branch
    return True


def _places(lineage: bodies.Lineage) -> Iterator[ViolationPlace]:
    node = lineage[-1]
    # What breaks a keyword is the catalogue's; of other types there are random values.
    known = [value for value in fixed.invalid_values(node) if value.keyword != "type" and _is_small(value.json)]
    wrong = [(st.sampled_from(known), FEW)] if known else []
    for found, weight in _of_other_types(node.types):
        wrong.append((found.map(lambda json: wrong_type(node, "random", json)), weight))
    if wrong:
        yield ViolationPlace(lineage, "type", weighted(wrong), node.path)
    if node.required and node.path:
        absent = Value("absent", bodies.ABSENT, MISSING, "required")
        yield ViolationPlace(lineage, "required", st.just(absent), node.path)
    for branch, shape in enumerate(node.shapes):
        # A pattern may declare every name there is.
        if shape.type == "object" and shape.closed and any(rejected.undeclared_names(shape)):
            yield ViolationPlace(lineage, "additionalProperties", _undeclared(shape), join(node.path, "*"), branch)


def _is_small(value: Writable) -> bool:
    return len(value) <= LONGEST if isinstance(value, str | list | dict) else True


def _of_other_types(allowed: frozenset[str]) -> Iterator[Weighted[Json]]:
    """Yield values of each type that is not allowed."""
    boolean = "boolean" in allowed
    if "null" not in allowed:
        yield _single(None)
    if not allowed & NUMERIC:
        yield (st.integers(min_value=2) if boolean else st.integers()), MANY
        if boolean:
            yield from map(_single, (0, 1))
    if "number" not in allowed:
        yield st.tuples(st.integers(-FAR, FAR), st.sampled_from([0.5, 0.25, 0.125])).map(sum), MANY
    if not boolean:
        yield from map(_single, (True, False))
    if "string" not in allowed:
        yield from _texts(allowed)
    if "array" not in allowed:
        yield st.lists(anything(), max_size=3), MANY
    if "object" not in allowed:
        yield st.dictionaries(strings.plain(), anything(), max_size=3), MANY


def _texts(allowed: frozenset[str]) -> Iterator[Weighted[Json]]:
    # A first letter that begins no number, no boolean and no null: no lax parser reads such a text as one.
    yield st.text(max_size=8).map(lambda text: "a" + text), MANY
    yield _single("")
    if allowed & NUMERIC:
        yield st.integers().map(str), MANY
    if "boolean" in allowed:
        yield from map(_single, ("true", "false"))
    if "null" in allowed:
        yield _single("null")


def _single(json: Json) -> Weighted[Json]:
    return st.just(json), SINGLE


def _undeclared(shape: Shape) -> Wrong:
    """Return properties that a closed object does not declare, as objects of one property."""
    random = strings.free(0, 12).filter(lambda name: not shape.declares(name))
    names = random | st.sampled_from([name for _, name, _ in rejected.undeclared_names(shape)])

    def member(drawn: tuple[str, Json]) -> Value:
        name, value = drawn
        kind = undeclared_kind(shape, name, value)
        return Value("unknown-property", {name: value}, kind, "additionalProperties")

    return st.tuples(names, anything()).map(member)


def plant(place: ViolationPlace, value: Value, body: Json) -> Json:
    """Return a body, which holds the place's node, with what is wrong planted there."""
    wrong = cast("Json", value.json)

    def extended(held: Json) -> Json:
        return {**held, **wrong} if isinstance(held, dict) and isinstance(wrong, dict) else held

    if place.keyword == "additionalProperties":
        return changed(body, place.first, extended)
    return without(body, place.first) if value.json is bodies.ABSENT else with_value(body, place.first, wrong)
