"""Masking: what a run could not decide, because a fault stands before every response that would show it."""

from collections.abc import Iterable, Sequence

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node, find
from conformance.diagnosis.observations import NO_RESPONSE, REJECTS, SERVER_ERROR, Explanation, Observation
from conformance.model.pointer import generalised
from conformance.model.requirement import Requirement, requirement_id
from conformance.model.vocabulary import Expectation, Group

_STANDS_BEFORE = frozenset({REJECTS, SERVER_ERROR, NO_RESPONSE})

_UNREADABLE = frozenset({"JSON text", "status", NO_RESPONSE})
"""Rules besides those of a schema: of a response that breaks them no property is judged."""


def masked(
    contract: Contract, explanation: Explanation, undecided: Sequence[Requirement], observations: Sequence[Observation]
) -> tuple[str, ...]:
    """Return the ids of the requirements that a fault masks, of those that were not decided.

    A fault that each valid request shows masks all of them, and one that shows with a property what is said of that, by
    the place of its schema in the document. Where no success response can be read, that masks what is said of all
    properties of responses, and a property that all of them lack what is said of that.
    """
    method, shown = contract.operation.method, set(explanation.observations)
    valid = {
        index
        for index, each in enumerate(observations)
        if each.case.expectation is Expectation.ACCEPTED and each.case.request.method == method
    }
    # The last response of some relations is judged with the others alone: it does not say whether it can be read.
    successes = {
        index
        for index in valid
        if 200 <= observations[index].status < 300
        and (observations[index].findings or not observations[index].relation)
    }
    if explanation.rule in _STANDS_BEFORE and not successes and valid <= shown:
        return tuple(each.id for each in undecided)
    if explanation.rule in _STANDS_BEFORE and explanation.hypotheses:
        places = {each.feature.place for one in explanation.hypotheses for each in one.conditions}
        pointers = {node.pointer for node in _nodes(contract.request, places)}
        return tuple(each.id for each in undecided if _is_about(each, pointers))
    return tuple(_of_responses(contract, explanation, undecided)) if successes and successes <= shown else ()


def _of_responses(contract: Contract, explanation: Explanation, undecided: Sequence[Requirement]) -> Iterable[str]:
    """Yield what a fault masks that all success responses show."""
    root = contract.response
    broken = {event.finding.requirement for event in explanation.own}
    # The requirements of a client are in no contract.
    of_schema = any(each.id in broken and each.group is Group.RESPONSE for each in contract.requirements)
    if root is None or not (of_schema or explanation.rule in _UNREADABLE):
        return
    said = [each for each in undecided if each.group in {Group.RESPONSE, Group.SEMANTICS}]
    type_of_root = requirement_id(Group.RESPONSE, root.label, "type")
    if type_of_root in {each.id for each in undecided} | broken:
        every = {node.pointer for node in root.walk()}
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
