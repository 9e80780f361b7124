"""What a client can be asked: in some languages a number is a double, and no caller has another one to hand over."""

from decimal import Decimal
from enum import StrEnum

from conformance.clients.scenarios.scenario import Scenario
from conformance.model.jsontext import Json, JsonFault, read_text


class Numbers(StrEnum):
    """The numbers that a client takes and returns."""

    EXACT = "exact"
    """Integers of any size."""
    DOUBLE = "double"
    """Those that survive double precision, as in JavaScript without BigInt."""


def expressible(scenario: Scenario, numbers: Numbers) -> bool:
    """Tell whether a client can be given the body of a scenario, and return its response."""
    return numbers is Numbers.EXACT or all(map(_is_double, (scenario.body, scenario.answer)))


def _is_double(text: str) -> bool:
    """Tell whether all numbers of a JSON text are the same after double precision."""
    try:
        return _held(read_text(text).value)
    except JsonFault:
        return True


def _held(value: Json) -> bool:
    if isinstance(value, dict):
        return all(map(_held, value.values()))
    if isinstance(value, list):
        return all(map(_held, value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        # By its text: 2^63 is a double, and a language that has no other number writes 9223372036854775808 otherwise.
        return Decimal(repr(_double(value))) == value
    return True


def _double(value: int | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")
