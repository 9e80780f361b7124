"""Bisection of numbers: what failed in another lexical form is tried as a plain number first."""

import asyncio
from decimal import Decimal

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.bisection import narrow
from conformance.diagnosis.facts.features import INTEGER, PROPERTIES, Feature
from conformance.diagnosis.facts.wire_facts import FEW_PROPERTIES, properties
from conformance.diagnosis.hypotheses import AT_LEAST, AT_MOST, Condition, Hypothesis
from conformance.diagnosis.observations import REJECTS, SERVER_ERROR, Explanation, Observation
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import bytes_case

BUILD = Builder(load_contract(), {"model_id": "abc"})
PLACE = "/autoscaling_settings/min_replica"
LIMIT = -(10**22)


def sent_for(spelled: str, *, limit: bool) -> list[int]:
    """Return the numbers that are sent where a number failed; with `limit` the target rejects every one so small."""
    body = f'{{"name": "cfm-00000000-0000", "autoscaling_settings": {{"min_replica": {spelled}}}}}'
    case = bytes_case(BUILD, "hypothesis", body.encode(), None)
    condition = Condition(Feature(INTEGER, PLACE), AT_MOST, Decimal(LIMIT), Decimal(-5))
    hypothesis = Hypothesis((condition,), 1, 1, 1.0)
    explanation = Explanation(REJECTS, (hypothesis,), (), (0,))
    observation = Observation(case, Exchange(case.request, None, None, "", 0.0, 0.0))
    numbers: list[int] = []

    async def fails(tried: Case) -> bool:
        assert tried.request.body is not None
        number = int(tried.request.body.rpartition(b": ")[2].rstrip(b"} "))
        numbers.append(number)
        return limit and number <= LIMIT

    asyncio.run(narrow(BUILD, explanation, [observation], fails, 30))
    return numbers


def test_a_lexical_form_that_is_to_blame_is_no_limit() -> None:
    """The plain number passes, and nothing between is sent."""
    assert [LIMIT] == sent_for("-1E+22", limit=False)


@pytest.mark.parametrize("spelled", ["-1E+22", str(LIMIT)])
def test_a_limit_is_found_however_the_number_was_spelled(spelled: str) -> None:
    """A plain number that failed is not sent again."""
    numbers = sent_for(spelled, limit=True)
    assert (spelled != str(LIMIT)) is (LIMIT in numbers)
    assert LIMIT + 1 in numbers


@pytest.mark.parametrize("passed", [None, Decimal(102)], ids=["fewer are not measured", "some passed"])
def test_how_many_properties_are_too_many_is_found(passed: Decimal | None) -> None:
    """Valid bodies with fewer and fewer unknown properties are sent, down to the last that fails and the next."""
    large = bytes_case(BUILD, "hypothesis", b'{"name": "cfm-00000000-0000", "a": {"b": 1}}', None)
    condition = Condition(Feature(PROPERTIES, ""), AT_LEAST, Decimal(1002), passed)
    explanation = Explanation(SERVER_ERROR, (Hypothesis((condition,), 1, 1, 1.0),), (), (0,))
    observation = Observation(large, Exchange(large.request, None, None, "", 0.0, 0.0))
    sizes: list[int] = []

    async def fails(tried: Case) -> bool:
        assert tried.request.body is not None
        sizes.append(properties(tried.request.body))
        return sizes[-1] > 501

    asyncio.run(narrow(BUILD, explanation, [observation], fails, 30))
    assert {501, 502} <= set(sizes)
    assert min(sizes) > FEW_PROPERTIES
