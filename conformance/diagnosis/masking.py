"""Masking: what a run could not decide, because a fault stands before every response that would show it."""

from collections.abc import Iterable, Sequence

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node, find
from conformance.diagnosis.observations import NO_RESPONSE, REJECTS, SERVER_ERROR, Explanation
from conformance.model.pointer import generalised
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Group

_STANDS_BEFORE = frozenset({REJECTS, SERVER_ERROR, NO_RESPONSE})

_UNREADABLE = frozenset({"JSON text", "status", NO_RESPONSE})
"""Rules besides those of a schema: of a response that breaks them no property is judged."""


def masked(
    contract: Contract, explanation: Explanation, undecided: Sequence[Requirement], observed: int
) -> tuple[str, ...]:
    """Return the ids of the requirements that a fault masks, of those that were not exercised.

    They are about a property that the fault is about, by the place of its schema in the document; a fault that every
    request shows, all of `observed`, masks all of them. A success response that cannot be read masks what is said of
    all its properties, and one that lacks a property what is said of that.
    """
    if explanation.rule in _STANDS_BEFORE:
        if _is_of_all(explanation, observed):
            return tuple(each.id for each in undecided)
        if explanation.hypotheses or explanation.rule != NO_RESPONSE:
            places = {each.feature.place for one in explanation.hypotheses for each in one.conditions}
            pointers = {node.pointer for node in _nodes(contract.request, places)}
            return tuple(each.id for each in undecided if _is_about(each, pointers))
    return tuple(_of_responses(contract, explanation, undecided))


def _is_of_all(explanation: Explanation, observed: int) -> bool:
    if not explanation.hypotheses:
        return len(explanation.observations) == observed
    return not all(each.conditions for each in explanation.hypotheses)


def _of_responses(contract: Contract, explanation: Explanation, undecided: Sequence[Requirement]) -> Iterable[str]:
    root = contract.response
    broken = {event.finding.requirement for event in explanation.own}
    # The requirements of a client are in no contract.
    of_schema = any(each.id in broken and each.group is Group.RESPONSE for each in contract.requirements)
    if root is None or not (of_schema or explanation.rule in _UNREADABLE):
        return
    said = [each for each in undecided if each.group in {Group.RESPONSE, Group.SEMANTICS}]
    every = {node.pointer for node in root.walk()}
    whole = f"{root.pointer}/type"
    unread = {each.id for each in undecided} | broken
    roots = (each for each in contract.requirements if each.group is Group.RESPONSE and whole in each.source)
    if any(each.id in unread for each in roots):
        yield from (each.id for each in said if each.group is Group.SEMANTICS or _is_about(each, every))
    elif of_schema:
        places = {generalised(event.finding.place) for event in explanation.own}
        within = {node.pointer for one in _nodes(root, places) for node in one.walk()}
        yield from (each.id for each in said if _is_about(each, within))


def _nodes(root: Node, places: Iterable[str]) -> Iterable[Node]:
    nodes = (find(root, each) for each in places if each.startswith("/"))
    return (each for each in nodes if each is not None)


def _is_about(requirement: Requirement, pointers: Iterable[str]) -> bool:
    return any(
        source == pointer or source.startswith(f"{pointer}/") for source in requirement.source for pointer in pointers
    )
