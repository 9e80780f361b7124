"""Values: each class lies where its label says, and no class goes missing."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract.contract import Contract
from conformance.contract.requirements.derived import FORMATS as ASSERTED
from conformance.contract.schemas.pattern_texts import example
from conformance.model.jsontext import Json, encode, read, write
from conformance.strategies.values import classes, strings

from .contracts import contract_of, verdicts

EDGES = """
beyond-float minus-one beyond-int64 huge beyond-int32 int32-min beyond-uint64 below-int64 int64-max beyond-uint32
below-int32 int64-min int32-max beyond-int16 beyond-uint16 beyond-int8 beyond-uint8 int16-max int8-max
""".split()

TEXTS = """
empty one-character upper-case 255-characters 256-characters 10000-characters blank padded line-break quotes nul
controls non-ascii combining right-to-left astral escaped-pair percent slashes markup json-like number-like
null-like fullwidth lone-surrogate
""".split()

VALID = {
    "integer": ["ordinary", "zero", "integral-float", "exponent", "minus-zero", *EDGES, "beyond-double"],
    "number": ["ordinary", "zero", "integral-float", "exponent", "minus-zero", "fraction", *EDGES, "beyond-double"],
    "string": ["ordinary", *TEXTS],
    "boolean": ["true", "false"],
    "null": ["null"],
    "array": ["empty-array", "one-item", "two-items", "equal-items"],
    "object": ["empty-object"],
}

WRONG = {
    "integer": "null true false fraction long-fraction string empty-string quoted-number array one-item-array object",
    "number": "null true false string empty-string quoted-number array one-item-array object",
    "string": "null true false fraction integer zero array one-item-array object",
    "boolean": "null fraction integer zero one string empty-string quoted-boolean array one-item-array object",
    "null": "true false fraction integer zero string empty-string quoted-null array object",
    "array": "null true false fraction integer zero string empty-string object quoted-array",
    "object": "null true false fraction integer zero string empty-string array one-item-array quoted-object",
}

COERCIBLE = {
    "integer": {"true", "false", "quoted-number"},
    "number": {"true", "false", "quoted-number"},
    "boolean": {"zero", "one", "quoted-boolean"},
}


@pytest.mark.parametrize("type_", VALID)
def test_every_class_of_a_type_is_there(type_: str) -> None:
    """A type has these classes and no others, in this order: the most telling first."""
    node = contract_of({"type": type_}).request
    assert VALID[type_] == [value.slug for value in classes.valid_values(node)]
    found = list(classes.invalid_values(node))
    assert WRONG[type_].split() == [value.slug for value in found]
    assert COERCIBLE.get(type_, set()) == {value.slug for value in found if value.weaker == "coercible"}


@pytest.mark.parametrize(
    ("bounds", "quoted"), [({}, "1"), ({"maximum": 1}, "1"), ({"exclusiveMinimum": 1, "maximum": 2}, "2")]
)
def test_a_quoted_number_is_one_that_the_bounds_allow(bounds: dict[str, Any], quoted: str) -> None:
    """A server that converts strings would reject another one for its bound, and the conversion would not show."""
    node = contract_of({"type": "number", **bounds}).request
    assert [quoted] == [value.json for value in classes.invalid_values(node) if value.slug == "quoted-number"]


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ({"type": "integer", "minimum": 3}, {"minimum-kept": 3}, {"minimum-broken": 2}),
        ({"type": "integer", "maximum": 3}, {"maximum-kept": 3}, {"maximum-broken": 4}),
        ({"type": "integer", "minimum": 0.5}, {"minimum-kept": 1}, {"minimum-broken": 0}),
        ({"type": "integer", "exclusiveMinimum": 3}, {"exclusive-minimum-kept": 4}, {"exclusive-minimum-broken": 3}),
        ({"type": "integer", "exclusiveMaximum": 3}, {"exclusive-maximum-kept": 2}, {"exclusive-maximum-broken": 3}),
        (
            {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.25},
            {"exclusive-minimum-kept": Decimal("0.125"), "exclusive-maximum-kept": Decimal("0.125")},
            {"exclusive-minimum-broken": 0, "exclusive-maximum-broken": Decimal("0.25")},
        ),
        ({"type": "number", "maximum": 0.1}, {"maximum-kept": Decimal("0.1")}, {"maximum-broken": Decimal("0.6")}),
        (
            {"type": "integer", "multipleOf": 7, "minimum": 8, "maximum": 30},
            {"minimum-kept": 14, "maximum-kept": 28, "multiple-of-kept": 14},
            {"minimum-broken": 7, "maximum-broken": 35, "multiple-of-broken": 15},
        ),
        (
            {"type": "number", "multipleOf": 0.01},
            {"multiple-of-kept": Decimal("0.01")},
            {"multiple-of-broken": Decimal("1.005")},
        ),
        ({"type": "integer", "multipleOf": 1.5}, {"multiple-of-kept": 3}, {"multiple-of-broken": 1}),
        ({"type": "string", "minLength": 2}, {"min-length-kept": "aa"}, {"min-length-broken": "a"}),
        ({"type": "string", "maxLength": 2}, {"max-length-kept": "aa"}, {"max-length-broken": "aaa"}),
        ({"type": "string", "maxLength": 0}, {"max-length-kept": ""}, {"max-length-broken": "a"}),
        (
            {"type": "string", "pattern": "^[A-Z]{2,3}$", "minLength": 2, "maxLength": 3},
            {"min-length-kept": "AA", "max-length-kept": "AAA", "pattern-kept": "AA"},
            {"pattern-broken": "!!"},
        ),
        ({"type": "string", "format": "date"}, {"format-kept": "2026-01-02"}, {"format-broken-1": "2026-13-01"}),
        ({"enum": ["on", "off"]}, {"enum-on": "on", "enum-off": "off"}, {"other-case": "ON", "prefix": "o"}),
        ({"type": "integer", "enum": [1, 5]}, {"enum-1": 1, "enum-5": 5}, {"unknown-enum-value": 6}),
        ({"const": True}, {"enum-true": True}, {"unknown-enum-value": False}),
        (
            {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3, "uniqueItems": True},
            {"min-items-kept": [1, 2], "max-items-kept": [1, 2, 0], "two-items": [1, 2]},
            {"min-items-broken": [1], "max-items-broken": [1, 2, 0, 3], "unique-items-broken": [1, 1]},
        ),
        (
            {"type": "object", "properties": {"a": {"type": "null"}}, "minProperties": 1, "maxProperties": 2},
            {"min-properties-kept": {"a": None}, "max-properties-kept": {"a": None, "conformance_0": 0}},
            {"min-properties-broken": {}},
        ),
    ],
)  # fmt: skip
def test_bounds_are_met_and_missed_by_one(schema: Any, valid: dict[str, Json], invalid: dict[str, Json]) -> None:
    """At each bound lies a valid value, and next to it one that breaks this bound alone."""
    node = contract_of(schema).request
    for expected, made in ((valid, classes.valid_values(node)), (invalid, classes.invalid_values(node))):
        found = {value.slug: read(write(value.json).encode()).value for value in made if not value.undecided}
        assert expected == {slug: found.get(slug) for slug in expected}


def labels_hold(contract: Contract) -> None:
    """Assert that both validators agree with each label, and that slugs are unique."""
    node = contract.request
    for label, made in ((True, list(classes.valid_values(node))), (False, list(classes.invalid_values(node)))):
        assert len(made) == len({value.slug for value in made})
        for value in made:
            if not value.undecided:
                assert (label, label) == verdicts(contract, read(encode(value.json)).value), value


@pytest.mark.parametrize("type_", VALID)
def test_both_validators_agree_on_every_class(type_: str) -> None:
    """What is called valid is, and what is called invalid is not, whatever the type."""
    labels_hold(contract_of({"type": type_}))
    labels_hold(contract_of({"anyOf": [{"type": type_}, {"type": "null"}]}))


@pytest.mark.parametrize("format_", strings.FORMATS)
def test_both_validators_agree_on_every_format(format_: str) -> None:
    """Each format that is asserted has a text that keeps it and some that do not."""
    contract = contract_of({"type": "string", "format": format_})
    labels_hold(contract)
    assert [each.slug for each in classes.invalid_values(contract.request) if each.keyword == "format"]


def test_the_asserted_formats_are_those_with_texts() -> None:
    """A format is a requirement exactly when there are texts to try it with."""
    assert strings.FORMATS.keys() == ASSERTED


bounded = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": st.integers(-5, 5) | st.sampled_from([0.1, 2.5]),
        "maximum": st.integers(6, 300) | st.just(6.75),
        "exclusiveMinimum": st.integers(-5, 5) | st.just(0.5),
        "exclusiveMaximum": st.integers(7, 300) | st.just(7.25),
        "multipleOf": st.sampled_from([1, 2, 3, 0.5, 0.1, 2.5]),
    },
)
lengths = st.fixed_dictionaries(
    {"type": st.just("string")}, optional={"minLength": st.integers(0, 6), "maxLength": st.integers(6, 300)}
)
patterned = st.builds(
    lambda pattern: {"type": "string", "pattern": pattern},
    st.sampled_from(["^[a-z]+$", "[0-9]", r"^[A-Z]{3}-\d{4}$", "^(a|b)c?$", r"^\S+@\S+\.\w{2,}$", "^x*$", "^.{3}$"]),
)


@settings(max_examples=120, deadline=None)
@given(bounded | lengths | patterned)
def test_labels_hold_whatever_the_bounds(schema: Any) -> None:
    """Bounds of any kind, together or alone: every label is proven by both validators."""
    labels_hold(contract_of(schema))


@settings(deadline=None)
@given(
    st.from_regex(r"(\[[a-z]-?\]|[a-z]|\\d|\(a\|b\))([*+?]|\{1,3\})?([a-z]|\\w)?", fullmatch=True), st.integers(0, 9)
)
def test_examples_keep_their_pattern(pattern: str, length: int) -> None:
    """A text that is made for a pattern keeps it, and has the length that was asked for."""
    text = example(f"^{pattern}$", length)
    assert text is None or (re.search(f"^{pattern}$", text) and length == len(text))
    assert re.search(pattern, example(pattern) or "")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[A-Z]{3}-\d{4}$", "AAA-0000"),
        (r"^(foo|bar)$", "foo"),
        (r"^(a)\1$", "aa"),
        (r"^[^a]$", "A"),
        (r"^(?=.*x)a$", None),
        ("(", None),
    ],
)
def test_examples_are_plain(pattern: str, text: str | None) -> None:
    """The text is the shortest of plain characters; what cannot be built is not made up."""
    assert text == example(pattern)
