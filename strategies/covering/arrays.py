"""Covering arrays: few rows in which every pair (or triple) of levels occurs, for factors that depend on each other.

They are constructed by IPOG (Lei, Kacker, Kuhn, Okun, Lawrence: "IPOG: a general strategy for t-way software testing",
2007). Factors are added one at a time, first by extending the rows that exist, then by new rows for what is left. Sets
of tuples and of rows are bit sets in integers, which is what makes three-way arrays of twenty factors quick.
"""

from collections.abc import Iterator, Sequence

from conformance.strategies.covering.factors import Factor, Row, all_rows, closure

PAIRWISE = 2
THREE_WAY = 3


def covering_array(factors: Sequence[Factor], strength: int) -> list[Row]:
    """Return rows in which every combination of levels of any `strength` factors that can exist together occurs.

    Args:
        factors: parents before their children.
        strength: 2 for pairs, 3 for triples; fewer factors than that give all their combinations.

    """
    return list(all_rows(factors)) if len(factors) <= strength else Ipog(factors, strength).build()


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Ipog:
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
        self.agreeing = self._agreeing()
        self.children = [
            (index, each.parent, each.enabling) for index, each in enumerate(factors) if each.parent is not None
        ]
        self.rows: list[list[int | None]] = []
        self.fits: list[int] = [0] * count

    def build(self) -> list[Row]:
        """Return the rows."""
        first = range(self.strength)
        self.rows = [
            [*row, *[self.FREE] * (len(self.factors) - self.strength)]
            for row in all_rows([self.factors[index] for index in first])
        ]
        for index in range(self.strength, len(self.factors)):
            left = [self._earlier(index, level) for level in range(self.factors[index].levels)]
            self._extend(index, left)
            self._add(index, left)
        return [self._filled(number, row) for number, row in enumerate(self.rows)]

    def _agreeing(self) -> list[int]:
        """Return, for each level, the set of the levels of earlier factors that can exist beside it."""
        found = []
        for index, level in self.owner:
            needed = self.closures[index, level]
            earlier = range(self.start[index])
            found.append(sum(1 << bit for bit in earlier if self._agree(needed, self.closures[self.owner[bit]])))
        return found

    def _earlier(self, index: int, level: int) -> int:
        """Return the set of tuples of earlier factors that can exist beside a level."""
        singles = self.agreeing[self.start[index] + level]
        if self.strength == PAIRWISE:
            return singles
        pairs = 0
        for high in _bits(singles):
            pairs |= (singles & self.agreeing[high]) << (high * self.count)
        return pairs

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
                before = tuple(row)
                self._set(row, wanted)
                self._narrow(fits, number, before, row)

    def _fitting_rows(self, index: int) -> list[int]:
        fits = [0] * self.count
        for each in range(index + 1):
            first, levels, free = self.start[each], self.factors[each].levels, 0
            for number, row in enumerate(self.rows):
                level = row[each]
                if level == self.FREE:
                    free |= 1 << number
                elif level is not None:
                    fits[first + level] |= 1 << number
            for bit in range(first, first + levels):
                fits[bit] |= free
        return fits

    def _narrow(self, fits: list[int], number: int, before: Sequence[int | None], row: Sequence[int | None]) -> None:
        """Take a row out of what fits levels that it cannot have any more."""
        here = ~(1 << number)
        for index, (old, new) in enumerate(zip(before, row, strict=True)):
            if new == old:
                continue
            for level in range(self.factors[index].levels):
                if new != level:
                    fits[self.start[index] + level] &= here

    def _set(self, row: list[int | None], levels: dict[int, int]) -> None:
        """Set cells, and mark as absent the children of parents that have another level now."""
        for index, level in levels.items():
            row[index] = level
        for index, parent, enabling in self.children:
            if row[parent] not in (enabling, self.FREE):
                row[index] = None

    def _filled(self, number: int, row: list[int | None]) -> Row:
        for index, factor in enumerate(self.factors):
            if row[index] == self.FREE:
                self._set(row, {index: number % factor.levels})
        return tuple(row)
