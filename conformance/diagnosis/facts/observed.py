"""Which observations have a feature or a value: as bits, or as their numbers where these are few.

The bits of one observation of a long run take kilobytes, and a run has as many rare values as requests.
"""

from array import array
from collections import defaultdict
from collections.abc import Sequence
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


class Observed:
    """Groups of features, each with the numbers of the observations that have it."""

    def __init__(self) -> None:
        self._groups: dict[frozenset[Feature], tuple[frozenset[Feature], list[int]]] = {}

    def add(self, group: frozenset[Feature], number: int) -> frozenset[Feature]:
        """Add a group of an observation; returns the first group that equals it, which stands for all."""
        known = self._groups.get(group)
        if known is None:
            self._groups[group] = group, [number]
            return group
        known[1].append(number)
        return known[0]

    def by_feature(self) -> dict[Feature, Held]:
        """Return which observations have a feature."""
        few: defaultdict[Feature, list[int]] = defaultdict(list)
        many: defaultdict[Feature, int] = defaultdict(int)
        for group, numbers in self._groups.values():
            if len(numbers) <= FEW_NUMBERS:
                for feature in group:
                    few[feature] += numbers
            else:
                mask = mask_of(numbers)
                for feature in group:
                    many[feature] |= mask
        found: dict[Feature, Held] = dict(many)
        for feature, numbers in few.items():
            numbers.sort()
            held = _held(numbers)
            found[feature] = bits_of(held) | many[feature] if feature in many else held
        return found
