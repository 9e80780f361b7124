"""What every request of a run meets: one fault, however many kinds of requests there were."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from conformance.diagnosis.causes import EVERY
from conformance.reports.results import FindingResult

SEVERAL = 5
"""From how many kinds of requests on a fault that shows with all of them is told as one."""


def throughout(
    findings: Sequence[FindingResult], sentences: Mapping[str, str], cases: Iterable[str]
) -> tuple[tuple[FindingResult, ...], dict[str, str]]:
    """Return `findings` and the sentences of their patterns, with what all `cases` show told as one fault.

    A pattern is a rule, a class of value and what was observed. Where the findings of one requirement differ in the
    class alone, and no case is without one, the class says nothing: a gateway that answers 502 to everything has one
    fault, not one for each kind of value.
    """
    everything = frozenset(cases)
    groups: dict[tuple[str, str, str], list[FindingResult]] = {}
    for finding in findings:
        rule, _, observed = _parts(finding.pattern)
        groups.setdefault((finding.requirement, rule, observed), []).append(finding)
    told = dict(sentences)
    wider: dict[str, str] = {}
    for (_, rule, observed), group in groups.items():
        kinds = {each.pattern for each in group}
        if len(kinds) < SEVERAL or {each.case for each in group} != everything:
            continue
        pattern, first = f"{rule} | {EVERY} | {observed}", group[0].pattern
        told[pattern] = sentences[first].replace(_parts(first)[1], EVERY)
        wider |= dict.fromkeys((each.id for each in group), pattern)
    return tuple(replace(each, pattern=wider.get(each.id, each.pattern)) for each in findings), told


def _parts(pattern: str) -> tuple[str, str, str]:
    """Return rule, class and what was observed; what stands between the first mark and the last is the class."""
    rule, _, rest = pattern.partition(" | ")
    middle, _, observed = rest.rpartition(" | ")
    return rule, middle, observed
