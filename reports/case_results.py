"""One case as a test result: what the formats of other programs know of it (passed, failed, skipped, in error)."""

from enum import StrEnum

import msgspec

from conformance.model.vocabulary import Outcome, Strength
from conformance.reports.evidence import CaseEvidence, RunReport
from conformance.reports.results import FindingResult
from conformance.reports.safe_text import cut

LONGEST = 2_000
"""The longest text of one finding, in characters."""

OTHER = "other"
"""The group of cases whose requirements are not in the journal."""

UNFINISHED = "the run ended before the response"


class Kind(StrEnum):
    """What became of a case."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    """The suite's own fault."""
    UNDECIDED = "undecided"
    """It cannot be decided, or the run ended before the response."""


class CaseResult(msgspec.Struct, frozen=True):
    """A case as a test result.

    `type` is the requirement that failed, or what the error is; `message` one line, `text` all of it, and `notes` what
    fails nothing.
    """

    kind: Kind
    type: str = ""
    message: str = ""
    text: str = ""
    notes: tuple[str, ...] = ()


def group_of(run: RunReport, each: CaseEvidence) -> str:
    """Return the group of the requirement that the case was made for."""
    focus = next((run.rows[name].group for name in each.case.requirements if name in run.rows), None)
    return focus.value if focus else OTHER


def kind_of(each: CaseEvidence, fail_on: Strength) -> Kind:
    """Return in a word what became of a case in a run that findings of strength `fail_on` fail."""
    return _kind(each, failed=any(fails(found, fail_on) for _, found in each.findings))


def _kind(each: CaseEvidence, *, failed: bool) -> Kind:
    if failed:
        return Kind.FAILED
    if any(doubt.ours for doubt in each.doubts):
        return Kind.ERROR
    return Kind.UNDECIDED if each.doubts or not each.shown().exchange.ended else Kind.PASSED


def case_result(each: CaseEvidence, fail_on: Strength) -> CaseResult:
    """Return what became of a case in a run that findings of strength `fail_on` fail."""
    failing: list[FindingResult] = []
    others: list[FindingResult] = []
    for _, found in each.findings:
        (failing if fails(found, fail_on) else others).append(found)
    kind = _kind(each, failed=bool(failing))
    ours = [doubt for doubt in each.doubts if doubt.ours]
    notes = tuple(_line(found) for found in others)
    if each.case.story is not None:
        notes = (each.case.story.says, *notes)
    if kind is Kind.FAILED:
        text = "\n\n".join(finding_text(found) for found in failing)
        return CaseResult(kind, failing[0].requirement, cut(failing[0].message, LONGEST), text, notes)
    if kind is Kind.ERROR:
        text = "\n".join(f"{doubt.requirement}: {cut(doubt.reason, LONGEST)}" for doubt in ours)
        return CaseResult(kind, Outcome.ERROR.value, cut(ours[0].reason, LONGEST), text, notes)
    if each.doubts:
        message = f"{Outcome.INCONCLUSIVE}: {cut(each.doubts[0].reason, LONGEST)}"
        return CaseResult(kind, Outcome.INCONCLUSIVE.value, message, "", notes)
    if kind is Kind.UNDECIDED:
        return CaseResult(kind, Outcome.INCONCLUSIVE.value, UNFINISHED, "", notes)
    return CaseResult(kind, notes=notes)


def fails(found: FindingResult, fail_on: Strength) -> bool:
    """Tell whether a finding fails a run that fails on `fail_on`."""
    return not found.waiver and found.strength.rank <= fail_on.rank


def finding_text(found: FindingResult) -> str:
    """Return a finding as lines of text: the requirement, what happened, where, expected and actual."""
    lines = [f"{found.requirement} ({found.strength.value}): {cut(found.message, LONGEST)}"]
    parts = {
        "at": found.pointer,
        "expected": found.expected,
        "actual": found.actual,
        "failed": found.repeats,
        "note": found.note,
    }
    lines += [f"{name}: {cut(text, LONGEST)}" for name, text in parts.items() if text]
    return "\n".join(lines)


def _line(found: FindingResult) -> str:
    waived = f" (waived: {found.waiver})" if found.waiver else ""
    return cut(f"{found.strength.value}: {found.requirement}: {found.message}{waived}".replace("\n", " "), LONGEST)
