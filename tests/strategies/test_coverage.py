"""Keyword coverage: what is exercised is counted on the side that it is on, and nothing else is."""

from typing import Any

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract, load_contract
from conformance.coverage.keywords import MOST_KNOWN, Coverage, request_coverage, response_coverage
from conformance.model.case import Case
from conformance.model.jsontext import encode, read
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.responses import DATE_TIMES, invalid_responses, valid_responses

from .contracts import cases_of, contract_of, standard


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


@pytest.fixture(scope="module")
def cases(contract: Contract) -> list[Case]:
    """Return the cases of standard."""
    return list(cases_of(standard(contract)))


def counts(coverage: Coverage) -> dict[tuple[str, str, str], tuple[int | None, int | None]]:
    """Return both counts by path, keyword and type."""
    return {(row.path, row.keyword, row.type): (row.valid, row.invalid) for row in coverage.rows}


def test_standard_exercises_every_keyword_of_the_request_on_both_sides(contract: Contract, cases: list[Case]) -> None:
    """All 92 sides of the 46 rows: types, lists, the closed object, the required name; no keyword is unknown."""
    found = request_coverage(contract, cases)
    assert () == found.missing
    assert (46, 92, 92, 1.0, ()) == (len(found.rows), found.sides, found.exercised, found.ratio, found.unknown)


def test_smoke_exercises_nearly_all_of_it(contract: Contract) -> None:
    """A short run leaves few sides out."""
    assert request_coverage(contract, cases_of(standard(contract, Profile.SMOKE))).ratio > 0.9


def test_the_answers_exercise_every_keyword_of_the_response_on_both_sides(contract: Contract) -> None:
    """The valid and the invalid answers that are made meet each keyword of the answer."""
    made = [*valid_responses(contract), *invalid_responses(contract)]
    found = response_coverage(contract, [(read(encode(each.body)).value, each.valid) for each in made])
    assert () == found.missing
    assert (350, 350, ()) == (found.sides, found.exercised, found.unknown)
    assert len(made) == len({(each.id, each.valid) for each in made})


def test_every_row_stands_in_the_document(contract: Contract) -> None:
    """A row names the place of its keyword; no two rows are one."""
    rows = request_coverage(contract, []).rows
    assert len(rows) == len({(row.path, row.keyword, row.type) for row in rows})
    for row in rows:
        assert row.source.endswith(f"/{row.keyword}"), row
    assert 0.0 == request_coverage(contract, []).ratio


def test_without_a_class_a_side_is_missing(contract: Contract, cases: list[Case]) -> None:
    """What no case sends is not covered, and the row that misses it is named."""
    kept = [case for case in cases if "UNDECLARED_VALUE" not in str(case.request.body) and case.story is not None]
    kept = [case for case in kept if not (case.story and case.story.keyword == "enum")]
    missing = request_coverage(contract, kept).missing
    assert {"enum"} == {row.keyword for row in missing}
    assert {0} == {row.invalid for row in missing}


def test_only_what_a_server_gets_to_judge_counts(contract: Contract, cases: list[Case]) -> None:
    """Bodies with a wrong credential or another media type, and cases whose fate is open, exercise nothing."""
    idle = [
        case
        for case in cases
        if case.expectation is Expectation.OBSERVED or case.id.startswith(("reject.credential", "reject.media-type"))
    ]
    assert len(idle) > 50
    assert 0 == request_coverage(contract, idle).exercised


def test_a_flipped_label_is_no_coverage(contract: Contract, cases: list[Case]) -> None:
    """A right body that is called wrong exercises no wrong side, nor the other way round."""
    flip = {Expectation.ACCEPTED: Expectation.REJECTED, Expectation.REJECTED: Expectation.ACCEPTED}
    smallest = next(case for case in cases if case.id == "accept.smallest")
    found = counts(request_coverage(contract, [replace(smallest, expectation=flip[smallest.expectation])]))
    assert {0} == {invalid for _, invalid in found.values()}


SCHEMA: Any = {
    "type": "object",
    "required": ["n"],
    "additionalProperties": True,
    "properties": {
        "n": {"type": "integer", "minimum": 0, "description": "annotations have no side"},
        "t": {"type": ["string", "null"], "minLength": 0, "format": "password", "x-own": 1},
        "l": {"type": "array", "minItems": 1, "uniqueItems": False, "items": {"type": "boolean"}},
        "c": {"type": "string", "enum": ["a"], "maxLength": 1},
        "u": {"oneOf": [{"type": "object", "required": [k], "properties": {k: {"const": k}}} for k in ("p", "q")]},
        "free": True,
        "odd": {"type": "array", "contains": {"type": "null"}},
    },
}


def test_what_has_no_side_is_not_counted() -> None:
    """Annotations, `minLength: 0`, open objects and formats that nobody asserts leave nothing to exercise."""
    contract = contract_of(SCHEMA)
    found = counts(request_coverage(contract, []))
    assert {
        ("", "type", "object"): (0, 0), ("", "additionalProperties", "object"): (0, None),
        ("/n", "required", "object"): (0, 0), ("/n", "type", "integer"): (0, 0), ("/n", "minimum", "integer"): (0, 0),
        ("/t", "type", "string"): (0, 0), ("/t", "type", "null"): (0, 0), ("/t", "minLength", "string"): (0, None),
        ("/l", "type", "array"): (0, 0), ("/l", "minItems", "array"): (0, 0), ("/l", "uniqueItems", "array"): (0, None),
        ("/l/*", "type", "boolean"): (0, 0),
        ("/c", "type", "string"): (0, 0), ("/c", "enum", "string"): (0, 0),
        ("/u", "type", "object"): (0, 0), ("/u/p", "required", "object"): (0, 0),
        ("/u/q", "required", "object"): (0, 0), ("/u/p", "enum", "string"): (0, 0), ("/u/q", "enum", "string"): (0, 0),
        ("/odd", "type", "array"): (0, 0),
    } == found  # fmt: skip
    assert "/properties/odd contains" in request_coverage(contract, []).unknown[0]


def test_bodies_are_counted_where_they_are() -> None:
    """Each value counts at its node; of alternatives, at the one that it comes nearest to."""
    schema = {**SCHEMA, "properties": {k: v for k, v in SCHEMA["properties"].items() if k != "odd"}}
    contract = contract_of(schema, schema)
    found = counts(
        response_coverage(
            contract,
            [
                ({"n": 1, "l": [True, False], "u": {"p": "p"}}, True),
                ({"n": -1}, False),
                ({"n": 1.5, "t": None}, False),
                ({"n": 1, "u": {"q": "x"}}, False),
                ({"l": []}, False),
                ([], False),
            ],
        )
    )
    assert (1, 1) == found["", "type", "object"]
    assert (1, 1) == found["/n", "required", "object"]
    assert (1, 1) == found["/n", "type", "integer"]
    assert (1, 1) == found["/n", "minimum", "integer"]
    assert (2, 0) == found["/l/*", "type", "boolean"]
    assert (1, 1) == found["/l", "minItems", "array"]
    assert (0, 0) == found["/t", "type", "null"]
    assert (1, 0) == found["/u/p", "enum", "string"]
    assert (0, 1) == found["/u/q", "enum", "string"]


def test_a_value_counts_each_time_however_often_it_comes_and_however_many_others_there_are() -> None:
    """Equal values that are no equal JSON are kept apart, and so are right and wrong bodies; none is lost."""
    schema = {**SCHEMA, "properties": {k: v for k, v in SCHEMA["properties"].items() if k != "odd"}}
    contract = contract_of(schema, schema)
    numbers = [({"n": number}, True) for number in range(MOST_KNOWN + 10)]
    again = [({"n": 1, "c": "a"}, True), ({"n": 1, "c": "b"}, False), ({"n": True}, False), ({"n": -2}, False)]
    found = counts(response_coverage(contract, [*numbers, *again, *again]))
    assert (MOST_KNOWN + 12, 2) == found["/n", "type", "integer"]
    assert (MOST_KNOWN + 12, 2) == found["/n", "minimum", "integer"]
    assert (MOST_KNOWN + 12, 0) == found["/n", "required", "object"]
    assert (2, 2) == found["/c", "enum", "string"]


def test_an_operation_without_an_answer_has_nothing_to_cover() -> None:
    """No schema, no rows, and nothing that is missing."""
    found = response_coverage(contract_of({"type": "object"}), [])
    assert ((), 1.0, ()) == (found.rows, found.ratio, found.missing)


def test_answers_hold_what_readers_stumble_over(contract: Contract) -> None:
    """Every enum member, null, absent and undeclared members, big integers, and the spellings of RFC 3339 are there."""
    assert contract.response is not None
    right = {each.id for each in valid_responses(contract)}
    wrong = {each.id for each in invalid_responses(contract)}
    for node in contract.response.walk():
        place = node.path.strip("/").replace("/", ".")
        if "*" in place or not place:
            continue
        assert not node.nullable or f"{place}.null" in right, place
        assert (f"{place}.absent" in right) is not node.required, place
        assert (f"{place}.absent" in wrong) is node.required, place
        listed = [value for shape in node.shapes for value in shape.value("enum") or ()]  # type: ignore[union-attr]
        assert len(listed) == sum(each.startswith(f"{place}.enum-") for each in right), place
        if "integer" in node.types:
            assert {f"{place}.{each}" for each in ("beyond-float", "beyond-int64", "huge", "integral-float")} <= right
        if node.shape("string") and node.shape("string").value("format") == "date-time":  # type: ignore[union-attr]
            assert {f"{place}.{slug}" for slug, _, _ in DATE_TIMES} <= right
            assert f"{place}.format-broken-1" in wrong
        if node.shape("object") and node.children:
            assert f"{place}.unknown-property" in right, place
    assert {"smallest", "fullest", "unknown-property"} <= right
