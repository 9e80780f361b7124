"""The public Hypothesis strategies: right labels, small failures, and every keyword met."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import conformance
from conformance.contract.contract import Contract, load_contract
from conformance.contract.schemas.validators import BodyValidator
from conformance.coverage.keywords import request_coverage
from conformance.model.case import Case, Request
from conformance.model.json_values import all_at, with_value, without
from conformance.model.jsontext import encode
from conformance.model.vocabulary import Expectation
from conformance.strategies.random.from_hypothesis import (
    InvalidBody,
    environment_requests,
    environments,
    invalid_environment_requests,
    invalid_environments,
)

from .contracts import contract_of

CONTRACT = load_contract()
DOCUMENTS = Path(__file__).parent / "documents"
DRAWS = settings(
    max_examples=100, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
SEARCH = settings(max_examples=5_000, deadline=None, database=None, derandomize=True)


def _agree(validator: BodyValidator, body: Any, *, valid: bool) -> None:
    assert (valid, valid) == (validator.is_valid(body), validator.is_valid_by_jsonschema(body)), body


def drawn(strategy: st.SearchStrategy[Any], count: int = 100) -> list[Any]:
    """Return what a strategy draws, the same every time."""
    found: list[Any] = []

    @settings(DRAWS, max_examples=count)
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def test_valid_requests_are_valid_by_both_validators() -> None:
    """What `environment_requests` draws is valid."""
    for body in drawn(environment_requests()):
        _agree(CONTRACT.request_validator, body, valid=True)


@pytest.mark.slow
def test_invalid_requests_are_invalid_by_both_validators() -> None:
    """What `invalid_environment_requests` draws is not, with one violation and with three."""
    for each in drawn(invalid_environment_requests()) + drawn(invalid_environment_requests(violations=3)):
        _agree(CONTRACT.request_validator, each.body, valid=False)


@pytest.mark.slow
def test_answers_are_labelled_right_by_both_validators() -> None:
    """What `environments` draws is valid, what `invalid_environments` draws is not."""
    validator = CONTRACT.response_validator
    assert validator is not None
    for body in drawn(environments(), 60):
        _agree(validator, body, valid=True)
    for each in drawn(invalid_environments(), 60):
        _agree(validator, each.body, valid=False)


@pytest.mark.slow
def test_one_violation_is_exactly_one() -> None:
    """With the broken place as it was, an invalid body is valid; its story names a requirement of the contract."""
    for each in drawn(invalid_environment_requests()):
        assert len(each.stories) == 1
        assert each.requirements[0] in CONTRACT.by_id
        mended = _mended(each)
        assert CONTRACT.request_validator.is_valid(mended), (each, mended)


def _mended(each: InvalidBody) -> Any:
    body, story = each.body, each.story
    if story.was:
        return with_value(body, story.pointer, json.loads(story.was))
    return without(body, story.pointer)


def test_several_violations_are_as_many_as_asked_for() -> None:
    """Each of them is at a place of its own."""
    for each in drawn(invalid_environment_requests(violations=2), 50):
        assert 2 == len({story.pointer for story in each.stories})


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_any_document_will_do(path: Path) -> None:
    """Labels hold for documents that know nothing of environments."""
    contract = load_contract(path)
    for body in drawn(environment_requests(contract=contract), 60):
        assert contract.request_validator.is_valid(body), body
    for each in drawn(invalid_environment_requests(contract=contract), 60):
        assert not contract.request_validator.is_valid(each.body), each


SCALE = "/autoscaling_settings/min_replica"


def _at(pointer: str, test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda body: any(map(test, all_at(body, pointer)))


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


MINIMAL: dict[str, tuple[Callable[[Any], bool], Any]] = {
    "any body": (bool, {"name": "a"}),
    "a name that is not empty": (_at("/name", bool), {"name": "a"}),
    "an empty name": (_at("/name", lambda name: name == ""), {"name": ""}),
    "a name with a combining character": (
        _at("/name", lambda name: any("\u0300" <= c <= "\u036f" for c in name)),
        {"name": "\u0300"},
    ),
    "a name beyond ASCII": (_at("/name", lambda name: not name.isascii()), {"name": "\x80"}),
    "an integer": (_at(SCALE, _integer), {"name": "a", "autoscaling_settings": {"min_replica": 0}}),
    "a negative integer": (
        _at(SCALE, lambda value: _integer(value) and value < 0),
        {"name": "a", "autoscaling_settings": {"min_replica": -1}},
    ),
    "an integer above 1000": (
        _at(SCALE, lambda value: _integer(value) and value > 1000),
        {"name": "a", "autoscaling_settings": {"min_replica": 1001}},
    ),
    "a null": (_at(SCALE, lambda value: value is None), {"name": "a", "autoscaling_settings": {"min_replica": None}}),
    "any value": (_at(SCALE, lambda value: [value] != []), {"name": "a", "autoscaling_settings": {"min_replica": 0}}),
    "a true": (
        _at("/promotion_settings/rolling_deploy", lambda value: value is True),
        {"name": "a", "promotion_settings": {"rolling_deploy": True}},
    ),
    "an enumerated member": (
        _at("/promotion_settings/promotion_cleanup_strategy", lambda value: value is not None),
        {"name": "a", "promotion_settings": {"promotion_cleanup_strategy": "KEEP"}},
    ),
    "two equal odd members": (
        lambda body: (
            _at(SCALE, lambda value: _integer(value) and value % 2 == 1)(body)
            and body["autoscaling_settings"].get("max_replica") == body["autoscaling_settings"]["min_replica"]
        ),
        {"name": "a", "autoscaling_settings": {"min_replica": 1, "max_replica": 1}},
    ),
    "an unknown property": (lambda body: any(name.startswith("x_") for name in body), {"x_a": 0, "name": "a"}),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", MINIMAL)
def test_a_failure_shrinks_to_what_a_person_would_write(what: str) -> None:
    """Members that are not needed go, texts become "a", numbers 0 or the bound, lists their first value."""
    fails, expected = MINIMAL[what]
    # What is not asked about is left out, for speed alone: whole bodies shrink to the same.
    other = ["/promotion_settings"] if "promotion_settings" not in expected else ["/autoscaling_settings"]
    assert expected == find(environment_requests(exclude=other), fails, settings=SEARCH)


@pytest.mark.slow
def test_an_invalid_body_shrinks_to_one_wrong_member() -> None:
    """What is wrong stays, and everything else goes."""
    found = find(
        invalid_environment_requests(exclude=["/promotion_settings"]),
        lambda each: each.story.kind.startswith("a string where an integer") and each.story.pointer == SCALE,
        settings=SEARCH,
    )
    assert {"name": "a", "autoscaling_settings": {"min_replica": "a"}} == found.body
    assert "reject.UpdateAutoscalingSettingsV1.min_replica.type" == found.requirements[0]


def _cases(count: int) -> list[Case]:
    right = [_case(Expectation.ACCEPTED, body) for body in drawn(environment_requests(), count)]
    wrong = [_case(Expectation.REJECTED, each) for each in drawn(invalid_environment_requests(), count)]
    return right + wrong


def _case(expectation: Expectation, drawn_: Any) -> Case:
    body, story = (drawn_.body, drawn_.story) if isinstance(drawn_, InvalidBody) else (drawn_, None)
    return Case("x", expectation, (), Request("POST", "/", (), encode(body)), story)


@pytest.mark.slow
def test_draws_meet_the_keywords_on_both_sides() -> None:
    """Some hundred draws meet nearly every keyword of the request, on its valid and on its invalid side."""
    assert 0.85 <= request_coverage(CONTRACT, _cases(250)).ratio


def test_options_shape_what_is_drawn() -> None:
    """Members are included and left out, integers and texts kept in bounds."""
    strategy = environment_requests(
        include=[SCALE],
        exclude=["/promotion_settings"],
        min_integer=3,
        max_integer=9,
        alphabet="xy",
        unknown_properties=False,
    )
    for body in drawn(strategy, 50):
        assert 3 <= body["autoscaling_settings"]["min_replica"] <= 9
        assert set(body) <= {"name", "autoscaling_settings"}
        assert set(body["name"]) <= set("xy")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"include": ["/nam"]}, "'/nam' is no property of the body"),
        ({"include": [SCALE], "exclude": ["/autoscaling_settings"]}, "both included and excluded"),
        ({"exclude": ["/name"]}, "is required"),
        ({"min_integer": 2, "max_integer": 1}, "is above"),
        ({"alphabet": ""}, "holds no character"),
    ],
)
def test_options_that_make_no_sense_are_told(options: dict[str, Any], complaint: str) -> None:
    """The message says which argument is wrong."""
    with pytest.raises(InvalidArgument, match=complaint):
        environment_requests(**options)


def test_more_violations_than_there_are_places_are_told() -> None:
    """A body with one member cannot be wrong in a hundred ways at once."""
    contract = contract_of({"type": "object", "properties": {"a": {"type": "integer"}}})
    with pytest.raises(InvalidArgument, match="violations=100"):
        drawn(invalid_environment_requests(contract=contract, violations=100), 1)


def test_a_document_without_an_answer_has_no_answers() -> None:
    """Asking for them says so."""
    with pytest.raises(InvalidArgument, match="declares no JSON response"):
        environments(contract=contract_of({"type": "object"}))


def test_the_strategies_are_handed_on_by_the_package() -> None:
    """`conformance.environment_requests` is the strategy, loaded when it is first used."""
    assert conformance.environment_requests is environment_requests
    assert conformance.invalid_environments is invalid_environments


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 3, "exclusiveMaximum": 30, "multipleOf": 4},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
        {"type": "number", "multipleOf": 0.25, "minimum": 1},
        {"type": "string", "minLength": 2, "maxLength": 3},
        {"type": "string", "pattern": "^[a-z]{2,4}-[0-9]+$"},
        {"type": "string", "format": "ipv6"},
        {"type": "array", "items": {"type": "integer"}, "uniqueItems": True, "minItems": 2},
        {"type": "array", "items": {"enum": ["x", "y"]}, "maxItems": 2},
        {"type": "object", "minProperties": 2, "additionalProperties": True},
        {"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 5}]},
        {"allOf": [{"type": "string", "maxLength": 5}, {"minLength": 5}]},
        {"const": {"a": [1]}},
    ],
    ids=lambda schema: json.dumps(schema)[:60],
)
def test_keywords_of_other_schemas_are_kept_and_broken(schema: dict[str, Any]) -> None:
    """Bounds, patterns, formats, sizes and compositions: labels hold by both validators."""
    contract: Contract = contract_of({"type": "object", "required": ["a"], "properties": {"a": schema}})
    for body in drawn(environment_requests(contract=contract), 40):
        _agree(contract.request_validator, body, valid=True)
    for each in drawn(invalid_environment_requests(contract=contract), 40):
        _agree(contract.request_validator, each.body, valid=False)
