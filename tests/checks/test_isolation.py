"""Isolation: answers that hold what another request sent, told from values that are wrong in themselves."""

from typing import Any

import pytest
from msgspec.structs import replace

from conformance.checks.semantics.isolation import isolation
from conformance.checks.shared.subject import Settings, Subject

from .subjects import ANSWER, NAME, body_of, case, changed, contract_of, findings, only, passed, subject, summary

OTHER = NAME[:-1] + "6"
EARLIER = NAME[:-1] + "1"
ONE = {"min_replica": 3, "max_replica": 4, "autoscaling_window": 61}
TWO = {"min_replica": 5, "max_replica": 7, "autoscaling_window": 71}
ISOLATION, DISTINCT = "semantics.isolation", "semantics.distinct"


def made(name: str, settings: dict[str, Any], *, rolling: bool | None = None) -> dict[str, Any]:
    """Return an answer."""
    answer = {**ANSWER, "name": name, "autoscaling_settings": {**ANSWER["autoscaling_settings"], **settings}}
    return answer if rolling is None else changed(answer, "promotion_settings/rolling_deploy", rolling)


def asked(name: str, settings: dict[str, Any] | None, *, rolling: bool | None = None) -> dict[str, Any]:
    """Return a request body."""
    body: dict[str, Any] = {"name": name, "autoscaling_settings": settings}
    return body if rolling is None else {**body, "promotion_settings": {"rolling_deploy": rolling}}


def two(
    first: dict[str, Any],
    second: dict[str, Any],
    *,
    sent: tuple[dict[str, Any], dict[str, Any]] = (asked(NAME, ONE), asked(OTHER, TWO)),
) -> tuple[Subject, Subject]:
    """Return two exchanges in flight at once, with their answers."""
    return subject(case(sent=sent[0]), answer=first), subject(case(sent=sent[1]), answer=second)


def test_answers_of_their_own() -> None:
    """Two requests that get what they asked for pass."""
    assert [ISOLATION, DISTINCT] == passed(isolation(two(made(NAME, ONE), made(OTHER, TWO))))


def test_requests_that_are_alike_show_nothing() -> None:
    """Where no value tells one request from the other, isolation is not decided."""
    alike = (asked(NAME, ONE), asked(NAME, ONE))
    assert ISOLATION not in passed(isolation(two(made(NAME, ONE), made(NAME, ONE), sent=alike)))


def mixture(subjects: tuple[Subject, Subject]) -> list[str]:
    """Return the places of the one finding of a mixture."""
    found = only(isolation(subjects))
    pattern = "isolation | two concurrent requests | values of another request"
    assert (ISOLATION, pattern) == summary(found)[:2]
    assert f"{ISOLATION} |  | {pattern}" == str(found.cause)
    assert "Mixes up concurrent requests" == found.sentence
    assert "values of its own request" == found.expected
    places = found.actual.split(", ")
    assert places[0] == found.pointer
    return places


def test_answers_exchanged() -> None:
    """Answers that changed places are found by all their members, the name first."""
    assert [
        "/name",
        "/autoscaling_settings/min_replica",
        "/autoscaling_settings/max_replica",
        "/autoscaling_settings/autoscaling_window",
    ] == mixture(two(made(OTHER, TWO), made(NAME, ONE)))


def test_members_exchanged() -> None:
    """One member that changed places is found; truth values alone may be wrong in themselves."""
    one, other = {**ONE, "min_replica": 5}, {**TWO, "min_replica": 3}
    assert ["/autoscaling_settings/min_replica"] == mixture(two(made(NAME, one), made(OTHER, other)))
    sent = asked(NAME, ONE, rolling=True), asked(OTHER, TWO, rolling=False)
    inverted = two(made(NAME, ONE, rolling=False), made(OTHER, TWO, rolling=True), sent=sent)
    assert [DISTINCT] == passed(isolation(inverted))
    both = two(made(NAME, one, rolling=False), made(OTHER, other, rolling=True), sent=sent)
    assert ["/autoscaling_settings/min_replica", "/promotion_settings/rolling_deploy"] == mixture(both)


def test_name_of_another_request() -> None:
    """The other's name, or that of an earlier request of the run, shows a mixture."""
    assert ["/name"] == mixture(two(made(OTHER, ONE), made(OTHER, TWO)))
    assert ["/name"] == mixture(two(made(NAME, ONE), made(EARLIER, TWO)))
    assert ["/name"] == mixture(two(made(EARLIER, ONE), made(EARLIER, TWO)))


def test_settings_of_the_last_request() -> None:
    """An answer whose every telling member is the other's shows a mixture, though it has its own name."""
    assert [
        "/autoscaling_settings/min_replica",
        "/autoscaling_settings/max_replica",
        "/autoscaling_settings/autoscaling_window",
    ] == mixture(two(made(NAME, TWO), made(OTHER, TWO)))
    assert 3 == len(mixture(two(made(NAME, ONE), made(OTHER, ONE))))


def test_wrong_values_that_are_the_others_by_chance() -> None:
    """A value that is wrong in itself may be the other's: nothing is said, neither for nor against."""
    stray = two(made(NAME, {**ONE, "min_replica": 5}), made(OTHER, TWO))
    assert [DISTINCT] == passed(isolation(stray))
    stray = two(made(NAME, ONE), made(OTHER, {**TWO, "min_replica": 3}))
    assert [DISTINCT] == passed(isolation(stray))
    lone = asked(NAME, {"min_replica": 3}), asked(OTHER, {"min_replica": 5})
    assert [DISTINCT] == passed(
        isolation(two(made(NAME, {"min_replica": 5}), made(OTHER, {"min_replica": 5}), sent=lone))
    )


def test_defaults_by_chance() -> None:
    """Truth values and defaults that come back for anything are no mixture."""
    sent = (
        {**asked(NAME, None), "promotion_settings": {"rolling_deploy": True, "ramp_up_duration_seconds": 5}},
        {**asked(OTHER, None), "promotion_settings": {"rolling_deploy": False, "ramp_up_duration_seconds": 600}},
    )
    assert [DISTINCT] == passed(isolation(two(made(NAME, {}), made(OTHER, {}), sent=sent)))


def test_truth_values_by_chance() -> None:
    """Truth values that come back alike are no mixture, though they are no defaults."""
    names = ("rolling_deploy", "redeploy_on_promotion", "ramp_up_while_promoting")
    sent = tuple(
        {**asked(name, None), "promotion_settings": dict.fromkeys(names, value)}
        for name, value in ((NAME, False), (OTHER, True))
    )
    first, second = ({**made(name, {}), "promotion_settings": sent[1]["promotion_settings"]} for name in (NAME, OTHER))
    assert [DISTINCT] == passed(isolation(two(first, second, sent=sent)))


def test_plain_names_exchanged() -> None:
    """Names that the run did not make tell a mixture as well."""
    sent = asked("one", ONE), asked("two", TWO)
    assert ["/name"] == mixture(two(made("two", ONE), made("two", TWO), sent=sent))


def test_one_distinctive_member_is_enough() -> None:
    """Among the telling members one that is neither a truth value nor a default shows the mixture."""
    sent = (
        {**asked(NAME, {"min_replica": 3}), "promotion_settings": {"ramp_up_duration_seconds": 5}},
        {**asked(OTHER, {"min_replica": 5}), "promotion_settings": {"ramp_up_duration_seconds": 600}},
    )
    places = mixture(two(made(NAME, {"min_replica": 5}), made(OTHER, {"min_replica": 5}), sent=sent))
    assert ["/autoscaling_settings/min_replica", "/promotion_settings/ramp_up_duration_seconds"] == places


def test_members_that_only_one_sent() -> None:
    """What the one sent and the other did not, or both sent alike, tells nothing."""
    sent = asked(NAME, {"min_replica": None, "max_replica": 4}), asked(OTHER, {"min_replica": 5, "max_replica": 4})
    alike = {"min_replica": 5, "max_replica": 4}
    assert [ISOLATION, DISTINCT] == passed(isolation(two(made(NAME, alike), made(OTHER, alike), sent=sent)))
    absent = asked(NAME, {}), asked(OTHER, {"min_replica": 5})
    assert [ISOLATION, DISTINCT] == passed(isolation(two(made(NAME, alike), made(OTHER, alike), sent=absent)))


def test_one_object_for_two() -> None:
    """Two creations that are answered with one name, which neither has, are one object."""
    said = list(isolation(two(made("staging", ONE), made("staging", TWO))))
    (found,) = findings(said)
    assert (DISTINCT, "distinct objects | two creations | one name", "/name") == summary(found)
    assert "Returns one object for two creations with different names" == found.sentence
    assert ("two names", '"staging"') == (found.expected, found.actual)


def test_names_that_do_not_tell() -> None:
    """The same name twice, an answer without a name, and a document without one say nothing of distinctness."""
    same = asked(NAME, ONE), asked(NAME, TWO)
    assert [ISOLATION] == passed(isolation(two(made(NAME, ONE), made(NAME, TWO), sent=same)))
    without = changed(made(OTHER, TWO), "name")
    assert [ISOLATION] == passed(isolation(two(made(NAME, ONE), without)))
    assert [ISOLATION] == passed(isolation(two(changed(made(NAME, ONE), "name"), without)))
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    of = contract_of({"requestBody": body_of(schema), "responses": {"200": body_of(schema)}})
    things = tuple(subject(case(sent={"a": n}, target="/things"), answer={"a": n}, of=of) for n in (1, 2))
    assert [ISOLATION] == passed(isolation(things))


@pytest.mark.parametrize("which", [0, 1])
def test_does_not_apply(which: int) -> None:
    """Without two answers, or with a target without state, nothing is compared."""
    for odd in (subject(status=400), subject(answer=b"x")):
        pair = list(two(made(NAME, ONE), made(OTHER, TWO)))
        pair[which] = odd
        assert [] == list(isolation(pair))
    stateless = [replace(each, settings=Settings(stateless=True)) for each in two(made(NAME, ONE), made(OTHER, TWO))]
    assert [] == list(isolation(stateless))


def test_bounded() -> None:
    """Of many places ten are named."""
    names = [f"m{number:02}" for number in range(12)]
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in names}}
    of = contract_of({"requestBody": body_of(schema), "responses": {"200": body_of(schema)}})
    bodies = [dict.fromkeys(names, number) for number in (1, 2)]
    one, other = (
        subject(case(sent=sent, target="/things"), answer=answer, of=of)
        for sent, answer in ((bodies[0], bodies[1]), (bodies[1], bodies[0]))
    )
    assert 10 == len(mixture((one, other)))
