"""Response shape by other documents: bounds, closed objects, composition, and what two validators make of them."""

from typing import Any

import pytest

from conformance.checks.response import shape
from conformance.checks.shared.differences import with_article
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.finding import Finding, Pass
from conformance.model.jsontext import type_name

from .subjects import body_of, case, contract_of, findings, only, passed, passes, subject

CLOSED = {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "integer", "minimum": 1}}}


def test_closed_objects_and_bounds() -> None:
    """In another document: a member that a closed object does not declare, a bound, and an item of an array."""
    schema = {"type": "object", "properties": {"items": {"type": "array", "items": CLOSED}}}
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    right = case(target="/things", sent={})
    closed = next(
        each.id for each in of.requirements if each.id.endswith("additionalProperties") and "response" in each.id
    )
    bound = next(each.id for each in of.requirements if each.id.endswith("a.minimum") and "response" in each.id)
    assert {closed, bound} <= set(passed(shape(subject(right, answer={"items": [{"a": 1}]}, of=of))))
    said = list(shape(subject(right, answer={"items": [{"a": 1}, {"\ud800odd": 1}, {"b": 2}]}, of=of)))
    (found,) = findings(said)
    assert closed == found.requirement
    assert f"{closed} | /items/* | response additionalProperties | a closed object | an unknown property" == (
        str(found.cause)
    )
    assert "Returns an unknown property in a closed object" == found.sentence
    assert "/items/1/\ufffdodd" == found.pointer
    assert bound in passes(said)
    found = only(
        each
        for each in shape(subject(right, answer={"items": [{"a": 0}, {"a": 0}]}, of=of))
        if not isinstance(each, Pass)
    )
    assert (bound, "/items/0/a", "1", "0") == (found.requirement, found.pointer, found.expected, found.actual)
    assert "response minimum | a value | an integer" == str(found.pattern)
    assert "Returns a value that violates `minimum`" == found.sentence
    assert "Returns `0` for `a`, which violates `minimum`" == found.message


def test_bounds_of_objects_and_null_alone() -> None:
    """In another document: a bound of an object is exercised by an object, and null may be all that is due."""
    schema = {
        "type": "object",
        "minProperties": 1,
        "properties": {
            "nothing": {"type": "null"},
            "held": {"type": "object", "additionalProperties": {"type": "null"}},
        },
    }
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    right = case(target="/things", sent={})
    assert of.response is not None
    assert f"response.{of.response.label}.minProperties" in passed(
        shape(subject(right, answer={"nothing": None}, of=of))
    )
    (found,) = findings(shape(subject(right, answer={"nothing": 1}, of=of)))
    assert ("response type | no value | an integer", "null") == (str(found.pattern), found.expected)
    (found,) = findings(shape(subject(right, answer={"held": {"x": 1}}, of=of)))
    assert f"response.{of.response.label}.held.values.type" == found.requirement


def test_rows_hidden_by_composition() -> None:
    """A violation whose requirement the document's composition hides speaks for the whole body."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "object"}},
        "additionalProperties": {"type": "integer"},
        "not": {"required": ["b"]},
    }
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    right = case(target="/things", sent={})
    assert of.response is not None
    root = f"response.{of.response.label}.type"
    found = findings(shape(subject(right, answer={"x": "y"}, of=of)))
    assert [f"response.{of.response.label}.values.type"] == [each.requirement for each in found]
    assert "/x" not in found[0].place
    assert [root] == [each.requirement for each in findings(shape(subject(right, answer={"b": 1}, of=of)))]


def answers(schema: dict[str, Any], answer: Any) -> Finding:
    """Return the one finding of an answer by another document."""
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of(schema)}})
    (found,) = findings(shape(subject(case(target="/things", sent={}), answer=answer, of=of)))
    assert found.requirement in of.by_id
    return found


def test_several_types() -> None:
    """Of a place that may be of several types all are told, null aside in the pattern."""
    found = answers({"type": "object", "properties": {"a": {"type": ["string", "integer", "null"]}}}, {"a": True})
    assert "response type | an integer or a string | a boolean" == str(found.pattern)
    assert "Returns a boolean where an integer or a string is required" == found.sentence
    assert "an integer or null or a string" == found.expected


def test_an_object_that_is_closed_in_a_roundabout_way() -> None:
    """A member that only a composed schema forbids is told of the whole body."""
    schema = {"type": "object", "properties": {"a": {}}, "dependentSchemas": {"a": {"additionalProperties": False}}}
    found = answers(schema, {"a": 1})
    assert "response additionalProperties | a closed object | an unknown property" == str(found.pattern)
    assert found.requirement.endswith(".type")


@pytest.mark.parametrize(
    ("schema", "answer", "kind"),
    [
        ({"type": "array", "items": {"type": "string"}}, {}, "an array"),
        ({"type": "string"}, [], "a string"),
        ({"type": "object"}, 1, "an object"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, [], "an object"),
        ({"oneOf": [{"type": "object", "properties": {"a": {}}}, {"type": "array"}]}, "x", "an array or an object"),
    ],
)
def test_a_body_that_declares_no_member(schema: dict[str, Any], answer: Any, kind: str) -> None:
    """An answer of another type than the whole body is to have is found, whatever the body may hold."""
    found = answers(schema, answer)
    assert f"Returns {with_article(type_name(answer))} where {kind} is required" == found.sentence
    assert found.requirement.endswith(".type")


def test_members_beside_items() -> None:
    """Where a place may be an array or an object, a member of the object is no item of the array."""
    schema = {"type": ["array", "object"], "items": {"type": "string"}, "additionalProperties": {"type": "integer"}}
    held = {"type": "object", "properties": {"held": schema}}
    assert "/held" == answers(held, {"held": {"x": "y"}}).place
    assert "/held/*" == answers(held, {"held": [1]}).place


def test_what_was_expected_where_only_one_validator_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where jsonschema fails on a value, the sentence of jsonschema-rs tells what was due."""

    def broken(*_: object) -> Any:
        raise ArithmeticError

    monkeypatch.setattr(BodyValidator, "violations", broken)
    found = answers({"type": "object", "properties": {"a": {"type": "integer", "minimum": 5}}}, {"a": 1})
    assert "response minimum | a value | an integer" == str(found.pattern)
    assert "1 is less than the minimum of 5" == found.expected
