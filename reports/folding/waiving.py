"""Waivers applied to the findings of a run: which let what pass, which have expired, and which nothing needs."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from msgspec.structs import replace

from conformance.journal.events import RunStarted
from conformance.model.vocabulary import Outcome, Strength
from conformance.model.waiver import Waiver
from conformance.reports.results import FindingResult, WaiverResult, WaiverState


def day_of(started: RunStarted) -> date:
    """Return the day by which the waivers of a run are in force or expired."""
    return date.fromisoformat(started.date) if started.date else datetime.fromtimestamp(started.time, UTC).date()


def waive(findings: Iterable[FindingResult], waivers: Iterable[Waiver], today: date) -> tuple[FindingResult, ...]:
    """Return the findings, marked where a waiver lets them pass, and noted where an expired one did.

    Advisory findings fail nothing, so that there is nothing to waive.
    """
    rows = tuple(waivers)
    return tuple(_waived(each, [row for row in rows if covers(row, each)], today) for each in findings)


def waiver_results(
    waivers: Iterable[Waiver],
    findings: Iterable[FindingResult],
    exercised: Mapping[str, Outcome],
    today: date,
    *,
    whole: bool,
) -> tuple[WaiverResult, ...]:
    """Return what became of each waiver; `exercised` has the outcome of each requirement by its id."""
    found = tuple(findings)
    results = []
    for row in waivers:
        mine = tuple(each.id for each in found if covers(row, each))
        decided = whole and exercised.get(row.requirement or "") is not Outcome.NOT_EXERCISED
        results.append(
            WaiverResult(
                requirement=row.requirement,
                cause=row.cause,
                owner=row.owner,
                reason=row.reason,
                expires=row.expires.isoformat(),
                state=_state(row, today, needed=bool(mine), decided=decided),
                findings=mine,
            )
        )
    return tuple(results)


def covers(row: Waiver, finding: FindingResult) -> bool:
    """Tell whether a waiver names what a finding is about."""
    if finding.strength is Strength.ADVISORY:
        return False
    return row.covers(finding.requirement, finding.cause, finding.pattern)


def told(result: WaiverResult) -> str:
    """Return what there is to say of a waiver to whoever keeps the file; empty where it is as it should be."""
    about = f"the waiver of {result.requirement or result.cause} ({result.owner})"
    if result.state is WaiverState.EXPIRED:
        after = "what it covered fails again" if result.findings else "nothing needs it"
        return f"{about} expired on {result.expires}; {after}"
    if result.state is WaiverState.NOT_NEEDED:
        return f"{about} is no longer needed; remove it"
    return ""


def _waived(finding: FindingResult, rows: list[Waiver], today: date) -> FindingResult:
    if not rows:
        return finding
    valid = next((row for row in rows if today <= row.expires), None)
    if valid is not None:
        return replace(finding, waiver=f"{valid.reason} ({valid.owner}, expires {valid.expires})")
    last = max(rows, key=lambda row: row.expires)
    expired = f"the waiver of {last.owner} expired on {last.expires}"
    return replace(finding, note="; ".join(filter(None, (finding.note, expired))))


def _state(row: Waiver, today: date, *, needed: bool, decided: bool) -> WaiverState:
    if row.expires < today:
        return WaiverState.EXPIRED
    if needed:
        return WaiverState.NEEDED
    return WaiverState.NOT_NEEDED if decided else WaiverState.UNDECIDED
