"""Other people's schemas: whatever keywords they have, cases are made, their labels are right, and the mock agrees."""

from typing import Any

import pytest

from conformance.contract.contract import Contract
from conformance.model.case import holder
from conformance.model.errors import ContractError
from conformance.model.json_values import body_value, held_objects
from conformance.model.pointer import generalised
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .agreement import catalogue_cases, disagreements, drawn
from .contracts import contract_of

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
NODE = {"$ref": "#/components/schemas/Node"}


def holding(schema: Any, **more: Any) -> dict[str, Any]:
    """Return an object that requires a property of a schema."""
    return {"type": "object", "required": ["v"], "properties": {"v": schema}, **more}


SCHEMAS: dict[str, Any] = {
    "true": True,
    "empty": {},
    "false property": {"type": "object", "properties": {"a": TEXT, "gone": False}},
    "any or text": {"type": "array", "items": holding({"oneOf": [TEXT, {}]})},
    "const object": holding({"const": {"x": 1}}),
    "enum of arrays": holding({"enum": [[1, 2], {"a": [None]}]}),
    "exclusive multiples": holding({"oneOf": [{**WHOLE, "multipleOf": 3}, {**WHOLE, "multipleOf": 5}]}),
    "not both": {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "not": {"required": ["a", "b"]}},
    "undeclared required": {"type": "object", "required": ["x"], "properties": {"a": TEXT, "b": WHOLE}},
    "two patterns": holding({"allOf": [{**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "b$"}]}),
    "names by pattern": {
        "type": "object", "patternProperties": {"^x-": TEXT}, "additionalProperties": False, "minProperties": 2,
    },
    "rule of names": {"type": "object", "propertyNames": {"pattern": "^[A-Z]{3}-\\d$"}, "minProperties": 1},
    "map": {"type": "object", "additionalProperties": WHOLE},
    "map of maps": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": TEXT}},
    "tuple": holding({"type": "array", "prefixItems": [TEXT, WHOLE], "items": False, "minItems": 2}),
    "open tuple": holding({"type": "array", "prefixItems": [TEXT], "items": WHOLE, "minItems": 3}),
    "contains": holding({"type": "array", "items": WHOLE, "contains": {"minimum": 7}, "minContains": 2}),
    "condition": {
        "type": "object", "properties": {"t": {"enum": ["x", "y"]}, "a": TEXT},
        "if": {"properties": {"t": {"const": "x"}}}, "then": {"required": ["a"]},
    },
    "condition otherwise": holding(WHOLE, **{
        "if": {"properties": {"v": {"minimum": 10}}}, "then": {"required": ["w"]}, "else": {"required": ["z"]},
    }),
    "dependents": {
        "type": "object", "properties": {"card": TEXT, "address": TEXT}, "dependentRequired": {"card": ["address"]},
    },
    "dependent schemas": {
        "type": "object", "properties": {"card": TEXT},
        "dependentSchemas": {"card": {"properties": {"address": TEXT}, "required": ["address"]}},
    },
    "unevaluated": {
        "allOf": [{"type": "object", "properties": {"a": TEXT}}, {"type": "object", "properties": {"b": TEXT}}],
        "unevaluatedProperties": False,
    },
    "unevaluated items": holding({"type": "array", "prefixItems": [WHOLE], "unevaluatedItems": False}),
    "tuple that ends": holding({"type": "array", "prefixItems": [WHOLE, {"type": "string", "enum": [1]}, TEXT]}),
    "tuple that ends by a false schema": holding({"type": "array", "prefixItems": [WHOLE, False, TEXT]}),
    "no items": {"type": "array", "maxItems": 0, "items": TEXT},
    "long": holding({**TEXT, "minLength": 5_000}),
    "many": holding({"type": "array", "items": WHOLE, "minItems": 60}),
    "letters": holding({**TEXT, "pattern": r"^\p{Lu}\p{L}{1,20}-\p{N}$"}),
    "named groups": holding({**TEXT, "pattern": r"^(?<year>\d{4})-\k<year>$"}),
    "classes": holding({**TEXT, "pattern": r"^[\w-_]{3}[^]$"}),
    "formats": {"type": "object", "properties": {
        name: {**TEXT, "format": name} for name in ("iri", "uri-template", "idn-email", "uri-reference", "byte", "uuid")
    }},
    "empty name": {"type": "object", "properties": {"": {"type": "boolean"}, "a/b": TEXT, "c~d": WHOLE}},
    "different objects": {"type": "array", "minItems": 3, "uniqueItems": True, "prefixItems": [
        {"type": "object"}, {"type": "object", "maxProperties": 0}], "items": {"type": "object"}},
    "only null": {"type": "object", "properties": {"a": {"const": None}, "b": {"type": "null"}}},
    "null item": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "null"}}}},
    "two objects in a list": {"type": "array", "items": {"anyOf": [
        holding({"type": "object", "properties": {"min": WHOLE}}),
        holding({"type": "object", "properties": {"q": TEXT}}),
    ]}},
    "union of tagged": {"anyOf": [
        {"type": "object", "properties": {"t": {"const": tag}, "r": TEXT}} for tag in ("a", "b")
    ]},
    "recursion": {"$ref": "#/components/schemas/Node"},
    "required recursion": holding(NODE),
    "recursion in a list": {"type": "array", "minItems": 1, "items": NODE},
    "mutual": {"$ref": "#/components/schemas/A"},
    "filter": {"$ref": "#/components/schemas/Filter"},
}  # fmt: skip
"""Small schemas, each with what others stumble over."""

COMPONENTS = {"schemas": {
    "Node": {"type": "object", "required": ["next"], "properties": {"next": {"anyOf": [NODE, {"type": "null"}]}}},
    "A": {"type": "object", "required": ["b"], "properties": {
        "b": {"oneOf": [{"$ref": "#/components/schemas/B"}, TEXT]}}},
    "B": {"type": "object", "required": ["a"], "properties": {
        "a": {"oneOf": [{"$ref": "#/components/schemas/A"}, WHOLE]}}},
    "Filter": {"anyOf": [
        *({"type": "object", "required": [name], "properties": {
            name: {"type": "array", "items": {"$ref": "#/components/schemas/Filter"}}}} for name in ("all", "any")),
        {"type": "object", "required": ["field"], "properties": {"field": TEXT}},
    ]},
}}  # fmt: skip


def contract(name: str) -> Contract:
    """Return the contract of an operation that takes and returns one of the schemas."""
    return contract_of(SCHEMAS[name], SCHEMAS[name], components=COMPONENTS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_case_has_the_right_label(name: str) -> None:
    """The smallest valid body is found, both validators agree with each label, and the mock does as it says."""
    cases = catalogue_cases(contract(name))
    assert [] == disagreements(contract(name), cases)
    assert {"accept.smallest"} <= {case.id for case in cases}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCHEMAS)
def test_random_bodies_have_the_right_label(name: str) -> None:
    """What is drawn has the right label as well; what cannot be labelled is rare."""
    found = drawn(contract(name), 60)
    assert [] == disagreements(contract(name), found)
    # Of a schema with a single valid body there is nothing to draw twice.
    accepted = [case for case in found if case.expectation is Expectation.ACCEPTED]
    assert len(accepted) > (0 if name == "no items" else 30)


@pytest.mark.parametrize("name", ["dependents", "not both", "condition otherwise", "unevaluated items"])
def test_what_the_schema_forbids_as_a_whole_is_rejected(name: str) -> None:
    """A body whose parts are all valid has a case where the schema forbids it, and a requirement speaks of it."""
    cases = [case for case in catalogue_cases(contract(name)) if case.id.startswith("reject.schema.")]
    assert [True] == list({case.requirements[0].startswith("reject.") for case in cases})


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"enum": ["Equals", "Less"]},
        {"const": "q"},
        {"minLength": 20},
        {"maxLength": 1},
        {"pattern": "^[A-Z]{3}-\\d$"},
        {"anyOf": [{"pattern": "^q+$"}, {"maxLength": 0}]},
        {"$ref": "#/components/schemas/Name"},
    ],
)
def test_a_map_has_names_that_its_rule_allows(rule: Any) -> None:
    """Whatever the rule of the names of a map is, each object that has invalid members has valid ones as well."""
    members = {"type": "object", "additionalProperties": {"type": ["string", "boolean"]}}
    schema = holding({"type": "object", "propertyNames": rule, "additionalProperties": members})
    schemas = {"Name": {"type": "string", "minLength": 30}}
    cases = catalogue_cases(contract_of(schema, components={"schemas": schemas}))
    accepted = [case for case in cases if case.expectation is Expectation.ACCEPTED]
    held = {place for case in accepted for place in held_objects(body_value(case.request.body))}
    places = {generalised(holder(case)) for case in cases if case.expectation is Expectation.REJECTED}
    assert "/v/" in {place[:3] for place in places}
    assert set() == places - held - {""}


def test_what_cannot_be_proven_is_counted() -> None:
    """A case whose body the schema forbids beside what it is about is not among the items, and its id is known."""
    lost: list[str] = []
    items = catalogue(contract("not both"), Profile.STANDARD, Knowledge(), lost)
    assert "accept.all.upper-case" in lost
    assert set() == {item.id for item in items} & set(lost)


def test_an_example_stands_in_for_what_cannot_be_made() -> None:
    """Where no valid body can be constructed, an example of the document is the smallest body."""
    schema = holding({**TEXT, "pattern": r"^(?!.*(.).*\1)[b-d]{3}[x-z]$"})
    example = {"v": "bcdx"}
    schema["examples"] = [{"v": "bb"}, example]
    made = Builder(contract_of(schema), {})
    assert made.contract.request_validator.holds(made.smallest)  # type: ignore[arg-type]


def test_a_schema_that_nothing_fits_is_told() -> None:
    """What no body can keep ends with the keyword in the way, and where an example belongs."""
    with pytest.raises(
        ContractError, match=r"`\w+` of #/.* forbids what was tried; add a valid request as #/.*/example"
    ):
        catalogue_cases(contract_of(holding({**WHOLE, "allOf": [{"minimum": 3}, {"maximum": 2}]})))
