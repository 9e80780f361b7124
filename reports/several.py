"""Several runs beside each other: what the pages of a matrix, a comparison and a history are made from."""

from enum import StrEnum

import msgspec

from conformance.model.grouping import grouped
from conformance.model.vocabulary import Outcome, Strength
from conformance.reports.folding.outcomes import UNDECIDED, of_finding
from conformance.reports.results import FindingResult, Results


class Run(msgspec.Struct, frozen=True):
    """One run: its results, and where its report is, relative to the page (empty: there is none)."""

    results: Results
    link: str = ""


class State(StrEnum):
    """The change of a failure between two runs."""

    NEW = "new"
    UNCHANGED = "unchanged"
    FIXED = "fixed"
    """The later run exercised the requirement and has no such finding."""
    GONE = "gone"
    """The later run did not exercise the requirement, or could not decide it."""


class FailureChange(msgspec.Struct, frozen=True):
    """A failure at a place in two runs, with how many findings each has; `finding` is of the later run that has any."""

    state: State
    finding: FindingResult
    outcome: Outcome
    before: int
    after: int


def changes(old: Results, new: Results) -> tuple[FailureChange, ...]:
    """Return the change of each failure (by its cause) between two runs: new ones first, the strongest first.

    Advisory findings are notes, and not compared.
    """
    before, after = _by_cause(old), _by_cause(new)
    decided = {
        row.id for row in new.requirements if row.outcome is not Outcome.NOT_EXERCISED and row.outcome not in UNDECIDED
    }
    found = []
    for cause in before | after:
        earlier, later = before.get(cause, []), after.get(cause, [])
        finding = (later or earlier)[0]
        if later:
            state = State.UNCHANGED if earlier else State.NEW
        else:
            state = State.FIXED if finding.requirement in decided else State.GONE
        outcome = of_finding(finding.strength, finding.waiver)
        found.append(FailureChange(state, finding, outcome, len(earlier), len(later)))
    states = list(State)
    found.sort(key=lambda each: (states.index(each.state), each.finding.strength.rank, each.finding.cause))
    return tuple(found)


def _by_cause(results: Results) -> dict[str, list[FindingResult]]:
    return grouped((each.cause, each) for each in results.findings if each.strength is not Strength.ADVISORY)
