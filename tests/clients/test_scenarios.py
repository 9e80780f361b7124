"""Scenarios: the same in every run, as right or as wrong as they say, each for requirements that there are."""

import re

import pytest

from conformance.clients.judging.requirements import client_requirements
from conformance.clients.scenarios.catalogue import BASELINE, chosen, scenarios
from conformance.clients.scenarios.scenario import Sort
from conformance.contract.contract import load_contract
from conformance.model.errors import ContractError
from conformance.model.jsontext import JsonFault, equal, read, read_text
from conformance.model.vocabulary import Group, Profile, Strength

SLUG = re.compile(r"[\w.*-]+")


@pytest.mark.slow
def test_scenarios_are_the_same_in_every_run(plan):
    """Ids are slugs, and nothing about a scenario is left to chance."""
    assert plan == scenarios(load_contract())
    assert all(SLUG.fullmatch(each.id) for each in plan)
    assert len(plan) == len({each.id for each in plan})
    assert BASELINE == plan[0].id


def test_every_scenario_speaks_of_requirements_that_there_are(contract, plan):
    """No scenario names a requirement that no row describes; rows keep to their groups and strengths."""
    rows = {row.id: row for row in client_requirements(contract)}
    assert set() == {each for scenario in plan for each in scenario.requirements} - rows.keys()
    assert {Group.CLIENT_REQUEST, Group.CLIENT_RESPONSE, Group.CLIENT_ERROR} == {row.group for row in rows.values()}
    assert all(row.id.startswith(f"{row.group.value}.") for row in rows.values())
    assert Strength.MUST is rows["client-response.undeclared"].strength
    assert Strength.ADVISORY is rows["client-response.unknown-value"].strength
    assert Strength.SHOULD is rows["client-response.EnvironmentV1.name.invalid"].strength
    assert Strength.MUST is rows["client-response.silent-loss"].strength


@pytest.mark.slow
@pytest.mark.parametrize("profile", [Profile.STANDARD, Profile.FULL])
def test_answers_are_as_right_as_they_say(contract, profile):
    """Right answers keep the schema by both validators, wrong ones break it; bodies to send are valid."""
    for each in scenarios(contract, profile):
        assert contract.request_validator.is_valid(read_text(each.body).value), each.id
        if each.sort in {Sort.READING, Sort.SENDING}:
            answer = read(each.reply.body).value
            assert contract.response_validator.is_valid(answer), each.id
            assert equal(answer, read_text(each.answer).value), each.id
        elif each.sort is Sort.REJECTING:
            assert not contract.response_validator.is_valid(read_text(each.answer).value), each.id


@pytest.mark.slow
def test_the_full_profile_holds_the_standard_one(contract, plan):
    """More scenarios, none of the others left out."""
    assert {each.id for each in plan} < {each.id for each in scenarios(contract, Profile.FULL)}


def test_every_declared_value_null_and_absence_is_answered(contract, plan):
    """Each member of the answer meets each of its listed values, null where it may, absence where it may."""
    ids = {each.id for each in plan}
    for node in contract.response.walk():
        slug = f"read.{node.path.strip('/').replace('/', '.')}"
        if node.path and node.nullable:
            assert f"{slug}.null" in ids
        if node.path and not node.required:
            assert f"{slug}.absent" in ids


def test_errors_are_those_that_a_client_meets(plan):
    """Each status and each way of breaking has its scenario."""
    failing = {each.id.removeprefix("fail.") for each in plan if each.sort is Sort.FAILING}
    statuses = {f"status-{status}" for status in (400, 401, 403, 404, 409, 422, 429, 500, 502, 503)}
    others = {"html", "empty", "not-json", "created", "no-content", "redirect", "truncated", "reset"}
    assert statuses | others <= failing


def test_a_choice_keeps_what_the_others_are_judged_beside(plan):
    """Globs over ids and requirements choose; the fullest answer is always played."""
    assert [BASELINE, "fail.reset"] == [each.id for each in chosen(plan, only=("fail.reset",))]
    assert [BASELINE, "fail.reset"] == [each.id for each in chosen(plan, only=("client-error.reset",))]
    assert () == chosen(plan, only=("nothing",))
    assert all(each.sort is not Sort.REJECTING or each.id == BASELINE for each in chosen(plan, skip=("reject.*",)))


def test_an_operation_without_an_answer_in_json_is_one_clear_line(tmp_path):
    """What no client can read cannot be asked of one."""
    document = tmp_path / "openapi.json"
    document.write_text(
        '{"openapi": "3.1.0", "paths": {"/a": {"post": {"requestBody": {"content": {"application/json": {"schema":'
        ' {"type": "object"}}}}, "responses": {"204": {"description": ""}}}}}}'
    )
    with pytest.raises(ContractError, match="declares no JSON response"):
        scenarios(load_contract(document))


def test_bodies_that_are_no_json_are_none(plan):
    """The scenarios about what is no JSON hold none."""
    for each in plan:
        if each.id in {"fail.html", "fail.not-json", "fail.empty"}:
            with pytest.raises(JsonFault):
                read(each.reply.body)
