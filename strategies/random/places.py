"""Random violations: for each place of a body, what can be wrong there, and strategies of values that are."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias, cast

import msgspec
from hypothesis import strategies as st

from conformance.contract.nodes import Node
from conformance.contract.shapes import Shape
from conformance.model.json_values import changed, with_value, without
from conformance.model.jsontext import Json, JsonFault, Literal, Writable, plain_json
from conformance.model.pointer import ANY_ITEM, from_tokens, join
from conformance.strategies.catalogue import rejected
from conformance.strategies.random import strings
from conformance.strategies.random.generation import anything
from conformance.strategies.random.weighing import FEW, MANY, SINGLE, Weighted, weighted
from conformance.strategies.values import bodies
from conformance.strategies.values import classes as fixed
from conformance.strategies.values.value import Value

Wrong: TypeAlias = st.SearchStrategy[Value]

FAR = 2**40
"""How far from 0 a number with a fraction lies at most: a 64-bit float keeps its fraction."""

LONGEST = 300
"""Longer texts than this, of the classes of the catalogue, are not drawn: they say nothing more at random."""


class Place(msgspec.Struct, frozen=True):
    """One thing that can be wrong at one place: the node with all it lies in, its branch, and a strategy of values.

    `keyword` is `required` where the member is left out, `additionalProperties` where a member too many is planted;
    `pointer` is where that shows.
    """

    lineage: bodies.Lineage
    keyword: str
    wrong: Wrong
    pointer: str
    branch: int = 0

    @property
    def node(self) -> Node:
        """The node that is broken, or the object that gets a member too many."""
        return self.lineage[-1]

    @property
    def first(self) -> str:
        """The pointer of the node's first occurrence in a body."""
        steps = pairwise(self.lineage)
        return from_tokens(0 if holder.shapes[node.branch].type == "array" else node.name for holder, node in steps)

    @property
    def leaf(self) -> bool:
        """Whether breaking it leaves every other place of the body as it is."""
        return self.keyword == "additionalProperties" or not self.node.children


def places(root: Node) -> tuple[Place, ...]:
    """Return everything that can be wrong in a body, in the order of the document."""
    return tuple(each for lineage in bodies.lineages(root) for each in _places(lineage))


def compatible(one: Place, other: Place) -> bool:
    """Tell whether two places can be broken in one body, each by itself."""
    if one.pointer == other.pointer or not (one.leaf and other.leaf):
        return False
    for mine, theirs in zip(one.lineage, other.lineage, strict=False):
        if mine is not theirs:
            return mine.branch == theirs.branch
    return True


def _places(lineage: bodies.Lineage) -> Iterator[Place]:
    node = lineage[-1]
    wrong = [*_fixed(node), *_random(node)]
    if wrong:
        yield Place(lineage, "type", weighted(wrong), node.path)
    if node.required and node.path and node.name != ANY_ITEM:
        absent = Value("missing", bodies.ABSENT, "a missing required member", "required")
        yield Place(lineage, "required", st.just(absent), node.path)
    for branch, shape in enumerate(node.shapes):
        if shape.type == "object" and shape.closed:
            yield Place(lineage, "additionalProperties", _undeclared(shape), join(node.path, "*"), branch)


def _fixed(node: Node) -> Iterator[Weighted[Value]]:
    """Yield the catalogue's values that break a keyword: of types there are random ones."""
    found = [value for value in fixed.invalid_values(node) if value.keyword != "type" and _small(value.json)]
    if found:
        yield st.sampled_from([_plain(value) for value in found]), FEW


def _small(value: Writable) -> bool:
    return len(value) <= LONGEST if isinstance(value, str | list | dict) else True


def _plain(value: Value) -> Value:
    """Return a value that is spelled by hand as what it stands for."""
    if not isinstance(value.json, Literal):
        return value
    try:
        return msgspec.structs.replace(value, json=plain_json(value.json))
    except JsonFault:
        return value


def _random(node: Node) -> Iterator[Weighted[Value]]:
    """Yield values of each type that a node does not allow, told as the catalogue tells them."""
    allowed = node.types
    numeric = bool(allowed & {"integer", "number"})
    if "null" not in allowed:
        yield _single(None, "null")
    if not numeric:
        yield _told(_whole("boolean" in allowed), "an integer")
        if "boolean" in allowed:
            yield _single(0, "0", coercible=True)
            yield _single(1, "1", coercible=True)
    if "number" not in allowed:
        fractions = st.tuples(st.integers(-FAR, FAR), st.sampled_from([0.5, 0.25, 0.125]))
        yield _told(fractions.map(sum), "a number with a fraction")
    if "boolean" not in allowed:
        yield _single(True, "true", coercible=numeric)  # noqa: FBT003  (the JSON value)
        yield _single(False, "false", coercible=numeric)  # noqa: FBT003  (the JSON value)
    if "string" not in allowed:
        yield from _texts(allowed)
    if "array" not in allowed:
        yield _told(st.lists(anything(), max_size=3), "an array")
    if "object" not in allowed:
        yield _told(st.dictionaries(strings.plain(), anything(), max_size=3), "an object")


def _texts(allowed: frozenset[str]) -> Iterator[Weighted[Value]]:
    # A first letter that begins no number, no boolean and no null: no lax parser reads such a text as one.
    yield _told(st.text(max_size=8).map(lambda text: "a" + text), "a text")
    yield _single("", "an empty text")
    if allowed & {"integer", "number"}:
        yield _told(st.integers().map(str), "a number in quotes", coercible=True)
    if "boolean" in allowed:
        yield from (_single(each, "a boolean in quotes", coercible=True) for each in ("true", "false"))
    if "null" in allowed:
        yield _single("null", "null in quotes")


def _whole(boolean: bool) -> st.SearchStrategy[int]:  # noqa: FBT001  (whether a boolean is allowed)
    return st.integers(min_value=2) if boolean else st.integers()


def _told(found: st.SearchStrategy[Json], kind: str, *, coercible: bool = False) -> Weighted[Value]:
    slug = kind.replace(" ", "-")
    return found.map(lambda json: Value(slug, json, kind, coercible=coercible)), MANY


def _single(json: Json, kind: str, *, coercible: bool = False) -> Weighted[Value]:
    return st.just(Value(kind.replace(" ", "-"), json, kind, coercible=coercible)), SINGLE


def _undeclared(shape: Shape) -> Wrong:
    """Return members that a closed object does not declare, as objects of one member."""
    fixed_names = [(name, rejected.UNDECLARED[slug]) for slug, name, _ in rejected.undeclared_names(shape)]
    random = strings.free(0, 12).filter(lambda name: name not in shape.members)
    kind = rejected.UNDECLARED["undeclared-member"]
    names = st.tuples(random, st.just(kind)) | st.sampled_from(fixed_names)
    return st.tuples(names, anything()).map(_member)


def _member(drawn: tuple[tuple[str, str], Json]) -> Value:
    (name, kind), value = drawn
    return Value("undeclared-member", {name: value}, kind, "additionalProperties")


def plant(place: Place, value: Value, body: Json) -> Json:
    """Return a body, which holds the place's node, with what is wrong planted there."""
    wrong = cast("Json", value.json)

    def extended(held: Json) -> Json:
        return {**held, **wrong} if isinstance(held, dict) and isinstance(wrong, dict) else held

    if place.keyword == "additionalProperties":
        return changed(body, place.first, extended)
    return without(body, place.first) if value.json is bodies.ABSENT else with_value(body, place.first, wrong)
