"""The proof of covering arrays, written apart from their construction, tuple by tuple."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from conformance.strategies.covering.factors import Factor, Row, closure


def missing(factors: Sequence[Factor], rows: Iterable[Row], strength: int) -> Iterator[dict[int, int]]:
    """Yield every combination of levels that can exist and occurs in no row, as factor to level."""
    strength = min(strength, len(factors))
    rows = list(rows)
    for chosen in combinations(range(len(factors)), strength):
        seen = {tuple(row[index] for index in chosen) for row in rows}
        for levels in product(*(range(factors[index].levels) for index in chosen)):
            wanted = dict(zip(chosen, levels, strict=True))
            if levels not in seen and closure(factors, wanted) is not None:
                yield wanted
