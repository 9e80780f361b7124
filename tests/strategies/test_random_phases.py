"""Random cases: labels of this contract, stories, Schemathesis as a source, and campaigns that can be had again."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract, build_contract, load_contract
from conformance.contract.operations.operation import pick_operation
from conformance.contract.reading.document import parse_document
from conformance.model.case import SLOT, Case, Need
from conformance.model.jsontext import read
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.strategies.random import from_schemathesis
from conformance.strategies.random.labelling import body_case, bytes_case, fingerprint, fingerprint_of
from conformance.strategies.random.process.campaign import RIGHT, SIZES, THEIR_WRONG, WRONG, Batch, Campaign

from .contracts import NO_DATA, contract_of, value_of, verdicts

CONTRACT = load_contract()
BUILD = Builder(CONTRACT, {"model_id": "abcd1234"})
STORY = from_schemathesis.Story("", "x", "", "", "a story", "a kind")


def body_of(case: Case) -> Any:
    """Return the body of a case as JSON."""
    return read(case.request.body or b"").value


def labelled(body: Any) -> tuple[Expectation, str]:
    """Return the label of a body and the first requirement of its case."""
    case = body_case(BUILD, "test", body, None)
    return case.expectation, case.requirements[0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": SLOT}, (Expectation.ACCEPTED, "accept.CreateEnvironmentRequestV1.combination")),
        ({"name": SLOT, "x": 1}, (Expectation.ACCEPTED, "accept.CreateEnvironmentRequestV1.additionalProperties")),
        ({"name": "\u00e9" + SLOT}, (Expectation.ACCEPTED, "accept.beyond-prose")),
        ({}, (Expectation.REJECTED, "reject.CreateEnvironmentRequestV1.name.required")),
        ([], (Expectation.REJECTED, "reject.CreateEnvironmentRequestV1.type")),
        (
            {"name": SLOT, "autoscaling_settings": {"max_replica": "1"}},
            (Expectation.REJECTED, "reject.UpdateAutoscalingSettingsV1.max_replica.coercible"),
        ),
        (
            {"name": SLOT, "autoscaling_settings": {"max_replica": True, "min_replica": "x"}},
            (Expectation.REJECTED, "reject.UpdateAutoscalingSettingsV1.min_replica.type"),
        ),
        (
            {"name": SLOT, "autoscaling_settings": {"more": 1}},
            (Expectation.REJECTED, "reject.UpdateAutoscalingSettingsV1.additionalProperties"),
        ),
        ({"name": "a\ud800"}, (Expectation.OBSERVED, "error.server-error")),
    ],
)
def test_a_body_is_labelled_by_what_the_contract_says_of_it(body: Any, expected: tuple[Expectation, str]) -> None:
    """Right, wrong for the strongest reason, or open where no validator can read it."""
    assert expected == labelled(body)


def test_a_wrong_type_is_called_as_in_the_catalogue() -> None:
    """So that what both find is one cause."""
    items = catalogue(CONTRACT, Profile.STANDARD, Knowledge({"model_id": "abcd1234"}))
    wrong = [item for item in items if isinstance(item, Case) and item.id.startswith("reject.") and item.story]
    expected = {each.id: each.story.kind for each in wrong if each.story.keyword == "type"}
    found = {each.id: body_case(BUILD, "test", body_of(each), None).story for each in wrong if each.id in expected}
    assert len(expected) > 200
    assert expected == {id_: story.kind for id_, story in found.items() if story is not None}


def test_bytes_that_are_no_json_are_refused_by_their_own_requirement() -> None:
    """Broken JSON and broken UTF-8 are told apart."""
    assert ("reject.json-text",) == bytes_case(BUILD, "test", b"{", STORY).requirements
    assert ("reject.utf-8",) == bytes_case(BUILD, "test", b"\xff", STORY).requirements


def test_a_constructed_label_that_a_validator_denies_is_open() -> None:
    """What was meant to be wrong and is right is neither accepted nor refused for it."""
    case = body_case(BUILD, "test", {"name": SLOT}, STORY, valid=False)
    assert Expectation.OBSERVED is case.expectation


@pytest.fixture(scope="module")
def covered() -> list[Case]:
    """Return the cases of Schemathesis' coverage phase."""
    return list(from_schemathesis.coverage_cases(BUILD))


def without_body() -> Contract:
    """Return the contract of an operation with a parameter and no body."""
    limit = {"name": "limit", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 1}}
    operation = {"parameters": [limit], "responses": {"200": {"description": ""}}}
    paths = {"/things": {"get": operation}}
    parsed = parse_document(json.dumps({"openapi": "3.1.0", "info": {}, "paths": paths}).encode(), "test.yaml")
    return build_contract(parsed, pick_operation(parsed, None), NO_DATA)


@pytest.mark.parametrize("contract", [CONTRACT, without_body()])
def test_the_id_of_every_random_case_ends_with_its_fingerprint(contract: Contract) -> None:
    """By it a run finds the cases that equal each other; of operations with a body and without."""
    found: list[Case] = []
    campaign = Campaign(Builder(contract, {"model_id": "abcd1234"}), 1)
    for batch in campaign.round(1):
        campaign.draw(replace(batch, size=8), found.append)
    found += from_schemathesis.coverage_cases(Builder(contract, {"model_id": "abcd1234"}))
    assert 30 < len(found)
    assert [fingerprint(case.request) for case in found] == list(map(fingerprint_of, found))


@pytest.mark.slow
def test_schemathesis_coverage_cases_are_there(covered: list[Case]) -> None:
    """The undocumented call still gives well over a hundred cases, right and wrong, all to this operation's path."""
    labels = [case.expectation for case in covered]
    assert 150 <= len(covered)
    assert 50 <= labels.count(Expectation.ACCEPTED)
    assert 90 <= labels.count(Expectation.REJECTED)
    assert {"/v1/models/abcd1234/environments"} == {case.request.target for case in covered}
    assert {"schemathesis"} == {case.phase for case in covered}


def test_schemathesis_tells_the_story_and_the_contract_the_label(covered: list[Case]) -> None:
    """Every label holds by both validators, every case has a requirement, a fresh name and the words of its maker."""
    for case in covered:
        assert case.story is not None
        assert case.story.says.startswith("Schemathesis: ")
        assert case.requirements
        is_json, value = value_of(case)
        if is_json and case.story.kind != "unspecified http method (by Schemathesis)" and case.request.method == "POST":
            about_body = case.requirements[0] not in {"reject.media-type", "authentication.missing"}
            right = case.expectation is Expectation.ACCEPTED or not about_body
            assert (right, right) == verdicts(CONTRACT, value), case
        if case.expectation is Expectation.ACCEPTED:
            assert case.slotted
    assert {"name", SLOT} <= set(str(body_of(covered[0])).replace("'", " ").split())


def test_settings_for_other_runs_of_schemathesis_are_none_of_ours(
    covered: list[Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `schemathesis.toml` where a run is started neither changes its cases nor breaks it."""
    (tmp_path / "schemathesis.toml").write_text('base-url = "https://${NOT_SET_ANYWHERE}"\n')
    monkeypatch.chdir(tmp_path)
    assert covered == list(from_schemathesis.coverage_cases(BUILD))


def test_methods_that_may_change_something_stay_on_this_machine(covered: list[Case]) -> None:
    """DELETE, PUT and the like are sent to loopback alone."""
    for case in covered:
        if case.request.method not in {"POST", "GET", "HEAD", "OPTIONS"}:
            assert (Need.LOOPBACK,) == case.needs


def drawn(campaign: Campaign, batch: Batch) -> list[Case]:
    """Return what a campaign draws of a batch."""
    found: list[Case] = []
    campaign.draw(batch, found.append)
    return found


@pytest.mark.slow
def test_the_same_seed_draws_the_same_and_another_seed_does_not() -> None:
    """A batch follows from the seed alone, for every source."""
    for batch in Campaign(BUILD, 3).round(1):
        small = Batch(batch.source, batch.seed, 10)
        assert [case.id for case in drawn(Campaign(BUILD, 3), small)] == [
            case.id for case in drawn(Campaign(BUILD, 3), small)
        ]
    one, other = (list(Campaign(BUILD, start).round(1)) for start in (3, 4))
    assert {each.seed for each in one}.isdisjoint(each.seed for each in other)
    assert [each.source for each in one] == list(SIZES)


@pytest.mark.slow
@pytest.mark.parametrize("source", [RIGHT, WRONG])
def test_few_draws_equal_an_earlier_one(source: str) -> None:
    """Two batches of a source: less than a twentieth of what they draw was drawn before."""
    found = [case.id for seed in (1, 2) for case in drawn(Campaign(BUILD, 1), Batch(source, seed, 300))]
    assert 600 == len(found)
    assert 0.95 * len(found) < len(set(found))


@pytest.mark.slow
def test_what_schemathesis_means_to_be_wrong_is_wrong_in_the_body() -> None:
    """No draw is spent on another key, which is not sent, beside a right body."""
    found = drawn(Campaign(BUILD, 1), Batch(THEIR_WRONG, 1, 30))
    assert Expectation.ACCEPTED not in {case.expectation for case in found}
    assert {BUILD.headers} == {case.request.headers for case in found if case.request.body}


def test_odd_names_stay_on_this_machine_and_every_name_is_fresh() -> None:
    """A right random body always holds the slot; where there is more around it, it needs a loopback target."""
    for case in drawn(Campaign(BUILD, 1), Batch(RIGHT, 5, 60)):
        name = body_of(case)["name"]
        assert SLOT in name
        assert name == SLOT or name.isascii() or Need.NAME_EDGES in case.needs
        assert case.id.startswith("accept.hypothesis.")


def test_other_documents_have_random_cases_too() -> None:
    """Without path parameters, identity, prose or security."""
    contract = contract_of(
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 1}}}
    )
    build = Builder(contract, {})
    for batch in Campaign(build, 1).round(1):
        cases = drawn(Campaign(build, 1), Batch(batch.source, batch.seed, 8))
        assert cases
        for case in cases:
            is_json, value = value_of(case)
            if is_json and case.requirements[:1] != ("reject.media-type",):
                assert (case.expectation is Expectation.ACCEPTED) is contract.request_validator.is_valid(value)


@pytest.mark.parametrize("servers", [[{"url": "https://{host}/v1"}], [{"url": "{"}]])
def test_wrong_servers_of_a_document_are_no_matter(servers: list[dict[str, str]]) -> None:
    """A server's URL with a variable that the document does not define is no matter to the cases of Schemathesis."""
    other = contract_of({"type": "object", "properties": {"a": {"type": "string"}}}, servers=servers)
    assert len(list(from_schemathesis.coverage_cases(Builder(other, {})))) > 5
