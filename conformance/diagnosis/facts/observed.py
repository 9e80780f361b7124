"""Which observations have a feature or a value: as bits, or as their numbers where these are few.

The bits of one observation of a long run take kilobytes, and a run has as many rare values as requests.
"""

from array import array
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import reduce
from itertools import groupby
from operator import or_
from typing import TypeAlias

import msgspec

from conformance.diagnosis.facts.features import Feature

FEW_NUMBERS = 4
"""Up to how many observations their numbers are held in the place of bits, which take more memory."""

Held: TypeAlias = int | tuple[int, ...]
"""Observations: as bits, or as their numbers where these are few."""


def mask_of(numbers: Sequence[int]) -> int:
    """Return ascending numbers as the bits that are set."""
    if len(numbers) <= FEW_NUMBERS:
        return reduce(or_, (1 << number for number in numbers), 0)
    octets = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")


def _held(numbers: Sequence[int]) -> Held:
    return tuple(numbers) if len(numbers) <= FEW_NUMBERS else mask_of(numbers)


def bits_of(held: Held) -> int:
    """Return observations as bits."""
    return held if isinstance(held, int) else mask_of(held)


class Measured(msgspec.Struct, frozen=True, gc=False):
    """The observations in which a measure has one value: as the first and the last of them have it (1 and 1.0)."""

    first: Decimal
    last: Decimal
    held: Held

    @property
    def mask(self) -> int:
        """The observations as bits."""
        return bits_of(self.held)


class Measurements:
    """The values of one measure, each with the number of its observation."""

    def __init__(self) -> None:
        self._values: list[Decimal] = []
        self._numbers = array("Q")

    def add(self, value: Decimal, number: int) -> None:
        """Add the value of an observation; they come in their order."""
        self._values.append(value)
        self._numbers.append(number)

    def ascending(self) -> list[Measured]:
        """Return what was measured by its value."""
        value_at, found = self._values.__getitem__, []
        # Equal values stay in the order of their observations.
        for _, alike in groupby(sorted(range(len(self._values)), key=value_at), key=value_at):
            places = list(alike)
            numbers = [self._numbers[place] for place in places]
            found.append(Measured(value_at(places[0]), value_at(places[-1]), _held(numbers)))
        return found


def by_feature(groups: Mapping[frozenset[Feature], Sequence[int]]) -> dict[Feature, Held]:
    """Return which observations have a feature, from the numbers of those with each group of features."""
    found: dict[Feature, Held] = {}
    for group, numbers in groups.items():
        mask = mask_of(numbers)
        for feature in group:
            held = found.get(feature, ())
            few = isinstance(held, tuple) and len(held) + len(numbers) <= FEW_NUMBERS
            found[feature] = (*held, *numbers) if few and isinstance(held, tuple) else bits_of(held) | mask
    return found
