"""Covering arrays: few rows in which every pair (or triple) of levels occurs, for factors that depend on each other."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from conformance.strategies.covering.factors import Factor, Row, all_rows, closure
from conformance.strategies.covering.ipog import PAIRWISE, THREE_WAY, Construction

__all__ = ["PAIRWISE", "THREE_WAY", "Factor", "Row", "closure", "covering_array", "missing"]


def covering_array(factors: Sequence[Factor], strength: int) -> list[Row]:
    """Return rows in which every combination of levels of any `strength` factors that can exist together occurs.

    Args:
        factors: parents before their children.
        strength: 2 for pairs, 3 for triples; fewer factors than that give all their combinations.

    """
    if len(factors) <= strength:
        return list(all_rows(factors))
    return Construction(factors, strength).build()


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
