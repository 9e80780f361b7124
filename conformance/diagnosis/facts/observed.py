"""Which observations have a feature or a value: as bits, or as their numbers where these are few.

The bits of one observation of a long run take kilobytes, and a run has as many rare values as requests.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import reduce
from itertools import groupby
from operator import itemgetter, or_
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


def ascending(values: Iterable[tuple[Decimal, int]]) -> list[Measured]:
    """Return what was measured by its value, from pairs of a value and the number of an observation."""
    found = []
    for _, alike in groupby(sorted(values), key=itemgetter(0)):
        each = list(alike)  # equal values are in the order of their observations
        found.append(Measured(each[0][0], each[-1][0], _held([number for _, number in each])))
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
