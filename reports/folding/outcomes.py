"""The rules: from findings, doubts and passes to outcomes, a verdict and an exit status."""

from collections.abc import Iterable

from conformance.model.vocabulary import Outcome, Strength, Verdict
from conformance.reports.results import RequirementResult, Results

RANK = {outcome: place for place, outcome in enumerate(Outcome)}
"""Place of each outcome, worst first."""

BY_STRENGTH = {Strength.MUST: Outcome.FAILED, Strength.SHOULD: Outcome.WARNED, Strength.ADVISORY: Outcome.OBSERVED}
"""What a finding makes of the requirement that it is about."""

UNDECIDED = frozenset({Outcome.ERROR, Outcome.INCONCLUSIVE})
BROKEN = frozenset({Outcome.FAILED, Outcome.WARNED, Outcome.OBSERVED})

OK, FAILED, INCONCLUSIVE = 0, 1, 3
"""The exit statuses of a run; 2 is for a wrong call and is no result."""


def of_finding(strength: Strength, waiver: str | None = None) -> Outcome:
    """Return the outcome that one finding of a requirement of `strength` stands for."""
    return Outcome.WAIVED if waiver else BY_STRENGTH[strength]


def of_doubt(*, ours: bool) -> Outcome:
    """Return the outcome that one doubt stands for; `ours` tells the suite's own fault."""
    return Outcome.ERROR if ours else Outcome.INCONCLUSIVE


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the worst outcome; `not exercised` only if there is no other."""
    exercised = [outcome for outcome in outcomes if outcome is not Outcome.NOT_EXERCISED]
    return min(exercised, key=RANK.__getitem__, default=Outcome.NOT_EXERCISED)


def verdict(requirements: Iterable[RequirementResult], reason: str) -> Verdict:
    """Return the verdict; `reason` says what cut the run short, or is empty.

    A run that exercised nothing at all says nothing: it is inconclusive.
    """
    rows = tuple(requirements)
    musts = {row.outcome for row in rows if row.strength is Strength.MUST}
    if Outcome.FAILED in musts:
        return Verdict.NOT_CONFORMING
    if reason or musts & UNDECIDED or not _any_exercised(rows):
        return Verdict.INCONCLUSIVE
    return Verdict.CONFORMING


def exit_status(results: Results, fail_on: Strength | None = None) -> int:
    """Return 1 if a requirement at least as strong as `fail_on` is broken, else 3 if the run cannot tell, else 0.

    A whole run that exercised less of the request than was asked for is 1 as well.
    Without `fail_on`, the strength that the results were made with counts.
    """
    weakest = fail_on or results.fail_on
    outcomes = {row.outcome for row in results.requirements if row.strength.rank <= weakest.rank}
    if outcomes & BROKEN:
        return FAILED
    if results.reason or outcomes & UNDECIDED or not _any_exercised(results.requirements):
        return INCONCLUSIVE
    return OK if results.coverage is None or results.coverage.enough else FAILED


def _any_exercised(rows: Iterable[RequirementResult]) -> bool:
    return any(row.outcome is not Outcome.NOT_EXERCISED for row in rows)
