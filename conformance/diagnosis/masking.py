"""Masking: what a run could not decide, because a fault stands before every response that would show it."""

from collections.abc import Iterable

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import find
from conformance.diagnosis.observations import NO_RESPONSE, REJECTS, SERVER_ERROR, Explanation
from conformance.model.requirement import Requirement

_STANDS_BEFORE = frozenset({REJECTS, SERVER_ERROR, NO_RESPONSE})


def masked(contract: Contract, explanation: Explanation, undecided: Iterable[Requirement]) -> tuple[str, ...]:
    """Return the ids of the requirements that a fault masks, of those that were not exercised.

    They are about a property that the fault is about, by the place of its schema in the document; a fault that every
    request shows masks all of them.
    """
    if explanation.rule not in _STANDS_BEFORE or not explanation.hypotheses:
        return ()
    if not all(each.conditions for each in explanation.hypotheses):
        return tuple(each.id for each in undecided)
    places = {each.feature.place for one in explanation.hypotheses for each in one.conditions}
    nodes = (find(contract.request, each) for each in places if each.startswith("/"))
    pointers = {node.pointer for node in nodes if node is not None}
    return tuple(
        each.id
        for each in undecided
        if any(source == pointer or source.startswith(f"{pointer}/") for source in each.source for pointer in pointers)
    )
