"""Differences: each way in which a value comes back otherwise has a word, and no number takes time."""

from decimal import Decimal
from typing import Any

import pytest

from conformance.checks.shared.differences import (
    difference,
    same,
    shown,
    type_word,
    with_article,
)
from conformance.checks.shared.pairs import computable, default_of
from conformance.contract.schemas.nodes import find
from conformance.model.json_values import MISSING

from .subjects import contract

BIG = 2**53
LIMITS = (
    2_147_483_647,
    2_147_483_648,
    4_294_967_295,
    9_007_199_254_740_991,
    9_007_199_254_740_992,
    9_223_372_036_854_775_807,
    9_223_372_036_854_775_808,
    18_446_744_073_709_551_615,
)


@pytest.mark.parametrize(
    ("sent", "found", "expected"),
    [
        ("a", MISSING, "absent"),
        ("a", None, "null instead"),
        (" a ", "a", "trimmed"),
        ("Aa", "aA", "in other letter case"),
        ("e\u0301", "\u00e9", "normalized"),
        ("\u00e9", "e\u0301", "normalized"),
        ("\uff41", "a", "normalized"),
        ("\u2460\u0301", "1\u0301", "normalized"),
        ("abc", "ab", "truncated"),
        ("abc", "", "a different string"),
        ("abc", "bc", "a different string"),
        ("abc", "abcd", "a different string"),
        (BIG + 1, BIG, "rounded"),
        (Decimal("0.1"), Decimal("0.1000000000000000055"), "rounded"),
        (2**31, -(2**31), "wrapped to 32 bits"),
        (2**63, -(2**63), "wrapped to 64 bits"),
        (2**15, -(2**15), "wrapped to 16 bits"),
        (10**30, 10**30 % 2**64, "wrapped to 64 bits"),
        (Decimal("1.5"), 1, "truncated to an integer"),
        (Decimal("1.5"), 2, "a different number"),
        (Decimal("-1.5"), Decimal("1.5"), "with the opposite sign"),
        (5, -5, "with the opposite sign"),
        (10**30, 2**63 - 1, "clamped to a machine type"),
        (-(10**30), -(2**63), "clamped to a machine type"),
        (10**30, 2**31 - 1, "clamped to a machine type"),
        *((10**30 + 1, limit, "clamped to a machine type") for limit in LIMITS),
        (10**30 + 1, 2**54, "a different number"),
        (65_537, Decimal("1.5"), "a different number"),
        (131_072, 65_536, "a different number"),
        (135_536, 70_000, "a different number"),
        (32_767, -32_769, "a different number"),
        (Decimal("1e309"), Decimal("2e309"), "a different number"),
        (10**30, 10**29, "a different number"),
        (1, 2, "a different number"),
        (Decimal("1e400"), Decimal("1e500"), "a different number"),
        (Decimal("1e999999999"), 1, "a different number"),
        (1, Decimal("1e999999999"), "a different number"),
        (1, Decimal("1e-999999999"), "a different number"),
        (1, Decimal("1e999999999999999999"), "a different number"),
        (True, False, "a different value"),
        ([1], [2], "a different value"),
        ("1", 1, "a number instead"),
        (1, "1", "a string instead"),
        (1, True, "a boolean instead"),
        (True, 1, "a number instead"),
        (1, [], "an array instead"),
        (1, {}, "an object instead"),
    ],
)
def test_difference(sent: Any, found: Any, expected: str) -> None:
    """The class of a difference is told in words that hold no value."""
    assert expected == difference(sent, found)


def test_default_in_its_place() -> None:
    """The declared default of the answer's member has a word of its own, however the number is written."""
    response = contract().response
    assert response is not None
    node = find(response, "/promotion_settings/ramp_up_duration_seconds")
    assert node is not None
    assert "the default instead" == difference(601, Decimal("600.0"), node)
    assert "a different number" == difference(601, 602, node)
    assert 600 == default_of(node)
    assert MISSING is default_of(response)
    assert "a different number" == difference(601, 602, response)


def test_numbers_are_not_written_out() -> None:
    """A number of four thousand digits, or with an exponent of eighteen, is compared: no memory would hold it."""
    for sent in (10**4_299, Decimal("1e4300"), Decimal("-1e-4300"), Decimal("9e999999999")):
        for found in (10**4_299 + 1, Decimal("1e999999999999999999"), Decimal("0e-999999999"), 0):
            assert isinstance(difference(sent, found), str)


@pytest.mark.parametrize(
    ("number", "expected"), [("1e4300", True), ("1e4301", False), ("1e-4300", True), ("1e-4301", False), ("0", True)]
)
def test_computable(number: str, expected: bool) -> None:  # noqa: FBT001  (a table)
    """There is a limit to the size of what is computed with, in both directions."""
    assert expected is computable(Decimal(number))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "boolean"),
        (0, "number"),
        (Decimal("0.5"), "number"),
        (0.5, "number"),
        ("", "string"),
        ([], "array"),
        ({}, "object"),
        (None, "null"),
    ],
)
def test_type_word(value: Any, expected: str) -> None:
    """Each JSON type has one word."""
    assert expected == type_word(value)


def test_same() -> None:
    """Values are compared exactly and by type; what is missing equals only what is missing."""
    assert same(800, Decimal("800.0"))
    assert not same(1, True)  # noqa: FBT003  (a JSON value)
    assert not same(BIG + 1, float(BIG))
    assert same(MISSING, MISSING)
    assert not same(MISSING, None)
    assert not same(None, MISSING)


def test_shown() -> None:
    """What is missing is told from null."""
    assert "absent" == shown(MISSING)
    assert "null" == shown(None)


def test_article() -> None:
    """A word takes the article that its first letter asks for."""
    assert ("an object", "a text") == (with_article("object"), with_article("text"))
