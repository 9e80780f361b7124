"""Factors: what varies in a combination, and which levels can occur together."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TypeAlias

import msgspec

Row: TypeAlias = tuple[int | None, ...]
"""One level a factor; None where the factor does not exist, because its parent has another level."""


class Factor(msgspec.Struct, frozen=True):
    """Something that varies: how many levels it has, and, if it exists only at one level of another, where.

    `parent` is the index of an earlier factor, `enabling` the level of it at which this one exists.
    """

    levels: int
    parent: int | None = None
    enabling: int = 0


def closure(factors: Sequence[Factor], levels: dict[int, int]) -> dict[int, int] | None:
    """Return `levels` with the levels of all parents that they need, or None where they contradict each other."""
    result = dict(levels)
    for index in levels:
        child = index
        while (parent := factors[child].parent) is not None:
            needed = factors[child].enabling
            if result.setdefault(parent, needed) != needed:
                return None
            child = parent
    return result


def all_rows(factors: Sequence[Factor]) -> Iterator[Row]:
    """Yield every combination of levels that can exist, once."""
    seen = set()
    for levels in product(*(range(factor.levels) for factor in factors)):
        row: list[int | None] = list(levels)
        for index, factor in enumerate(factors):
            if factor.parent is not None and row[factor.parent] != factor.enabling:
                row[index] = None
        if tuple(row) not in seen:
            seen.add(tuple(row))
            yield tuple(row)
