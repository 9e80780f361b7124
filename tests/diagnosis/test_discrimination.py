"""Discrimination: of the predicates that fit a failure, cases that were not sent leave the right one."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.discrimination import DECIDED, MOST_PROBES, REFUSED, Discriminator, Seen
from conformance.diagnosis.explanation import explanations
from conformance.diagnosis.facts.sent_facts import SentFacts
from conformance.diagnosis.hypotheses import FactTable
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


def seen_of(observations: list[Observation]) -> Seen:
    """Return exchanges with their facts."""
    return Seen(tuple(observations), FactTable(SentFacts(CONTRACT, observations)))


def decided(broken: Broken, *bodies: dict[str, Any], rounds: int = 1) -> tuple[list[Explanation], list[int]]:
    """Return what is said of a server that breaks on some bodies once it is decided, and how much each round sent.

    One with the name alone passes.
    """
    cases = [valid(number, body) for number, body in enumerate([{}, *bodies])]
    seen = [observed(each, number, failed=failed(each, broken)) for number, each in enumerate(cases)]

    async def fails(case: Case) -> bool | None:
        seen.append(observed(case, len(seen), failed=failed(case, broken)))
        return failed(case, broken)

    discriminator, sent = Discriminator(CONTRACT, SPARE), []
    for _ in range(rounds):
        (explained,) = explanations(CONTRACT, seen, lambda _: True)
        before = len(seen)
        sent.append(asyncio.run(discriminator.decide(explained, seen_of(seen), fails)))
        assert before + sent[-1] == len(seen)
    return explanations(CONTRACT, seen, lambda _: True), sent


def conditions(found: list[Explanation]) -> list[tuple[str, str, str]]:
    """Return the conditions of the one fault that was found."""
    ((hypothesis,),) = (each.hypotheses for each in found)
    return [(each.feature.name, each.feature.place, each.feature.value) for each in hypothesis.conditions]


FULL = {
    "autoscaling_settings": {"min_replica": 3, "max_replica": 3, "concurrency_target": 7},
    "promotion_settings": {},
}


def is_empty(body: Any) -> bool:
    """Break on an empty object."""
    return body["promotion_settings"] == {}


def is_equal(body: Any) -> bool:
    """Break on two equal properties."""
    return body["autoscaling_settings"]["min_replica"] == body["autoscaling_settings"]["max_replica"]


def is_set(body: Any) -> bool:
    """Break on a property that has a value."""
    return body["autoscaling_settings"] is not None


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (is_empty, ("empty", "/promotion_settings", "object")),
        (is_equal, ("equal", "/autoscaling_settings/min_replica", "/autoscaling_settings/max_replica")),
        (is_set, ("set", "/autoscaling_settings", "")),
    ],
)
def test_one_failure_is_enough(broken: Broken, expected: tuple[str, str, str]) -> None:
    """A body with several oddities fits as many hypotheses; the cases that are sent leave the right one."""
    found, sent = decided(broken, FULL)
    assert [expected] == conditions(found)
    assert 0 < sent[0] <= MOST_PROBES


def test_what_is_confirmed_is_not_tried_again() -> None:
    """Later rounds send nothing for it."""
    assert [0, 0] == decided(is_equal, FULL, rounds=3)[1][1:]


def test_what_is_sent_for_one_fault_is_limited_in_all_rounds() -> None:
    """Also where no hypothesis of one condition is right, so that each round refutes what is left."""

    def broken(body: Any) -> bool:
        settings = body["autoscaling_settings"]
        return len(settings) >= 3 and "concurrency_target" in settings and body["promotion_settings"] is not None

    _, sent = decided(broken, FULL, rounds=9)
    assert 0 < sum(sent) <= MOST_PROBES


def test_what_many_requests_show_is_decided() -> None:
    """Nothing is sent where many requests show the fault."""
    bodies = [{"autoscaling_settings": {"max_replica": number}} for number in range(DECIDED)]
    assert [0] == decided(is_set, *bodies)[1]


@pytest.mark.parametrize(("refused", "sent"), [(1, True), (REFUSED, False)])
def test_it_goes_on_after_a_case_that_cannot_be_judged(refused: int, sent: bool) -> None:  # noqa: FBT001 (a row)
    """After a few of them, or of those that a limit forbids, it ends."""
    seen = [observed(valid(number, body), number, failed=bool(number)) for number, body in enumerate([{}, FULL])]
    (explained,) = explanations(CONTRACT, seen, lambda _: True)
    asked: list[str] = []

    async def fails(case: Case) -> bool | None:
        asked.append(case.id)
        return None if len(asked) <= refused else failed(case, is_empty)

    count = asyncio.run(Discriminator(CONTRACT, SPARE).decide(explained, seen_of(seen), fails))
    assert (sent, len(asked)) == (count > 0, refused + count)
