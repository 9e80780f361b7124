"""Bisection: between the largest value that passed and the smallest that failed, found by sending values in between."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from math import isqrt
from typing import TypeAlias

from msgspec.structs import replace

from conformance.diagnosis.facts.features import (
    DEPTH,
    INTEGER,
    LARGEST,
    LENGTH,
    LONGEST,
    NUMBER,
    PROPERTIES,
    SIZE,
    SMALLEST,
)
from conformance.diagnosis.facts.wire_facts import FEW_PROPERTIES, depth, properties
from conformance.diagnosis.hypotheses import Condition
from conformance.diagnosis.observations import Explanation, Observation
from conformance.model.case import SLOT, Case
from conformance.model.json_values import body_value, leaves, with_value
from conformance.model.jsontext import Json, encode, is_integral
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.accepted import UNDECLARED
from conformance.strategies.random.labelling import body_case, bytes_case

Fails: TypeAlias = Callable[[Case], Awaitable[bool | None]]
"""Sends a case and tells whether it shows the fault; None where it may not be sent, or cannot be judged."""

Variant: TypeAlias = Callable[[int], Case | None]
"""Makes the request with a value of another size in the place of one; None where it would be of another kind."""

MEASURED = frozenset({NUMBER, INTEGER, LENGTH, LARGEST, SMALLEST, LONGEST})
"""What a value is made for; nesting is made as arrays."""

NUMBERS = frozenset({NUMBER, INTEGER, LARGEST, SMALLEST})
"""Measures of numbers, which can be spelled in several ways."""

_MIDDLE = re.compile(rb"(\[+)([^\[\]]*)(\]+)")
"""Nested arrays, and what is in the innermost."""

PHASE = "diagnosis"
"""The phase of the cases that a diagnosis adds."""

FAR = 8
"""Numbers that are so many times apart are halved by their logarithm."""

LIMITS: list[int] = sorted({base**power + more for base in (2, 10) for power in range(4, 66) for more in (-1, 0, 1)})
"""Where the ranges of numbers end in programs, and the numbers beside."""


async def narrow(
    build: Builder, explanation: Explanation, observations: Sequence[Observation], fails: Fails, most: int
) -> None:
    """Send at most so many values between what passed and what failed, until they are next to each other.

    What was sent and found is in the journal, so that the threshold of the cause is the one that was found.
    """
    shown = sorted((observations[index].case for index in explanation.observations), key=_size)
    for hypothesis in explanation.hypotheses:
        condition = hypothesis.conditions[0] if len(hypothesis.conditions) == 1 else None
        if condition is not None and condition.feature.name == PROPERTIES and condition.passed is None:
            condition = replace(condition, passed=Decimal(FEW_PROPERTIES))
        if condition is None or condition.passed is None:
            continue
        variant = _variant(build, condition, shown)
        if variant is None:
            continue
        plain = variant(int(condition.bound)) if condition.feature.name in NUMBERS else None
        if plain is not None and all(plain.request.body != each.request.body for each in shown):
            # The number that failed was spelled `1e22`, or the body otherwise: its size may not be to blame.
            most -= 1
            if await fails(plain) is False:
                continue
        most -= await _halve(condition, variant, fails, most)


def _size(case: Case) -> tuple[int, str]:
    return len(case.request.body or b""), case.id


def _variant(build: Builder, condition: Condition, shown: Sequence[Case]) -> Variant | None:
    """Return what makes the smallest request at a threshold with another value there; None where nothing does."""
    if condition.feature.name == PROPERTIES:
        return _wide(build, shown)
    for case in shown:
        if condition.feature.name == SIZE:
            if len(case.request.body or b"") == condition.bound:
                return _spaced(build)
        elif condition.feature.name == DEPTH:
            body = case.request.body or b""
            if depth(body) == condition.bound and _MIDDLE.search(body):
                return _deep(build, case)
        elif condition.feature.name in MEASURED:
            for pointer, value in leaves(body_value(case.request.body)):
                if condition.feature.place in {"", pointer} and _measure(condition, value) == condition.bound:
                    return _valued(build, case, pointer, value)
    return None


def _measure(condition: Condition, value: Json) -> Decimal | None:
    if condition.feature.name in {LENGTH, LONGEST}:
        return Decimal(len(value)) if isinstance(value, str) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not is_integral(value):
        return None
    return Decimal(value)


def _valued(build: Builder, case: Case, pointer: str, value: Json) -> Variant:
    body = body_value(case.request.body)

    def variant(size: int) -> Case | None:
        new = _sized(value, size, named=pointer == build.contract.identity)
        tried = body_case(build, PHASE, with_value(body, pointer, new), None)
        comparable = tried.expectation is case.expectation and set(tried.needs) <= set(case.needs)
        return tried if comparable and (case.beyond or not tried.beyond) else None

    return variant


def _wide(build: Builder, shown: Sequence[Case]) -> Variant:
    """Return what makes the smallest valid body with unknown properties beside, so that it has so many in all."""
    body = build.smallest if isinstance(build.smallest, dict) else {}
    alike = {each.expectation for each in shown}

    def variant(size: int) -> Case | None:
        more = {f"{UNDECLARED}_{number}": number for number in range(size - properties(encode(body)))}
        tried = body_case(build, PHASE, {**body, **more}, None)
        return tried if tried.expectation in alike or Expectation.OBSERVED in alike else None

    return variant


def _deep(build: Builder, case: Case) -> Variant:
    """Return what makes a request with other numbers of nested arrays."""
    body = case.request.body or b""
    whole = depth(body)

    def variant(size: int) -> Case | None:
        middle = max(_MIDDLE.finditer(body), key=lambda found: len(found[1]))
        arrays = min(len(middle[1]), len(middle[3])) + size - whole
        if arrays < 1:
            return None
        text = body[: middle.start()] + b"[" * arrays + middle[2] + b"]" * arrays + body[middle.end() :]
        return replace(bytes_case(build, PHASE, text, None), expectation=case.expectation, story=case.story)

    return variant


def _spaced(build: Builder) -> Variant:
    """Return what makes a smaller request of the same size, with spaces after the JSON text."""
    body = encode(build.smallest)

    def variant(size: int) -> Case | None:
        text = body + b" " * (size - len(body))
        return bytes_case(build, PHASE, text, None) if size >= len(body) else None

    return variant


async def _halve(condition: Condition, variant: Variant, fails: Fails, most: int) -> int:
    """Return how many values were sent."""
    passes, failing, sent = int(condition.passed or 0), int(condition.bound), 0
    while abs(failing - passes) > 1 and sent < most:
        middle = between(passes, failing)
        tried = variant(middle)
        failed = await fails(tried) if tried is not None else None
        if failed is None:
            break
        sent += 1
        passes, failing = (passes, middle) if failed else (middle, failing)
    return sent


def _sized(like: Json, size: int, *, named: bool) -> Json:
    """Return a number, or a string of some length; one that names the new object holds the slot, so it is fresh."""
    if not isinstance(like, str):
        return size
    return SLOT + "a" * (size - len(SLOT)) if named and size >= len(SLOT) else like[:1] * size


def between(low: int, high: int) -> int:
    """Return a number strictly between two that are not neighbours.

    Programs have limits at powers of two and of ten, so of those far apart it is the middle one of such numbers.
    """
    if low > high:
        return -between(-low, -high) if low - high > 1 else low
    if low >= 0 and high - low > FAR:
        likely = LIMITS[bisect_right(LIMITS, low) : bisect_left(LIMITS, high)]
        if likely:
            return likely[len(likely) // 2]
        if high > FAR * (low + 1):
            return max(low + 1, min(high - 1, isqrt(max(low, 1) * high)))
    return (low + high) // 2
