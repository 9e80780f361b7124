"""Shrinking: what is left of a body that failed is what a person would write, found by few questions."""

import asyncio
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.reduction.body_reducer import BodyReducer
from conformance.diagnosis.reduction.culprits import Culprit
from conformance.diagnosis.reduction.property_reducer import PropertyReducer
from conformance.diagnosis.reduction.random_failures import MAX_FAILURES, MAX_REQUESTS, RandomFailures
from conformance.diagnosis.reduction.simplest_values import simplest_value
from conformance.diagnosis.reduction.trials import FailureProbe
from conformance.model.case import SLOT, Case
from conformance.model.finding import Finding, Symptom
from conformance.model.jsontext import equal, read
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import body_case
from tests.benchmarks.planted import FAULTS
from tests.strategies.contracts import contract_of

BUILD = Builder(load_contract(), {"model_id": "abc"})

SCALE: dict[str, Any] = {
    "min_replica": 5863211,
    "max_replica": 977 * 2 * 3 * 62591,
    "autoscaling_window": -311,
    "scale_down_delay": 40213387,
    "concurrency_target": 40213387,
    "target_utilization_percentage": None,
    "target_in_flight_tokens": -8687,
}
PROMOTION: dict[str, Any] = {
    "redeploy_on_promotion": True,
    "ramp_up_duration_seconds": -972,
    "rolling_deploy_config": {"max_surge_percent": 37, "max_unavailable_percent": 0, "x_abc": [1, {"y": "z"}]},
}
NAME = f"{SLOT}e\U000f1234x\u0323~"
BODY = {"name": NAME, "autoscaling_settings": SCALE, "promotion_settings": PROMOTION}


FAILURE = Finding("error.server-error", "", "", Symptom("server error", "a body", "500"), "")


def shrunk(
    body: Any,
    fails: Callable[[Any], bool | None],
    build: Builder = BUILD,
    stopped: Callable[[], bool] = lambda: False,
) -> tuple[Any, list[Case]]:
    """Return what a body is shrunk to, None where that is nothing, and what was asked about."""
    asked: list[Case] = []

    async def probe(case: Case) -> list[Finding] | None:
        asked.append(case)
        failed = fails(read(case.request.body or b"").value)
        return None if failed is None else [FAILURE] if failed else []

    case = body_case(build, "hypothesis", body, None)
    trial = FailureProbe(probe, lambda _: True, MAX_REQUESTS, stopped)
    found = asyncio.run(BodyReducer(build, case, trial).simplest())
    return (None if found is None else json.loads(found.request.body or b"")), asked


class Asking:
    """A target on which everything fails, and how often it was asked."""

    asked = 0

    async def probe(self, _: Case) -> list[Finding]:
        """Fail."""
        self.asked += 1
        return [FAILURE]

    async def show(self, culprit: Culprit) -> Culprit:
        """Fail."""
        return culprit


def scaled(**members: Any) -> dict[str, Any]:
    """Return the smallest body with settings."""
    return {"name": SLOT, "autoscaling_settings": members}


def promoted(**members: Any) -> dict[str, Any]:
    """Return the smallest body with other settings."""
    return {"name": SLOT, "promotion_settings": members}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_shrunk_to_its_essence(name: str) -> None:
    """The members that matter with the plainest values that do, whatever stood beside them."""
    fails, essence = FAULTS[name]
    named = essence["name"] != SLOT
    found, asked = shrunk({**BODY, "name": NAME.removeprefix(SLOT)} if named else BODY, fails)
    assert essence == found
    assert len(asked) < 120
    assert len(asked) == len({case.id for case in asked})


@pytest.mark.parametrize(
    ("fails", "essence"),
    [
        (lambda _: True, {"name": SLOT}),
        (lambda body: "promotion_settings" in body, promoted()),
        (lambda body: body.get("promotion_settings", {}).get("redeploy_on_promotion") is True, None),
        (lambda body: "rolling_deploy_config" in body.get("promotion_settings", {}), None),
        (lambda body: "autoscaling_settings" in body and "promotion_settings" in body, None),
        (lambda body: "min_replica" in body.get("autoscaling_settings", {}), scaled(min_replica=0)),
        (lambda body: len(body["name"]) > len(SLOT) + 2, {"name": f"{SLOT}aaa"}),
        (
            lambda body: body.get("autoscaling_settings", {}).get("target_utilization_percentage", 0) is None,
            scaled(target_utilization_percentage=None),
        ),
    ],
)
def test_what_matters_is_left_and_nothing_else(fails: Callable[[Any], bool], essence: Any) -> None:
    """Presence, emptiness, null and length are essences as well; shrinking what is shrunk changes nothing."""
    found, _ = shrunk(BODY, fails)
    assert fails(found)
    if essence is not None:
        assert essence == found
    assert found == shrunk(found, fails)[0]
    assert len(json.dumps(found)) < 120


def test_a_wrong_body_stays_wrong() -> None:
    """What is asked about is as wrong as what failed; what is right with it goes."""
    body = {**BODY, "name": SLOT, "autoscaling_settings": {**SCALE, "min_replica": "many"}}
    found, asked = shrunk(body, lambda _: True)
    assert {Expectation.REJECTED} == {case.expectation for case in asked}
    assert not BUILD.contract.request_validator.is_valid(found)
    assert len(json.dumps(found)) < 80


def test_a_plain_name_does_not_become_odd_and_safe_values_stay_safe() -> None:
    """Nothing is asked about that needs more of a target, or leaves the ranges of pages, where the failure did not."""
    body = scaled(autoscaling_window=800, min_replica=1)
    found, asked = shrunk(body, lambda body: "autoscaling_window" in body.get("autoscaling_settings", {}))
    assert found is not None
    assert 10 <= found["autoscaling_settings"]["autoscaling_window"] <= 800
    assert all(not case.needs and not case.beyond for case in asked)


def test_arrays_and_listed_values_become_plain() -> None:
    """Of an array the items that matter, each as plain as it can be; of listed values the first that fails."""
    schema = {
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "number"}}},
            "mode": {"enum": ["off", "slow", "fast"]},
        },
    }
    build = Builder(contract_of(schema), {})
    body = {"rows": [{}, {"a": 7.25, "b": 9}, {"c": 1}], "mode": "fast"}

    def fails(body: Any) -> bool:
        return any(row.get("a", 0) > 0.3 for row in body.get("rows", [])) and body.get("mode") != "off"

    assert {"rows": [{"a": 1}]} == shrunk(body, fails, build)[0]

    def both(body: Any) -> bool:
        return fails(body) and "mode" in body

    assert {"rows": [{"a": 1}], "mode": "slow"} == shrunk(body, both, build)[0]


@pytest.mark.parametrize(
    ("value", "fails", "plain"),
    [
        (10**30, lambda value: value >= 2**53, 2**53),
        (-(10**12), lambda value: value < -9, -10),
        (-7, lambda value: value != 0, 1),
        (True, lambda _: True, False),
        (Decimal("17.5"), lambda value: value % 1 != 0, Decimal("0.5")),
        (Decimal("2.75"), lambda value: value > 2.5, 3),
        (Decimal("-2.75"), lambda value: value < -1, -2),
        ("hello world", lambda value: " " in value, " "),
        ("hello", lambda value: len(value) > 2, "aaa"),
        ("", lambda value: not value, ""),
        ("\ufeff\u2028x", lambda value: any(ord(each) > 0xFFF for each in value), "\u1000"),
    ],
)
def test_a_value_becomes_as_plain_as_it_can_be(value: Any, fails: Callable[[Any], bool], plain: Any) -> None:
    """A number its bound, its sign or its digits; a text the characters that matter."""

    async def ask(tried: Any) -> bool:
        return fails(tried)

    found = asyncio.run(simplest_value(value, ask))
    assert equal(plain, found)


def test_a_search_that_is_stopped_returns_the_best_so_far() -> None:
    """The time is over, or a limit of the run is reached: what was found by then is told, and nothing more asked."""
    asked = 0

    def tired(body: Any) -> bool | None:
        nonlocal asked
        asked += 1
        return None if asked > 6 else FAULTS["a multiple of 977"][0](body)

    found, _ = shrunk(BODY, tired)
    assert 7 == asked
    assert found["autoscaling_settings"]["max_replica"] == SCALE["max_replica"]
    assert len(json.dumps(found)) < len(json.dumps(BODY))

    over = []

    def finishing(_: Any) -> bool:
        over.append(True)
        return True

    found, cases = shrunk(BODY, finishing, stopped=lambda: bool(over))
    assert 1 == len(cases)
    assert BODY == found
    assert (None, []) == shrunk(BODY, lambda _: True, stopped=lambda: True)


@pytest.mark.slow
def test_the_requests_and_the_failures_of_a_run_are_bounded() -> None:
    """A target that fails as it likes costs no more than so much."""
    turn = iter(range(10**6))
    wide = {"name": SLOT, **{f"x_{number}": number for number in range(400)}}
    _, asked = shrunk({**BODY, **wide}, lambda _: next(turn) % 3 == 0)
    assert len(asked) <= MAX_REQUESTS
    asking = Asking()
    failures = RandomFailures(asking, BUILD, None, PropertyReducer(BUILD.contract, {}))
    case = body_case(BUILD, "hypothesis", BODY, None)

    def look() -> Culprit | None:
        return asyncio.run(failures.simplified(case, case.request, FAILURE, fresh=True))

    for _ in range(MAX_FAILURES):
        assert look() is not None
    before = asking.asked
    assert look() is None
    assert before + 1 == asking.asked  # whether the name is to blame


def test_a_body_that_is_spelled_oddly_is_left_as_it_is() -> None:
    """Where the same value in plain spelling does not fail, nothing is known of what does."""
    assert None is shrunk(BODY, lambda _: False)[0]
