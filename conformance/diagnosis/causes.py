"""Findings of one fault, brought together: a hundred findings are one line to read."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TypeAlias

from conformance.model.case import MINIMAL
from conformance.model.pointer import generalised
from conformance.model.vocabulary import Strength
from conformance.reports.results import Cause, FindingResult

STRENGTHS = tuple(Strength)

EVERY = "every request"
"""The class of value in the pattern of a fault that every request of a run meets."""

Weight: TypeAlias = tuple[bool, int]
"""Whether a finding is only a part of the fault that it counts to, and the size of the body it was found with."""


def meets_every_request(pattern: str) -> bool:
    """Tell whether a pattern is of a fault that every request of a run meets."""
    return f" | {EVERY} | " in pattern


def group_causes(
    findings: Iterable[FindingResult],
    sentences: Mapping[str, str],
    weights: Mapping[str, Weight],
    more: Mapping[str, int],
) -> tuple[Cause, ...]:
    """Return the causes of `findings`, most severe first, then most frequent.

    `sentences` has the sentence of each pattern, `weights` the weight of each finding by its id: the least is shown,
    and of equal ones what a failure was cut down to.
    `more` is how many findings of a pattern were counted and not kept.
    """
    groups: dict[str, list[FindingResult]] = {}
    for finding in findings:
        groups.setdefault(finding.pattern, []).append(finding)
    causes = (
        _cause(pattern, group, sentences[pattern], weights, more.get(pattern, 0)) for pattern, group in groups.items()
    )
    return tuple(sorted(causes, key=lambda each: (STRENGTHS.index(each.strength), -each.count, each.pattern)))


def _cause(pattern: str, group: list[FindingResult], sentence: str, weights: Mapping[str, Weight], more: int) -> Cause:
    strength = min((each.strength for each in group), key=STRENGTHS.index)
    evidence = min(
        (each for each in group if each.strength is strength),
        key=lambda each: (
            each.waiver is not None,
            weights.get(each.id, (False, 0)),
            # A body that was kept from an earlier run may be as small already, but has no story of its own.
            not each.case.endswith(MINIMAL),
            each.case,
            each.id,
        ),
    )
    pointers = tuple(sorted({generalised(each.pointer) for each in group}))
    return Cause(
        id=sha256(pattern.encode(errors="backslashreplace")).hexdigest()[:12],
        pattern=pattern,
        sentence=sentence + ("" if meets_every_request(pattern) else _extent(pointers)),
        strength=strength,
        count=len(group) + more,
        case=evidence.case,
        finding=evidence.id,
        requirements=tuple(sorted({each.requirement for each in group})),
        pointers=pointers,
        findings=tuple(each.id for each in group),
    )


def _extent(pointers: tuple[str, ...]) -> str:
    # The root says nothing about where; beside named places it is not one more of them.
    named = [pointer for pointer in pointers if pointer]
    if len(named) < 2:
        return ""
    return f", at {len(named)} {'members' if all(each.startswith('/') for each in named) else 'places'}"
