"""What every request of a run meets: one fault, however many kinds of requests there were."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from conformance.diagnosis.causes import EVERY
from conformance.journal.events import FindingMade
from conformance.model.finding import Symptom

SEVERAL = 5
"""From how many kinds of requests on a fault that shows with all of them is told as one."""


def merge_universal_failures(findings: Sequence[FindingMade], cases: Iterable[str]) -> list[FindingMade]:
    """Return `findings`, with what all `cases` show told as one fault.

    Where the findings of one requirement differ in the class of what they are about alone, and no case is without one,
    the class says nothing: a gateway that answers 502 to everything has one fault, not one for each kind of value.
    """
    everything = frozenset(cases)
    groups: dict[tuple[str, Symptom], list[FindingMade]] = {}
    for event in findings:
        everywhere = replace(event.finding.pattern, kind=EVERY)
        groups.setdefault((event.finding.requirement, everywhere), []).append(event)
    merged: dict[str, FindingMade] = {}
    for (_, everywhere), group in groups.items():
        kinds = {event.finding.pattern for event in group}
        if len(kinds) < SEVERAL or {event.case for event in group} != everything:
            continue
        first = group[0].finding
        sentence = first.sentence.replace(first.pattern.kind, EVERY)
        for event in group:
            wider = replace(event.finding, grouped_under=everywhere, sentence=sentence)
            merged[event.id] = replace(event, finding=wider)
    return [merged.get(event.id, event) for event in findings]
