"""What became of each requirement of a run, and of each published number."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from conformance.diagnosis.causes import Cause
from conformance.model.grouping import grouped
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Expectation, Group, Outcome
from conformance.reports.folding import outcomes
from conformance.reports.folding.controls import NONE_ACCEPTED, Controls
from conformance.reports.folding.dropped_cases import numbers
from conformance.reports.folding.journal_index import JournalIndex
from conformance.reports.results import AliasResult, FindingResult, RequirementResult

NO_CASE = "No case of this run exercises it"

SUCCESS = "transport.status"
"""What holds only where a valid request was accepted: without that, nothing is conforming."""

LISTED = 25
"""Up to how many cases of a requirement are listed that were not made for it."""


def requirement_rows(
    index: JournalIndex, findings: Iterable[FindingResult], reason: str
) -> tuple[RequirementResult, ...]:
    """Return one row for each requirement, in the order of the header; `reason` says why the run is incomplete."""
    unexercised = f"The run ended before it was exercised: {reason}" if reason else NO_CASE
    tallies = [_Tally(row) for row in index.started.requirements]
    by_id = {tally.row.id: tally for tally in tallies}
    for case in index.cases.values():
        for each in case.requirements:
            if each in by_id:
                by_id[each].cases[case.id] = None
    for finding in findings:
        by_id[finding.requirement].find(finding)
    for case_id, doubt in index.doubts:
        by_id[doubt.requirement].doubt(case_id, outcomes.of_doubt(ours=doubt.ours), doubt.reason)
    controls = Controls(index)
    _count_passed(index, tallies, controls)
    if controls.rejected and not index.client and SUCCESS in by_id and not any(tally.failed for tally in tallies):
        by_id[SUCCESS].doubt(controls.rejected, Outcome.INCONCLUSIVE, NONE_ACCEPTED)
    _count_dropped(index, tallies, controls)
    for (requirement, _), count in index.dropped.findings.items():
        by_id[requirement].fail_unnamed(count)
    return tuple(
        tally.result(
            index.started.skipped.get(tally.row.id) or unexercised,
            _kinds(index, tally.decided) if tally.row.group is Group.ERROR else {},
        )
        for tally in tallies
    )


def _count_passed(index: JournalIndex, tallies: Sequence["_Tally"], controls: Controls) -> None:
    """Count the passes of the cases that are kept."""
    # Most cases pass the same requirements as others.
    together = grouped(
        ((bits, controls.lacking(index.cases[case_id]) if case_id in index.cases else ""), case_id)
        for case_id, bits in index.passed.items()
    )
    reasons: dict[str, dict[int, str]] = {}
    showed = [tally.showed for tally in tallies]
    for (bits, lacking), ids in together.items():
        cases = _Together(ids)
        if lacking not in reasons:
            reasons[lacking] = _unproven(tallies, controls, lacking)
        unproven = reasons[lacking]
        for number in numbers(bits):
            if number in unproven:
                tallies[number].hold_without_control(ids, unproven[number])
            else:
                showed[number].append(cases)
    for tally in tallies:
        tally.count_held()


def _unproven(tallies: Iterable["_Tally"], controls: Controls, lacking: str) -> dict[int, str]:
    """Return the requirements of which a pass proves nothing, by their number, each with the reason."""
    reasons = ((number, controls.unproven(tally.row, lacking)) for number, tally in enumerate(tallies))
    return {number: reason for number, reason in reasons if reason}


def _count_dropped(index: JournalIndex, tallies: Sequence["_Tally"], controls: Controls) -> None:
    """Count passes of cases that are not kept; without a valid request that was accepted, some prove nothing."""
    accepted = any(tallies[number].row.id == SUCCESS for number in index.dropped.passes)
    for number, count in index.dropped.passes.items():
        unproven = "" if accepted else controls.unproven(tallies[number].row, controls.missing)
        if unproven:
            tallies[number].hold_without_control((), unproven)
        else:
            tallies[number].hold_unnamed(count)


def _kinds(index: JournalIndex, cases: Iterable[str]) -> dict[str, int]:
    """Return what cases are about: how many by keyword, most first; valid ones are one kind."""
    known = (index.cases[each] for each in cases if each in index.cases)
    counts = Counter(
        each.story.keyword if each.story and each.expectation is not Expectation.ACCEPTED else "valid request"
        for each in known
    )
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def rows_with_masks(rows: Iterable[RequirementResult], causes: Sequence[Cause]) -> tuple[RequirementResult, ...]:
    """Return the rows; where no case decided what causes mask, the reason names the most severe one."""
    reasons = {each: f"Masked by this cause: {cause.sentence}" for cause in reversed(causes) for each in cause.masks}
    return tuple(
        replace(row, reason=reasons.get(row.id, row.reason)) if row.outcome is Outcome.NOT_EXERCISED else row
        for row in rows
    )


def alias_rows(rows: Iterable[RequirementResult]) -> tuple[AliasResult, ...]:
    """Return one row for each published number, sorted; an alias may name several, with commas between them."""
    named = ((alias.strip(), row) for row in rows for alias in (row.alias or "").split(","))
    groups = grouped((alias, row) for alias, row in named if alias)
    return tuple(
        AliasResult(alias, outcomes.worst(row.outcome for row in group), tuple(row.id for row in group))
        for alias, group in sorted(groups.items())
    )


class _Together:
    """Cases that passed the same requirements, each of which counts them all."""

    def __init__(self, cases: Iterable[str]) -> None:
        self.cases = frozenset(cases)
        self.first = heapq.nsmallest(2 * LISTED, self.cases)
        """Enough of them, whatever cases a requirement has listed already."""


class _Tally:
    """What the cases of a run say of one requirement; passes come last, so that no case is counted twice."""

    def __init__(self, row: Requirement) -> None:
        self.row = row
        self.cases: dict[str, None] = {}
        self._seen: set[Outcome] = set()
        self._against: set[str] = set()
        self._held = 0
        self._unnamed = 0
        self.showed: list[_Together] = []
        """Cases that passed."""
        self._findings: list[str] = []
        self._doubts: dict[Outcome, tuple[str, str]] = {}
        self._unproven = ""

    @property
    def failed(self) -> bool:
        """Whether a must requirement has a finding that is not waived."""
        return Outcome.FAILED in self._seen

    def find(self, finding: FindingResult) -> None:
        """Count a finding."""
        self._seen.add(outcomes.of_finding(finding.strength, finding.waiver))
        self._findings.append(finding.id)
        self._against.add(finding.case)
        self.cases[finding.case] = None

    def doubt(self, case: str, outcome: Outcome, reason: str) -> None:
        """Count a doubt."""
        self._seen.add(outcome)
        if outcome not in self._doubts or (case, reason) < self._doubts[outcome]:
            self._doubts[outcome] = (case, reason)
        self._against.add(case)
        self.cases[case] = None

    def count_held(self) -> None:
        """Count the cases that passed, once all of them are known."""
        if self.showed:
            self._seen.add(Outcome.PASSED)
        for each in self.showed:
            self._held += len(each.cases) - (len(self._against & each.cases) if self._against else 0)

    def hold_without_control(self, cases: Sequence[str], reason: str) -> None:
        """Count rejections that prove nothing; others of the requirement may."""
        self._unproven = min(self._unproven or reason, reason)
        self.cases |= dict.fromkeys(cases)

    def hold_unnamed(self, count: int) -> None:
        """Count passes of cases that are not kept."""
        self._seen.add(Outcome.PASSED)
        self._held += count

    def fail_unnamed(self, count: int) -> None:
        """Count cases that are not kept, since they failed as others did that are."""
        self._unnamed += count

    def _reason(self, outcome: Outcome) -> str:
        doubt = self._doubts.get(outcome)
        return doubt[1] if doubt else self._unproven if outcome is Outcome.INCONCLUSIVE else ""

    def _undecided(self, unexercised: str) -> str:
        """Return why nothing decided it: cases that were sent for it failed another requirement, or do not apply."""
        if not self.cases:
            return unexercised
        example, more = min(self.cases), f" and {len(self.cases) - 1} more" if len(self.cases) > 1 else ""
        return f"{example}{more} {'were' if more else 'was'} sent for it, and no response decided it"

    @property
    def decided(self) -> set[str]:
        """The cases that decided it."""
        return self._against.union(*(each.cases for each in self.showed))

    def result(self, unexercised: str, exercised_by: Mapping[str, int]) -> RequirementResult:
        """Return the row; `unexercised` is the reason if nothing was counted."""
        row, outcome = self.row, outcomes.worst(self._seen)
        if outcome is Outcome.NOT_EXERCISED and self._unproven:
            outcome = Outcome.INCONCLUSIVE
        shown = sorted(self.cases)
        if len(shown) < LISTED:
            others = {case for each in self.showed for case in each.first} - self.cases.keys()
            shown += heapq.nsmallest(LISTED - len(shown), others)
        return RequirementResult(
            id=row.id,
            title=row.title,
            strength=row.strength,
            group=row.group,
            source=row.source,
            alias=row.alias,
            outcome=outcome,
            reason=self._undecided(unexercised) if outcome is Outcome.NOT_EXERCISED else self._reason(outcome),
            exercised=len(self._against) + self._unnamed + self._held,
            cases=tuple(shown),
            findings=tuple(self._findings),
            exercised_by=exercised_by,
        )
