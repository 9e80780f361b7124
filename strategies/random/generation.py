"""Random valid values of a node, as Hypothesis strategies: constructed, hardly ever filtered, and made to shrink well.

What a failure shrinks to is what a person would write: members that are not needed are absent, a text is `"a"`, a
number 0 or the bound nearest to it, an enumerated member its first value, and null only where no scalar fails.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import TypeAlias

import msgspec
from hypothesis import strategies as st

from conformance.classify.bounds import LOWER, NUMERIC_BOUNDS, as_number, keeps_bounds, limits
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Json, equality_key, plain_json
from conformance.model.pointer import ANY_ITEM, prefixes, within
from conformance.strategies.random import strings
from conformance.strategies.random.weighing import FEW, MANY, MOST, SINGLE, WHOLE, Weighted, repeated, weighted
from conformance.strategies.values import construction, scalars

Values: TypeAlias = st.SearchStrategy[Json]

Alternatives: TypeAlias = list[Weighted[Json]]

ABSENT: Values = st.nothing()
"""In the place of a property's values: leave it out."""

WEIGHTS = {"object": WHOLE, "array": MANY, "integer": MOST, "number": MOST, "string": MANY, "boolean": FEW}

MOST_ITEMS = 5
"""How many items more than it must have an array gets at most, where nothing bounds it."""

MANY_ITEMS = 50
"""An array that must have more items than this is always the same: it is too much to draw."""

MOST_EXTRAS = 2
"""How many unknown properties an open object gets at most."""


class Choices(msgspec.Struct, frozen=True):
    """What a caller wants of the values that are drawn.

    `included` are pointers of properties that are always there and not null, `excluded` of those that never are; the
    bounds are for integers without a bound of the schema; `alphabet` holds the characters of texts; with `extras` open
    objects get unknown properties. `fixed` are strategies by path, to be used in the place of what the schema says.
    Choices that differ in `included` alone share the strategies in `memo`, by node and what is included of it.
    """

    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    min_integer: int | None = None
    max_integer: int | None = None
    alphabet: str | None = None
    extras: bool = True
    fixed: Mapping[str, Values] = {}
    memo: dict[tuple[int, frozenset[str]], Alternatives] | None = None

    def including(self, path: str) -> "Choices":
        """Return the choices with one more property, and all that it lies in, always there."""
        return msgspec.structs.replace(self, included=self.included.union(prefixes(path)))


def valid_values(node: Node, choices: Choices) -> Values:
    """Return a strategy of valid values of a node, by what its shapes say."""
    return weighted(_alternatives(node, choices))


def _alternatives(node: Node, choices: Choices) -> Alternatives:
    if node.path in choices.fixed:
        return [(choices.fixed[node.path], MANY)]
    if choices.memo is None:
        return _made(node, choices)
    key = id(node), frozenset(path for path in choices.included if within(path, node.path))
    if key not in choices.memo:
        choices.memo[key] = _made(node, choices)
    return choices.memo[key]


def _made(node: Node, choices: Choices) -> Alternatives:
    wanted = any(within(path, node.path) for path in choices.included)
    branches = [index for index, shape in enumerate(node.shapes) if not (wanted and shape.type == "null")]
    branches = branches or list(range(len(node.shapes)))  # null is all that it can be
    if wanted and node.children:
        holding = [index for index in branches if any(_wants(child, choices) for child in node.members(index))]
        branches = holding or branches
    # Null comes last: it is what a value shrinks to only where nothing else fails.
    ordered = sorted(branches, key=lambda index: node.shapes[index].type == "null")
    return [(shape_values(node, index, choices), _weight(node.shapes[index])) for index in ordered]


def _weight(shape: Shape) -> int:
    if listed := shape.listed("enum"):
        return FEW if len(listed) > 1 else SINGLE
    return WEIGHTS.get(shape.type, SINGLE)


def shape_values(node: Node, branch: int, choices: Choices) -> Values:
    """Return a strategy of valid values of one shape of a node."""
    shape = node.shapes[branch]
    if listed := shape.listed("enum"):
        return st.sampled_from(listed)
    match shape.type:
        case "null":
            return nulls()
        case "boolean":
            return st.booleans()
        case "integer":
            return integers(shape, choices)
        case "number":
            return _numbers(node, shape, choices)
        case "string":
            return strings.texts(node, shape, choices.alphabet)
        case "array":
            return _arrays(node, branch, choices)
        case _:
            return _objects(node, branch, choices)


def integers(shape: Shape, choices: Choices) -> Values:
    """Return integers that keep the bounds of a shape; free ones repeat each other now and then."""
    low, high = number_limits(shape)
    multiple = as_number(shape.value("multipleOf"))
    unit = Fraction(multiple).numerator if multiple is not None else 1
    least = choices.min_integer if low is None else low.__ceil__()
    most = choices.max_integer if high is None else high.__floor__()
    if unit != 1:
        least = None if least is None else -(-least // unit)
        most = None if most is None else most // unit
        return st.integers(least, most).map(lambda number: number * unit)
    found = st.integers(least, most)
    if low is not None or high is not None:
        return found
    # Faults of two properties that are equal show only to values that are drawn once and used twice.
    return found | st.shared(found, key=f"conformance integer {least} {most}")


@cache
def nulls() -> Values:
    """Return null, drawn as much as a scalar is: else what any value brings about would shrink to null as shorter."""
    return st.integers(0, 0).map(lambda _: None)


@lru_cache(16)
def anything(alphabet: str | None = None) -> Values:
    """Return small JSON values of any kind, 0 the simplest."""
    texts = st.text(alphabet, max_size=5) if alphabet else strings.plain()
    leaves: Values = st.integers() | texts | st.booleans() | nulls()
    return leaves | st.lists(leaves, max_size=2) | st.dictionaries(texts, leaves, max_size=2)


def _wants(child: Node, choices: Choices) -> bool:
    return any(within(path, child.path) for path in choices.included)


def number_limits(shape: Shape) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the greatest number that a shape allows; exclusive bounds of integers moved by one."""
    lows, highs = [], []
    for keyword in NUMERIC_BOUNDS:
        bound = as_number(shape.value(keyword))
        if bound is None or keyword == "multipleOf":
            continue
        exclusive = keyword.startswith("exclusive") and shape.type == "integer"
        exact = Fraction(bound)
        if keyword in LOWER:
            lows.append(Fraction(exact.__floor__() + 1) if exclusive else exact)
        else:
            highs.append(Fraction(exact.__ceil__() - 1) if exclusive else exact)
    return max(lows, default=None), min(highs, default=None)


def _numbers(node: Node, shape: Shape, choices: Choices) -> Values:
    if "multipleOf" in shape.keywords:
        multiple = as_number(shape.value("multipleOf"))
        whole = isinstance(multiple, int) or (isinstance(multiple, Decimal) and multiple == multiple.to_integral())
        return integers(shape, choices) if whole else st.sampled_from(list(scalars.several(node, shape))[:5])
    low, high = number_limits(shape)
    least = None if low is None else float(low)
    most = None if high is None else float(high)
    floats = st.floats(
        least,
        most,
        allow_nan=False,
        allow_infinity=False,
        exclude_min=least is not None and least == _excluded(shape, "exclusiveMinimum"),
        exclude_max=most is not None and most == _excluded(shape, "exclusiveMaximum"),
    ).filter(lambda number: keeps_bounds(shape, number))
    if low is not None and high is not None and low.__ceil__() > high.__floor__():
        return floats
    return integers(shape, choices).filter(lambda number: keeps_bounds(shape, number)) | floats


def _excluded(shape: Shape, keyword: str) -> float | None:
    bound = as_number(shape.value(keyword))
    return None if bound is None else float(bound)


def _arrays(node: Node, branch: int, choices: Choices) -> Values:
    shape = node.shapes[branch]
    least, most = limits(shape, "minItems", "maxItems")
    place = next((each for each in node.members(branch) if each.name == ANY_ITEM), node.filler(branch, ANY_ITEM))
    if (place is None and shape.items) or (place is not None and not place.shapes):
        most = max(least, len(shape.prefix))
    elif place is not None and _wants(place, choices):
        least = max(least, 1)
    items = anything(choices.alphabet) if place is None or not place.shapes else valid_values(place, choices)
    first = construction.prefix_places(node, branch)
    if (end := construction.possible_items(first)) < len(first):
        first, most = first[:end], end
    held = [each for each in node.contained if each.branch == branch] * construction.fewest_contained(node, branch)
    if first or held:
        own = [valid_values(each, choices) for each in (*first, *held)]
        room = max(min(most, least + MOST_ITEMS) - len(own), 0)
        fewest = max(least - len(own), 1 if place is not None and place.shapes and _wants(place, choices) else 0)
        more = st.lists(items, min_size=min(fewest, room), max_size=room)
        return st.tuples(st.tuples(*own), more).map(lambda both: [*both[0], *both[1]])
    if least > MANY_ITEMS:
        filled = construction.distinct_items(node, branch, least) or construction.first_items(
            node, branch, least, "smallest"
        )
        return st.just(plain_json(filled))
    unique = equality_key if shape.value("uniqueItems") is True else None
    return st.lists(items, min_size=least, max_size=min(most, least + MOST_ITEMS), unique_by=unique)


def _objects(node: Node, branch: int, choices: Choices) -> Values:
    shape = node.shapes[branch]
    members: dict[str, list[Values]] = {}
    for child in node.members(branch):
        if not child.shapes or child.path in choices.excluded:
            continue
        found = _alternatives(child, choices)
        needed = child.name in shape.required or _wants(child, choices)
        # Absence is one more alternative, and the first: so a failure loses each property that it does not need.
        members[child.name] = repeated(found if needed else [(ABSENT, SINGLE), *found])
    for each in node.fillers:
        if each.branch == branch:
            members[each.name] = repeated(_alternatives(each, choices))
    objects = _present(members)
    least, most = limits(shape, "minProperties", "maxProperties")
    if shape.open and choices.extras and most > len(members):
        return _extended(shape, objects, max(least - len(shape.required), 0), most - len(members), choices)
    return objects


def _present(members: Mapping[str, Sequence[Values]]) -> Values:
    """Return objects of which each property is one of some strategies, or absent."""
    # Which one it is, is drawn here by its index: a strategy that chooses among strategies takes twice as long.
    table = [(name, found, st.sampled_from(range(len(found)))) for name, found in members.items()]

    @st.composite
    def objects(draw: st.DrawFn) -> Json:
        made: dict[str, Json] = {}
        for name, found, index in table:
            values = found[draw(index) if len(found) > 1 else 0]
            if values is not ABSENT:
                made[name] = draw(values)
        return made

    return objects()


def _extended(shape: Shape, objects: Values, least: int, room: int, choices: Choices) -> Values:
    """Return objects that hold unknown properties now and then, as many as there is room for."""
    names = strings.plain().map(lambda name: f"x_{name}").filter(lambda name: name not in shape.members)
    size = max(least, 1)
    extras = st.dictionaries(
        names, anything(choices.alphabet), min_size=size, max_size=size + min(MOST_EXTRAS, room) - 1
    )
    more = st.tuples(objects, extras).map(lambda both: {**both[1], **both[0]})  # type: ignore[dict-item]
    return more if least else weighted([(objects, MANY), (more, SINGLE)])
