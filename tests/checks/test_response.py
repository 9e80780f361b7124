"""Response shape: each way of breaking the schema, its requirement, its place, its pattern; and what is passed."""

from typing import Any

import pytest

from conformance.checks.response import shape, unread
from conformance.checks.shared.exercised import exercised
from conformance.classify import dual_validation
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt, Finding

from .subjects import (
    ANSWER,
    AUTOSCALING,
    DEPLOYMENT,
    PROMOTION,
    body_of,
    case,
    changed,
    contract,
    contract_of,
    findings,
    observed,
    passed,
    passes,
    rejected,
    silent,
    subject,
    summary,
)

PROMOTED = {
    "status": "RELEASING",
    "percent_traffic_to_new_version": 5,
    "error_message": None,
    "rolling_deploy": None,
}
FULL = {
    **ANSWER,
    "current_deployment": {**DEPLOYMENT, "autoscaling_settings": AUTOSCALING, "labels": {"a": [1]}},
    "candidate_deployment": DEPLOYMENT,
    "in_progress_promotion": PROMOTED,
    "promotion_settings": {
        **PROMOTION,
        "rolling_deploy_config": {
            "rolling_deploy_strategy": "REPLICA",
            "max_surge_percent": 10,
            "max_unavailable_percent": 0,
            "stabilization_time_seconds": 0,
            "replica_overhead_percent": 0,
        },
    },
}


def one(answer: Any) -> Finding:
    """Return the one finding of an answer."""
    (found,) = findings(shape(subject(answer=answer)))
    return found


def test_right_answers_pass() -> None:
    """A full answer passes every response requirement there is; a usual one those that it gives occasion to judge."""
    every = {each.id for each in contract().requirements if each.id.startswith("response.")}
    assert every == set(passed(shape(subject(answer=FULL))))
    usual = set(passed(shape(subject())))
    assert "response.EnvironmentV1.current_deployment.required" in usual
    assert "response.EnvironmentV1.current_deployment.type" in usual
    assert "response.DeploymentV1.type" not in usual
    assert "response.DeploymentV1.status.enum" not in usual
    assert "response.EnvironmentV1.candidate_deployment.type" not in usual
    assert usual < every
    assert usual == {each.requirement for each in exercised(contract(), contract().response, ANSWER).passes}


def test_null_is_no_occasion_for_the_list() -> None:
    """A nullable member that is null says something of its type, and nothing of its list of values."""
    null = passes(shape(subject(answer=changed(ANSWER, "promotion_settings/promotion_cleanup_strategy", None))))
    assert "response.PromotionSettingsV1.promotion_cleanup_strategy.type" in null
    assert "response.PromotionSettingsV1.promotion_cleanup_strategy.enum" not in null


def test_observed_answers_are_held_to_the_schema() -> None:
    """An answer is an answer, whether the request had to be taken or might be."""
    assert "response.EnvironmentV1.name.type" in passes(shape(subject(observed("transport.variants"))))


def test_does_not_apply() -> None:
    """An answer that the document does not describe is held against nothing."""
    assert silent(
        shape,
        subject(status=404, answer={}),
        subject(status=201, answer={}),
        subject(rejected(), answer={}),
        subject(answer=b"{"),
        subject(case(method="GET"), answer={}),
    )
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": {"description": ""}}})
    assert silent(shape, subject(case(target="/things"), of=of))


@pytest.mark.parametrize(
    ("answer", "requirement", "pattern", "pointer", "expected", "actual"),
    [
        (
            changed(ANSWER, "name"),
            "response.EnvironmentV1.name.required",
            "response required | a required property | absent",
            "/name",
            "a property 'name'",
            "absent",
        ),
        (
            changed(ANSWER, "autoscaling_settings/min_replica"),
            "response.AutoscalingSettingsV1.min_replica.required",
            "response required | a required property | absent",
            "/autoscaling_settings/min_replica",
            "a property 'min_replica'",
            "absent",
        ),
        (
            changed(ANSWER, "name", None),
            "response.EnvironmentV1.name.type",
            "response type | a string | null",
            "/name",
            "a string",
            "null",
        ),
        (
            changed(ANSWER, "model_id", 1),
            "response.EnvironmentV1.model_id.type",
            "response type | a string | an integer",
            "/model_id",
            "a string",
            "1",
        ),
        (
            changed(ANSWER, "autoscaling_settings/min_replica", "0"),
            "response.AutoscalingSettingsV1.min_replica.type",
            "response type | an integer | a string",
            "/autoscaling_settings/min_replica",
            "an integer",
            '"0"',
        ),
        (
            changed(ANSWER, "instance_type/gpu_type", []),
            "response.InstanceTypeV1.gpu_type.type",
            "response type | a string | an array",
            "/instance_type/gpu_type",
            "null or a string",
            "[]",
        ),
        (
            changed(ANSWER, "autoscaling_settings", "x"),
            "response.AutoscalingSettingsV1.type",
            "response type | an object | a string",
            "/autoscaling_settings",
            "an object",
            '"x"',
        ),
        (
            changed(ANSWER, "autoscaling_settings", None),
            "response.EnvironmentV1.autoscaling_settings.type",
            "response type | an object | null",
            "/autoscaling_settings",
            "an object",
            "null",
        ),
        (
            changed(ANSWER, "current_deployment", []),
            "response.DeploymentV1.type",
            "response type | an object | an array",
            "/current_deployment",
            "null or an object",
            "[]",
        ),
        ([1], "response.EnvironmentV1.type", "response type | an object | an array", "", "an object", "[1]"),
        (None, "response.EnvironmentV1.type", "response type | an object | null", "", "an object", "null"),
        (
            changed(ANSWER, "created_at", "yesterday"),
            "response.EnvironmentV1.created_at.format",
            "response format | date-time | a string",
            "/created_at",
            '"date-time"',
            '"yesterday"',
        ),
        (
            changed(ANSWER, "promotion_settings/promotion_cleanup_strategy", "OTHER"),
            "response.PromotionSettingsV1.promotion_cleanup_strategy.enum",
            "response enum | a value | a string",
            "/promotion_settings/promotion_cleanup_strategy",
            '["SCALE_TO_ZERO", "KEEP", "DEACTIVATE"]',
            '"OTHER"',
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_wrong_answers(
    answer: Any,
    requirement: str,
    pattern: str,
    pointer: str,
    expected: str,
    actual: str,
) -> None:
    """A violation is found once, for its requirement, with a pattern that names the class and not the member."""
    found = one(answer)
    assert (requirement, pattern, pointer) == summary(found)
    assert sorted(expected.strip("[]").split(", ")) == sorted(found.expected.strip("[]").split(", "))
    assert actual == found.actual
    assert f"{requirement} | {pointer} | {pattern}" == str(found.cause)


@pytest.mark.parametrize(
    ("answer", "sentence", "message"),
    [
        (changed(ANSWER, "name"), "Omits a required property", "Omits the required property `name`"),
        (
            changed(ANSWER, "name", None),
            "Returns null where a string is required",
            "Returns `null` for `name`, which must be a string",
        ),
        (
            changed(ANSWER, "created_at", "x"),
            "Returns a string that is not a valid date-time",
            'Returns `"x"` for `created_at`, which must be a date-time',
        ),
        (
            changed(ANSWER, "promotion_settings/promotion_cleanup_strategy", "OTHER"),
            "Returns an unknown enum value",
            'Returns `"OTHER"` for `promotion_cleanup_strategy`, which is not in the enum',
        ),
    ],
)
def test_sentences(answer: Any, sentence: str, message: str) -> None:
    """The sentence is of the pattern, the message has the place and the value."""
    found = one(answer)
    assert sentence == found.sentence
    assert message == found.message
    note = "A later document may have added this value (drift)" if found.requirement.endswith(".enum") else ""
    assert note == found.note


def test_free_object() -> None:
    """An object that declares no members has no requirement of its own: that of the member speaks."""
    held = changed(ANSWER, "current_deployment", {**DEPLOYMENT, "labels": 5})
    assert "response.DeploymentV1.labels.type" == one(held).requirement


def test_root_has_a_name() -> None:
    """An answer that is no object at all is told as the body."""
    assert 'Returns `"x"` for the body, which must be an object' == one("x").message


def test_what_is_broken_is_not_passed() -> None:
    """Neither the requirement that speaks nor the type of the member that holds the value is passed."""
    said = list(shape(subject(answer=changed(ANSWER, "autoscaling_settings", "x"))))
    assert not {"response.AutoscalingSettingsV1.type", "response.EnvironmentV1.autoscaling_settings.type"} & passes(
        said
    )
    assert "response.EnvironmentV1.autoscaling_settings.required" in passes(said)
    assert "response.EnvironmentV1.promotion_settings.type" in passes(said)


def test_each_of_two_broken_requirements_is_not_passed() -> None:
    """Two faults of one answer take nothing from each other."""
    said = list(shape(subject(answer=changed(changed(ANSWER, "name", 1), "created_at", 1))))
    broken = {"response.EnvironmentV1.name.type", "response.EnvironmentV1.created_at.type"}
    assert broken == {each.requirement for each in findings(said)}
    assert not broken & passes(said)


def test_deep_places_are_those_of_the_answer() -> None:
    """A component that occurs twice has one requirement; the pointer tells which occurrence is meant."""
    found = one(changed(FULL, "candidate_deployment/status", "ACTIVATING"))
    assert ("response.DeploymentV1.status.enum", "/candidate_deployment/status") == (found.requirement, found.pointer)


def test_known_disagreement_is_a_violation() -> None:
    """A line feed behind a time breaks the format."""
    assert (
        "response.EnvironmentV1.created_at.format"
        == one(changed(ANSWER, "created_at", "2026-01-01T00:00:00Z\n")).requirement
    )


def test_disputed_place_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the validators disagree, the requirement is neither failed nor passed, and the rest is judged."""
    monkeypatch.setattr(dual_validation, "disagreements", lambda: ())
    said = list(shape(subject(answer=changed(ANSWER, "created_at", "2026-01-01T00:00:00Z\n"))))
    (doubt,) = (each for each in said if isinstance(each, Doubt))
    assert "response.EnvironmentV1.created_at.format" == doubt.requirement
    assert not doubt.ours
    assert doubt.reason.startswith("The validators disagree: a date-time by jsonschema")
    assert doubt.requirement not in passes(said)
    assert "response.EnvironmentV1.created_at.type" in passes(said)
    assert [] == findings(said)


def test_disputed_whole_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of which jsonschema finds nothing wrong is a doubt about the body."""
    monkeypatch.setattr(BodyValidator, "violations", lambda *_: iter(()))
    said = list(shape(subject(answer=changed(ANSWER, "name", 1))))
    assert ["response.EnvironmentV1.type"] == [each.requirement for each in said if isinstance(each, Doubt)]
    assert "response.EnvironmentV1.type" not in passes(said)


def test_answers_that_the_limit_of_the_run_cut_off() -> None:
    """Nothing is said of the body of an answer that is longer than the run reads, and that this is so is said."""
    reason = "A response is larger than the limit (--max-body) and was not validated"
    cut = subject(failure=Failure.TOO_LARGE)
    assert [Doubt("response.EnvironmentV1.type", reason)] == list(unread(cut))
    assert silent(shape, cut)


def test_answers_that_are_no_part_of_the_response_schema_when_cut_off() -> None:
    """What is whole, broken otherwise, no success, or asked for by what is to be refused, leaves nothing undecided."""
    others = [
        subject(),
        subject(failure=Failure.TRUNCATED),
        subject(failure=Failure.TOO_LARGE, status=400),
        subject(failure=Failure.TOO_LARGE, response=False),
        subject(rejected(), failure=Failure.TOO_LARGE),
        subject(
            failure=Failure.TOO_LARGE,
            of=contract_of({"requestBody": body_of({}), "responses": {"200": {"description": "nothing"}}}),
        ),
    ]
    assert silent(unread, *others)


def test_null_for_an_enum_is_one_finding() -> None:
    """A value of a wrong type in the place of an enum is not also one that is not listed, and passes nothing there."""
    for wrong in (None, 7):
        answer = changed({**ANSWER, "current_deployment": DEPLOYMENT}, "current_deployment/status", wrong)
        said = list(shape(subject(answer=answer)))
        (found,) = findings(said)
        assert ("response.DeploymentV1.status.type", "") == (found.requirement, found.note)
        assert "response.DeploymentV1.status.enum" not in passes(said)
