"""The phases after the catalogue: how many cases each generated, and how many of them were sent."""

from collections.abc import Iterable

from conformance.journal.events import CaseCount, PhaseEnded
from conformance.reports.results import PhaseResult


def phase_results(ended: Iterable[PhaseEnded]) -> tuple[PhaseResult, ...]:
    """Return each phase once, in the order in which they ended; the parts of several machines are summed up."""
    found: dict[str, list[PhaseEnded]] = {}
    for each in ended:
        found.setdefault(each.phase, []).append(each)
    return tuple(_summed(phase, parts) for phase, parts in found.items())


def _summed(phase: str, parts: list[PhaseEnded]) -> PhaseResult:
    kinds: dict[str, CaseCount] = {}
    for name, more in (item for part in parts for item in part.kinds.items()):
        before = kinds.get(name, CaseCount(0, 0))
        kinds[name] = CaseCount(before.generated + more.generated, before.duplicates + more.duplicates)
    generated, duplicates = sum(part.generated for part in parts), sum(part.duplicates for part in parts)
    skipped = sum(part.skipped for part in parts)
    sent = generated - duplicates - skipped
    return PhaseResult(phase, generated, duplicates, skipped, sent, dict(sorted(kinds.items())))
