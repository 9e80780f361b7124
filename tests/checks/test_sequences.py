"""Sequences: values that stay from one request to the next, and names that are taken for each other."""

from functools import reduce
from typing import Any

import pytest
from msgspec.structs import replace

from conformance.checks.semantics.isolation import alike_names, in_turn
from conformance.checks.shared.subject import Settings, Subject
from conformance.model.exchange import Failure
from conformance.model.json_values import with_value

from .subjects import ANSWER, NAME, a_story, case, changed, contract, observed, only, passed, subject, summary

FIRST = {"min_replica": 3, "max_replica": 4}
SECOND = {"min_replica": 5, "max_replica": 7}
ISOLATION, DISTINCT = "semantics.isolation", "semantics.distinct"
AT = "/autoscaling_settings/"


def turns(
    stays: dict[str, int], again: dict[str, int], *, first: dict[str, Any] = FIRST, second: dict[str, Any] = SECOND
) -> list[Subject]:
    """Return two full requests, each followed by the smallest one with what stays in its answer."""

    def asked(settings: dict[str, Any]) -> Subject:
        return subject(case(sent={"name": NAME, "autoscaling_settings": settings}))

    def after(settings: dict[str, int]) -> Subject:
        held = {**ANSWER["autoscaling_settings"], **settings}
        return subject(answer=changed(ANSWER, "autoscaling_settings", held))

    return [asked(first), after(stays), asked(second), after(again)]


def test_nothing_stays() -> None:
    """Answers that hold nothing of the request before pass."""
    assert [ISOLATION] == passed(in_turn(turns({}, {})))


def test_values_that_stay() -> None:
    """A member that holds the value of the request before, both times, is found."""
    found = only(in_turn(turns(FIRST, SECOND)))
    pattern = "isolation | two consecutive requests | values of another request"
    assert (ISOLATION, pattern, f"{AT}min_replica") == summary(found)
    assert f"{ISOLATION} |  | {pattern}" == str(found.cause)
    assert "Returns values of an earlier request" == found.sentence
    assert ("nothing of the request before", f"{AT}min_replica, {AT}max_replica") == (found.expected, found.actual)
    assert f"{AT}max_replica" == only(in_turn(turns({"max_replica": 4}, {"max_replica": 7}))).actual


def test_values_that_may_be_defaults() -> None:
    """One time alone, or the value of the other request, may be a default; what was the same tells nothing."""
    for stays, again in ((FIRST, {}), ({}, SECOND), (SECOND, FIRST), (FIRST, FIRST)):
        assert [ISOLATION] == passed(in_turn(turns(stays, again)))
    assert [ISOLATION] == passed(in_turn(turns(FIRST, FIRST, second=FIRST)))


def test_members_that_were_not_sent() -> None:
    """What was null or absent in a full request cannot stay."""
    null = {"target_in_flight_tokens": None}
    assert [ISOLATION] == passed(
        in_turn(turns({}, {"target_in_flight_tokens": 8}, first=null, second={"target_in_flight_tokens": 8}))
    )
    assert [ISOLATION] == passed(
        in_turn(turns({"target_in_flight_tokens": 8}, {}, second=null, first={"target_in_flight_tokens": 8}))
    )
    one, _, other, after_other = turns({}, {"target_in_flight_tokens": 8}, second={"target_in_flight_tokens": 8})
    without = subject(answer=changed(ANSWER, "autoscaling_settings/target_in_flight_tokens"))
    assert [ISOLATION] == passed(in_turn([one, without, other, after_other]))
    assert [ISOLATION] == passed(in_turn(turns(FIRST, {}, second={})))
    assert [ISOLATION] == passed(in_turn(turns({}, SECOND, first={})))


@pytest.mark.parametrize("which", range(4))
def test_in_turn_does_not_apply(which: int) -> None:
    """All four answers are needed, of a target with state."""
    subjects = turns(FIRST, SECOND)
    for odd in (subject(status=400), replace(subjects[which], settings=Settings(stateless=True))):
        broken = list(subjects)
        broken[which] = odd
        assert [] == list(in_turn(broken))


def test_bounded() -> None:
    """Of many places ten are named."""
    names = [sent.path for sent, _ in contract().echoes if "integer" in sent.types]
    assert len(names) > 10

    def put(number: int) -> Any:
        return reduce(lambda body, path: with_value(body, path, number, parents=True), names, {})

    def merged(body: dict[str, Any]) -> dict[str, Any]:
        promotion = {**ANSWER["promotion_settings"], **body["promotion_settings"]}
        return {**ANSWER, **body, "promotion_settings": promotion}

    one, two = put(3), put(5)
    subjects = [
        subject(case(sent={"name": NAME, **one})),
        subject(answer=merged(one)),
        subject(case(sent={"name": NAME, **two})),
        subject(answer=merged(two)),
    ]
    assert 10 == len(only(in_turn(subjects)).actual.split(", "))


def alike(status: int, name: str, *, first: int = 200, own: str = NAME) -> tuple[Subject, Subject]:
    """Return two creations whose names are alike."""
    story = a_story("", "relation", "x")
    return (
        subject(observed(DISTINCT), status=first, answer={**ANSWER, "name": own}),
        subject(observed(DISTINCT, story=story), status=status, answer={**ANSWER, "name": name}),
    )


def test_alike_names() -> None:
    """Two names that differ a little give two objects."""
    assert [DISTINCT] == passed(alike_names(alike(200, NAME + "-A")))


@pytest.mark.parametrize(("status", "way", "actual"), [(409, "409", "409"), (200, "one object", f'"{NAME}"')])
def test_names_taken_for_one(status: int, way: str, actual: str) -> None:
    """A conflict, or one name for both, shows that they were taken for one."""
    found = only(alike_names(alike(status, NAME)))
    pattern = f"distinct objects | two creations with similar names | {way}"
    assert (DISTINCT, pattern, "/name") == summary(found)
    assert "Treats two similar names as one" == found.sentence
    assert "Treats x as the same name" == found.message
    assert ("two objects", actual) == (found.expected, found.actual)
    bare = (alike(200, NAME)[0], subject(observed(DISTINCT), status=409))
    assert "Treats a valid request as the same name" == only(alike_names(bare)).message


def test_alike_names_do_not_apply() -> None:
    """Names that are refused, answers without a name, and targets without state show nothing."""
    assert [] == list(alike_names(alike(400, NAME)))
    assert [] == list(alike_names(alike(409, NAME, first=400)))
    assert [] == list(alike_names(alike(500, NAME)))
    first = alike(200, NAME)[0]
    assert [] == list(alike_names((first, subject(answer=changed(ANSWER, "name")))))
    nobody = subject(answer=changed(ANSWER, "name"))
    assert [] == list(alike_names((nobody, first)))
    assert [] == list(alike_names((nobody, nobody)))
    assert [] == list(alike_names((first, subject(response=False, failure=Failure.CLOSED))))
    stateless = [replace(each, settings=Settings(stateless=True)) for each in alike(409, NAME)]
    assert [] == list(alike_names(stateless))
    nameless = [replace(each, contract=replace(contract(), identity=None)) for each in alike(409, NAME)]
    assert [] == list(alike_names(nameless))
