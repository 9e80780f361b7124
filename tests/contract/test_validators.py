"""Validators: two independent validators, and where exactly a value is wrong."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.contract import load_contract
from conformance.contract.schemas import explanation
from conformance.contract.schemas.explanation import Explainer
from conformance.contract.schemas.multiples import is_multiple
from conformance.contract.schemas.text_checks import keeps_format
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.jsontext import Json, read

from .documents import document_of

INTEGER = {"type": "integer"}
NULL = {"type": "null"}


def validator_of(schema: Any, **components: Any) -> BodyValidator:
    """Return the validator of one schema."""
    content = {"openapi": "3.1.0", "paths": {"schema": schema}, "components": {"schemas": components}}
    return BodyValidator(document_of(content), "#/paths/schema")


def places(schema: Any, value: Json) -> list[tuple[str, str]]:
    """Return pointer and keyword of each violation."""
    return [(each.pointer, each.keyword) for each in validator_of(schema).violations(value)]


@pytest.mark.parametrize(
    ("schema", "text", "valid"),
    [
        (INTEGER, "1.0", True),
        (INTEGER, "1e2", True),
        (INTEGER, "1.5", False),
        (INTEGER, "1e400", True),
        (INTEGER, "9007199254740993", True),
        (INTEGER, "true", False),
        ({"const": 9007199254740992}, "9007199254740993", False),
        ({"minimum": 0.1}, "0.1", True),
        ({"minimum": 0.1}, "0.09999999999999999999999", False),
        ({"multipleOf": 0.01}, "1.13", True),
        ({"multipleOf": 0.01}, "0.075", False),
        ({"multipleOf": 3}, "1" + "0" * 30, False),
        ({"enum": [1, "a"]}, "1.0", True),
        ({"enum": [1, "a"]}, "true", False),
        ({"uniqueItems": True}, "[1, 1.0]", False),
        ({"uniqueItems": True}, "[1, true]", True),
        ({"maxLength": 1}, '"\U0001f600"', True),
        ({"format": "date-time"}, '"yesterday"', False),
        ({"format": "date-time"}, '"2026-01-02T03:04:05.123456789+05:30"', True),
        ({"format": "date-time"}, "5", True),
        ({"format": "time"}, '"03:04:05Z"', True),
        ({"format": "unheard-of"}, '"anything"', True),
        (True, "[{}]", True),
        (False, "null", False),
    ],
)
def test_both_validators_say_the_same(schema: Any, text: str, valid: bool) -> None:  # noqa: FBT001
    """Numbers of any size and spelling, formats, equality: what JSON Schema says, said twice."""
    value, validator = read(text.encode()).value, validator_of(schema)
    assert (valid, valid) == (validator.is_valid(value), validator.is_valid_by_jsonschema(value))
    assert valid is not any(validator.violations(value))
    assert valid is not any(validator.fast_violations(value))
    assert valid is (validator.first_fast_violation(value) is None)


def test_references_into_components_are_known() -> None:
    """A schema may refer to others of the document, and to itself."""
    node = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Node"}, "v": INTEGER}}
    validator = validator_of({"$ref": "#/components/schemas/Node"}, Node=node)
    assert validator.is_valid({"child": {"child": {"v": 1}}})
    assert [("/child/child/v", "type")] == [
        (each.pointer, each.keyword) for each in validator.violations({"child": {"child": {"v": "1"}}})
    ]


UNION = {"anyOf": [{"type": "object", "properties": {"a": INTEGER}, "required": ["a"]}, NULL]}
CLOSED = {"type": "object", "properties": {"a": INTEGER}, "additionalProperties": False}
ALTERNATIVES = {
    "oneOf": [
        {"type": "object", "properties": {"kind": {"const": kind}, "n": INTEGER}, "required": ["kind"]}
        for kind in ("x", "y")
    ]
}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "object", "required": ["a", "b"]}, {}, [("/a", "required"), ("/b", "required")]),
        (CLOSED, {"b": 1, "c/d": 2}, [("/b", "additionalProperties"), ("/c~1d", "additionalProperties")]),
        (UNION, {"a": "x"}, [("/a", "type")]),
        (UNION, {}, [("/a", "required")]),
        (UNION, [], [("", "type")]),
        ({"properties": {"u": UNION}}, {"u": 3}, [("/u", "type")]),
        ({"items": {"properties": {"u": UNION}}}, [{}, {"u": {"a": None}}], [("/1/u/a", "type")]),
        (ALTERNATIVES, {"kind": "z"}, [("", "oneOf")]),
        (ALTERNATIVES, "x", [("", "type")]),
        ({"oneOf": [INTEGER, {"type": "number"}]}, 1, [("", "oneOf")]),
        ({"enum": ["a"]}, "b", [("", "enum")]),
        ({"allOf": [INTEGER, {"minimum": 3}]}, 1, [("", "minimum")]),
        ({"allOf": [{"minimum": 3}, {"minimum": 3}]}, 1, [("", "minimum")]),
    ],
)
def test_a_violation_is_told_at_its_place(schema: Any, value: Json, expected: list[tuple[str, str]]) -> None:
    """What is missing or should not be there is named itself; of a union, the branch that fits the type speaks."""
    assert expected == places(schema, value)


def test_a_violation_says_what_was_expected() -> None:
    """The value of the keyword goes with it, and the sentence has an end."""
    (found,) = validator_of({"enum": ["a"]}).violations("b" * 10_000)
    assert ["a"] == found.expected
    assert len(found.message) <= 500


def test_the_answer_of_the_published_operation() -> None:
    """Every member of the answer that is wrong is told, wherever it lies."""
    validator = load_contract().response_validator
    assert validator is not None
    places = {(each.pointer, each.keyword) for each in validator.violations({"name": 1, "current_deployment": []})}
    assert {("/name", "type"), ("/current_deployment", "type"), ("/model_id", "required")} <= places


@pytest.mark.parametrize(
    ("format_", "text", "kept"),
    [
        ("date", "2026-01-02", True),
        ("date", "x", False),
        ("no", "x", True),
        ("date-time", "\ud800", False),
        ("no", "\ud800", True),
    ],
)
def test_formats_alone(format_: str, text: str, kept: bool) -> None:  # noqa: FBT001 (an expectation)
    """A format can be asked for without a schema around it, of any text that JSON can write."""
    assert kept is keeps_format(format_, text)


decimals = st.decimals(-1000, 1000, places=3, allow_nan=False) | st.integers(-1000, 1000)
units = st.decimals("0.001", 1000, places=3).filter(bool) | st.integers(1, 1000)


@given(decimals, units)
def test_multiples_are_whole(value: Decimal | int, unit: Decimal | int) -> None:
    """A number is a multiple exactly when the division leaves nothing."""
    assert (Decimal(value) % Decimal(unit) == 0) is is_multiple(value, unit)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("1e1000000", 3, False),
        ("3e1000000", 3, True),
        ("1e-1000000", "0.01", False),
        ("0e5", 7, True),
        ("7e100", 70, True),
    ],
)
def test_multiples_of_any_size_are_told_at_once(value: str, unit: int | str, expected: bool) -> None:  # noqa: FBT001
    """Exponents are never written out."""
    assert expected is is_multiple(Decimal(value), Decimal(unit))


THING = {"type": "object", "properties": {"a": {"$ref": "#/$defs/text"}, "again": {"$ref": "#/$defs/thing"}}}
DEFINED: dict[str, Json] = {
    "thing": THING,
    "text": {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]},
    "a/b~c": {"type": "integer"},
    "ü": {"minimum": 3},
    "false": False,
    "y": {"type": "string"},
    "%C3%BC": {"type": "array"},
    "list": {"prefixItems": [{"$ref": "#/$defs/text"}]},
}
REFERRING: tuple[dict[str, Json], ...] = (
    {"$ref": "#/$defs/thing"},
    {"$ref": "#/$defs/thing", "required": ["b"]},
    {"properties": {"a": {"$ref": "#/$defs/a~1b~0c"}, "again": {"$ref": "#/$defs/%C3%BC"}}},
    {"properties": {"a": {"$ref": "#/$defs/ü"}, "again": {"$ref": "#/$defs/false"}}},
    {"properties": {"a": {"$ref": "#/$defs/list/prefixItems/0"}}},
    {"properties": {"again": {"$ref": "#"}, "a": {"type": "string"}}},
    {"properties": {"a": {"$ref": "#text"}}, "$defs": {"x": {"$anchor": "text", "type": "string"}}},
    {"properties": {"a": {"$id": "http://x/", "$ref": "#/$defs/y", "$defs": {"y": {"type": "null"}}}}},
    {"properties": {"a": {"$dynamicRef": "#d"}}, "$defs": {"x": {"$dynamicAnchor": "d", "type": "string"}}},
)
VALUES: tuple[Json, ...] = (
    {},
    {"a": 1},
    {"a": "long"},
    {"a": None, "again": {"a": "long", "again": {"a": [], "again": 1}}},
    {"again": {"again": {"again": {"a": 2.5}}}},
    {"a": 5, "again": 5},
    [],
    1,
)


@pytest.mark.parametrize("schema", REFERRING)
def test_references_that_are_followed_once_lead_where_jsonschema_goes(
    schema: dict[str, Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong is what jsonschema says by itself, in its order, the first time and later."""
    whole = {**schema, "$defs": {**DEFINED, **schema.get("$defs", {})}}  # type: ignore[dict-item]
    found = Explainer(whole)
    monkeypatch.setattr(explanation, "_moves_references", lambda _: True)
    expected = Explainer(whole)
    for value in VALUES * 2:
        assert list(expected.violations(value)) == list(found.violations(value))
    assert any(list(found.violations(value)) for value in VALUES)


@pytest.mark.parametrize("reference", ["#/$defs/nowhere", "#/nowhere/x", "nowhere", "#nowhere"])
def test_a_dangling_reference_is_an_error(reference: str) -> None:
    """A reference that leads nowhere is told each time, as jsonschema does."""
    explainer = Explainer({"properties": {"a": {"$ref": reference}}})
    for _ in range(2):
        with pytest.raises(Exception, match="nowhere"):
            list(explainer.violations({"a": 1}))
