"""Discrimination: of the predicates that fit a failure, cases that were not sent leave the right one."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.discrimination import DECIDED, MOST_PROBES, Discriminator
from conformance.diagnosis.explanation import explanations
from conformance.diagnosis.observations import Explanation, Observation
from conformance.journal.events import FindingMade
from conformance.model.case import SLOT, Case, Request
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Finding, Symptom
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

CONTRACT = load_contract()
PATH = "/v1/models/m/environments"
SPARE = tuple(
    each
    for each in catalogue(CONTRACT, Profile.STANDARD, Knowledge({"model_id": "m"}))
    if isinstance(each, Case) and not each.needs
)
Broken = Callable[[Any], bool]


def observed(case: Case, number: int, *, failed: bool) -> Observation:
    """Return the exchange of a case: a 500 where it failed, else what a right server sends."""
    wrong = Finding("error.server-error", "a message", "", Symptom("server error", "a kind", "500"), "Returns 500")
    made = (FindingMade(id=f"{number}", send=number, case=case.id, finding=wrong),) if failed else ()
    right = 422 if case.expectation is Expectation.REJECTED else 200
    return Observation(case, Exchange(case.request, Response(500 if failed else right)), made)


def valid(number: int, body: dict[str, Any]) -> Case:
    """Return a valid case."""
    request = Request("POST", PATH, (), json.dumps({"name": SLOT, **body}).encode())
    return Case(f"case-{number}", Expectation.ACCEPTED, (), request)


def failed(case: Case, broken: Broken) -> bool:
    """Tell whether the server breaks on a case."""
    try:
        return broken(json.loads(case.request.body or b"null"))
    except (ValueError, LookupError, TypeError):
        return False


def told(broken: Broken, *bodies: dict[str, Any], most: int = 40) -> tuple[list[Explanation], int]:
    """Return what is said of a server that breaks on some bodies, once predicates are told apart; and how many it took.

    One with the name alone passes.
    """
    cases = [valid(number, body) for number, body in enumerate([{}, *bodies])]
    seen = [observed(each, number, failed=failed(each, broken)) for number, each in enumerate(cases)]

    async def fails(case: Case) -> bool | None:
        seen.append(observed(case, len(seen), failed=failed(case, broken)))
        return failed(case, broken)

    (explained,) = explanations(CONTRACT, seen, lambda _: True)
    before = list(seen)
    discriminator = Discriminator(CONTRACT, SPARE)
    sent = asyncio.run(discriminator.tell_apart(explained, before, fails, most))
    assert len(before) + sent == len(seen)
    return explanations(CONTRACT, seen, lambda _: True), sent


def conditions(found: list[Explanation]) -> list[tuple[str, str, str]]:
    """Return the conditions of the one fault that was found."""
    ((hypothesis,),) = (each.hypotheses for each in found)
    return [(each.feature.name, each.feature.place, each.feature.value) for each in hypothesis.conditions]


FULL = {
    "autoscaling_settings": {"min_replica": 3, "max_replica": 3, "concurrency_target": 7},
    "promotion_settings": {},
}


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (lambda body: body["promotion_settings"] == {}, ("empty", "/promotion_settings", "object")),
        (
            lambda body: body["autoscaling_settings"]["min_replica"] == body["autoscaling_settings"]["max_replica"],
            ("equal", "/autoscaling_settings/min_replica", "/autoscaling_settings/max_replica"),
        ),
        (lambda body: body["autoscaling_settings"] is not None, ("set", "/autoscaling_settings", "")),
    ],
    ids=["empty", "equal", "set"],
)
def test_one_failure_is_enough(broken: Broken, expected: tuple[str, str, str]) -> None:
    """A body with several oddities fits as many predicates; the cases that are sent leave the right one."""
    found, sent = told(broken, FULL)
    assert [expected] == conditions(found)
    assert 0 < sent <= MOST_PROBES


def test_no_more_is_sent_than_is_allowed() -> None:
    """The limit of a cause holds, and that of all that is sent for one of them."""
    assert 1 == told(lambda body: body["promotion_settings"] == {}, FULL, most=1)[1]


def test_what_many_requests_show_is_decided() -> None:
    """Nothing is sent where many requests show the fault."""
    bodies = [{"autoscaling_settings": {"max_replica": number}} for number in range(DECIDED)]
    assert 0 == told(lambda body: bool(body["autoscaling_settings"]), *bodies)[1]


def test_it_ends_where_nothing_more_may_be_sent() -> None:
    """A limit of the run is the end of it."""
    cases = [valid(0, {}), valid(1, FULL)]
    seen = [observed(each, number, failed=bool(number)) for number, each in enumerate(cases)]
    (explained,) = explanations(CONTRACT, seen, lambda _: True)
    asked: list[str] = []

    async def refused(case: Case) -> bool | None:
        asked.append(case.id)
        return None

    assert 0 == asyncio.run(Discriminator(CONTRACT, SPARE).tell_apart(explained, seen, refused, 40))
    assert 1 == len(asked)
