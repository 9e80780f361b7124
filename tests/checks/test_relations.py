"""Relations: null beside absent, what a refusal leaves behind, the same name twice, what a probe shows."""

from typing import Any

import pytest
from msgspec.structs import replace

from conformance.checks.semantics.relations import (
    RELATIONS,
    leaves_nothing,
    null_beside_absent,
    other_settings,
    same_name,
    series,
    visible,
)
from conformance.checks.shared.differences import quoted
from conformance.checks.shared.subject import Settings, Subject
from conformance.model.case import Relation, RelationKind
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt
from conformance.model.jsontext import Json
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .subjects import (
    ANSWER,
    NAME,
    a_story,
    body_of,
    case,
    changed,
    contract,
    contract_of,
    findings,
    observed,
    only,
    passed,
    passes,
    rejected,
    subject,
    summary,
)

RAMP = "semantics.UpdatePromotionSettingsV1.ramp_up_duration_seconds.null-as-absent"
AT = "/promotion_settings/ramp_up_duration_seconds"
PROVEN = Settings(proven=True)


def pair(null: Json, answer: Any = ANSWER, *, absent: Json = None, first: Any = ANSWER) -> tuple[Subject, Subject]:
    """Return a request without members, and one with some of them null."""
    return (
        subject(case(sent=absent or {"name": NAME}), answer=first),
        subject(case(sent=null), answer=answer),
    )


def test_null_as_absent() -> None:
    """Members that were null in one request and absent in the other are compared, those below a null as well."""
    one = passed(null_beside_absent(pair({"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": None}})))
    assert [RAMP] == one
    below = passed(null_beside_absent(pair({"name": NAME, "promotion_settings": None})))
    assert RAMP in below
    assert all(each.startswith("semantics.UpdatePromotionSettingsV1.") for each in below)


def test_null_that_makes_a_difference() -> None:
    """A member that differs between null and absent is found, with a pattern of types alone."""
    null = {"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": None}}
    for value, words in ((5, "a different number"), (None, "null and number")):
        answer = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", value)
        found = only(null_beside_absent(pair(null, answer)))
        assert (RAMP, f"null and absent | a property | {words}", AT) == summary(found)
        assert "Returns a different value for null than for an absent property" == found.sentence
        assert (
            f"Returns {quoted(value)} where `ramp_up_duration_seconds` was null, and `600` where it was absent"
            == found.message
        )
        assert "as when absent: 600" == found.expected
        assert ("5" if value else "null") == found.actual


def test_null_and_missing_in_the_answer() -> None:
    """An answer that leaves a member out means what null means; where both leave it out nothing is compared."""
    null = {"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": None}}
    left_out = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds")
    nothing = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", None)
    assert [RAMP] == passed(null_beside_absent(pair(null, left_out, first=nothing)))
    assert [RAMP] == passed(null_beside_absent(pair(null, nothing, first=left_out)))
    assert [] == list(null_beside_absent(pair(null, left_out, first=left_out)))


def test_null_does_not_apply() -> None:
    """Members that were absent in both, null in both, sent, or invalid in an answer decide nothing."""
    null = {"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": None}}
    wrong = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", "x")
    for subjects in (
        pair({"name": NAME}),
        pair({"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": 600}}),
        pair(null, absent=null),
        pair(null, absent={"name": NAME, "promotion_settings": None}),
        pair(null, absent={"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": 600}}),
        pair(null, wrong),
        pair(null, first=wrong),
        tuple(replace(each, settings=Settings(stateless=True)) for each in pair(null)),
        (subject(status=400), pair(null)[1]),
        (pair(null)[0], subject(case(sent=null), status=400)),
    ):
        assert [] == list(null_beside_absent(subjects))


def test_null_name() -> None:
    """A name that the target makes up differs by rights."""
    schema = {
        "type": "object",
        "properties": {"name": {"type": ["string", "null"]}, "a": {"type": ["integer", "null"]}},
    }
    of = replace(contract_of({"requestBody": body_of(schema), "responses": {"200": body_of(schema)}}), identity="/name")
    absent = subject(case(sent={}, target="/things"), answer={"name": "x1", "a": 1}, of=of)
    null = subject(case(sent={"name": None, "a": None}, target="/things"), answer={"name": "x2", "a": 1}, of=of)
    (one,) = passed(null_beside_absent((absent, null)))
    assert one.endswith("a.null-as-absent")


def after(first: int, then: int, *, settings: Settings | None = None) -> tuple[Subject, Subject]:
    """Return a refusal and a right request with the same name."""
    story = a_story(kind="an unknown property")
    return subject(rejected(story=story), status=first, settings=settings), subject(status=then, settings=settings)


def test_leaves_nothing() -> None:
    """After a refusal the name is free."""
    for first in (400, 422, 302):
        assert ["error.leaves-nothing"] == passed(leaves_nothing(after(first, 200)))
    assert ["error.leaves-nothing"] == passed(leaves_nothing(after(404, 201, settings=PROVEN)))


def test_leaves_something() -> None:
    """A conflict shows that the refused request left its name behind; so do 400 and 422 once a right one was taken."""
    for then, settings in ((409, None), (409, PROVEN), (400, PROVEN), (422, PROVEN)):
        found = only(leaves_nothing(after(400, then, settings=settings)))
        pattern = f"side effect of a rejection | a rejected request | {then}"
        assert ("error.leaves-nothing", pattern, "status") == summary(found)
        assert "Keeps the name of a rejected request" == found.sentence
        assert f"Returns {then} for a valid request with the name of a rejected one" == found.message
        assert ("success", str(then)) == (found.expected, found.actual)


@pytest.mark.parametrize("then", [400, 422])
def test_leaves_a_doubt(then: int) -> None:
    """A refusal that may be about the body is a doubt as long as no right request was taken."""
    (doubt,) = leaves_nothing(after(400, then))
    assert (
        Doubt(
            "error.leaves-nothing",
            f"A valid request with the name of a rejected one was rejected with {then}, for its name or its body",
        )
        == doubt
    )


def test_leaves_nothing_does_not_apply() -> None:
    """What was not refused for its body, or has no answer to the second request, shows nothing."""
    for subjects in (
        after(200, 200),
        after(500, 409),
        after(401, 409),
        after(429, 409),
        after(400, 401),
        after(400, 429),
        after(400, 500),
        after(400, 302),
        *(after(400, then, settings=PROVEN) for then in (302, 401, 404, 418, 429, 500)),
        after(400, 409, settings=Settings(stateless=True)),
        (after(400, 200)[0], subject(response=False, failure=Failure.CLOSED)),
    ):
        assert [] == list(leaves_nothing(subjects))


def test_same_name() -> None:
    """A second creation that is refused with 409 or 400 passes."""
    for code in (400, 409):
        twice = (subject(), subject(status=code))
        assert ["semantics.same-name", "error.duplicate"] == passed(same_name(twice))


@pytest.mark.parametrize(("code", "word"), [(200, "2xx"), (201, "2xx"), (404, "404"), (499, "an unregistered 4xx")])
def test_same_name_otherwise(code: int, word: str) -> None:
    """Another answer is a note."""
    said = list(same_name((subject(), subject(status=code))))
    (found,) = findings(said)
    assert ("error.duplicate", f"duplicate name | a second creation with the same name | {word}", "status") == summary(
        found
    )
    verb = "Accepts" if word == "2xx" else f"Returns {word} for"
    assert f"{verb} a second creation with the same name" == found.sentence
    assert ("409 or 400", str(code)) == (found.expected, found.actual)
    assert {"semantics.same-name"} == passes(said)


def test_same_name_redirected() -> None:
    """A redirection is no refusal of the name."""
    for code in (300, 302, 399):
        (found,) = findings(same_name((subject(), subject(status=code))))
        pattern = "class of a rejection | a second creation with the same name | 3xx"
        assert ("error.status-class", pattern, "status") == summary(found)
        assert "Returns a redirect instead of a 4xx for a second creation with the same name" == found.sentence
        assert ("a 4xx", str(code)) == (found.expected, found.actual)


def test_same_name_does_not_apply() -> None:
    """Without a first creation, or a word on the second, nothing is shown."""
    for first, second in ((400, 409), (200, 500), (200, 429)):
        assert [] == list(same_name((subject(status=first), subject(status=second))))
    assert [] == list(same_name((subject(), subject(response=False, failure=Failure.CLOSED))))


def test_other_settings() -> None:
    """What a second creation returns is noted, and so is its rejection; what failed says nothing."""
    first = subject(case(sent={"name": NAME}))
    sent: dict[str, Any] = {"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": 7, "rolling_deploy": True}}
    new = changed(ANSWER, "promotion_settings", {**ANSWER["promotion_settings"], **sent["promotion_settings"]})
    one = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", 7)
    for status, answer, observed_ in (
        (409, ANSWER, "409"),
        (200, ANSWER, "the earlier settings"),
        (200, new, "the later settings"),
        (200, one, "settings of both"),
    ):
        second = subject(observed(sent=sent), status=status, answer=answer)
        found = only(other_settings((first, second)))
        assert ("semantics.same-name-settings", observed_) == (found.requirement, found.symptom.observed)
    assert [] == list(other_settings((first, subject(observed(sent=sent), status=500))))
    assert [] == list(other_settings((subject(status=400), second)))


def probe(status: int = 200, answer: Any = ANSWER) -> Subject:
    """Return the answer to a probe."""
    return subject(observed("semantics.visible", method="GET", sent=None), status=status, answer=answer)


def test_visible() -> None:
    """A created object is found as it was created; what no echo is may differ."""
    assert ["semantics.visible"] == passed(visible((subject(), probe())))
    assert ["semantics.visible"] == passed(visible((subject(), probe(answer=changed(ANSWER, "created_at", "later")))))


def test_visible_otherwise() -> None:
    """An object that differs, or is not there, is a note."""
    other = changed(changed(ANSWER, "name", "x"), "autoscaling_settings/min_replica", 5)
    found = only(visible((subject(), probe(answer=other))))
    assert ("semantics.visible", "visibility | a created object | different", "/name") == summary(found)
    assert "Returns a created object with different values" == found.sentence
    assert "the object as it was created" == found.expected
    assert "/name, /autoscaling_settings/min_replica" == found.actual
    assert "" == found.place
    found = only(visible((subject(), probe(404))))
    assert ("visibility | a created object | 404", "status", "404") == (str(found.pattern), found.pointer, found.actual)
    found = only(visible((subject(), probe(answer=b"<html>"))))
    assert 10 == len(found.actual.split(", "))


def test_visible_does_not_apply() -> None:
    """Without a creation, or a word on the probe, nothing is shown."""
    for subjects in (
        (subject(status=400), probe()),
        (subject(answer=b"x"), probe()),
        (subject(), probe(500)),
        (subject(), probe(429)),
        (subject(), subject(response=False, failure=Failure.CLOSED)),
    ):
        assert [] == list(visible(subjects))


def run_of(
    *, first: int = 200, full: int = 200, null: Any = ANSWER, before: int = 422, last: str = f"{NAME}_a"
) -> list[Subject]:
    """Return a series: a rejection, a small creation, a full one, one with nulls, and one with a similar name."""
    body = {"name": f"{NAME}-A", "promotion_settings": {"ramp_up_duration_seconds": 7}}
    nulls = {"name": f"{NAME} ", "promotion_settings": {"ramp_up_duration_seconds": None}}
    returned = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", 7)
    return [
        subject(rejected(), status=before),
        subject(case(sent={"name": NAME}), status=first),
        subject(observed(sent=body), status=full, answer={**returned, "name": f"{NAME}-A"}),
        subject(observed(sent=nulls), answer={**null, "name": f"{NAME} "}),
        subject(observed(), answer={**ANSWER, "name": last}),
    ]


def test_a_series_in_which_nothing_is_wrong() -> None:
    """It passes what each of the relations in it asks; a rejected full body leaves what needs it undecided."""
    leaves, distinct, apart = "error.leaves-nothing", "semantics.distinct", "semantics.isolation"
    assert {leaves, distinct, apart, RAMP} == passes(series(run_of()))
    assert {leaves, distinct, RAMP} == passes(series(run_of(full=422)))
    assert {leaves, distinct, apart, RAMP} == passes(series(run_of(last=f"{NAME}_b")))


def test_each_fault_in_a_series_is_one_finding() -> None:
    """A value that stays is no null that differs, and a name that was kept says nothing of similar names."""
    stayed = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", 7)
    differs = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", 5)
    assert ["semantics.isolation"] == [each.requirement for each in findings(series(run_of(null=stayed)))]
    assert [RAMP] == [each.requirement for each in findings(series(run_of(null=differs)))]
    assert ["semantics.distinct"] == [each.requirement for each in findings(series(run_of(full=409)))]
    assert ["semantics.distinct"] == [each.requirement for each in findings(series(run_of(last=NAME)))]
    assert ["error.leaves-nothing"] == [each.requirement for each in findings(series(run_of(first=409)))]
    # 422 may be about the body.
    assert [] == list(series(run_of(first=422)))


def test_every_kind_has_a_check_and_a_relation() -> None:
    """Each kind is checked and is in the catalogue; after a rejection the last response means nothing alone."""
    items = catalogue(contract(), Profile.STANDARD, Knowledge({"model_id": "abc123"}))
    relations = [item for item in items if isinstance(item, Relation)]
    assert set(RelationKind) == set(RELATIONS) == {each.kind for each in relations}
    assert {RelationKind.LEAVES_NOTHING} == {each.kind for each in relations if each.together_only}
