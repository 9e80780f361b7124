"""The choice of the fewest hypotheses that cover every symptom and that nothing refutes, the most general first."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from msgspec.structs import replace

from conformance.diagnosis.facts.features import USED_NAME
from conformance.diagnosis.hypotheses import Evidence, FactTable, Hypothesis, bits

MOST_CONDITIONS = 3
"""How many conditions a predicate joins at most."""

WORTH = (1.0, 1.0, 0.75, 0.5)
"""What a symptom counts that so many conditions cover: of two faults, some long predicate fits a part of each."""

MOST = 12
"""How many hypotheses explain one rule at most; what is left is brought together by its symptom."""

SEVERAL = 8
"""Of so many symptoms, and nothing that refutes it, every request is said to show them."""

RARE = 0.01
"""A condition that so improbably is true of symptoms by chance speaks of those that show now and then."""

ALIKE = frozenset({"keyword", "kind", "kind of several", "invalid", "number", "string"})
"""Features that may be the same fault at several places."""

SHARE = 20
"""A hypothesis that covers less than one in so many of what is left explains nothing."""

CONTEXTS = frozenset({"absent", "unset", "present", "set"})
"""The conditions under which a threshold is looked for."""

FEW = 3
"""Fewer symptoms than that make no threshold under a condition."""

SEEDS = 4
"""How many symptoms without an explanation conjunctions are made from."""

TRIED = 4
"""How many observations that refute a conjunction are looked at for the fewest conditions that exclude one."""

MOST_STEPS = 4_000
"""How many conjunctions are made in one search at most."""


def explain(table: FactTable, evidence: Evidence, *, plain: bool = False) -> tuple[list[Hypothesis], int]:
    """Return the hypotheses that cover the symptoms, at most `MOST`, and the symptoms that none covers.

    With `plain`, only what one condition says of several symptoms is tried: of a fault that shows now and then, some
    conjunction fits every part by chance.
    """
    left = evidence.positives
    chosen: list[Hypothesis] = []
    if not evidence.negatives and (evidence.timeless or not evidence.weak):
        # Of few requests nothing general can be said, as none was there to refute it.
        return ([table.every], 0) if left.bit_count() >= SEVERAL else ([], left)
    for _ in range(MOST):
        against = evidence.negatives | evidence.weak if plain else evidence.negatives
        now = replace(evidence, positives=left, negatives=against)
        best = _best_plain(table, now) if plain else _best(table, now)
        covered = _covered(best, left)
        if not covered or (not plain and covered < left.bit_count() / SHARE):
            break
        chosen += best
        left &= ~_mask(best)
    return chosen, left


def _mask(hypotheses: Iterable[Hypothesis]) -> int:
    return reduce(or_, (each.mask for each in hypotheses), 0)


def _covered(hypotheses: Iterable[Hypothesis], left: int) -> int:
    return (_mask(hypotheses) & left).bit_count()


def _rank(hypothesis: Hypothesis, left: int) -> tuple[float, float, object]:
    return -_worth([hypothesis], left), hypothesis.cost, hypothesis.order


def _worth(hypotheses: Sequence[Hypothesis], left: int) -> float:
    """Return what it is worth to cover so many symptoms: of all of them any predicate speaks, of a part a short one."""
    covered = _covered(hypotheses, left)
    if covered == left.bit_count():
        return float(covered)
    return covered * max((WORTH[len(each.conditions)] for each in hypotheses), default=0.0)


def _best(table: FactTable, evidence: Evidence) -> list[Hypothesis]:
    """Return the hypothesis that covers the most symptoms; the shortest and most general of several.

    Those of one form that differ in their places are one: a target that leaves some properties unchecked is told by
    these, and not by what else is true of requests with them.
    """
    left = evidence.positives
    singles = [each for each in table.singles(evidence) if not evidence.refutes(each)]
    own = [each for each in singles if each.own & left]
    if evidence.timeless:
        told = max(_best_single(own, left), _best_form(own, left), key=lambda each: _worth(each, left))
        if _covered(told, left) * 2 >= left.bit_count():
            return told  # an invalid request is accepted for what is invalid in it
    best = _best_single(singles, left)
    if _covered(best, left) == left.bit_count():
        return best
    joined = _best_conjunction(table, evidence)
    found = (best, _best_form(singles, left), [joined] if joined is not None else [])
    return max(found, key=lambda each: _worth(each, left))


def _best_single(singles: Iterable[Hypothesis], left: int) -> list[Hypothesis]:
    return sorted(singles, key=lambda each: _rank(each, left))[:1]


def _best_form(singles: Iterable[Hypothesis], left: int) -> list[Hypothesis]:
    """Return the predicates of one form, each at a place, that cover the most symptoms together; none in vain."""
    forms: dict[object, list[Hypothesis]] = {}
    for each in singles:
        feature = each.conditions[0].feature
        if feature.name in ALIKE and (feature.place.startswith("/") or not feature.place):
            forms.setdefault(each.form, []).append(each)
    if not forms:
        return []
    group = min(forms.values(), key=lambda each: (-_worth(each, left), each[0].cost, each[0].order))
    found: list[Hypothesis] = []
    for each in sorted(group, key=lambda each: _rank(each, left)):
        if each.mask & left & ~_mask(found):
            found.append(each)
    return found


def _best_plain(table: FactTable, evidence: Evidence) -> list[Hypothesis]:
    """Return as `_best` what several symptoms fit by no chance, or what is said of the state of the target."""
    left = evidence.positives
    share = left.bit_count() / max(1, (left | evidence.negatives).bit_count())
    singles = [each for each in table.singles(evidence) if not evidence.refutes(each)]
    found = [each for each in singles if share ** (each.mask & left).bit_count() < _chance(each, len(singles))]
    best = min(found, key=lambda each: _rank(each, left), default=None)
    return [best] if best is not None else []


def _chance(hypothesis: Hypothesis, tried: int) -> float:
    """Return how probable it may be that all symptoms fit a hypothesis by chance: of many that are tried some do."""
    return RARE if hypothesis.conditions[0].feature.name == USED_NAME else RARE / (10 * tried)


def _best_conjunction(table: FactTable, evidence: Evidence) -> Hypothesis | None:
    """Return the conjunction that covers the most symptoms, of those that hold for one of a few symptoms."""
    singles = [each for each in table.singles(evidence) if len(each.conditions) == 1]
    found = _best_threshold(table, evidence, singles)
    if found is not None and not evidence.positives & ~found.mask:
        return found
    singles.sort(key=lambda each: (each.cost, each.order))
    for seed in _some(evidence.positives, SEEDS):
        search = _Search([each for each in singles if each.mask >> seed & 1], table.every, evidence, found)
        found = search.best
        if found is not None and not evidence.positives & ~found.mask:
            break
    return found


def _best_threshold(table: FactTable, evidence: Evidence, singles: Iterable[Hypothesis]) -> Hypothesis | None:
    """Return the threshold that covers the most symptoms where another property of the object has a value, or none.

    A default that stands for what is left out is compared as a value is.
    """
    left = evidence.positives
    contexts = [
        each for each in singles if each.conditions[0].feature.name in CONTEXTS and _covered([each], left) >= FEW
    ]
    found = (each for one in contexts for each in table.thresholds(one, evidence))
    right = (each for each in found if not evidence.refutes(each))
    return min(right, key=lambda each: _rank(each, left), default=None)


class _Search:
    """The search for the best conjunction of some conditions, whole but for what cannot be better: branch and bound.

    What still refutes a conjunction has to be excluded by its next condition, so one such observation says which
    conditions there are to choose from. A conjunction covers no more than its parts, so a part that covers less than
    the best one known is not looked into.
    """

    def __init__(
        self, parts: Sequence[Hypothesis], every: Hypothesis, evidence: Evidence, best: Hypothesis | None
    ) -> None:
        self.best = best
        self._left = evidence.positives
        self._evidence = evidence
        self._parts = _different(parts, evidence)
        self._steps = MOST_STEPS
        for most in range(2, MOST_CONDITIONS + 1):
            self._extend(every, most)
            if self.best is not None and not self._left & ~self.best.mask:
                break

    def _extend(self, one: Hypothesis, more: int) -> None:
        """Try all conjunctions of a hypothesis with at most so many conditions more."""
        refuting = one.mask & self._evidence.negatives | one.own & self._evidence.weak
        if not refuting:
            if self.best is None or _rank(one, self._left) < _rank(self.best, self._left):
                self.best = one
            return
        if more == 1:
            choices = [each for each in self._parts if not each.mask & refuting]
        else:
            choices = min((self._excluding(each) for each in _some(refuting, TRIED)), key=len)
        covering = ((each, (one.mask & each.mask & self._left).bit_count()) for each in choices)
        for each, covered in sorted(covering, key=lambda pair: -pair[1]) if more else ():
            if not self._steps or self._is_no_better(covered, len(one.conditions) + 1):
                break
            self._steps -= 1
            self._extend(one.joined(each), more - 1)

    def _is_no_better(self, covered: int, conditions: int) -> bool:
        """Tell whether what covers so many is worth less than the best one known."""
        if self.best is None or covered == self._left.bit_count():
            return False
        return covered * WORTH[conditions] < _worth([self.best], self._left)

    def _excluding(self, observation: int) -> list[Hypothesis]:
        return [each for each in self._parts if not each.mask >> observation & 1]


def _different(parts: Sequence[Hypothesis], evidence: Evidence) -> list[Hypothesis]:
    """Return, of conditions that nothing observed tells apart, the first one: the most general."""
    observed = evidence.positives | evidence.negatives | evidence.weak
    best: dict[tuple[int, int], Hypothesis] = {}
    for each in parts:
        best.setdefault((each.mask & observed, each.own & evidence.weak), each)
    return list(best.values())


def _some(mask: int, most: int) -> list[int]:
    """Return the numbers of at most so many bits, spread over all of them."""
    found = bits(mask)
    return found[:: max(1, len(found) // most)][:most]
