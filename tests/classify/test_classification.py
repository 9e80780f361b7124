"""Classification: what a contract says of the bytes of a request body."""

from typing import Any

import pytest

from conformance.classify.classification import classify
from conformance.classify.requirements import BEYOND_PROSE
from conformance.contract.contract import Contract, load_contract
from conformance.model.jsontext import Json, Literal, Writable, encode
from conformance.model.vocabulary import Expectation

from ..strategies.contracts import DOCUMENTS, contract_of  # noqa: TID252 - test modules are found by path

NAME = "reject.CreateEnvironmentRequestV1.name"
SETTINGS = "reject.UpdateAutoscalingSettingsV1"
MIN = f"{SETTINGS}.min_replica"
ROLLING = "reject.UpdatePromotionSettingsV1.rolling_deploy"


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


def scaled(value: Writable) -> Writable:
    """Return a body with a value where an integer is required."""
    return {"name": "staging", "autoscaling_settings": {"min_replica": value}}


def rolled(value: Writable) -> Writable:
    """Return a body with a value where a boolean is required."""
    return {"name": "staging", "promotion_settings": {"rolling_deploy": value}}


ROUNDED = ("1.0000000000000000000001", "1e-400", "9007199254740992.5")

INVALID: list[tuple[Writable, str]] = [
    *((scaled(value), f"{MIN}.coercible") for value in ("1", "+1", " 1 ", "1.0", "1.5e3", True, False)),
    *((scaled(value), f"{MIN}.type") for value in ("", " ", "1.5", "0x10", "1_000", "inf", "nan", "abc", "true")),
    *((scaled(value), f"{MIN}.type") for value in (Literal("1.5"), [], [1], {})),
    *((scaled(Literal(text)), f"{MIN}.precision") for text in ROUNDED),
    *((rolled(value), f"{ROLLING}.coercible") for value in (0, 1, Literal("1.0"), "true", "FALSE", "yes", "off", "0")),
    *((rolled(value), f"{ROLLING}.type") for value in (2, Literal("0.5"), "", "abc", "2", [], {})),
    ({}, f"{NAME}.required"),
    ({"name": None}, f"{NAME}.type"),
    ([], "reject.CreateEnvironmentRequestV1.type"),
    ({"name": "a", "autoscaling_settings": {"more": 1}}, f"{SETTINGS}.additionalProperties"),
    (
        {"name": "a", "promotion_settings": {"promotion_cleanup_strategy": "keep"}},
        "reject.UpdatePromotionSettingsV1.promotion_cleanup_strategy.enum",
    ),
    (
        {"name": "a", "promotion_settings": {"promotion_cleanup_strategy": 1}},
        "reject.UpdatePromotionSettingsV1.promotion_cleanup_strategy.type",
    ),
]


@pytest.mark.parametrize(("body", "expected"), INVALID, ids=lambda each: str(each)[-50:])
def test_what_is_wrong_with_a_body(contract: Contract, body: Writable, expected: str) -> None:
    """One requirement speaks of one thing that is wrong."""
    found = classify(contract, encode(body))
    assert Expectation.REJECTED is found.expectation
    assert (expected,) == found.requirements
    assert [expected] == [each.requirement for each in found.defects]
    assert found.focus is found.defects[0]


def test_the_strongest_of_several_defects_speaks(contract: Contract) -> None:
    """What a lax parser converts comes after what must be refused, wherever it stands."""
    body: Json = {"name": 1, "autoscaling_settings": {"min_replica": "1", "x": 1, "max_replica": True}}
    found = classify(contract, encode(body))
    expected = [
        ("/autoscaling_settings/x", "additionalProperties", f"{SETTINGS}.additionalProperties"),
        ("/name", "type", f"{NAME}.type"),
        ("/autoscaling_settings/max_replica", "type", f"{SETTINGS}.max_replica.coercible"),
        ("/autoscaling_settings/min_replica", "type", f"{MIN}.coercible"),
    ]
    assert sorted(expected) == sorted((each.pointer, each.keyword, each.requirement) for each in found.defects)
    assert found.requirements[0].rpartition(".")[2] in {"type", "additionalProperties"}
    assert {"coercible"} == {each.requirement.rpartition(".")[2] for each in found.defects[2:]}


VALID: list[tuple[Writable, tuple[str, ...]]] = [
    ({"name": "staging"}, ("accept.CreateEnvironmentRequestV1.combination", "accept.CreateEnvironmentRequestV1.name")),
    ({"name": "staging", "x": 1}, ("accept.CreateEnvironmentRequestV1.additionalProperties",)),
    (scaled(Literal("1.0")), ("accept.UpdateAutoscalingSettingsV1.min_replica.type",)),
    (scaled(2**31), ("accept.UpdateAutoscalingSettingsV1.min_replica.type",)),
    ({"name": "\u00e9"}, (BEYOND_PROSE, "accept.CreateEnvironmentRequestV1.name.type")),
    (scaled(-1), (BEYOND_PROSE,)),
]


@pytest.mark.parametrize(("body", "expected"), VALID, ids=lambda each: str(each)[:50])
def test_what_is_odd_about_a_valid_body(contract: Contract, body: Writable, expected: tuple[str, ...]) -> None:
    """A weaker requirement speaks where a value is odd or beyond a page, else those of all that the body holds."""
    found = classify(contract, encode(body))
    assert Expectation.ACCEPTED is found.expectation
    assert expected == found.requirements
    assert (BEYOND_PROSE in expected) is bool(found.beyond)
    assert () == found.defects


@pytest.mark.parametrize(
    ("data", "expectation", "requirements"),
    [
        (b"{", Expectation.REJECTED, ("reject.json-text",)),
        (b"{} x", Expectation.REJECTED, ("reject.json-text",)),
        (b" \r\n", Expectation.REJECTED, ("reject.json-text",)),
        (b'{"name": NaN}', Expectation.REJECTED, ("reject.json-text",)),
        (b'{"name": "\xff"}', Expectation.REJECTED, ("reject.utf-8",)),
        (b"", Expectation.REJECTED, ("reject.body.required",)),
        (b"[" * 200 + b"]" * 200, Expectation.OBSERVED, ()),
        (b'{"name": "a", "x": ' + b"1" * 5_000 + b"}", Expectation.OBSERVED, ()),
        (b'{"name": 1, "name": "a"}', Expectation.OBSERVED, ()),
        (b'\xef\xbb\xbf{"name": "a"}', Expectation.OBSERVED, ()),
        (b'{"name": "a\\ud800"}', Expectation.OBSERVED, ()),
    ],
)
def test_bytes_that_say_nothing_or_two_things(
    contract: Contract, data: bytes, expectation: Expectation, requirements: tuple[str, ...]
) -> None:
    """What is no JSON text is refused by a requirement of its own; what parsers may read in two ways is open."""
    found = classify(contract, data)
    assert (expectation, requirements) == (found.expectation, found.requirements)


def test_a_constructed_label_that_a_validator_denies_is_open(contract: Contract) -> None:
    """Who made a body is its first validator, jsonschema-rs the second: where they differ nobody decides."""
    assert classify(contract, b'{"name": "a"}', constructed=True).valid
    assert classify(contract, b'{"name": "a"}', constructed=False).valid is None
    assert classify(contract, b"{}", constructed=True).valid is None


def alternative(kind: str, **members: Any) -> dict[str, Any]:
    """Return a closed object that a constant tells from others."""
    held = {"kind": {"const": kind}, **members}
    return {"type": "object", "required": ["kind"], "additionalProperties": False, "properties": held}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"kind": "b", "n": "x"}, [("/n", "type")]),
        ({"kind": "b", "n": 1, "t": "x"}, [("/t", "additionalProperties")]),
        ({"kind": "c", "n": 1}, [("/kind", "enum")]),
        ({"kind": "a", "t": ""}, [("/t", "minLength")]),
        ("x", [("", "type")]),
    ],
)
def test_an_alternative_is_explained_by_the_nearest(body: Json, expected: list[tuple[str, str]]) -> None:
    """Where a union has several objects, what is wrong is told of the one that the body is meant for."""
    first, second = alternative("a", t={"type": "string", "minLength": 1}), alternative("b", n={"type": "integer"})
    found = classify(contract_of({"oneOf": [first, second]}), encode(body))
    assert expected == [(each.pointer, each.keyword) for each in found.defects]


def test_what_the_nodes_do_not_say_jsonschema_explains() -> None:
    """Of two patterns that both apply a node knows one: the other is found by the validator."""
    both = [{"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "z$"}]
    contract = contract_of({"type": "object", "properties": {"s": {"allOf": both}}})
    found = classify(contract, b'{"s": "b-z"}')
    other = classify(contract, b'{"s": "a-b"}')
    assert [("/s", "pattern")] * 2 == [(each.pointer, each.keyword) for each in (*found.defects, *other.defects)]


def test_what_no_requirement_speaks_of_is_refused_all_the_same() -> None:
    """Of a keyword that no rule derives cases from the requirement about the schema as a whole speaks."""
    found = classify(contract_of({"type": "object", "propertyNames": {"maxLength": 1}}), b'{"ab": 1}')
    whole = "reject.put-requestBody-content-application-json-schema.schema"
    assert (Expectation.REJECTED, (whole,)) == (found.expectation, found.requirements)


def test_a_wrong_type_breaks_nothing_else() -> None:
    """A string that no list of numbers holds is of a wrong type, and no undeclared value beside."""
    contract = load_contract(DOCUMENTS / "bounds.yaml")
    body: Json = {"label": "abc", "taken_at": "2026-01-02T03:04:05Z", "level": "1"}
    assert ("reject.Measurement.level.coercible",) == classify(contract, encode(body)).requirements
