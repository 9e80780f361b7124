"""Defaults: members that were not sent, the time of creation, and what a new object does not hold yet."""

import pytest
from msgspec.structs import replace

from conformance.checks.semantics.defaults import created, defaults, fresh, nulled, prose_defaults
from conformance.checks.shared.subject import Settings
from conformance.model.json_values import MISSING
from conformance.model.jsontext import Json

from .subjects import (
    ANSWER,
    DATED,
    DEPLOYMENT,
    JSON,
    NAME,
    STARTED,
    body_of,
    case,
    changed,
    contract,
    contract_of,
    findings,
    only,
    passed,
    passes,
    rejected,
    silent,
    subject,
    summary,
)

RAMP = "semantics.UpdatePromotionSettingsV1.ramp_up_duration_seconds.default"
PROSE = "semantics.prose-defaults"
CREATED = "semantics.created"


def test_declared_defaults() -> None:
    """Members that were not sent hold what the response schema declares; null sent counts as not sent."""
    for sent in ({"name": NAME}, {"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": None}}):
        assert RAMP in passed(defaults(subject(case(sent=sent))))


def test_other_than_the_declared_default() -> None:
    """Another value is found at its member, with a pattern of its type alone."""
    (failure,) = findings(defaults(subject(answer=changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", 5))))
    assert (RAMP, "default | number | a different value", "/promotion_settings/ramp_up_duration_seconds") == summary(
        failure
    )
    assert "Does not apply the declared default of an absent property" == failure.sentence
    assert "Returns `5` for `ramp_up_duration_seconds`, whose declared default is `600`" == failure.message
    assert ("600", "5") == (failure.expected, failure.actual)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ({"name": NAME, "promotion_settings": {"ramp_up_duration_seconds": 5}}, 5),
        ({"name": NAME}, None),
        ({"name": NAME}, MISSING),
        ({"name": NAME}, "x"),
    ],
)
def test_undecided_defaults(sent: Json, answer: object) -> None:
    """What was sent, what is null or absent in the answer, and what is invalid there decide nothing."""
    odd = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds", answer)
    said = list(defaults(subject(case(sent=sent), answer=odd)))
    assert RAMP not in passes(said)
    assert [] == findings(said)


def test_a_default_in_an_invalid_object_decides_nothing() -> None:
    """Where the response breaks its schema above a property, its default is not judged."""
    inner = {"type": "object", "minProperties": 2, "properties": {"a": {"type": "integer", "default": 1}, "b": {}}}
    schema = {"type": "object", "properties": {"o": inner}}
    of = contract_of({"requestBody": body_of(schema), "responses": {"200": body_of(schema)}})
    right, wrong = ({"o": {"a": 1, "b": 2}}, {"o": {"a": 1}})
    assert 1 == len(passed(defaults(subject(case(target="/things", sent={}), answer=right, of=of))))
    assert silent(defaults, subject(case(target="/things", sent={}), answer=wrong, of=of))


def test_required_members_have_no_default() -> None:
    """A member that must be sent takes no default."""
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "default": 1}}}
    of = contract_of({"requestBody": body_of(schema), "responses": {"200": body_of(schema)}})
    assert silent(defaults, subject(case(target="/things", sent={}), answer={"a": 2}, of=of))


def test_does_not_apply() -> None:
    """A refusal, a target without state and a request that reads two ways say nothing of defaults."""
    for check in (defaults, prose_defaults, created, fresh):
        assert silent(
            check,
            subject(status=404),
            subject(rejected()),
            subject(settings=Settings(stateless=True)),
            subject(case(sent=b'{"name": "a", "name": "b"}')),
        )


def test_defaults_of_pages() -> None:
    """What pages state is a note: passed where it holds, and told where not."""
    assert [PROSE] * 6 == passed(prose_defaults(subject()))
    (failure,) = findings(prose_defaults(subject(answer=changed(ANSWER, "autoscaling_settings/max_replica", 3))))
    assert (PROSE, "documented default | number | a different number", "/autoscaling_settings/max_replica") == summary(
        failure
    )
    assert "Does not apply the documented default of an absent property" == failure.sentence
    assert "Returns `3` for `max_replica`, whose documented default is `1`" == failure.message
    assert ("1", "3") == (failure.expected, failure.actual)


def test_defaults_of_pages_for_what_is_left_out() -> None:
    """A member that an answer may leave out, and does, is not compared with a page."""
    pages = {"/promotion_settings/ramp_up_duration_seconds": 600}
    of = replace(contract(), prose=replace(contract().prose, defaults=pages))
    left_out = changed(ANSWER, "promotion_settings/ramp_up_duration_seconds")
    assert silent(prose_defaults, subject(answer=left_out, of=of))
    assert passed(prose_defaults(subject(of=of)))


def test_defaults_of_pages_where_they_do_not_apply() -> None:
    """A member that was sent, one that is missing and one that is invalid are not compared with a page."""
    sent = {"name": NAME, "autoscaling_settings": {"max_replica": 3}}
    assert [PROSE] * 5 == passed(prose_defaults(subject(case(sent=sent))))
    for wrong in ("x", None, MISSING):
        answer = changed(ANSWER, "autoscaling_settings/max_replica", wrong)
        assert [PROSE] * 5 == passed(prose_defaults(subject(answer=answer)))


NEAR = [
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:05:00.099Z",
    "2025-12-31T23:55:00+00:00",
    "2026-01-01T00:04:59.9999999999z",
    "2026-01-01t01:00:00.5+01:00",
    "2025-12-31T16:00:00-08:00",
    "2026-01-01T00:00:00-00:00",
    "2025-12-31T23:59:60Z",
    "2025-12-31T23:59:60.123+00:00",
]
FAR = [
    "2026-01-01T00:05:00.2Z",
    "2025-12-31T23:54:59Z",
    "2026-01-01T01:00:00Z",
    "2025-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:00",
    "9999-12-31T23:59:59-23:59",
]


@pytest.mark.parametrize("moment", NEAR)
def test_created_near(moment: str) -> None:
    """Fractions, offsets, letter case and leap seconds are read; the tolerance is 300 s and the time taken."""
    assert [CREATED] == passed(created(subject(answer=changed(ANSWER, "created_at", moment), headers=(JSON,))))


@pytest.mark.parametrize("moment", FAR)
def test_created_far(moment: str) -> None:
    """A time that is far from the request is found, be it as odd as the format allows."""
    failure = only(created(subject(answer=changed(ANSWER, "created_at", moment), headers=(JSON,))))
    assert (CREATED, "creation time | a new object | far from now", "/created_at") == summary(failure)
    assert "Returns a creation time far from the time of the request" == failure.sentence
    assert f'Returns `"{moment}"` for `created_at`, more than 300 s from the time of the request' == failure.message
    assert ("within 300 s of the request", f'"{moment}"') == (failure.expected, failure.actual)


def test_created_by_the_clock_of_the_target() -> None:
    """A clock of ours that is wrong is no fault of the target: its own Date counts as well."""
    late = subject(started=STARTED + 3_600)
    assert [CREATED] == passed(created(late))
    for value in (
        "",
        "yesterday",
        "x" * 101,
        "Thu, 99 Foo 2026 00:00:00 GMT",
        "Thu, 01 Jan 0000 00:00:00 GMT",
        "(" * 99,
    ):
        assert findings(created(subject(started=STARTED + 3_600, headers=(JSON, ("Date", value)))))
    assert findings(created(subject(started=STARTED + 3_600, headers=(JSON,))))
    padded = f"{DATED[1]} ({'x' * (100 - len(DATED[1]) - 3)})"
    assert 100 == len(padded)
    assert findings(created(subject(started=STARTED + 3_600, headers=(JSON, ("Date", padded[:-1] + "x)")))))
    assert [CREATED] == passed(created(subject(started=STARTED + 3_600, headers=(JSON, ("Date", padded)))))


def test_created_tolerance() -> None:
    """The tolerance can be set; how long the exchange took is added to it."""
    minute = changed(ANSWER, "created_at", "2026-01-01T00:01:00Z")
    strict = Settings(created_tolerance=10.0)
    assert [CREATED] == passed(created(subject(answer=minute, settings=strict, seconds=50.0)))
    assert findings(created(subject(answer=minute, settings=strict, seconds=49.0)))
    before = changed(ANSWER, "created_at", "2025-12-31T23:59:30Z")
    assert findings(created(subject(answer=before, settings=strict, seconds=50.0)))


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-01-01", "2020-01-01T00:00:00", "2020-01-01 00:00:00Z", 1, None, MISSING]
)
def test_created_is_not_judged_where_the_format_is_broken(moment: object) -> None:
    """The response check speaks of what is no time."""
    assert silent(created, subject(answer=changed(ANSWER, "created_at", moment)))


def test_created_of_an_object_that_may_be_old() -> None:
    """A request without a fresh name may be answered with an object that exists."""
    assert silent(created, subject(case(slotted=False), answer=changed(ANSWER, "created_at", FAR[3])))


def test_created_without_a_format() -> None:
    """A text that names no time, or is too long to be one, is not judged; nor is another document."""
    schema = {"type": "object", "properties": {"created_at": {"type": "string"}}}
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    assert silent(created, subject(case(target="/things", sent={}), answer={"created_at": FAR[3]}, of=of))
    of = replace(of, prose=replace(of.prose, created="/created_at"))
    judged = case(target="/things", sent={})
    for text in ("2020-01-01T00:00:00", "x", "2020-01-01T00:00:00." + "0" * 100 + "Z"):
        assert silent(created, subject(judged, answer={"created_at": text}, of=of))
    assert findings(created(subject(judged, answer={"created_at": "2020-01-01T00:00:00." + "0" * 79 + "Z"}, of=of)))


def test_fresh() -> None:
    """A new object holds no deployment and no promotion: null and absent are both right."""
    assert ["semantics.fresh"] * 3 == passed(fresh(subject()))
    (failure,) = findings(fresh(subject(answer=changed(ANSWER, "current_deployment", DEPLOYMENT))))
    assert ("semantics.fresh", "new object | a new object | not null", "/current_deployment") == summary(failure)
    assert "Returns a new object with a property that must still be null" == failure.sentence
    assert "Returns an object instead of null for `current_deployment` of a new object" == failure.message
    assert "null" == failure.expected
    assert failure.actual.startswith('{"id": "d1"')


def test_fresh_needs_a_fresh_name() -> None:
    """An object that may have been there before holds what it holds."""
    assert silent(fresh, subject(case(slotted=False)))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"a": {"b": None}}, True),
        ({"a": None}, True),
        ({"a": {"b": 0}}, False),
        ({"a": {}}, False),
        ({}, False),
        ({"a": 1}, False),
        (None, False),
    ],
)
def test_nulled(body: Json, expected: bool) -> None:  # noqa: FBT001  (a table)
    """A place is null where it, or one above it, holds null."""
    assert expected is nulled(body, "/a/b")
