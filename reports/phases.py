"""The phases after the catalogue: how much each made, and how much of that was worth sending."""

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
        kinds[name] = CaseCount(before.made + more.made, before.repeated + more.repeated)
    made, repeated = sum(part.made for part in parts), sum(part.repeated for part in parts)
    left_out = sum(part.left_out for part in parts)
    return PhaseResult(phase, made, repeated, left_out, made - repeated - left_out, dict(sorted(kinds.items())))
