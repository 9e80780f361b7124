"""Coercion: what a lax parser reads a value of a wrong type as.

A server that converts such a value did so knowingly: accepting it breaks a *should*. Every other value of a wrong type
breaks a *must*.

For an integer or a number these are a boolean, and a string that spells a JSON number once white space around it is
stripped; a `+` may go before it, and for an integer the number has no fraction (`"1.0"` and `"1.5e3"`, but not
`"1.5"`). Lax parsers read these alike. What only some of them read (`""` as 0, `"0x10"`, `"1_000"`, `"inf"`) is their
own notation, which no client of the document can mean.

For a boolean these are the numbers 0 and 1, and the strings true, false, yes, no, on, off, t, f, y, n, 0 and 1 in any
letter case: those that pydantic, Go's `strconv.ParseBool` or YAML 1.1 read. They read them alike, and a server that
accepts one has listed it.

Nothing is read as null, as a string, as an array or as an object.
"""

import re
from collections.abc import Set as AbstractSet
from decimal import Decimal

from conformance.model.jsontext import MAX_NUMBER_LENGTH, Json, JsonFault, is_integral, read_text, type_name

NUMERIC = frozenset({"integer", "number"})

TRUE = frozenset("true yes on t y 1".split())
FALSE = frozenset("false no off f n 0".split())

_NUMBER = re.compile(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def coerced(types: AbstractSet[str], value: Json) -> bool | int | Decimal | None:
    """Return what a lax parser of one of `types` reads a value of none of them as; None where none reads it."""
    if types & NUMERIC:
        number = int(value) if isinstance(value, bool) else spelled_number(value)
        if isinstance(number, Decimal) and is_integral(number) and number.adjusted() < MAX_NUMBER_LENGTH:
            number = int(number)
        if number is not None and ("number" in types or is_integral(number)):
            return number
    return _as_boolean(value) if "boolean" in types else None


def convertible(types: AbstractSet[str], value: Json) -> bool:
    """Tell whether a parser that converts whatever it can reads a value of none of `types` as one of them.

    Beyond what lax parsers agree on: null, false, 0 and the empty string for one another, scalars for strings, and an
    array of one item for the item (Ajv with `coerceTypes: "array"`).
    """
    if isinstance(value, list):
        return len(value) == 1 and (type_name(value[0]) in types or convertible(types, value[0]))
    empty = value is None or value is False or value in ("", 0)
    scalar = not isinstance(value, dict)
    return (
        coerced(types, value) is not None
        or ("string" in types and scalar)
        or (empty and scalar and bool(types & {"null", "boolean", *NUMERIC}))
    )


def is_rounded_integer(types: AbstractSet[str], value: Json) -> bool:
    """Tell whether a number is no integer, and one of `types` only for a parser that reads it in double precision."""
    if "integer" not in types or "number" in types or not isinstance(value, Decimal) or is_integral(value):
        return False
    return float(value).is_integer()


def spelled_number(value: Json) -> int | Decimal | None:
    """Return the number that a string spells as JSON does, with white space or a `+` before it; else None."""
    text = value.strip() if isinstance(value, str) else ""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        number = read_text(text.removeprefix("+")).value
    except JsonFault:
        return None  # longer than what is read as a number anywhere
    return number if isinstance(number, int | Decimal) else None


def _as_boolean(value: Json) -> bool | None:
    if isinstance(value, str):
        word = value.strip().lower()
        return True if word in TRUE else False if word in FALSE else None
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return value == 1 if number and value in {0, 1} else None
