"""What successful responses hold: what was sent, defaults, and the rest in every variation that the schema allows."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import occurrences
from conformance.mock.base_responses import base_responses
from conformance.mock.compiled_contract import CompiledContract, compile_contract
from conformance.model.json_values import at
from conformance.model.jsontext import Json, plain_json, type_name
from conformance.strategies.responses import valid_responses
from conformance.strategies.values import bodies

Fixture: TypeAlias = Callable[..., Any]


def is_valid(contract: Contract, body: Json) -> bool:
    """Tell the verdict of both validators."""
    assert contract.response_validator is not None
    return contract.response_validator.holds(body) and contract.response_validator.is_valid_by_jsonschema(body)


@pytest.fixture(scope="module")
def varied(contract: Contract) -> list[Json]:
    """Return the base answers that go through everything."""
    return list(base_responses(contract, "varied"))


def test_every_member_that_was_sent_comes_back(contract: Contract, post: Fixture) -> None:
    """The fullest body's values stand in the answer at the places that repeat them."""
    sent = {**plain_json(bodies.fullest(contract.request)), "name": "a"}
    answer = post(sent).json()
    for one, other in contract.echoes:
        assert at(sent, one.path) == at(answer, other.path), one.path


@pytest.mark.parametrize("settings", [{}, {"autoscaling_settings": None}, {"autoscaling_settings": {}},
                                      {"autoscaling_settings": {"min_replica": None}}])  # fmt: skip
def test_what_was_not_sent_takes_its_default(post: Fixture, settings: dict[str, object]) -> None:
    """Absent, null and empty lead to the same: the defaults of the schema, else those of prose."""
    answer = post({"name": "a", **settings}).json()
    expected = [0, 1, 60, 900, 1, 70, None]
    assert expected == list(answer["autoscaling_settings"].values())
    promotion = answer["promotion_settings"]
    assert [False, False, "SCALE_TO_ZERO", None, False, 600] == list(promotion.values())


def test_an_empty_object_that_was_sent_is_answered_with_its_defaults(post: Fixture) -> None:
    """A nested object that was sent is there, and holds what its schema says."""
    answer = post({"name": "a", "promotion_settings": {"rolling_deploy_config": {}}}).json()
    assert ["REPLICA", 10, 0, 0, 0] == list(answer["promotion_settings"]["rolling_deploy_config"].values())


def test_falsy_values_are_kept(post: Fixture) -> None:
    """Zero, false and the empty text are values."""
    body = {
        "name": "",
        "autoscaling_settings": {"max_replica": 0},
        "promotion_settings": {"ramp_up_duration_seconds": 0},
    }
    answer = post(body).json()
    found = (answer["name"], answer["autoscaling_settings"]["max_replica"])
    assert ("", 0, 0) == (*found, answer["promotion_settings"]["ramp_up_duration_seconds"])


def test_the_time_of_creation_is_now(post: Fixture) -> None:
    """The member that prose names holds the time in RFC 3339 and UTC."""
    assert "2026-05-06T07:08:09Z" == post({"name": "a"}).json()["created_at"]


def test_a_fresh_object_has_nothing_that_comes_later(make_mock: Fixture, post_anywhere: Fixture) -> None:
    """With fresh answers what prose calls later is null, every time."""
    app = make_mock(responses="fresh")
    for name in "abc":
        answer = post_anywhere(app, {"name": name}).json()
        later = ("current_deployment", "candidate_deployment", "in_progress_promotion")
        assert [None, None, None] == [answer[each] for each in later]


def test_a_full_answer_has_every_declared_member(
    contract: Contract, make_mock: Fixture, post_anywhere: Fixture
) -> None:
    """With full answers every place of the response schema is there and not null where it can be something."""
    answer = post_anywhere(make_mock(responses="full"), {"name": "a"}).json()
    assert contract.response is not None
    seen = {node.path for node, _, _ in occurrences(contract.response, answer)}
    assert {node.path for node in contract.response.walk()} == seen


def test_the_first_varied_answer_is_the_fullest(contract: Contract, varied: list[Json]) -> None:
    """A first request sees every response object."""
    assert contract.response is not None
    seen = {node.path for node, _, _ in occurrences(contract.response, varied[0])}
    assert {node.path for node in contract.response.walk()} == seen


def test_varied_answers_show_every_declared_value_and_every_type(contract: Contract, varied: list[Json]) -> None:
    """Over one round every enumerated value and every JSON type that a place allows has been seen there."""
    assert contract.response is not None
    seen: dict[str, set[str]] = {}
    for body in varied:
        for node, _, value in occurrences(contract.response, body):
            seen.setdefault(node.path, set()).add(type_name(value))
            if isinstance(value, str):
                seen[node.path].add(f"={value}")
    for node in contract.response.walk():
        assert node.types <= seen[node.path], node.path
        for shape in node.shapes:
            listed = shape.value("enum")
            wanted = {f"={value}" for value in listed} if isinstance(listed, list) else set()
            assert wanted <= seen[node.path], node.path


def test_varied_answers_leave_out_what_is_optional_and_add_what_is_not_declared(
    contract: Contract, varied: list[Json]
) -> None:
    """Optional members are absent now and then, and open objects hold members that nobody declared."""
    assert contract.response is not None
    names = {node.path.rpartition("/")[2] for node in contract.response.children if not node.required}
    for name in names:
        assert any(isinstance(body, dict) and name not in body for body in varied)
    assert any(isinstance(body, dict) and "undeclared_member" in body for body in varied)


def test_every_answer_is_valid_whatever_its_base(contract: Contract, varied: list[Json]) -> None:
    """Each base answer, with the smallest and the fullest request upon it, is valid by both validators."""
    compiled = compile_contract(contract)
    requests = [plain_json(make(contract.request)) for make in (bodies.smallest, bodies.fullest)]
    for base in varied:
        for sent in requests:
            assert is_valid(contract, compiled.build(base, sent, {"/model_id": "abc"}))


def test_every_valid_answer_of_the_catalogue_stays_valid(contract: Contract) -> None:
    """Each valid answer that scenarios know, with the fullest request upon it, is valid by both validators."""
    compiled = compile_contract(contract)
    sent = plain_json(bodies.fullest(contract.request))
    for answer in valid_responses(contract):
        if "undecided" not in answer.id:
            assert is_valid(contract, compiled.build(plain_json(answer.body), sent, {})), answer.id


def test_bases_come_round_again(contract: Contract, varied: list[Json]) -> None:
    """After the last base answer the first is used again."""
    compiled = CompiledContract(contract)
    assert varied[0] == compiled.base("varied", 0) == compiled.base("varied", len(varied))
    assert varied[1] == compiled.base("varied", len(varied) + 1)


def test_answers_do_not_share_what_they_hold(post: Fixture) -> None:
    """An answer is not changed by the one after it."""
    body = {"name": "a", "autoscaling_settings": {"min_replica": 5}}
    post(body)
    assert 0 == post({"name": "b"}).json()["autoscaling_settings"]["min_replica"]
