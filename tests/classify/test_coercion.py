"""Coercion: what a lax parser reads as a value of another type, and what none does."""

from decimal import Decimal

import pytest

from conformance.classify.coercion import coerced, convertible, spelled_number
from conformance.model.jsontext import Json

INTEGER, NUMBER, BOOLEAN = frozenset({"integer", "null"}), frozenset({"number"}), frozenset({"boolean"})

READ: list[tuple[frozenset[str], Json, bool | int | Decimal]] = [
    (INTEGER, True, 1),
    (INTEGER, False, 0),
    (INTEGER, "1", 1),
    (INTEGER, "-0", 0),
    (INTEGER, "+7", 7),
    (INTEGER, " 1\t", 1),
    (INTEGER, "1.0", 1),
    (INTEGER, "1.5e3", 1500),
    (INTEGER, "1e1000000000000", Decimal("1e1000000000000")),
    (NUMBER, "1.5", Decimal("1.5")),
    (NUMBER, "1e-400", Decimal("1e-400")),
    (NUMBER, True, 1),
    (BOOLEAN, 0, False),
    (BOOLEAN, 1, True),
    (BOOLEAN, Decimal("1.0"), True),
    *((BOOLEAN, word, True) for word in ("true", "TRUE", " True ", "yes", "on", "t", "y", "1")),
    *((BOOLEAN, word, False) for word in ("false", "False", "no", "OFF", "f", "n", "0")),
]

NOT_READ: list[tuple[frozenset[str], Json]] = [
    *((INTEGER, text) for text in ("", " ", "abc", "1.5", "1e-1", "0x10", "1_000", "1,000", "inf", "-Infinity", "NaN")),
    *((INTEGER, text) for text in ("01", "1.", ".5", "+-1", "--1", "1 2", "true", "null", "\u0661", "9" * 5_000)),
    *((INTEGER, value) for value in (None, 1.5, Decimal("1.5"), [], [1], {})),
    *((NUMBER, text) for text in ("", "0x10", "1_000", "inf", "nan", "1e", "1e99999999999999999999999")),
    *((BOOLEAN, value) for value in (2, -1, 0.5, "", "ja", "truth", "2", None, [True], {})),
    *((frozenset({"string"}), value) for value in (1, True, None)),
    *((frozenset({type_}), "null") for type_ in ("null", "array", "object")),
]


@pytest.mark.parametrize(("types", "value", "expected"), READ)
def test_what_lax_parsers_read_alike_is_read(types: frozenset[str], value: Json, expected: Json) -> None:
    """A boolean, 0, 1 and strings are read as what they stand for, of the type that is due."""
    found = coerced(types, value)
    assert (expected, type(expected)) == (found, type(found))


@pytest.mark.parametrize(("types", "value"), NOT_READ)
def test_what_only_some_of_them_read_is_not(types: frozenset[str], value: Json) -> None:
    """No notation but that of JSON is read, no fraction as an integer, and nothing as null, text, array or object."""
    assert coerced(types, value) is None


@pytest.mark.parametrize(("value", "expected"), [("1", 1), ("+1.50", Decimal("1.50")), (1, None), (True, None)])
def test_a_number_is_spelled_by_strings_alone(value: Json, expected: int | Decimal | None) -> None:
    """A number itself spells none."""
    assert expected == spelled_number(value)


@pytest.mark.parametrize(
    ("types", "value", "converted"),
    [
        ({"integer"}, "1", True),
        ({"integer"}, None, True),
        ({"integer"}, [1], True),
        ({"integer"}, ["1"], True),
        ({"integer"}, [1, 1], False),
        ({"integer"}, "abc", False),
        ({"integer"}, Decimal("1.5"), False),
        ({"string"}, 1, True),
        ({"string"}, None, True),
        ({"string"}, {}, False),
        ({"object", "null"}, "", True),
        ({"object", "null"}, False, True),
        ({"object", "null"}, True, False),
        ({"object", "null"}, "abc", False),
        ({"object"}, "", False),
        ({"boolean"}, [False], True),
    ],
)
def test_what_a_parser_reads_that_converts_whatever_it_can(types: set[str], value: Json, *, converted: bool) -> None:
    """Beyond coercion: empty values for one another, scalars for strings, and the item of an array of one."""
    assert converted is convertible(types, value)
