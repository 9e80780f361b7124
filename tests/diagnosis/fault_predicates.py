"""What a cause must say of a fault: the properties that the sentence of the fault names, and its exact predicate."""

import re
from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeAlias

from conformance.diagnosis.causes import Cause
from conformance.mock.faults.parts.fault import Fault
from conformance.model.pointer import last

Condition: TypeAlias = tuple[str, str, str]
"""The name of a feature, the last name of its place, and its value; for a threshold its direction and bound."""

_NAMED = re.compile(r"`([^`]+)`")
_CLAUSE = re.compile(r"`([^`]+)` is (null|set|absent|false|true|an empty object|-?\d+)(?= and|\.)")
_VALUE = re.compile(r"^Rejects (null|true|false|an empty object|-?\d+|a body without)(?: for)? `([^`]+)`\.")
_BOUND = re.compile(r"(above|below|more than) (-?(?:2\^\d+(?:-1)?|[\d,]+))")

_WORDS = {
    "null": ("type", "null"),
    "set": ("set", ""),
    "absent": ("absent", ""),
    "a body without": ("absent", ""),
    "an empty object": ("empty", "object"),
    "-1": ("number", "negative"),
}


def names_parts(fault: Fault, causes: Iterable[Cause]) -> bool:
    """Tell whether a cause names every property that a fault is about; where it is about none, its requirement."""
    members = {each.rpartition(".")[2] for each in _NAMED.findall(fault.sentence) if "." in each}
    return any(
        all(_names(cause, each) for each in members) if members else fault.requirement in cause.requirements
        for cause in causes
    )


def _names(cause: Cause, member: str) -> bool:
    named = {part for each in _NAMED.findall(cause.sentence) for part in each.replace("[]", "").split(".")}
    return member in named or member in {last(each) for each in cause.pointers}


def states_predicate(fault: Fault, causes: Iterable[Cause]) -> bool | None:
    """Tell whether a cause states exactly the values, combination or thresholds of a fault; None where it has none."""
    expected, bounds = frozenset(_expected(fault.sentence)), list(_bounds(fault.sentence))
    if not expected and not bounds:
        return None
    stated = [[frozenset(_condition(*each) for each in _parts(one)) for one in cause.when] for cause in causes]
    if bounds:
        return any({bound for one in cause for _, _, bound in one} >= set(bounds) for cause in stated)
    return any(cause == [expected] for cause in stated)


def _expected(sentence: str) -> Iterator[Condition]:
    for value, place in _VALUE.findall(sentence) or [(word, place) for place, word in _CLAUSE.findall(sentence)]:
        name, word = _WORDS.get(value, ("value", value))
        yield name, place.rpartition(".")[2], word


def _bounds(sentence: str) -> Iterator[str]:
    """Yield the first value that shows a fault, for each threshold of it."""
    digits = re.search(r"more than (\d+) digits", sentence)
    if digits is not None:
        yield f"at least {10 ** int(digits[1]) + 1}"
        return
    for side, number in _BOUND.findall(sentence):
        power = re.fullmatch(r"(-?)2\^(\d+)(-1)?", number)
        value = int(number.replace(",", "")) if power is None else 2 ** int(power[2]) - bool(power[3])
        if power is not None and power[1]:
            value = -value
        yield f"at most {value - 1}" if side == "below" else f"at least {value + 1}"


def _parts(one: Iterable[object]) -> Iterator[tuple[str, str, str, str]]:
    for each in one:
        yield each.name, each.place, each.value, each.direction  # type: ignore[attr-defined]


def _condition(name: str, place: str, value: str, direction: str) -> Condition:
    if direction:
        # A fault is about integers: from 4.5 on is from 5 on.
        bound = Decimal(value).to_integral_value(ROUND_CEILING if direction == "at least" else ROUND_FLOOR)
        return name, last(place) if place else "", f"{direction} {bound:f}"
    if name == "value" and value == "null":
        name, value = "type", "null"
    if name == "type" and value != "null":
        name, value = "set", ""  # of the types that a property has, null aside, each has one
    return name, last(place) if place.startswith("/") else place, value
