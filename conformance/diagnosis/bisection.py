"""Bisection: between the largest value that passed and the smallest that failed, found by sending values in between."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from math import isqrt
from typing import TypeAlias

from conformance.diagnosis.features import INTEGER, LARGEST, LENGTH, LONGEST, NUMBER, SMALLEST
from conformance.diagnosis.hypotheses import Condition
from conformance.diagnosis.observations import Explanation, Observation
from conformance.model.case import SLOT, Case
from conformance.model.json_values import body_value, leaves, with_value
from conformance.model.jsontext import Json, is_integral
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import body_case

Fails: TypeAlias = Callable[[Case], Awaitable[bool | None]]
"""Sends a case and tells whether it shows the fault; None where it may not be sent, or cannot be judged."""

PHASE = "diagnosis"
"""The phase of the cases that a diagnosis adds."""

FAR = 8
"""Numbers that are so many times apart are halved by their logarithm."""


async def narrow(
    build: Builder, explanation: Explanation, observations: Sequence[Observation], fails: Fails, most: int
) -> None:
    """Send at most so many values between what passed and what failed, until they are next to each other.

    What was sent and found is in the journal, so that the threshold of the cause is the one that was found.
    """
    for hypothesis in explanation.hypotheses:
        condition = hypothesis.conditions[0] if len(hypothesis.conditions) == 1 else None
        if condition is None or condition.passed is None or condition.feature.name not in MEASURED:
            continue
        found = _example(condition, explanation, observations)
        if found is not None:
            most -= await _halve(build, condition, found, fails, most)


MEASURED = frozenset({NUMBER, INTEGER, LENGTH, LARGEST, SMALLEST, LONGEST})


def _example(
    condition: Condition, explanation: Explanation, observations: Sequence[Observation]
) -> tuple[Case, str, Json] | None:
    """Return the smallest request at the threshold, the place of the value there, and the value."""
    shown = sorted((observations[index].case for index in explanation.observations), key=_size)
    for case in shown:
        for pointer, value in leaves(body_value(case.request.body)):
            if condition.feature.place in {"", pointer} and _measure(condition, value) == condition.bound:
                return case, pointer, value
    return None


def _size(case: Case) -> tuple[int, str]:
    return len(case.request.body or b""), case.id


def _measure(condition: Condition, value: Json) -> Decimal | None:
    if condition.feature.name in {LENGTH, LONGEST}:
        return Decimal(len(value)) if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not is_integral(value):
        return None
    return Decimal(value)


async def _halve(build: Builder, condition: Condition, example: tuple[Case, str, Json], fails: Fails, most: int) -> int:
    """Return how many values were sent."""
    case, pointer, value = example
    passes, failing, sent = int(condition.passed or 0), int(condition.bound), 0
    while abs(failing - passes) > 1 and sent < most:
        middle = between(passes, failing)
        new = _string(value, middle, named=pointer == build.contract.identity) if isinstance(value, str) else middle
        tried = body_case(build, PHASE, with_value(body_value(case.request.body), pointer, new), None)
        comparable = tried.expectation is case.expectation and set(tried.needs) <= set(case.needs)
        if not comparable or (tried.beyond and not case.beyond):
            break
        failed = await fails(tried)
        if failed is None:
            break
        sent += 1
        passes, failing = (passes, middle) if failed else (middle, failing)
    return sent


def _string(like: str, length: int, *, named: bool) -> str:
    """Return a string of some length; one that names the new object holds the slot, so that the name is a fresh one."""
    if named and length >= len(SLOT):
        return SLOT + "a" * (length - len(SLOT))
    return like[:1] * length


def between(low: int, high: int) -> int:
    """Return a number strictly between two that are not neighbours: of those far apart the geometric mean."""
    if low > high:
        return -between(-low, -high) if low - high > 1 else low
    if low >= 0 and high > FAR * (low + 1):
        return max(low + 1, min(high - 1, isqrt(max(low, 1) * high)))
    return (low + high) // 2
