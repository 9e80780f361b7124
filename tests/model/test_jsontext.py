"""JSON texts are read and written exactly, and what is wrong with one is told."""

import math
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model.jsontext import (
    BYTE_ORDER_MARK,
    MAX_DEPTH,
    MAX_NUMBER_LENGTH,
    Json,
    JsonFault,
    JsonText,
    Literal,
    Members,
    encode,
    equal,
    is_integral,
    plain_json,
    read,
    try_read,
    type_name,
    write,
)

numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | numbers | st.text(st.characters(codec=None))
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec=None)), inner), max_leaves=20
)


@given(values)
def test_what_is_written_is_read_back(value: Json) -> None:
    """Any value, whatever its numbers and characters, comes through a text unchanged."""
    found = read(encode(value))
    assert equal(value, found.value)
    assert ((), False) == (found.duplicates, found.byte_order_mark)


@pytest.mark.slow
@given(values)
def test_a_value_is_written_alike_beside_a_literal(value: Json) -> None:
    """A value with a literal in it is written piece by piece, and each piece as it is written alone."""
    assert f'{{"a": [{write(value)}, 1.0]}}' == write({"a": [value, Literal("1.0")]})


@pytest.mark.slow
@given(values)
def test_plain_json_is_what_is_read_back(value: Json) -> None:
    """A literal becomes the value that it stands for; all other values stay."""
    assert equal([value, Decimal("1.0"), {"a": 1}], plain_json([value, Literal("1.0"), Members((("a", 1),))]))


@pytest.mark.parametrize("body", [None, b"", b"{", b"\xff", b"[" * 1_000 + b"]" * 1_000])
def test_what_cannot_be_read_is_no_text(body: bytes | None) -> None:
    """A body that is not JSON is none, as is the body of a request without one; null is a text."""
    assert try_read(body) is None
    assert JsonText(None) == try_read(b"null")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_are_read_back_as_they_print(value: float) -> None:
    """A float is written in its shortest form and read as exactly that decimal number."""
    assert Decimal(repr(value)) == read(encode(value)).value


@given(st.binary(max_size=40))
def test_bytes_are_read_or_faulty(data: bytes) -> None:
    """Whatever bytes arrive, the answer is a value or a fault, never another exception."""
    with suppress(JsonFault):
        found = read(data)
        assert equal(found.value, read(encode(found.value)).value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9007199254740993", 9007199254740993),
        ("1" + "0" * 30, 10**30),
        ("0.1000000000000000055", Decimal("0.1000000000000000055")),
        ("1e400", Decimal("1e400")),
        ("-0", 0),
        ("1.50", Decimal("1.5")),
        ("1e-400", Decimal("1e-400")),
    ],
)
def test_numbers_are_exact(text: str, value: Json) -> None:
    """No number passes through a float: neither its size nor its digits are lost."""
    found = read(text.encode()).value
    assert value == found
    assert not isinstance(found, float)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        (" \t\r\n", "empty"),
        ("{", "not JSON"),
        ("{'a': 1}", "not JSON"),
        ('{"a": 1,}', "not JSON"),
        ("NaN", "not JSON"),
        ("[Infinity]", "not JSON"),
        ("-Infinity", "not JSON"),
        ("01", "trailing bytes"),
        ("+1", "not JSON"),
        ('"\x01"', "not JSON"),
        ("{} {}", "trailing bytes"),
        ("\u00a0{}", "not JSON"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "too deep"),
        ("[" * 100_000, "too deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "too deep"),
        ("1" * (MAX_NUMBER_LENGTH + 1), "number too long"),
        ("1." + "1" * MAX_NUMBER_LENGTH, "number too long"),
        ("1e" + "9" * 30, "number too long"),
    ],
)
def test_what_is_wrong_is_named(text: str, kind: str) -> None:
    """Each way not to be JSON, or not to be readable, has a word of its own."""
    with pytest.raises(JsonFault) as caught:
        read(text.encode())
    assert kind == caught.value.kind
    assert "\n" not in caught.value.reason


def test_depth_is_read_up_to_its_limit() -> None:
    """The deepest text that is allowed is read; brackets in strings do not count."""
    assert isinstance(read(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).value, list)
    assert "[" * 1000 == read(encode("[" * 1000)).value


def test_bytes_that_are_not_utf_8_are_told_with_their_place() -> None:
    """The fault names the byte at which the text stops to be UTF-8."""
    with pytest.raises(JsonFault, match="byte 2") as caught:
        read(b'"a\xff"')
    assert "not UTF-8" == caught.value.kind


def test_a_byte_order_mark_is_told_and_skipped() -> None:
    """A mark is no fault of the text, but it is seen; a second one is."""
    assert (True, 1) == ((found := read(BYTE_ORDER_MARK + b"1")).byte_order_mark, found.value)
    with pytest.raises(JsonFault):
        read(BYTE_ORDER_MARK * 2 + b"1")


def test_duplicates_are_told_and_the_last_counts() -> None:
    """Every name that occurs twice in one object is listed once, at whatever depth."""
    found = read(b'{"a": 1, "b": {"c": 1, "c": 2, "c": 3}, "a": 2}')
    assert ("c", "a") == found.duplicates
    assert {"a": 2, "b": {"c": 3}} == found.value


def test_lone_surrogates_are_kept() -> None:
    """A surrogate without its partner is read from its escape and written as one; a pair is one character."""
    assert "\ud800" == read(b'"\\ud800"').value
    assert b'"a\\ud800"' == encode("a\ud800")
    assert "\U0001f600" == read(b'"\\ud83d\\ude00"').value


def test_literals_and_repeated_members_are_written_as_they_stand() -> None:
    """What must be spelled in a certain way can be; what is no JSON is refused."""
    assert '{"a": 1.0, "a": [1e400]}' == write(Members((("a", Literal("1.0")), ("a", [Literal("1e400")]))))
    with pytest.raises(TypeError):
        write(object())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(math.nan)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (800, Decimal("800.0"), True),
        (1, True, False),
        (0, False, False),
        (False, False, True),
        (None, False, False),
        ("1", 1, False),
        ({"a": 1, "b": [1]}, {"b": [Decimal(1)], "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ([True], [1], False),
        (2**53 + 1, Decimal(2**53 + 1), True),
        (2**53, 2**53 + 1, False),
        (0.5, Decimal("0.5"), True),
    ],
)
def test_equality_is_that_of_json_schema(left: Json, right: Json, same: bool) -> None:  # noqa: FBT001 (an expectation)
    """Numbers are equal by value, members in any order, and nothing equals a value of another type."""
    assert same is equal(left, right) is equal(right, left)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"), (True, "boolean"), (1, "integer"), (Decimal("1.0"), "integer"), (Decimal("1e400"), "integer"),
        (1.0, "integer"), (Decimal("1.5"), "number"), (1.5, "number"), ("", "string"), ([], "array"), ({}, "object"),
    ],
)  # fmt: skip
def test_types_are_those_of_json_schema(value: Json, name: str) -> None:
    """A number without a fraction is an integer, however it is written or big."""
    assert name == type_name(value)


@pytest.mark.parametrize("text", ["1e1000000000000", "1e999999999", "12e-1000000"])
def test_huge_exponents_cost_nothing(text: str) -> None:
    """Whether a number is integral is told without writing it out."""
    assert isinstance(is_integral(Decimal(text)), bool)
