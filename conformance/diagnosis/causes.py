"""Findings of one fault, brought together: a hundred findings are one line to read."""

from collections.abc import Container, Iterable, Mapping
from hashlib import sha256
from typing import TypeAlias

import msgspec

from conformance.journal.events import FindingMade
from conformance.model.finding import Symptom
from conformance.model.pointer import generalised
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Strength

STRENGTHS = tuple(Strength)

EVERY = "every request"
"""The class of value in the pattern of a fault that every request of a run meets."""

Weight: TypeAlias = tuple[bool, int, bool]
"""How little a finding shows: whether it is only a part of the fault that it counts to, the size of the body that it
was found with, and whether nothing was cut down to its case. A body that was kept from an earlier run may be as small
already, but has no story of its own."""


class Cause(msgspec.Struct, frozen=True):
    """The findings of one fault, wherever it shows.

    `count` may be more than there are `findings`: of random cases that fail alike the first hundred are kept.
    `id` is the same for the same pattern in every run. `strength` is that of the strongest requirement broken;
    `case` and `finding` name the evidence with the smallest body. `pointers` have `*` for indices.
    """

    id: str
    pattern: str
    sentence: str
    strength: Strength
    count: int
    case: str
    finding: str
    requirements: tuple[str, ...]
    pointers: tuple[str, ...]
    findings: tuple[str, ...]


def group_causes(
    findings: Iterable[FindingMade],
    rows: Mapping[str, Requirement],
    waived: Container[str],
    weights: Mapping[str, Weight],
    more: Mapping[Symptom, int],
) -> tuple[Cause, ...]:
    """Return the causes of `findings`, most severe first, then most frequent.

    `rows` has the requirements, `waived` the ids of findings that are let pass, and `weights` the weight of each
    finding: the least is shown. `more` is how many findings of a
    pattern were counted and not kept.
    """
    groups: dict[Symptom, list[FindingMade]] = {}
    for event in findings:
        groups.setdefault(event.finding.pattern, []).append(event)
    causes = (_cause(group, rows, waived, weights, more.get(pattern, 0)) for pattern, group in groups.items())
    return tuple(sorted(causes, key=lambda each: (STRENGTHS.index(each.strength), -each.count, each.pattern)))


def _cause(
    group: list[FindingMade],
    rows: Mapping[str, Requirement],
    waived: Container[str],
    weights: Mapping[str, Weight],
    more: int,
) -> Cause:
    strengths = {event.id: rows[event.finding.requirement].strength for event in group}
    strength = min(strengths.values(), key=STRENGTHS.index)
    evidence = min(
        (event for event in group if strengths[event.id] is strength),
        key=lambda event: (
            event.id in waived,
            weights[event.id],
            event.case,
            event.id,
        ),
    )
    pattern, sentence = group[-1].finding.pattern, group[-1].finding.sentence
    pointers = tuple(sorted({generalised(event.finding.pointer) for event in group}))
    return Cause(
        id=sha256(str(pattern).encode(errors="backslashreplace")).hexdigest()[:12],
        pattern=str(pattern),
        sentence=sentence + ("" if pattern.kind == EVERY else _extent(pointers)),
        strength=strength,
        count=len(group) + more,
        case=evidence.case,
        finding=evidence.id,
        requirements=tuple(sorted({event.finding.requirement for event in group})),
        pointers=pointers,
        findings=tuple(event.id for event in group),
    )


def _extent(pointers: tuple[str, ...]) -> str:
    # The root says nothing about where; beside named places it is not one more of them.
    named = [pointer for pointer in pointers if pointer]
    if len(named) < 2:
        return ""
    return f", at {len(named)} {'properties' if all(each.startswith('/') for each in named) else 'places'}"
