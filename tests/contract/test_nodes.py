"""Nodes and shapes: what a schema allows at each place, compositions and references worked out."""

from types import NoneType
from typing import Any

import pytest

from conformance.contract.schemas.nodes import Node, find, occurrences

from .documents import contract_of, node_of

INTEGER = {"type": "integer"}
NULL = {"type": "null"}
TO_A = {"$ref": "#/components/schemas/A"}
TO_B = {"$ref": "#/components/schemas/B"}


def types(node: Node) -> list[str]:
    """Return the types of the shapes of a node, in order."""
    return [shape.type for shape in node.shapes]


def keywords(node: Node, type_: str) -> dict[str, Any]:
    """Return the keywords in force for a type, with their values."""
    shape = node.shape(type_)
    assert shape is not None
    return {name: keyword.value for name, keyword in shape.keywords.items() if name != "type"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, ["null", "boolean", "number", "string", "array", "object"]),
        ({}, ["null", "boolean", "number", "string", "array", "object"]),
        (False, []),
        (INTEGER, ["integer"]),
        ({"type": ["string", "null"]}, ["null", "string"]),
        ({"type": ["integer", "number"]}, ["number"]),
        ({"anyOf": [INTEGER, NULL]}, ["integer", "null"]),
        ({"oneOf": [INTEGER, {"type": "string"}]}, ["integer", "string"]),
        ({"allOf": [{"type": ["integer", "null"]}, {"type": ["integer", "string"]}]}, ["integer"]),
        ({"allOf": [{"type": "number"}, INTEGER]}, ["integer"]),
        ({"allOf": [INTEGER, {"type": "string"}]}, []),
        ({"anyOf": [False, INTEGER]}, ["integer"]),
        ({"allOf": [True, INTEGER]}, ["integer"]),
        ({"const": None}, ["null"]),
        ({"const": 1.0}, ["integer"]),
        ({"enum": ["a", 1.5, None]}, ["null", "number", "string"]),
        ({"type": "string", "enum": ["a", 1]}, ["string"]),
        ({"type": "string", "enum": [1]}, []),
        (TO_A, ["integer"]),
        ({"anyOf": [TO_A, NULL], "description": "beside"}, ["integer", "null"]),
        ({"$ref": "#/components/schemas/A", "anyOf": [{"type": "number"}, NULL]}, ["integer"]),
    ],
)
def test_types_that_are_allowed(schema: Any, expected: list[str]) -> None:
    """Every composition comes down to the JSON types that fit all of it."""
    assert sorted(expected) == sorted(types(node_of(schema, A=INTEGER)))


def test_keywords_beside_a_reference_hold_too() -> None:
    """In OpenAPI 3.1 what stands beside `$ref` applies together with what it refers to."""
    node = node_of({"$ref": "#/components/schemas/A", "maximum": 5, "default": 3}, A={**INTEGER, "minimum": 1})
    assert {"minimum": 1, "maximum": 5, "default": 3} == keywords(node, "integer")


def test_keywords_know_where_they_stand() -> None:
    """Each keyword is told with its own pointer, wherever composition found it."""
    shape = node_of({"allOf": [TO_A, {"maximum": 5}]}, A={**INTEGER, "minimum": 1}).shapes[0]
    assert "#/components/schemas/A/minimum" == shape.keywords["minimum"].pointer
    assert "#/schema/allOf/1/maximum" == shape.keywords["maximum"].pointer


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ({"minimum": 1}, {"minimum": 2}, {"minimum": 2}),
        ({"exclusiveMaximum": 1}, {"exclusiveMaximum": 2.5}, {"exclusiveMaximum": 1}),
        ({"multipleOf": 4}, {"multipleOf": 6}, {"multipleOf": 12}),
        ({"enum": [1, 2, 3]}, {"enum": [2.0, 3]}, {"enum": [2, 3]}),
    ],
)
def test_the_stricter_of_two_keywords_counts(one: Any, other: Any, both: Any) -> None:
    """Two schemas that both apply leave what both allow, in either order."""
    for parts in ([one, other], [other, one]):
        node = node_of({"type": "integer", "allOf": parts})
        assert both == keywords(node, "integer")
        assert not node.shapes[0].loose


@pytest.mark.parametrize(
    ("schema", "loose"),
    [
        ({"anyOf": [INTEGER, NULL]}, False),
        ({"oneOf": [INTEGER, NULL]}, False),
        ({"oneOf": [INTEGER, {"type": "number"}]}, True),
        ({"oneOf": [{"type": "object"}, {"type": "object", "required": ["a"]}]}, True),
        ({"allOf": [{"pattern": "a"}, {"pattern": "b"}]}, False),
        ({"allOf": [{"pattern": r"(a)\1"}, {"pattern": "b"}]}, True),
        ({"allOf": [{"pattern": "a"}, {"pattern": "a"}]}, False),
        ({"allOf": [{"multipleOf": 0.3}, {"multipleOf": 0.2}]}, True),
        ({"allOf": [{"properties": {"a": True}}, {"properties": {"b": True}}]}, False),
        ({"allOf": [{"properties": {"a": True}, "additionalProperties": False}, {"properties": {"b": True}}]}, True),
    ],
)
def test_what_keywords_cannot_say_is_marked(schema: Any, loose: bool) -> None:  # noqa: FBT001
    """Where a value may keep every keyword of a shape and be forbidden all the same, the shape says so."""
    assert loose is any(shape.loose for shape in node_of(schema).shapes)


def test_members_of_all_parts_are_members() -> None:
    """`allOf` joins members and what is required; a member that both declare must fit both."""
    one = {"type": "object", "properties": {"a": INTEGER, "b": {"type": ["string", "null"]}}, "required": ["a"]}
    other = {"type": "object", "properties": {"b": {"type": "string"}, "c": NULL}, "required": ["b"]}
    node = node_of({"allOf": [one, other]})
    found = {child.name: (types(child), child.required) for child in node.children}
    assert {"a": (["integer"], True), "b": (["string"], True), "c": (["null"], False)} == found


def test_alternatives_have_children_apart() -> None:
    """The members of each alternative of a union are nodes of their own, by the index of the shape."""
    card = {"type": "object", "properties": {"kind": {"const": "card"}}}
    cash = {"type": "object", "properties": {"kind": {"const": "cash"}, "sum": INTEGER}}
    node = node_of({"oneOf": [card, cash]})
    assert [["/kind"], ["/kind", "/sum"]] == [[child.path for child in node.members(index)] for index in (0, 1)]
    assert [["card"], ["cash"]] == [node.members(index)[0].shapes[0].value("enum") for index in (0, 1)]


def test_owners_and_paths() -> None:
    """A component owns its members; a schema without a name is known by its pointer; items have a star."""
    schema = {"type": "object", "properties": {"a/b": TO_A, "list": {"type": "array", "items": TO_A}}}
    node = node_of(schema, A={"type": "object", "properties": {"n": INTEGER}})
    assert [
        ("", "schema"),
        ("/a~1b", "schema.a/b"),
        ("/a~1b/n", "A.n"),
        ("/list", "schema.list"),
        ("/list/*", "schema.list.items"),
        ("/list/*/n", "A.n"),
    ] == [(each.path, each.label) for each in node.walk()]


def test_recursion_ends_at_the_second_turn() -> None:
    """A schema inside itself has no nodes below its second occurrence, and nothing runs for ever."""
    tree = {"type": "object", "properties": {"v": INTEGER, "left": TO_A, "all": {"type": "array", "items": TO_A}}}
    node = node_of(TO_A, A=tree)
    assert {"/v", "/left", "/left/v", "/all", "/all/*"} < {each.path for each in node.walk()}
    assert max(each.path.count("/") for each in node.walk()) < 6


def test_open_closed_and_neither() -> None:
    """Undeclared members may be allowed, forbidden, or allowed under conditions that no rule knows."""
    found = {}
    for value in (None, True, {}, False, {"type": "integer"}):
        shape = node_of({"type": "object"} | ({} if value is None else {"additionalProperties": value})).shapes[0]
        found[str(value)] = (shape.open, shape.closed, len(shape.unmodelled))
    assert {
        "None": (True, False, 0), "True": (True, False, 0), "{}": (True, False, 0), "False": (False, True, 0),
        "{'type': 'integer'}": (False, False, 1),
    } == found  # fmt: skip


def test_unknown_keywords_are_named_wherever_they_stand() -> None:
    """Below references, unions and members: each keyword that no rule knows, with its place, once."""
    inner = {"type": "object", "dependentRequired": {"a": ["b"]}, "title": "x", "x-own": 1}
    schema = {"type": "object", "properties": {"a": {"anyOf": [TO_A, NULL]}, "b": TO_A, "c": {"not": INTEGER}}}
    assert ("#/components/schemas/A dependentRequired", "#/schema/properties/c not") == node_of(
        schema, A=inner
    ).unmodelled


def test_find_and_occurrences() -> None:
    """Nodes are found by pointers with indices; the places of a body are told with theirs."""
    schema = {
        "type": "object",
        "properties": {"l": {"type": "array", "items": {"type": "object", "properties": {"n": {}}}}},
    }
    node = node_of(schema)
    assert "/l/*/n" == getattr(find(node, "/l/3/n"), "path", None)
    assert find(node, "/l/x") is None
    assert find(node, "/l/03/n") is None
    assert find(node, "/absent/deep") is None
    body: Any = {"l": [{"n": 1}, {"n": 2, "other": 3}, 4], "else": 5}
    assert ["", "/l", "/l/0", "/l/0/n", "/l/1", "/l/1/n", "/l/2"] == [place for _, place, _ in occurrences(node, body)]


@pytest.mark.parametrize(
    ("schema", "branches", "free"),
    [
        (INTEGER, {"integer": (0,), "number": ()}, {int}),
        ({"type": "number"}, {"integer": (0,), "number": (0,)}, {int}),
        ({"anyOf": [{"type": "number", "minimum": 1}, NULL]}, {"integer": (0,), "null": (1,)}, {NoneType}),
        ({"type": ["string", "boolean"]}, {"boolean": (0,), "string": (1,)}, {str, bool}),
        ({"anyOf": [{"type": "string", "maxLength": 1}, {"type": "string"}]}, {"string": (0, 1)}, set()),
        ({"type": ["boolean", "string"], "enum": [True]}, {"boolean": (0,), "string": ()}, set()),
        ({"type": ["object", "array", "null"]}, {"null": (0,), "array": (1,), "object": (2,)}, {NoneType}),
        ({"type": "string", "format": "date"}, {"string": (0,), "null": ()}, set()),
    ],
)
def test_branches_by_type(schema: Any, branches: dict[str, tuple[int, ...]], free: set[type]) -> None:
    """A type has its shapes, an integer those of numbers as well; it is free where none of its values can be wrong."""
    node = node_of(schema)
    assert branches == {each: node.branches(each) for each in branches}
    assert free == node.free_types


def test_what_an_object_needs() -> None:
    """The nodes that an object must have are those of its own branch."""
    one = {"type": "object", "properties": {"a": INTEGER, "b": INTEGER}, "required": ["b"]}
    other = {"type": "object", "properties": {"c": INTEGER}, "required": ["c"]}
    node = node_of({"oneOf": [one, other]})
    assert [["/b"], ["/c"]] == [[each.path for each in node.needed(branch)] for branch in (0, 1)]


def test_hidden_properties_are_known_from_above() -> None:
    """A node tells whether any property here or below does not belong into its body."""
    inner = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}}}
    assert [True, False] == [
        contract_of({"type": "object", "properties": {"a": each}}).request.hides for each in (inner, INTEGER)
    ]
