"""The sampler: labels hold by both validators, everything is drawn that can be, and the same seed draws the same."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.contract.contract import Contract, load_contract
from conformance.contract.schemas.nodes import find
from conformance.model.case import SLOT, Case
from conformance.model.errors import ContractError
from conformance.model.json_values import all_at
from conformance.model.jsontext import Json
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import places
from conformance.strategies.random.sampling.draws import Chance
from conformance.strategies.random.sampling.sampler import Sampler
from conformance.strategies.random.sampling.texts import texts
from conformance.strategies.random.stated_numbers import stated_numbers

from .contracts import contract_of, value_of, verdicts
from .test_random_schemas import schemas

CONTRACT = load_contract()
MANY = 2_000
APIS = sorted((Path(__file__).parents[1] / "documents" / "apis").glob("*.yaml"))


def sampler_of(contract: Contract) -> Sampler:
    """Return the sampler of a contract, path parameters filled in."""
    return Sampler(Builder(contract, dict.fromkeys(contract.operation.path_parameters, "abcd1234")))


def sampled(contract: Contract, count: int, seed: int = 1) -> list[Case]:
    """Return what is sampled first."""
    return list(sampler_of(contract).cases(seed, count))


def bodies(cases: list[Case], expectation: Expectation) -> list[Json]:
    """Return the bodies of the cases with a label."""
    return [value_of(each)[1] for each in cases if each.expectation is expectation]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Return some thousand cases of the published contract."""
    return sampled(CONTRACT, MANY)


def wrong_labels(contract: Contract, cases: list[Case]) -> list[bytes | None]:
    """Return the bodies whose label a validator denies."""
    decided = [each for each in cases if each.expectation is not Expectation.OBSERVED]
    right = {Expectation.ACCEPTED: (True, True), Expectation.REJECTED: (False, False)}
    return [each.request.body for each in decided if verdicts(contract, value_of(each)[1]) != right[each.expectation]]


def test_the_same_seed_samples_the_same_cases_and_another_seed_others(cases: list[Case]) -> None:
    """However many are asked for, and in whichever order batches are drawn."""
    assert cases[:200] == sampled(CONTRACT, 200)
    one = sampler_of(CONTRACT)
    list(one.cases(2, 10))
    assert cases[:200] == list(one.cases(1, 200))
    assert cases[:10] != sampled(CONTRACT, 10, seed=2)


def test_both_validators_agree_with_every_label(cases: list[Case]) -> None:
    """Nothing of the published contract is open, and nothing is labelled wrong."""
    assert [] == wrong_labels(CONTRACT, cases)
    assert {Expectation.ACCEPTED, Expectation.REJECTED} == {each.expectation for each in cases}


def test_a_case_breaks_the_contract_at_one_place_and_says_where(cases: list[Case]) -> None:
    """The story is about the place that a validator finds wrong, and a requirement speaks of it."""
    for case in cases:
        if case.expectation is not Expectation.REJECTED:
            continue
        found = {each.pointer for each in CONTRACT.request_validator.violations(value_of(case)[1])}
        assert len(found) == 1, case
        assert case.story is not None
        assert case.story.says
        assert case.requirements[0] in CONTRACT.by_id


def test_every_place_is_broken_in_every_way(cases: list[Case]) -> None:
    """Types, enumerations, absence, unknown properties: all that random violations know."""
    known = {(each.node.path, each.keyword) for each in places.places(CONTRACT.request)}
    wrong = [each.story for each in cases if each.expectation is Expectation.REJECTED and each.story is not None]
    broken = {(story.pointer, "type" if story.keyword == "enum" else story.keyword) for story in wrong}
    undeclared = {(story.pointer.rpartition("/")[0], story.keyword) for story in wrong}
    assert known <= broken | undeclared


def test_valid_bodies_have_every_property_and_lack_every_one_that_may_be_absent(cases: list[Case]) -> None:
    """Each property is there, null and absent, and each value of an enumeration is sent."""
    valid = bodies(cases, Expectation.ACCEPTED)
    for node in CONTRACT.request.walk():
        held = [list(all_at(body, node.path)) for body in valid]
        assert any(held), node.path
        assert node.required or any(not each for each in held), node.path
        values = [value for each in held for value in each]
        assert not node.nullable or None in values, node.path
        for shape in node.shapes:
            assert all(each in values for each in shape.listed("enum")), node.path


def test_numbers_are_of_every_size_and_texts_of_every_kind(cases: list[Case]) -> None:
    """Small and large numbers, equal ones in one body, and texts of ASCII, with marks and beyond 16 bits."""
    valid = [body for body in bodies(cases, Expectation.ACCEPTED) if isinstance(body, dict)]
    numbers = [each for body in valid for each in all_at(body, "/autoscaling_settings/max_replica")]
    sizes = {int(each).bit_length() for each in numbers if isinstance(each, int)}
    assert set(range(60)) <= sizes
    names = [str(body["name"]).replace(SLOT, "") for body in valid]
    for test in ("~".__eq__, lambda c: 0x300 <= ord(c) < 0x370, lambda c: ord(c) > 0xFFFF, "\0".__eq__, str.isalpha):
        assert any(test(character) for name in names for character in name)
    held = [body["autoscaling_settings"] for body in valid if isinstance(body.get("autoscaling_settings"), dict)]
    large = [[each for each in one.values() if isinstance(each, int) and abs(each) > 2**20] for one in held]
    assert any(len(set(each)) < len(each) for each in large)


def test_a_part_of_the_valid_bodies_keeps_the_documentation_rules(cases: list[Case]) -> None:
    """They are judged at full strength, which bodies with unusual values are not."""
    accepted = [each for each in cases if each.expectation is Expectation.ACCEPTED]
    plain = [each for each in accepted if not each.beyond]
    assert len(accepted) / 4 < len(plain) < len(accepted) / 2


def test_few_cases_equal_each_other(cases: list[Case]) -> None:
    """Under two in a hundred."""
    counts = Counter(each.id for each in cases)
    assert sum(counts.values()) - len(counts) < MANY / 50


def test_what_has_no_body_has_no_samples() -> None:
    """An operation without a body is left to the sources that draw parameters."""
    document = next(each for each in APIS if each.name == "search.yaml")
    contract = load_contract(document, "GET /areas/{level}/{bounds}")
    assert [] == sampled(contract, 10)


def operations() -> list[tuple[Path, str]]:
    """Return the operations with a body of documents after the shapes of real APIs."""
    found = []
    for path in APIS:
        for place, methods in yaml.safe_load(path.read_text())["paths"].items():
            found += [(path, f"{method.upper()} {place}") for method in methods if method in {"post", "put", "patch"}]
    return found


@pytest.mark.parametrize(("path", "operation"), operations(), ids=lambda value: getattr(value, "stem", value))
def test_other_documents_are_sampled_without_a_wrong_label(path: Path, operation: str) -> None:
    """Patterns, formats, unions, maps, read-only properties: what is not understood both validators decide."""
    contract = load_contract(path, operation)
    if not contract.operation.has_body:
        return
    found = sampled(contract, 60)
    assert [] == wrong_labels(contract, found)
    assert Expectation.ACCEPTED in {each.expectation for each in found}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(schemas, st.integers(0, 2**64 - 1))
def test_any_schema_is_sampled_without_a_wrong_label(schema: Any, seed: int) -> None:
    """Whatever a document combines: no crash and no wrong label."""
    try:
        contract = contract_of(schema)
        found = sampled(contract, 8, seed)
    except ContractError:
        return  # nothing fits the schema
    assert [] == wrong_labels(contract, found), json.dumps(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 3, "maxLength": 5},
        {"type": "string", "minLength": 150},
        {"type": "string", "maxLength": 0},
        {"type": "string", "pattern": r"^[A-Z]{2}-\d{3}$"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "format": "ipv6"},
        {"type": "string", "format": "hostname"},
        {"type": "string", "format": "iri"},
    ],
    ids=json.dumps,
)
def test_texts_keep_lengths_patterns_and_formats(schema: dict[str, Any]) -> None:
    """By both validators, and not always the same text where there are several."""
    contract = contract_of({"type": "object", "properties": {"a": schema}, "required": ["a"]})
    node = find(contract.request, "/a")
    assert node is not None
    draw, chance = texts(node, node.shapes[0]), Chance(1)
    found = [str(draw(chance)) for _ in range(200)]
    assert {(True, True)} == {verdicts(contract, {"a": each}) for each in found}
    assert len(set(found)) > 10 or schema.get("maxLength") == 0 or schema.get("format") == "iri"


def test_samples_are_made_one_by_one() -> None:
    """A million that are asked for cost nothing until they are drawn."""
    assert 5 == len(list(islice(sampler_of(CONTRACT).cases(1, 1_000_000), 5)))


@pytest.mark.parametrize(
    ("schema", "valid"),
    [
        ({"type": "number", "minimum": -1.7976931348623157e308, "maximum": 1.7976931348623157e308}, 5),
        ({"type": "number", "minimum": 10**400}, 1),
        ({"type": "number", "maximum": -(10**310)}, 1),
        ({"type": "number", "multipleOf": 3.0, "minimum": -7, "exclusiveMaximum": 9}, 5),
        ({"type": "object", "additionalProperties": False, "patternProperties": {".*": {"type": "integer"}}}, 2),
        ({"type": "object", "minProperties": 300}, 5),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_wide_bounds_and_names_without_end_are_sampled(schema: dict[str, Any], valid: int) -> None:
    """Where floats end, and where no name is left that could be undeclared."""
    contract = contract_of({"type": "object", "properties": {"a": schema}, "required": ["a"]})
    found = sampled(contract, 120)
    assert [] == wrong_labels(contract, found)
    accepted = {str(each) for each in bodies(found, Expectation.ACCEPTED)}
    assert len(accepted) >= valid
    assert sum(each.expectation is Expectation.OBSERVED for each in found) < 20


def test_a_property_that_can_have_no_value_stops_no_other() -> None:
    """No number is a whole multiple between these bounds: all other properties are sampled, and no label is wrong."""
    impossible = {"type": "number", "multipleOf": 1, "minimum": 0.2, "maximum": 0.8}
    contract = contract_of({"type": "object", "properties": {"a": impossible, "b": {"type": "boolean"}}})
    found = sampled(contract, 120)
    assert [] == wrong_labels(contract, found)
    assert {"{}", "{'b': True}", "{'b': False}"} <= {str(each) for each in bodies(found, Expectation.ACCEPTED)}


def test_all_ranges_of_a_property_hold_together() -> None:
    """One page states the least number and another the greatest; without a bound a thousand numbers are left."""
    found = stated_numbers(CONTRACT)
    replicas, delay = found["/autoscaling_settings/max_replica"], found["/autoscaling_settings/min_replica"]
    assert (1, 10) == (replicas.least, replicas.most)
    assert (0, 1_000) == (delay.least, delay.most)
    assert found["/autoscaling_settings/target_in_flight_tokens"].never
