"""Kinds: what is wrong with a value, in the words that all callers share."""

from decimal import Decimal
from typing import Any

import pytest

from conformance.classify.kinds import enum_kind, kind_of, type_kind, undeclared_kind
from conformance.contract.requirements.derived import BOUNDS
from conformance.model.jsontext import Json
from conformance.strategies.values import classes

from ..strategies.contracts import contract_of  # noqa: TID252 - test modules are found by path


@pytest.mark.parametrize(
    ("types", "value", "expected"),
    [
        ("integer", None, "null"),
        ("integer", False, "a boolean"),
        ("integer", Decimal("1.5"), "a number with a fraction"),
        ("integer", "", "the empty string"),
        ("integer", "1.5", "a string"),
        ("integer", "1.0", "a quoted number"),
        ("integer", "true", "a string"),
        ("integer", "null", "a string"),
        ("integer null", "null", "quoted null"),
        ("boolean", 1, "0 or 1"),
        ("boolean", 2, "an integer"),
        ("boolean", Decimal("1e3"), "an integer"),
        ("boolean", "Yes", "a quoted boolean"),
        ("boolean", "1", "a quoted number"),
        ("string", 1, "an integer"),
        ("object", [], "an array"),
        ("object", [{}], "a one-item array"),
        ("array", {}, "an object"),
    ],
)
def test_a_value_of_a_wrong_type_is_named(types: str, value: Json, expected: str) -> None:
    """By its type, and by what a lax parser would read it as."""
    assert expected == type_kind(frozenset(types.split()), value)


def test_what_is_due_is_named_beside_it() -> None:
    """The types that are allowed there, null aside."""
    node = contract_of({"type": ["integer", "string", "null"]}).request
    assert "an array where an integer or string is required" == kind_of(node, "type", [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", "the empty string"),
        (" KEEP", "an enum value with a leading space"),
        ("keep", "an enum value in other letter case"),
        ("KEE", "a truncated enum value"),
        ("KEEPER", "an unknown enum value"),
        (7, "an unknown enum value"),
    ],
)
def test_what_is_near_to_a_listed_value_is_told_apart(value: Json, expected: str) -> None:
    """Spaces, letter case and a lost end."""
    assert expected == enum_kind(["KEEP", "DROP"], value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("other", 1, "an unknown property"),
        ("other", None, "an unknown property with the value null"),
        ("MIN_REPLICA", 1, "a property name in other letter case"),
        ("minReplica", 1, "a property name in camel case"),
        ("min-replica", None, "a property name in camel case"),
        ("min_replicas", 1, "a misspelled property name"),
        ("min_replic", 1, "a misspelled property name"),
        ("__proto__", 1, "the property __proto__"),
        ("", None, "a property with an empty name"),
    ],
)
def test_what_is_near_to_a_declared_name_is_told_apart(name: str, value: Json, expected: str) -> None:
    """Letter case, camel case, a letter more or less, and what parsers trip over."""
    shape = contract_of({"type": "object", "properties": {"min_replica": {}}}).request.shapes[0]
    assert f"{expected} in a closed object" == undeclared_kind(shape, name, value)


SCHEMAS: list[Any] = [
    {"type": "integer", "minimum": 1, "exclusiveMaximum": 9, "multipleOf": 2},
    {"type": "number", "exclusiveMinimum": 1, "maximum": 9},
    {"type": "string", "minLength": 2, "maxLength": 4},
    {"type": "string", "pattern": "^[A-Z]+$"},
    {"type": "string", "format": "date"},
    {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3, "uniqueItems": True},
    {"type": "object", "properties": {"a": {"type": "null"}}, "minProperties": 1},
    {"type": "object", "maxProperties": 2},
]


def test_every_bound_has_words_that_name_it() -> None:
    """A value of the catalogue that breaks a bound is called by that bound."""
    found = {
        value.keyword: value.kind
        for schema in SCHEMAS
        for value in classes.invalid_values(contract_of(schema).request)
        if value.keyword != "type"
    }
    assert set(BOUNDS) == found.keys()
    for keyword, kind in found.items():
        assert keyword in kind or keyword == "uniqueItems"
    assert "an object beyond minProperties" == found["minProperties"]
    assert "a string beyond maxLength" == found["maxLength"]
    assert "an array with two equal items" == found["uniqueItems"]
