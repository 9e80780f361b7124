"""Consequences: symptoms that follow from a fault which is reported already, and are no fault of their own."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import reduce

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.diagnosis.observations import CONSTANT, Explanation
from conformance.model.pointer import generalised

SECONDARY = frozenset(
    {
        "class of a rejection",
        "distinct objects",
        "duplicate name",
        "error properties",
        "isolation",
        "null and absent",
        "order of validation",
        "side effect of a rejection",
        "status for an invalid credential",
        "status of a rejection",
        "undeclared method",
        "unique names",
        "visibility",
    }
)
"""Rules that compare several exchanges, or a detail of an error: what breaks them is often broken before."""

FEW = 5
"""More responses than that with the object of another request are no accident."""

OF_VALUES = SECONDARY | {"creation time", "default", "documented default", "echo", "new object"}
"""Rules that compare values of a response with those of its request, or of others."""


def without_consequences(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Return the explanations, those that follow from another one made a part of it.

    One follows where it shows only on requests that the other is about, or at properties that the other is about.
    """
    first = [each for each in explanations if each.rule not in SECONDARY]
    for each in explanations:
        if each.rule in SECONDARY:
            index = next((index for index, other in enumerate(first) if _follows(each, other)), None)
            if index is None:
                first.append(each)
            else:
                first[index] = with_consequence(first[index], each)
    return first


def _follows(one: Explanation, other: Explanation) -> bool:
    if other.hypotheses:
        mask = 0
        for hypothesis in other.hypotheses:
            mask |= hypothesis.mask
        return all(mask >> index & 1 for index in one.observations)
    places = _properties(one)
    return bool(places) and places <= _properties(other)


def _properties(explanation: Explanation) -> set[str]:
    places = (generalised(each.finding.place or each.finding.pointer) for each in explanation.own)
    return {each for each in places if each.startswith("/")}


def of_another_object(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Return the explanations; where responses hold the object of another request, no value of them says more."""
    mixed = next((each for each in explanations if each.rule == "isolation" and len(each.observations) > FEW), None)
    if mixed is None:
        return list(explanations)
    shown = set(mixed.observations)
    follows = [
        each
        for each in explanations
        if each is not mixed and (each.rule == mixed.rule or (each.rule in OF_VALUES and _mostly(each, shown)))
    ]
    whole = reduce(with_consequence, follows, mixed)
    return [whole if each is mixed else each for each in explanations if each not in follows]


def of_constant_responses(
    contract: Contract, explanations: Sequence[Explanation], successes: AbstractSet[int]
) -> list[Explanation]:
    """Return the explanations; where most values, the name among them, are lost in most responses, it is one fault."""
    echoes = [each for each in explanations if each.rule == "echo"]
    named = [each for each in echoes if contract.identity in _properties(each)]
    lost = set[int]().union(*(each.observations for each in named)) & successes
    places = set[str]().union(*map(_properties, echoes))
    if 2 * len(lost) <= len(successes) or 2 * len(places) <= len(contract.echoes) or len(echoes) < FEW - 1:
        return list(explanations)
    first, *more = (each for each in explanations if each.rule in OF_VALUES - SECONDARY)
    findings = tuple({event.id: event for each in (first, *more) for event in each.findings}.values())
    whole = replace(first, rule="echo", family=CONSTANT, findings=findings, consequences=0)
    return [*(each for each in explanations if each is not first and each not in more), whole]


def with_consequence(one: Explanation, other: Explanation) -> Explanation:
    """Return an explanation with the findings of another one, which follow from it."""
    known = {event.id for event in one.findings}
    more = tuple(event for event in other.findings if event.id not in known)
    return replace(one, findings=one.findings + more, consequences=one.consequences + len(more))


def _mostly(one: Explanation, shown: set[int]) -> bool:
    return 2 * len(shown & set(one.observations)) > len(one.observations)
