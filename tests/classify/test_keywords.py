"""Keywords: which of them a value breaks, and which alternative it is meant for."""

from decimal import Decimal
from typing import Any

import pytest

from conformance.classify.keywords import broken, fits, nearest
from conformance.model.jsontext import Json

from ..strategies.contracts import contract_of  # noqa: TID252 - test modules are found by path


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, 0, {"minimum"}),
        ({"type": "integer", "exclusiveMaximum": 9, "multipleOf": 2}, 9, {"exclusiveMaximum", "multipleOf"}),
        ({"type": "number", "multipleOf": 0.1}, Decimal("0.3"), set()),
        ({"type": "number", "multipleOf": 0.1}, 0.3, set()),
        ({"type": "string", "minLength": 2, "pattern": "^[a-z]+$"}, "A", {"minLength", "pattern"}),
        ({"type": "string", "pattern": r"^\p{Lu}$"}, "any", {"pattern"}),
        ({"type": "string", "pattern": r"^\p{Lu}$"}, "A", set()),
        ({"type": "string", "format": "date"}, "02.01.2026", {"format"}),
        ({"type": "string", "format": "unknown"}, "any", set()),
        ({"type": "string", "enum": ["a", "b"]}, "A", {"enum"}),
        ({"const": 1}, Decimal("1.0"), set()),
        ({"type": "array", "minItems": 1, "maxItems": 2}, [], {"minItems"}),
        ({"type": "array", "maxItems": 2, "uniqueItems": True}, [1, 1, 1], {"maxItems", "uniqueItems"}),
        ({"type": "object", "minProperties": 1, "maxProperties": 1}, {"a": 1, "b": 2}, {"maxProperties"}),
        ({"type": "object", "additionalProperties": False}, {"a": 1}, {"additionalProperties"}),
    ],
)
def test_broken_keywords_are_found(schema: Any, value: Json, expected: set[str]) -> None:
    """Each keyword that the value breaks by itself, and no other."""
    (shape,) = contract_of(schema).request.shapes
    assert expected == broken(shape, value)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [("integer", Decimal("1.0"), True), ("number", 1, True), ("integer", 1.5, False), ("boolean", 0, False)],
)
def test_integers_are_numbers(type_: str, value: Json, expected: bool) -> None:  # noqa: FBT001 (a column of a table)
    """A number without a fraction is an integer, an integer is a number, and 0 is no boolean."""
    (shape,) = contract_of({"type": type_}).request.shapes
    assert expected is fits(shape, value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"kind": "b", "n": 1}, 1), ({"kind": "a"}, 0), ({"n": 1}, 1), ({}, 0), ("x", 2), (None, 0)],
)
def test_a_value_is_meant_for_the_nearest_alternative(value: Json, expected: int) -> None:
    """The alternative of its type with least wrong; of equally wrong ones that which knows more of its properties."""
    first = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}}}
    second = {"type": "object", "properties": {"kind": {"const": "b"}, "n": {"type": "integer"}}, "required": ["kind"]}
    node = contract_of({"oneOf": [first, second, {"type": "string"}]}).request
    assert expected == nearest(node, value)


@pytest.mark.parametrize(
    ("items", "unique"),
    [
        ([1, True, "1", None, [], {}, False, 0], True),
        ([1, 2, Decimal("1.0")], False),
        ([{"a": 1, "b": [2]}, {"b": [Decimal("2.0")], "a": 1}], False),
        ([{"a": 1}, {"a": True}], True),
        ([["a"], "a", ["a"]], False),
        ([[None], [False], [0]], True),
    ],
)
def test_equal_items_are_found(items: list[Json], unique: bool) -> None:  # noqa: FBT001 (a column of a table)
    """Items repeat where JSON Schema calls them equal: 1 and 1.0 are, 1 and true are not."""
    (shape,) = contract_of({"type": "array", "uniqueItems": True}).request.shapes
    assert (frozenset() if unique else frozenset({"uniqueItems"})) == broken(shape, items)
