"""The choice of the fewest hypotheses that cover every symptom and that nothing refutes, the most general first."""

from collections.abc import Sequence

from msgspec.structs import replace

from conformance.diagnosis.features import USED_NAME
from conformance.diagnosis.hypotheses import Condition, Evidence, FactTable, Hypothesis

MOST_CONDITIONS = 3
"""How many conditions a predicate joins at most."""

MOST = 12
"""How many hypotheses explain one rule at most; what is left is brought together by its symptom."""

SEVERAL = 8
"""Of how many symptoms one condition has to be true where they show now and then."""

SHARE = 20
"""A hypothesis that covers less than one in so many of what is left explains nothing."""

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
    while left and len(chosen) < MOST:
        against = evidence.negatives | evidence.weak if plain else evidence.negatives
        now = replace(evidence, positives=left, negatives=against)
        best = _best_plain(table, now) if plain else _best(table, now)
        covered = (best.mask & left).bit_count() if best is not None else 0
        if best is None or (not plain and covered < left.bit_count() / SHARE):
            break
        chosen.append(best)
        left &= ~best.mask
    return chosen, left


def _rank(hypothesis: Hypothesis, left: int) -> tuple[int, float, tuple[Condition, ...]]:
    return -(hypothesis.mask & left).bit_count(), hypothesis.cost, hypothesis.conditions


def _best(table: FactTable, evidence: Evidence) -> Hypothesis | None:
    """Return the hypothesis that covers the most symptoms; the shortest and most general of several."""
    left = evidence.positives
    single = _best_single(table, evidence)
    if single is not None and (single.mask & left) == left:
        return single
    joined = _best_conjunction(table, evidence)
    if joined is None or single is None:
        return joined or single
    return joined if (joined.mask & left).bit_count() > (single.mask & left).bit_count() else single


def _best_single(table: FactTable, evidence: Evidence) -> Hypothesis | None:
    return min(
        (each for each in table.singles(evidence) if not evidence.refutes(each)),
        key=lambda each: _rank(each, evidence.positives),
        default=None,
    )


def _best_plain(table: FactTable, evidence: Evidence) -> Hypothesis | None:
    """Return as `_best_single` what several symptoms fit by no chance, or what is said of the state of the target."""
    left = evidence.positives
    found = [
        each
        for each in table.singles(evidence)
        if not evidence.refutes(each)
        and ((each.mask & left).bit_count() >= SEVERAL or each.conditions[0].feature.name == USED_NAME)
    ]
    return min(found, key=lambda each: _rank(each, left), default=None)


def _best_conjunction(table: FactTable, evidence: Evidence) -> Hypothesis | None:
    """Return the conjunction that covers the most symptoms, of those that hold for one of a few symptoms."""
    found: Hypothesis | None = None
    singles = list(table.singles(evidence))
    for seed in _some(evidence.positives, SEEDS):
        search = _Search([each for each in singles if each.mask >> seed & 1], table.every, evidence, found)
        found = search.best
        if found is not None and not evidence.positives & ~found.mask:
            break
    return found


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
            if not self._steps or (self.best is not None and covered < (self.best.mask & self._left).bit_count()):
                break
            self._steps -= 1
            self._extend(one.joined(each), more - 1)

    def _excluding(self, observation: int) -> list[Hypothesis]:
        return [each for each in self._parts if not each.mask >> observation & 1]


def _different(parts: Sequence[Hypothesis], evidence: Evidence) -> list[Hypothesis]:
    """Return, of conditions that nothing observed tells apart, the most general one."""
    observed = evidence.positives | evidence.negatives | evidence.weak
    best: dict[tuple[int, int], Hypothesis] = {}
    for each in sorted(parts, key=lambda each: (each.cost, each.conditions)):
        best.setdefault((each.mask & observed, each.own & evidence.weak), each)
    return list(best.values())


def _some(mask: int, most: int) -> list[int]:
    """Return the numbers of at most so many bits, spread over all of them."""
    bits = [index for index in range(mask.bit_length()) if mask >> index & 1]
    return bits[:: max(1, len(bits) // most)][:most]
