"""Facts of requests: what the contract tells apart has other facts, and what it does not has the same."""

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.classify.classification import classify
from conformance.classify.traits import JSON_TEXT
from conformance.contract.contract import load_contract
from conformance.diagnosis.facts.body_facts import FRESH
from conformance.diagnosis.facts.comparisons import STRINGS, compared
from conformance.diagnosis.facts.features import LONGEST_VALUE, Facts, Feature
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.model.case import KEY, SLOT, Case, Request, Story
from conformance.model.jsontext import Json, try_read
from conformance.model.vocabulary import Expectation
from conformance.strategies.random.from_hypothesis import environment_requests, invalid_environment_requests

from ...strategies.contracts import cases_of, contract_of, standard  # noqa: TID252 - test modules are found by path

CONTRACT = load_contract()
JSON_CONTENT = ("Content-Type", "application/json")
READER = FactReader(CONTRACT)


def known(facts: Facts) -> tuple[object, ...]:
    """Return facts in a form that can be compared."""
    return facts.features, facts.own, tuple(sorted(facts.measures.items()))


def essential(value: Json) -> object:
    """Return a value without what the contract knows nothing of: made-up names, the characters of long strings."""
    if isinstance(value, str):
        value = FRESH.sub(SLOT, value)
        return len(value) if len(value) > LONGEST_VALUE else value
    if isinstance(value, dict):
        return {name: essential(item) for name, item in value.items()}
    return [essential(item) for item in value] if isinstance(value, list) else value


def seen(case: Case) -> str:
    """Return what the contract knows of a case: no letter case of header names, and no wrong key or scheme."""
    request, text = case.request, try_read(case.request.body)
    security = CONTRACT.operation.security
    credential = {security.name.lower()} if security else set()
    fields = [
        (name.lower(), "" if name.lower() in credential or KEY in value else value) for name, value in request.headers
    ]
    kind = case.story.kind if case.story and case.story.keyword == JSON_TEXT else ""
    body = essential(text.value) if text is not None and not text.duplicates else kind
    target = request.target.partition("?")[0] if KEY in request.target else request.target
    return repr((request.method, target, sorted(fields), body, case.expectation))


def test_cases_with_the_same_facts_are_the_same_to_the_contract() -> None:
    """Whatever two cases of the catalogue differ in that the contract tells apart is among their facts."""
    alike: dict[object, set[str]] = defaultdict(set)
    cases = list(cases_of(standard(CONTRACT)))
    for each in cases:
        alike[known(READER.read(each))].add(seen(each))
    assert [] == [group for group in alike.values() if len(group) > 1]
    assert len(alike) > 0.9 * len(cases)


def test_a_property_of_a_newer_document_is_a_defect() -> None:
    """A request that tries it may be accepted; a server that breaks on what is invalid breaks on it as well."""
    settings = b'{"name": "a", "autoscaling_settings": {"max_scale_down_rate": 50}}'
    request = Request("POST", "/v1/models/m/environments", (JSON_CONTENT,), settings)
    trial = Case("case", Expectation.OBSERVED, (), request, Story("", "trial", "", "", "a story", "a newer property"))
    assert {Feature("subject", "", "schema"), Feature("invalid", "")} <= READER.read(trial).features


PLAIN = Feature("body", "", "not plain JSON")


@pytest.mark.parametrize(
    ("body", "word", "plain"),
    [
        (b"{}", "object", True),
        (b'{"a": 1, "a": 2}', "object", False),
        (b"\xef\xbb\xbf{}", "object", False),
        (b"{", "not JSON", False),
        (b" \n", "blank", True),
        (b"", "none", True),
    ],
)
def test_a_body_without_a_text_is_not_one_that_is_not_json(body: bytes, word: str, plain: bool) -> None:  # noqa: FBT001 (a row)
    """A target may take it for no body at all, so that it refutes nothing that is said of what is no JSON."""
    request = Request("POST", "/v1/models/m/environments", (JSON_CONTENT,), body)
    found = READER.read(Case("case", Expectation.REJECTED, (), request)).features
    assert (True, plain) == (Feature("body", "", word) in found, PLAIN not in found)


def test_a_body_of_the_wrong_type_is_about_its_type() -> None:
    """So that arrays of any length are one class, and not what else is true of them."""
    story = Story("", "type", "", "[]", "a story", "an array where an object is required")
    case = Case("case", Expectation.REJECTED, (), Request("POST", "/", (JSON_CONTENT,), b"[]"), story)
    assert {Feature("type", "", "array"), Feature("empty", "", "array")} <= READER.read(case).own


def test_content_is_what_a_case_of_its_fields_is_about() -> None:
    """What has no media type beside something else says nothing of it where it is rejected for that."""
    request = Request("POST", "/v1/models/m/environments", (("Content-Type", "text/plain"),), b"{}")
    about = {
        name: Feature("content") in READER.read(Case("case", Expectation.REJECTED, (), request, story)).own
        for name in ("Content-Type", "Content-Encoding", "model_id")
        for story in (Story(name, "header", "", "", "a story", "a kind"),)
    }
    assert {"Content-Type": True, "Content-Encoding": True, "model_id": False} == about


def body_case(body: Json) -> Case:
    """Return a case with a body that tells nothing of what it was made for."""
    request = Request("POST", "/v1/models/m/environments", (), json.dumps(body, default=float).encode())
    return Case("case", Expectation.ACCEPTED, (), request)


BODIES = environment_requests() | invalid_environment_requests().map(lambda drawn: drawn.body)
NAMES = st.sets(st.sampled_from([node.name for node in CONTRACT.request.children]))


@settings(deadline=None)
@given(BODIES, BODIES, NAMES)
def test_bodies_with_the_same_facts_have_the_same_defects(one: Json, other: Json, exchanged: set[str]) -> None:
    """Whatever makes a body another one to the classifier, such as a property from another body, is a fact."""
    if isinstance(one, dict) and isinstance(other, dict):
        other = {**one, **{name: other[name] for name in exchanged & other.keys()}}
    cases = [body_case(one), body_case(other)]
    facts = [known(READER.read(each)) for each in cases]
    defects = [classify(CONTRACT, each.request.body or b"").defects for each in cases]
    assert facts[0] != facts[1] or defects[0] == defects[1]


@settings(deadline=None)
@given(environment_requests())
def test_the_order_and_the_spaces_of_a_body_are_no_fact(body: dict[str, Any]) -> None:
    """What the contract does not tell apart has the same facts."""
    case = body_case(body)
    request = Request(
        "POST",
        "/v1/models/m/environments",
        (),
        json.dumps(dict(reversed(body.items())), indent=1, default=float).replace("\n", " ").encode(),
    )
    other = Case("another", Expectation.ACCEPTED, (), request)
    assert known(READER.read(case)) == known(READER.read(other))


def test_what_is_wrong_in_a_header_field_is_no_fact_of_the_body() -> None:
    """It has the place of its field alone."""
    request = Request("POST", "/v1/models/m/environments", (("Content-Type", "text/plain"),), b'{"name": "a"}')
    story = Story("Content-Type", "header", "", "", "a story", "another media type")
    facts = FactReader(CONTRACT).read(Case("case", Expectation.REJECTED, (), request, story))
    assert {"Content-Type"} == {each.place for each in facts.features if each.name in {"keyword", "kind"}}


@pytest.mark.parametrize(
    ("number", "told"), [("2", True), ("1.5", True), ("5.1", True), ("1.0000000000000000000001", False)]
)
def test_a_comparison_with_a_number_that_is_rounded_is_not_what_a_case_is_about(number: str, told: bool) -> None:  # noqa: FBT001 (a row)
    """A parser that rounds it to 1 compares it in another way, so that its rejection says nothing of the order."""
    body = f'{{"name": "a", "autoscaling_settings": {{"min_replica": {number}, "max_replica": 1}}}}'.encode()
    place = "/autoscaling_settings/min_replica"
    story = Story(place, "type", "", "", "a story", "a number with a fraction")
    request = Request("POST", "/v1/models/m/environments", (), body)
    facts = READER.read(Case("case", Expectation.REJECTED, (), request, story))
    greater = Feature("greater", place, "/autoscaling_settings/max_replica")
    assert (True, told) == (greater in facts.features, greater in facts.own)


@pytest.mark.parametrize(("keyword", "told"), [("type", False), ("minimum", True)])
def test_a_value_of_a_wrong_type_says_nothing_of_that_value_elsewhere(keyword: str, *, told: bool) -> None:
    """That `0` is rejected where a boolean must be does not say what becomes of a property that is 0 by rights."""
    body = b'{"name": "a", "promotion_settings": {"rolling_deploy": 0}}'
    request = Request("POST", "/v1/models/m/environments", (), body)
    story = Story("/promotion_settings/rolling_deploy", keyword, "", "", "a story", "a kind")
    facts = READER.read(Case("case", Expectation.REJECTED, (), request, story))
    anywhere = Feature("value", "*", "0")
    assert (True, told) == (anywhere in facts.features, anywhere in facts.own)


@pytest.mark.parametrize(("keyword", "told"), [("path", False), ("header", True)])
def test_a_bad_target_says_nothing_of_the_header_fields(keyword: str, *, told: bool) -> None:
    """Who rejects the target may not have looked at them."""
    request = Request("POST", "/v1/models/%zz/environments", (("Accept", "text/plain"),), b"{}")
    story = Story("model_id", keyword, "", "", "a story", "a kind")
    facts = READER.read(Case("case", Expectation.REJECTED, (), request, story))
    absent = Feature("field", "content-type", "absent")
    assert (True, told) == (absent in facts.features, absent in facts.own)


def test_what_a_reader_has_read_before_does_not_show() -> None:
    """Values that are equal in Python, and cases about the same place, have the facts that a new reader finds."""
    place = "/autoscaling_settings/min_replica"
    reader = FactReader(CONTRACT)
    for number in ("1", "true", '"1"', "1.0", "1.00", "1e0", "null", "[1]", "2", "{}"):
        for expectation, keyword in ((Expectation.REJECTED, "minimum"), (Expectation.ACCEPTED, "type")):
            body = f'{{"name": "a", "autoscaling_settings": {{"min_replica": {number}, "max_replica": 1}}}}'.encode()
            story = Story(place, keyword, "", "", "a story", "a kind")
            each = Case("case", expectation, (), Request("POST", "/v1/models/m/environments", (), body), story)
            assert known(FactReader(CONTRACT).read(each)) == known(reader.read(each))


def test_alternatives_with_a_property_of_one_name_are_told_apart() -> None:
    """Of an object it is said what is missing in it, though the first alternative has a string in its place."""
    inner = {"type": "object", "properties": {"z": {"type": "number"}}}
    one = {"type": "object", "properties": {"a": {"type": "string"}}}
    other = {"type": "object", "required": ["c"], "additionalProperties": False, "properties": {"a": inner, "c": {}}}
    contract = contract_of({"type": "object", "properties": {"u": {"anyOf": [one, other]}}})
    reader = FactReader(contract)
    found = []
    for held in ({"a": "x"}, {"a": "x", "c": 1}, {"a": None}, {"a": None, "c": 1}, {"a": {"z": 1}, "c": 1}):
        body = json.dumps({"u": held}).encode()
        case = Case("case", Expectation.REJECTED, (), Request("PUT", "/things", (JSON_CONTENT,), body))
        found.append(reader.read(case).features)
        assert known(FactReader(contract).read(case)) == known(reader.read(case))
    assert any("/u/a/z" == feature.place for features in found[:-1] for feature in features)


@pytest.mark.parametrize("numbers", [("1", "1.0"), ("1.0", "1")])
def test_a_value_in_effect_is_told_as_it_was_sent(numbers: tuple[str, str]) -> None:
    """Whatever equal number any reader of this process has read before."""
    for number in numbers:
        body = f'{{"name": "a", "autoscaling_settings": {{"max_replica": {number}}}}}'.encode()
        case = Case("case", Expectation.ACCEPTED, (), Request("POST", "/v1/models/m/environments", (), body))
        effect = [each for each in FactReader(CONTRACT).read(case).features if each.name == "value in effect"]
        assert [number] == [each.value for each in effect if each.place == "/autoscaling_settings/max_replica"]


def test_values_compare_each_with_each() -> None:
    """Numbers by their order, however they are written, strings by whether they are the same; no value with none."""
    numbers = [Decimal("1.0"), None, 2, 1]
    found = frozenset().union(*(group for _, group in compared(("/a", "/b", "/c", "/d"), numbers)))
    assert {
        Feature("less", "/a", "/c"),
        Feature("equal", "/a", "/d"),
        Feature("greater", "/c", "/d"),
    } == found
    found = frozenset().union(*(group for _, group in compared(("/a", "/b", "/c"), ["x", "y", "x"], STRINGS)))
    assert {
        Feature("different", "/a", "/b"),
        Feature("equal", "/a", "/c"),
        Feature("different", "/b", "/c"),
    } == found
