"""Covering arrays: few rows in which every pair (or triple) of levels occurs, for factors that depend on each other.

The construction is IPOG (Lei, Kacker, Kuhn, Okun, Lawrence: "IPOG: a general strategy for t-way software testing", 2007):
factors are added one at a time, first by extending the rows that exist, then by new rows for what is left. Sets of
tuples and of rows are bit sets in integers, which is what makes three-way arrays of twenty factors quick.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import TypeAlias

import msgspec

Row: TypeAlias = tuple[int | None, ...]
"""One level a factor; None where the factor does not exist, because its parent has another level."""

PAIRWISE = 2
THREE_WAY = 3


class Factor(msgspec.Struct, frozen=True):
    """Something that varies: how many levels it has, and, if it exists only at one level of another, where.

    `parent` is the index of an earlier factor, `enabling` the level of it at which this one exists.
    """

    levels: int
    parent: int | None = None
    enabling: int = 0


def covering_array(factors: Sequence[Factor], strength: int) -> list[Row]:
    """Return rows in which every combination of levels of any `strength` factors that can exist together occurs.

    Args:
        factors: parents before their children.
        strength: 2 for pairs, 3 for triples; fewer factors than that give all their combinations.

    """
    if len(factors) <= strength:
        return list(_all_rows(factors))
    return _Builder(factors, strength).build()


def missing(factors: Sequence[Factor], rows: Iterable[Row], strength: int) -> Iterator[dict[int, int]]:
    """Yield every combination of levels that can exist and occurs in no row, as factor to level.

    Written apart from the construction, tuple by tuple, to prove it.
    """
    strength = min(strength, len(factors))
    rows = list(rows)
    for chosen in combinations(range(len(factors)), strength):
        seen = {tuple(row[index] for index in chosen) for row in rows}
        for levels in product(*(range(factors[index].levels) for index in chosen)):
            wanted = dict(zip(chosen, levels, strict=True))
            if levels not in seen and closure(factors, wanted) is not None:
                yield wanted


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


def _all_rows(factors: Sequence[Factor]) -> Iterator[Row]:
    seen = set()
    for levels in product(*(range(factor.levels) for factor in factors)):
        row: list[int | None] = list(levels)
        for index, factor in enumerate(factors):
            if factor.parent is not None and row[factor.parent] != factor.enabling:
                row[index] = None
        if tuple(row) not in seen:
            seen.add(tuple(row))
            yield tuple(row)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class _Builder:
    """One construction. A cell is a level, `None` (does not exist) or `FREE` (not chosen yet)."""

    FREE = -1

    def __init__(self, factors: Sequence[Factor], strength: int) -> None:
        self.factors = factors
        self.strength = strength
        self.start: list[int] = []
        count = 0
        for factor in factors:
            self.start.append(count)
            count += factor.levels
        self.count = count
        self.closures = {
            (index, level): closure(factors, {index: level}) or {}
            for index, factor in enumerate(factors)
            for level in range(factor.levels)
        }
        self.owner = [(index, level) for index, factor in enumerate(factors) for level in range(factor.levels)]
        self.rows: list[list[int | None]] = []
        self.fits: list[int] = [0] * count

    def build(self) -> list[Row]:
        first = range(self.strength)
        self.rows = [[*row, *[self.FREE] * (len(self.factors) - self.strength)] for row in
                     _all_rows([self.factors[index] for index in first])]
        for index in range(self.strength, len(self.factors)):
            left = self._universe(index)
            self._extend(index, left)
            self._add(index, left)
        return [self._filled(number, row) for number, row in enumerate(self.rows)]

    def _universe(self, index: int) -> list[int]:
        """Return, for each level of the new factor, the set of earlier tuples that it must meet."""
        return [self._earlier(index, self.closures[index, level]) for level in range(self.factors[index].levels)]

    def _earlier(self, index: int, needed: dict[int, int]) -> int:
        singles = [
            bit for bit in range(self.start[index])
            if self._agree(needed, self.closures[self.owner[bit]])
        ]
        if self.strength == PAIRWISE:
            return sum(1 << bit for bit in singles)
        mask = 0
        for low, high in combinations(singles, 2):
            if self.owner[low][0] != self.owner[high][0] and self._agree(
                self.closures[self.owner[low]], self.closures[self.owner[high]]
            ):
                mask |= 1 << (high * self.count + low)
        return mask

    @staticmethod
    def _agree(one: dict[int, int], other: dict[int, int]) -> bool:
        return all(other.get(index, level) == level for index, level in one.items())

    def _tuples(self, row: Sequence[int | None], below: int) -> int:
        """Return the set of tuples among the first `below` cells of a row."""
        singles = pairs = 0
        for index in range(below):
            level = row[index]
            if level is None or level == self.FREE:
                continue
            bit = self.start[index] + level
            pairs |= singles << (bit * self.count)
            singles |= 1 << bit
        return singles if self.strength == PAIRWISE else pairs

    def _extend(self, index: int, left: list[int]) -> None:
        """Give the new factor a level in every row that can have one, the one that covers most."""
        factor = self.factors[index]
        for row in self.rows:
            if factor.parent is not None and row[factor.parent] not in (factor.enabling, self.FREE):
                row[index] = None
                continue
            covered = self._tuples(row, index)
            gains = [(covered & mask).bit_count() for mask in left]
            best = max(range(factor.levels), key=gains.__getitem__)
            if gains[best]:
                self._set(row, self.closures[index, best])
                left[best] &= ~self._tuples(row, index)

    def _add(self, index: int, left: list[int]) -> None:
        """Put what is left into rows with free cells, or into new rows."""
        fits = self._fitting_rows(index)
        for level, mask in enumerate(left):
            for found in _bits(mask):
                wanted = dict(self.closures[index, level])
                for bit in [found] if self.strength == PAIRWISE else divmod(found, self.count):
                    wanted |= self.closures[self.owner[bit]]
                candidates = -1
                for each, value in wanted.items():
                    candidates &= fits[self.start[each] + value]
                if candidates:
                    number = (candidates & -candidates).bit_length() - 1
                    row = self.rows[number]
                else:
                    number = len(self.rows)
                    row = [self.FREE] * len(self.factors)
                    self.rows.append(row)
                    fits = [mask_ | (1 << number) for mask_ in fits]
                self._set(row, wanted)
                self._narrow(fits, number, row)

    def _fitting_rows(self, index: int) -> list[int]:
        fits = [0] * self.count
        for number, row in enumerate(self.rows):
            for each in range(index + 1):
                for level in range(self.factors[each].levels):
                    if row[each] in (level, self.FREE):
                        fits[self.start[each] + level] |= 1 << number
        return fits

    def _narrow(self, fits: list[int], number: int, row: Sequence[int | None]) -> None:
        here = ~(1 << number)
        for index, factor in enumerate(self.factors):
            if row[index] == self.FREE:
                continue
            for level in range(factor.levels):
                if row[index] != level:
                    fits[self.start[index] + level] &= here

    def _set(self, row: list[int | None], levels: dict[int, int]) -> None:
        """Set cells, and mark as absent the children of parents that have another level now."""
        for index, level in levels.items():
            row[index] = level
        for index, factor in enumerate(self.factors):
            if factor.parent is not None and row[factor.parent] not in (factor.enabling, self.FREE):
                row[index] = None

    def _filled(self, number: int, row: list[int | None]) -> Row:
        for index, factor in enumerate(self.factors):
            if row[index] == self.FREE:
                self._set(row, {index: number % factor.levels})
        return tuple(row)
