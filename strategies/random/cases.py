"""Random cases: Hypothesis strategies of whole requests, labelled and with their stories, ready to be sent.

Half of the right bodies keep to the ranges that pages state, so that a server which holds to them is met behind its
first line of defence as well.
"""

from hypothesis import strategies as st

from conformance.classify.bounds import keeps_bounds
from conformance.contract.nodes import find
from conformance.contract.prose import Range
from conformance.model.case import SLOT, Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import strings
from conformance.strategies.random.from_hypothesis import invalid_bodies, valid_bodies
from conformance.strategies.random.generation import Choices, Values, nulls
from conformance.strategies.random.labelling import body_case
from conformance.strategies.random.weighing import MANY, SINGLE, weighted

PHASE = "hypothesis"

ROOM = 1_000
"""How far from its one stated bound a number of a page's range lies at most."""


def right_cases(build: Builder) -> st.SearchStrategy[Case]:
    """Return a strategy of requests that the contract allows."""
    contract = build.contract
    free = Choices(fixed=_name(build, odd=True))
    tame = Choices(extras=False, fixed={**_ranges(build), **_name(build, odd=False)})
    both = [
        valid_bodies(contract.request, contract.request_validator, each, modelled=contract.modelled)
        for each in (free, tame)
    ]
    return st.one_of(both).map(lambda body: body_case(build, PHASE, body, None, valid=True))


def wrong_cases(build: Builder) -> st.SearchStrategy[Case]:
    """Return a strategy of requests that the contract forbids, each for one reason."""
    contract = build.contract
    choices = Choices(fixed={**_ranges(build), **_name(build, odd=False)})
    found = invalid_bodies(contract.request, contract.request_validator, choices, modelled=contract.modelled)

    return found.map(lambda drawn: body_case(build, PHASE, drawn.body, drawn.story, valid=False))


def _name(build: Builder, *, odd: bool) -> dict[str, Values]:
    """Return the strategy of the member that names the new object: with the slot in it, so that it is always fresh."""
    path = build.contract.identity
    node = find(build.contract.request, path) if path is not None else None
    shape = node.shape("string") if node is not None else None
    if path is None or shape is None or not keeps_bounds(shape, SLOT):
        return {}
    if not odd or {"enum", "pattern", "format", "maxLength"} & shape.keywords.keys():
        return {path: st.just(SLOT)}
    more = strings.free(0, strings.MOST_CHARACTERS)
    return {path: st.just(SLOT) | more.map(lambda text: text + SLOT) | more.map(lambda text: SLOT + text)}


def _ranges(build: Builder) -> dict[str, Values]:
    """Return strategies of the numbers that pages allow, by path."""
    found: dict[str, Values] = {}
    for each in build.contract.prose.ranges:
        node = find(build.contract.request, each.pointer)
        if node is None or each.pattern is not None:
            continue
        numbers = [] if each.never else [(_between(each), MANY)]
        none = [(nulls(), SINGLE)] if node.nullable or each.never else []
        found[each.pointer] = weighted([*numbers, *none])
    return found


def _between(stated: Range) -> Values:
    least = stated.minimum if stated.minimum is not None else (stated.maximum or 0) - ROOM
    return st.integers(least, stated.maximum if stated.maximum is not None else least + ROOM)
