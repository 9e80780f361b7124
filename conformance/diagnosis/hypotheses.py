"""Hypotheses: predicates over requests, and what refutes them.

Observations are bits of an integer, so that a predicate is a mask and its conjunction with another one `&`. An exchange
that fits a predicate and lacks the symptom refutes it. A request that was rejected for what is wrong with it refutes
only what is said of that very part: nobody knows what would have become of the rest.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Protocol

import msgspec
from msgspec.structs import replace

from conformance.diagnosis.facts.features import (
    ANYWHERE,
    COUNT,
    CREATION,
    DEPTH,
    FIELD_LENGTH,
    INTEGER,
    LARGEST,
    LENGTH,
    LONGEST,
    NUMBER,
    PROPERTIES,
    REQUEST,
    SIZE,
    SMALLEST,
    USED_START,
    Facts,
    Feature,
)
from conformance.diagnosis.facts.observed import Measured, Measurements, Observed, bits_of

AT_LEAST, AT_MOST = "at least", "at most"

SOME = 5
"""Fewer symptoms than that say nothing of the place in the run."""

COSTS: Mapping[str, float] = {
    "subject": 1.0,
    "keyword": 1.2,
    "body": 1.0,
    "method": 1.5,
    "field": 1.6,
    "media type": 1.15,
    "content": 1.18,
    "access": 1.1,
    "scheme": 1.8,
    "credential": 1.9,
    "header": 2.3,
    "type": 2.0,
    "absent": 2.0,
    "present": 2.2,
    "set": 2.1,
    "unset": 2.15,
    "empty": 2.1,
    "invalid": 1.8,
    "element": 2.0,
    "unknown name": 2.6,
    "text": 2.45,
    "target": 2.35,
    "chunked": 1.9,
    "characters": 2.75,
    "unknown": 2.0,
    "kind": 2.4,
    "kind of several": 2.87,
    "missing": 2.7,
    "number": 2.4,
    "string": 2.7,
    "parity": 3.4,
    "equal": 3.0,
    "less": 3.2,
    "greater": 3.2,
    "different": 3.6,
    "equal in effect": 3.3,
    "less in effect": 3.3,
    "greater in effect": 3.3,
    "value": 3.2,
    "value in effect": 3.3,
    "used name": 2.6,
}
"""How special a condition is: of several that cover the same, the most general speaks."""

MEASURE_COSTS = {
    NUMBER: 2.5,
    INTEGER: 2.55,
    LARGEST: 2.65,
    SMALLEST: 2.65,
    LENGTH: 2.8,
    LONGEST: 2.85,
    COUNT: 2.9,
    DEPTH: 2.6,
    PROPERTIES: 2.35,
    SIZE: 2.95,
    USED_START: 2.7,
    FIELD_LENGTH: 2.75,
    CREATION: 5.0,
    REQUEST: 6.0,
}

ONE_SIDED = {
    LARGEST: AT_LEAST,
    LONGEST: AT_LEAST,
    SMALLEST: AT_MOST,
    SIZE: AT_LEAST,
    PROPERTIES: AT_LEAST,
    USED_START: AT_LEAST,
    FIELD_LENGTH: AT_LEAST,
}
"""Of the extremes of a body, and of how much there is of something, one side alone says something."""


def bits(mask: int) -> list[int]:
    """Return the numbers of the bits that are set."""
    return [index for index, bit in enumerate(reversed(f"{mask:b}")) if bit == "1"]


class Condition(msgspec.Struct, frozen=True, gc=False):
    """One condition: a feature that is there, or (with a `bound`) a measure at least or at most that.

    `passed` is the value nearest to the bound of a request that lacks the symptom.
    """

    feature: Feature
    direction: str = ""
    bound: Decimal = Decimal(0)
    passed: Decimal | None = None

    @property
    def order(self) -> tuple[Feature, str, Decimal, Decimal]:
        """What puts conditions in an order that is the same in every run."""
        return self.feature, self.direction, self.bound, self.bound if self.passed is None else self.passed

    @property
    def cost(self) -> float:
        """How special it is."""
        table = MEASURE_COSTS if self.direction else COSTS
        return table[self.feature.name] + (0.0 if self.feature.place != ANYWHERE or self.direction else 0.2)


class Hypothesis(msgspec.Struct, frozen=True, gc=False):
    """A conjunction of conditions (none: every request), and the observations that fit it, as bits.

    `own` are those of `mask` that are about one of its conditions; `cost` says how special it is.
    """

    conditions: tuple[Condition, ...]
    mask: int
    own: int
    cost: float

    @property
    def order(self) -> tuple[tuple[Feature, str, Decimal, Decimal], ...]:
        """What puts hypotheses in an order that is the same in every run."""
        return tuple(each.order for each in self.conditions)

    @property
    def form(self) -> tuple[tuple[str, str, str, Decimal, str], ...]:
        """What is the same in predicates that differ in their places in the body alone."""
        return tuple(
            (each.feature.name, each.feature.value, each.direction, each.bound, _part(each.feature.place))
            for each in self.conditions
        )

    def joined(self, other: "Hypothesis") -> "Hypothesis":
        """Return the conjunction of two."""
        mask, own = self.mask & other.mask, self.own | other.own
        return Hypothesis(
            tuple(sorted((*self.conditions, *other.conditions), key=attrgetter("order"))),
            mask,
            own & mask,
            self.cost + other.cost,
        )


def _part(place: str) -> str:
    """Return the part of a request that a place is in: a header field by its name, nothing for the body."""
    return "" if place.startswith("/") or place == ANYWHERE else place


class Evidence(msgspec.Struct, frozen=True):
    """Which observations show a symptom, which lack it, and which lack it and were rejected for their own fault.

    With `timeless` the place in the run explains nothing.
    """

    positives: int
    negatives: int
    weak: int = 0
    timeless: bool = False

    def refutes(self, hypothesis: Hypothesis) -> bool:
        """Tell whether an observation contradicts a hypothesis."""
        return bool(hypothesis.mask & self.negatives or hypothesis.own & self.weak)

    def against(self, hypothesis: Hypothesis) -> int:
        """Return how many observations contradict a hypothesis."""
        return (hypothesis.mask & self.negatives | hypothesis.own & self.weak).bit_count()


class FactSource(Protocol):
    """The facts of observations, in their order; those of one alone may come without what was measured."""

    def __len__(self) -> int:
        """Return how many observations there are."""

    def __iter__(self) -> Iterator[Facts]:
        """Yield the facts of all."""

    def __getitem__(self, index: int, /) -> Facts:
        """Return the facts of one."""


class _ByFeature:
    """The facts of all observations, by feature; what was measured is held here, and no longer in `facts`."""

    def __init__(self, facts: Iterable[Facts]) -> None:
        groups, own = Observed(), Observed()
        measured: defaultdict[tuple[str, str], Measurements] = defaultdict(Measurements)
        self.facts: list[Facts] = []
        for index, each in enumerate(facts):
            for key, value in each.measures.items():
                measured[key].add(value, index)
            shared = tuple([groups.add(group, index) for group in each.groups])
            self.facts.append(replace(each, groups=shared, own=own.add(each.own, index), measures={}))
        self.observed = groups.by_feature()
        self.own = {feature: bits_of(held) for feature, held in own.by_feature().items()}
        self.places: dict[str, int] = {}
        for feature, mask in self.own.items():
            self.places[feature.place] = self.places.get(feature.place, 0) | mask
        self.measures = {key: values.ascending() for key, values in measured.items()}


class FactTable:
    """What is known of all observations: the facts of each, and who has a feature.

    The latter is looked for when it is first asked for: a target that accepts everything needs no search.
    """

    def __init__(self, facts: FactSource) -> None:
        self.facts = facts
        self.every = Hypothesis((), (1 << len(facts)) - 1, 0, 0.0)
        self._single: dict[Feature, Hypothesis] = {}
        self._sizes: dict[int, int] = {}

    @cached_property
    def _all(self) -> _ByFeature:
        found = _ByFeature(self.facts)
        self.facts = found.facts
        return found

    def differences(self, index: int, features: frozenset[Feature]) -> int:
        """Return how many features either an observation has or these are, and not both."""
        lacking = features.difference(*self.facts[index].groups)
        size = self._sizes.get(index)
        if size is None:
            size = self._sizes[index] = len(self.facts[index].features)
        return size - len(features) + 2 * len(lacking)

    def fitting(self, hypothesis: Hypothesis) -> Hypothesis:
        """Return a hypothesis that was made of other observations, with those of this table that fit it."""
        found = self.every
        for each in hypothesis.conditions:
            found = found.joined(self._measured(each) if each.direction else self._having(each))
        return found

    def _having(self, condition: Condition) -> Hypothesis:
        if condition.feature in self._all.observed:
            return self._of(condition.feature)
        return Hypothesis((condition,), 0, 0, condition.cost)

    def _of(self, feature: Feature) -> Hypothesis:
        """Return the hypothesis of one feature: most features are never asked for."""
        known = self._single.get(feature)
        if known is None:
            condition = Condition(feature)
            mask = bits_of(self._all.observed[feature])
            known = Hypothesis((condition,), mask, self._all.own.get(feature, 0), condition.cost)
            self._single[feature] = known
        return known

    def _measured(self, condition: Condition) -> Hypothesis:
        up, mask = condition.direction == AT_LEAST, 0
        for each in self._all.measures.get((condition.feature.name, condition.feature.place), ()):
            mask |= each.mask if (each.first >= condition.bound if up else each.first <= condition.bound) else 0
        return Hypothesis((condition,), mask, mask & self._all.places.get(condition.feature.place, 0), condition.cost)

    def singles(self, evidence: Evidence) -> Iterator[Hypothesis]:
        """Yield every hypothesis of one condition that fits a symptom, and intervals of depth."""
        for feature, held in self._all.observed.items():
            if bits_of(held) & evidence.positives:
                yield self._of(feature)
        for (name, place), values in self._all.measures.items():
            bounds = self._bounds(name, place, values, evidence)
            if name in {CREATION, REQUEST}:
                few = SOME if not evidence.timeless else len(self.facts) + 1
                bounds = (each for each in bounds if (each.mask & evidence.positives).bit_count() >= few)
            yield from bounds
            if name == DEPTH:
                yield from self._interval(name, place, values, evidence)

    def _interval(self, name: str, place: str, values: Sequence[Measured], evidence: Evidence) -> Iterator[Hypothesis]:
        """Yield the interval with all symptoms, if nothing in it lacks them: what is yet larger is rejected early."""
        shown = [each for each in values if each.mask & evidence.positives]
        if len(shown) < 2:
            return
        low, high = (
            self._measured(Condition(Feature(name, place), direction, bound))
            for direction, bound in ((AT_LEAST, shown[0].first), (AT_MOST, shown[-1].last))
        )
        interval = low.joined(high)
        if not evidence.refutes(interval):
            yield interval

    def thresholds(self, one: Hypothesis, evidence: Evidence) -> Iterator[Hypothesis]:
        """Yield the conjunctions of a hypothesis about a property with thresholds of other properties of its object.

        They are looked for in what fits the hypothesis.
        """
        within = replace(evidence, positives=evidence.positives & one.mask, negatives=evidence.negatives & one.mask)
        parent = one.conditions[0].feature.place.rpartition("/")[0]
        for (name, place), values in self._all.measures.items():
            if place.startswith("/") and place.rpartition("/")[0] == parent:
                yield from (one.joined(each) for each in self._bounds(name, place, values, within))

    def _bounds(self, name: str, place: str, values: Sequence[Measured], evidence: Evidence) -> Iterator[Hypothesis]:
        """Yield the thresholds from which on, upwards or downwards, all that was measured shows the symptom."""
        own = self._all.places.get(place, 0)
        against = evidence.negatives | (evidence.weak & own)
        for direction in (AT_LEAST, AT_MOST) if name not in ONE_SIDED else (ONE_SIDED[name],):
            mask, reached, bound, passed = 0, 0, None, None
            for each in reversed(values) if direction == AT_LEAST else values:
                value = each.last if direction == AT_LEAST else each.first
                if each.mask & against:
                    passed = value
                    break
                mask |= each.mask
                if each.mask & evidence.positives:
                    reached, bound = mask, value
            if bound is not None:
                condition = Condition(Feature(name, place), direction, bound, passed)
                yield Hypothesis((condition,), reached, reached & own, condition.cost)
