"""Consequences: symptoms that follow from a fault which is reported already, and are no fault of their own."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from operator import or_

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.diagnosis.facts.features import USED_NAME, Feature
from conformance.diagnosis.hypotheses import Condition, FactTable, Hypothesis
from conformance.diagnosis.observations import ACCEPTS, CONSTANT, REQUEST_RULES, Explanation
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

CONSECUTIVE = "two consecutive requests"
"""The kind of symptom of values that a target keeps."""

FEW = 5
"""More responses than that with the object of another request, or with what may be by chance, are no accident."""

OF_VALUES = SECONDARY | {"creation time", "default", "documented default", "echo", "new object"}
"""Rules that compare values of a response with those of its request, or of others."""


OF_DEFAULTS = frozenset({"default", "documented default"})
"""Rules about what stands for a property that is absent."""


def without_consequences(explanations: Sequence[Explanation], kinds: Sequence[object] = ()) -> list[Explanation]:
    """Return the explanations, those that follow from another one made a part of it.

    One follows where it shows only on requests that the other is about, or at properties that the other is about. What
    is wrong in the response to a request that had to be rejected is no fault of its own. `kinds` are what the requests
    of the observations are about.
    """
    first = [each for each in explanations if each.rule not in SECONDARY]
    for each in [each for each in first if each.rule not in REQUEST_RULES]:
        accepted = [other for other in first if other.rule == ACCEPTS and _is_of_some(other)]
        whole = next((other for other in accepted if _is_within(each, other)), None)
        if whole is not None:
            first[first.index(whole)] = with_consequence(whole, each)
            first.remove(each)
    for each in explanations:
        if each.rule in SECONDARY:
            index = next((index for index, other in enumerate(first) if _follows(each, other, kinds)), None)
            if index is None:
                first.append(each)
            else:
                first[index] = with_consequence(first[index], each)
    return first


def _is_of_some(explanation: Explanation) -> bool:
    return bool(explanation.hypotheses) and all(each.conditions for each in explanation.hypotheses)


def _is_within(one: Explanation, other: Explanation) -> bool:
    """Tell whether one shows on requests alone that the predicates of the other fit."""
    mask = reduce(or_, (each.mask for each in other.hypotheses), 0)
    return all(mask >> index & 1 for index in one.observations)


def _follows(one: Explanation, other: Explanation, kinds: Sequence[object]) -> bool:
    if other.hypotheses:
        return _is_within(one, other)
    if other.rule in REQUEST_RULES and _is_intermittent(other):
        return _is_intermittent(one) or len(one.observations) < FEW  # one of the requests compared had the fault
    if other.rule == ACCEPTS and kinds and _kinds(one, kinds) <= _kinds(other, kinds):
        return True
    places = _properties(one)
    return bool(places) and places <= _properties(other)


def _is_intermittent(explanation: Explanation) -> bool:
    return any(each.finding.pattern.intermittent for each in explanation.findings)


def _kinds(explanation: Explanation, kinds: Sequence[object]) -> set[object]:
    return {kinds[index] for index in explanation.observations}


def _properties(explanation: Explanation) -> set[str]:
    places = (generalised(each.finding.place or each.finding.pointer) for each in explanation.own)
    return {each for each in places if each.startswith("/")}


def of_another_object(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Return the explanations; where responses hold the object of another request, no value of them says more."""
    isolation = [each for each in explanations if each.rule == "isolation"]
    mixed = max(isolation, key=lambda each: len(each.observations), default=None)
    if mixed is None or len(mixed.observations) <= FEW:
        return list(explanations)
    names, shown = _properties(mixed), set(mixed.observations)
    follows = [
        each
        for each in explanations
        if each is not mixed
        and each.rule in OF_VALUES
        and (each.rule == mixed.rule or _mostly(each, shown) or _is_of_fewer(each, mixed, names))
    ]
    whole = reduce(with_consequence, follows, mixed)
    return [whole if each is mixed else each for each in explanations if each not in follows]


def of_remembered_values(explanations: Sequence[Explanation]) -> list[Explanation]:
    """Return the explanations; where values of an earlier request come back, they are what stands for many defaults."""
    remembered = next((each for each in explanations if _is_remembered(each)), None)
    lost = [each for each in explanations if each.rule in OF_DEFAULTS]
    if remembered is None or len(set[str]().union(*map(_properties, lost))) < FEW:
        return list(explanations)
    whole = reduce(with_consequence, lost, remembered)
    return [whole if each is remembered else each for each in explanations if each not in lost]


def _is_remembered(explanation: Explanation) -> bool:
    """Tell whether values of the request before came back, though nothing else was in flight."""
    kinds = {each.finding.symptom.kind for each in explanation.own}
    return explanation.rule == "isolation" and kinds == {CONSECUTIVE}


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


def of_used_names(
    contract: Contract, table: FactTable, explanations: Sequence[Explanation], successes: AbstractSet[int]
) -> list[Explanation]:
    """Return the explanations; what is wrong in each response to a name used before, and in no other, says so."""
    condition = Condition(Feature(USED_NAME, contract.identity or ""))
    others = {*REQUEST_RULES, *SECONDARY}
    first = (each.observations[0] for each in explanations if each.rule not in others and each.observations)
    # Only where the first request of one has the feature is it looked for in all.
    if not any(condition.feature in table.facts[index].features for index in first):
        return list(explanations)
    used = table.fitting(Hypothesis((condition,), 0, 0, 0.0))
    repeated = {index for index in successes if used.mask >> index & 1}
    return [
        replace(each, hypotheses=(used,))
        if each.rule not in others and len(repeated) > 1 and repeated == set(each.observations)
        else each
        for each in explanations
    ]


def with_notes(explanations: Sequence[Explanation], notes: Sequence[Explanation]) -> list[Explanation]:
    """Return explanations and notes, those that follow from a fault made a part of it.

    So is a note about what shows now and then where a fault of the same rule does as well.
    """
    found, left = list(explanations), []
    for note in notes:
        alike = (_is_noted_in(note, each) for each in found)
        index = next((index for index, same in enumerate(alike) if same), None)
        if index is None:
            left.append(note)
        else:
            found[index] = with_consequence(found[index], note)
    return [*found, *left]


def _is_noted_in(note: Explanation, fault: Explanation) -> bool:
    if note.rule in SECONDARY and fault.rule not in REQUEST_RULES and _is_of_some(fault):
        return set(note.observations) <= set(fault.observations)
    return fault.rule == note.rule and _is_intermittent(fault) and _is_intermittent(note)


def _is_of_fewer(one: Explanation, other: Explanation, places: AbstractSet[str]) -> bool:
    """Tell whether one shows at these places alone and less often than the other: a name that is lost as well."""
    return bool(places) and _properties(one) <= places and len(one.observations) < len(other.observations)


def _mostly(one: Explanation, shown: set[int]) -> bool:
    return 2 * len(shown & set(one.observations)) > len(one.observations)
