"""Symptoms brought together: by their kind alone, and those of responses by their kind or their property."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import find
from conformance.diagnosis.observations import REQUEST_RULES, Explanation, Observation
from conformance.journal.events import FindingMade
from conformance.model.finding import Symptom
from conformance.model.vocabulary import Group


def by_symptom(observations: Sequence[Observation]) -> list[Explanation]:
    """Return the findings brought together by their symptom; those that show now and then by their rule alone."""
    groups: dict[Symptom, list[tuple[int, FindingMade]]] = {}
    for index, each in enumerate(observations):
        for event in each.findings:
            groups.setdefault(event.finding.pattern, []).append((index, event))
    return [_grouped(pairs) for pairs in groups.values()]


def _grouped(pairs: Sequence[tuple[int, FindingMade]]) -> Explanation:
    findings = tuple({event.id: event for _, event in pairs}.values())
    return Explanation(findings[0].finding.symptom.rule, (), findings, tuple(sorted({index for index, _ in pairs})))


class _Cell(msgspec.Struct, frozen=True):
    """A symptom at one property."""

    family: str
    symptom: Symptom
    label: str


def of_responses(contract: Contract, observations: Sequence[Observation]) -> list[Explanation]:
    """Return the faults that account for what is wrong in responses: by its kind, or by the property that it is at."""
    cells: dict[_Cell, list[tuple[int, FindingMade]]] = {}
    for index, each in enumerate(observations):
        for event in each.findings:
            symptom = event.finding.symptom
            if symptom.rule not in REQUEST_RULES:
                group = contract.by_id[event.finding.requirement].group
                family = group.value if group is Group.RESPONSE else symptom.rule
                cell = _Cell(family, symptom, _label(contract, event))
                cells.setdefault(cell, []).append((index, event))
    stories = [each.case.story for each in observations]
    kinds = {
        cell: {story.kind for index, _ in pairs if (story := stories[index]) is not None}
        for cell, pairs in cells.items()
    }
    return [_grouped([pair for cell in group for pair in cells[cell]]) for group in _cover(kinds)]


def _label(contract: Contract, event: FindingMade) -> str:
    node = find(contract.response, event.finding.place) if contract.response is not None else None
    return node.label if node is not None else event.finding.place


def _cover(kinds: Mapping[_Cell, AbstractSet[str]]) -> list[list[_Cell]]:
    """Return the fewest groups of cells with one symptom, or with one property, that hold all cells.

    Symptoms of one family that show at half of the properties of a group or more, and at no others, are a part of it:
    two properties that are exchanged differ in one way here and in another there. One property of many that differs in
    another way has a fault of its own, unless that shows for no other `kinds` of value: what is rounded or cut off may
    become a default.
    """
    groups: list[list[_Cell]] = []
    left = list(kinds)
    while left:
        options: dict[object, list[_Cell]] = {}
        for cell in left:
            options.setdefault(("symptom", cell.symptom), []).append(cell)
        for cell in left:
            options.setdefault(("place", cell.family, cell.label), []).append(cell)
        best = max(options.values(), key=len)
        groups.append(best)
        left = [cell for cell in left if cell not in best]
    merged: list[list[_Cell]] = []
    for group in groups:
        wider = next((each for each in merged if _holds(each, group, kinds)), None)
        if wider is None:
            merged.append(group)
        else:
            wider.extend(group)
    return merged


def _holds(wider: Sequence[_Cell], group: Sequence[_Cell], kinds: Mapping[_Cell, AbstractSet[str]]) -> bool:
    known, labels = ({cell.label for cell in each} for each in (wider, group))
    if wider[0].family != group[0].family or not labels <= known:
        return False
    of_group, of_wider = (set[str]().union(*(kinds[cell] for cell in each)) for each in (group, wider))
    return (bool(of_group) and of_group <= of_wider) or 2 * len(labels) >= len(known)
