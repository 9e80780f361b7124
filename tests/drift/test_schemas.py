"""Drift: each keyword that is added, removed, narrowed or widened, and what it does to the valid values."""

import copy
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from conformance.contract.contract import Contract
from conformance.drift.changes import Effect
from conformance.drift.operations import compare
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json, try_read
from conformance.strategies.random.from_hypothesis import (
    InvalidBody,
    environment_requests,
    invalid_environment_requests,
)

from ..strategies.contracts import cases_of, contract_of, standard  # noqa: TID252 (helpers of the room beside)

NARROWED, WIDENED, BOTH, NONE = Effect.NARROWED, Effect.WIDENED, Effect.BOTH, Effect.NONE
TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
OBJECT = {"type": "object"}
ONE = {"type": "object", "properties": {"a": TEXT}}
OTHER = {"type": "object", "properties": {"b": WHOLE}}
CLOSED = {"additionalProperties": False}

ONE_WAY: list[tuple[str, Any, Any]] = [
    # The rule, a schema, and one that allows less.
    ("minimum", WHOLE, {**WHOLE, "minimum": 1}),
    ("minimum", {**WHOLE, "minimum": 1}, {**WHOLE, "minimum": 2}),
    ("minimum", {**WHOLE, "minimum": 1}, {**WHOLE, "exclusiveMinimum": 1}),
    ("minimum", {**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 1}),
    ("maximum", {**NUMBER, "maximum": 2.5}, {**NUMBER, "maximum": 2}),
    ("maximum", {**WHOLE, "maximum": 3}, {**WHOLE, "exclusiveMaximum": 3}),
    ("multipleOf", NUMBER, {**NUMBER, "multipleOf": 0.5}),
    ("multipleOf", {**WHOLE, "multipleOf": 2}, {**WHOLE, "multipleOf": 4}),
    ("type", NUMBER, WHOLE),
    ("type", {"type": ["string", "null"]}, TEXT),
    ("type", {"anyOf": [TEXT, {"type": "null"}]}, TEXT),
    ("type", True, WHOLE),
    ("minLength", TEXT, {**TEXT, "minLength": 1}),
    ("maxLength", {**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 8}),
    ("pattern", TEXT, {**TEXT, "pattern": "^a"}),
    ("format", TEXT, {**TEXT, "format": "date-time"}),
    ("enum", TEXT, {"enum": ["a", "b"]}),
    ("enum", {"enum": ["a", "b"]}, {"enum": ["b"]}),
    ("enum", {"type": "boolean"}, {"const": True}),
    ("minItems", {"type": "array"}, {"type": "array", "minItems": 1}),
    ("uniqueItems", {"type": "array"}, {"type": "array", "uniqueItems": True}),
    ("items", {"type": "array"}, {"type": "array", "items": TEXT}),
    ("minLength", {"type": "array", "items": TEXT}, {"type": "array", "items": {**TEXT, "minLength": 1}}),
    ("maxProperties", {"type": "object"}, {"type": "object", "maxProperties": 3}),
    ("additionalProperties", {"type": "object"}, {"type": "object", "additionalProperties": False}),
    ("additionalProperties", {"type": "object"}, {"type": "object", "additionalProperties": TEXT}),
    ("required", ONE, {**ONE, "required": ["a"]}),
    ("property-added", OBJECT, ONE),
    ("required-property-added", OBJECT, {**ONE, "required": ["a"]}),
    ("property-removed", {**ONE, **CLOSED}, {**OBJECT, "properties": {}, **CLOSED}),
    ("alternative", {"oneOf": [ONE, OTHER]}, {"oneOf": [ONE]}),
]

UNCHANGED: list[tuple[Any, Any]] = [
    ({**WHOLE, "minimum": 2}, {**WHOLE, "exclusiveMinimum": 1}),
    (WHOLE, {**NUMBER, "multipleOf": 1}),
    ({**WHOLE, "multipleOf": 0.5}, WHOLE),
    ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    ({"const": 1}, {"enum": [1]}),
    ({"type": "boolean"}, {"type": "boolean", "enum": [True, False]}),
    ({"anyOf": [TEXT, {"type": "null"}]}, {"type": ["null", "string"]}),
    ({"allOf": [{**TEXT, "minLength": 1}, {"maxLength": 3}]}, {**TEXT, "minLength": 1, "maxLength": 3}),
    ({"type": "object"}, {"type": "object", "additionalProperties": True, "properties": {}}),
    ({**TEXT, "minLength": 0}, TEXT),
    ({"type": "array", "uniqueItems": False}, {"type": "array", "items": {}}),
    ({**TEXT, "format": "made-up", "title": "a"}, {**TEXT, "format": "made-up", "examples": ["b"]}),
]


def around(schema: Any) -> Contract:
    """Return the contract of a body with one required property."""
    return contract_of({"type": "object", "properties": {"p": schema}, "required": ["p"]})


def told(old: Contract, new: Contract) -> list[tuple[str, Effect]]:
    """Return rule and effect of each change that may move a value from valid to invalid or back."""
    found = compare(old.document, new.document, old.operation)
    return [(change.rule, change.effect) for change in found if change.effect is not NONE]


@pytest.mark.parametrize(("rule", "wide", "narrow"), ONE_WAY)
def test_a_keyword_narrows_one_way_and_widens_the_other(rule, wide, narrow):
    """One change, with the rule by which it is known."""
    assert [(rule, NARROWED)] == told(around(wide), around(narrow))
    back = {"property-added": "property-removed", "required-property-added": "required-property-removed",
            "property-removed": "property-added"}.get(rule, rule)  # fmt: skip
    assert [(back, WIDENED)] == told(around(narrow), around(wide))


@pytest.mark.parametrize(("old", "new"), UNCHANGED)
def test_schemas_that_allow_the_same_differ_in_nothing(old, new):
    """However they are written."""
    assert [] == told(around(old), around(new))


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("enum", {"enum": ["a", "b"]}, {"enum": ["b", "c"]}),
        ("multipleOf", {**WHOLE, "multipleOf": 2}, {**WHOLE, "multipleOf": 3}),
        ("type", TEXT, WHOLE),
        ("pattern", {**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}),
        ("enum", {**TEXT, "maxLength": 1}, {"enum": ["a", "bb"]}),
    ],
)
def test_a_change_may_narrow_and_widen_at_once(rule, old, new):
    """Some values became invalid, and others valid."""
    assert [(rule, BOTH)] == told(around(old), around(new))


SEEDS = int(os.environ.get("CONFORMANCE_DRIFT", "40"))
"""How many pairs of documents are compared; 300 take ten minutes."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["count"],
    "properties": {
        "count": {"type": "integer", "minimum": 1, "maximum": 50},
        "share": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
        "label": {"anyOf": [{"type": "string", "minLength": 2, "maxLength": 9}, {"type": "null"}]},
        "mode": {"enum": ["KEEP", "DROP", "WAIT"]},
        "tags": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string"}},
        "inner": {"type": "object", "properties": {"on": {"type": "boolean"}, "size": {"type": "integer"}}},
    },
}


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema in a schema."""
    if isinstance(schema, dict):
        yield schema
        for each in (*schema.get("properties", {}).values(), schema.get("items"), *schema.get("anyOf", ())):
            yield from parts(each)


def mutated(schema: Any, chance: random.Random) -> Any:
    """Return a schema in which one keyword is added, removed or changed."""
    made = copy.deepcopy(schema)
    part = chance.choice(list(parts(made)))
    part_type = part.get("type")
    ways: list[Callable[[], object]] = []
    for keyword in ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"):
        if keyword in part:
            ways += [
                lambda k=keyword: part.update({k: part[k] + chance.choice([-1, 1])}),
                lambda k=keyword: part.pop(k),
            ]
    if part_type in ("integer", "number"):
        ways += [
            lambda: part.update(exclusiveMaximum=chance.choice([7, 20])),
            lambda: part.update(multipleOf=chance.choice([2, 1, 0.5])),
        ]
        ways += [lambda: part.update(type="number" if part_type == "integer" else "integer")]
    if part_type == "string":
        ways += [lambda: part.update(maxLength=chance.choice([5, 12])), lambda: part.update(type=["string", "null"])]
    if "enum" in part:
        ways += [part["enum"].pop, lambda: part["enum"].append("MORE"), lambda: part.pop("enum")]
    if "anyOf" in part:
        ways += [part["anyOf"].pop, lambda: part["anyOf"].append({"type": "boolean"})]
    if part_type == "array":
        ways += [lambda: part.update(uniqueItems=True), lambda: part.pop("items", None)]
    if part_type == "object":
        names = list(part["properties"])
        ways += [lambda: part.update(additionalProperties=chance.choice([True, False]))]
        ways += [
            lambda: part["properties"].pop(chance.choice(names)),
            lambda: part["properties"].update(more={"type": "boolean"}),
        ]
        ways += [lambda: part.update(required=[chance.choice(names)]), lambda: part.pop("required", None)]
    chance.choice(ways or [lambda: part.update(title="another")])()
    return made  # fmt: skip


def drawn(contract: Contract, most: int = 8) -> list[Json]:
    """Return bodies that Hypothesis draws, valid ones and invalid ones."""
    found: list[Json] = []
    quiet = settings(
        max_examples=most, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    def valid(body: Json) -> None:
        found.append(body)

    def invalid(body: InvalidBody) -> None:
        found.append(body.body)

    quiet(given(environment_requests(contract=contract))(valid))()
    quiet(given(invalid_environment_requests(contract=contract))(invalid))()
    return found


def samples(contract: Contract) -> list[Json]:
    """Return the bodies of the catalogue, and random ones."""
    texts = [try_read(case.request.body) for case in cases_of(standard(contract))]
    return [text.value for text in texts if text is not None] + drawn(contract)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_effect_is_what_sampled_values_show(seed):
    """Of bodies made for either schema, some became invalid (valid) exactly where `narrowed` (`widened`) is told."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    old_schema = SCHEMA
    for _ in range(chance.randrange(3)):
        old_schema = mutated(old_schema, chance)
    try:
        old, new = contract_of(old_schema), contract_of(mutated(old_schema, chance))
        values = [*samples(old), *samples(new)]
    except ContractError:
        pytest.skip("a schema that nothing, or everything, fits")
    verdicts = {(old.request_validator.holds(value), new.request_validator.holds(value)) for value in values}
    effects = {effect for _, effect in told(old, new)}
    assert ((True, False) in verdicts) == bool(effects & {NARROWED, BOTH}), told(old, new)
    assert ((False, True) in verdicts) == bool(effects & {WIDENED, BOTH}), told(old, new)
