"""Covering arrays beside the plain way of making them: no slower, and no more rows."""

from collections.abc import Callable, Sequence
from itertools import combinations, product
from typing import Any, TypeAlias

from conformance.contract.contract import Contract
from conformance.strategies.case_builder import Builder
from conformance.strategies.covering import combinations as models
from conformance.strategies.covering.arrays import PAIRWISE, THREE_WAY, covering_array
from conformance.strategies.covering.factors import Factor, closure

from ..strategies.missing_tuples import missing  # noqa: TID252 - test modules are found by path

PAIRS_SECONDS = 0.1
TRIPLES_SECONDS = 2.0
"""What the arrays of the published request may cost in processor time; pairs are asserted with room."""

ROOM = 3.0

Fixture: TypeAlias = Callable[..., Any]
Tuple: TypeAlias = tuple[tuple[int, int], ...]


def plainly(factors: Sequence[Factor], strength: int) -> list[dict[int, int]]:
    """Return rows made one after the other, each taking up every tuple that is left and still fits."""
    left = [
        tuple(zip(chosen, levels, strict=True))
        for chosen in combinations(range(len(factors)), strength)
        for levels in product(*(range(factors[index].levels) for index in chosen))
        if closure(factors, dict(zip(chosen, levels, strict=True))) is not None
    ]
    rows = []
    while left:
        row: dict[int, int] = {}
        later = []
        for each in left:
            joined = None
            if all(row.get(index, level) == level for index, level in each):
                joined = closure(factors, {**row, **dict(each)})
            if joined is None:
                later.append(each)
            else:
                row = joined
        rows.append(row)
        left = later
    return rows


def test_pairs_take_no_more_time_and_rows_than_the_plain_way(
    contract: Contract, measure: Fixture, told: Fixture
) -> None:
    """For the published request: rows and time of both, and all pairs covered by ours."""
    factors = models.model(Builder(contract, {})).factors
    ours, theirs = measure(lambda: covering_array(factors, PAIRWISE)), measure(lambda: plainly(factors, PAIRWISE))
    rows, plain = covering_array(factors, PAIRWISE), plainly(factors, PAIRWISE)
    told("pairs", seconds=ours, plain_seconds=theirs, rows=len(rows), plain_rows=len(plain))
    assert not any(missing(factors, rows, PAIRWISE))
    assert ours < min(1.5 * theirs, PAIRS_SECONDS * ROOM)
    assert len(rows) <= 1.1 * len(plain)


def test_triples_take_no_more_time_and_rows_than_the_plain_way(
    contract: Contract, measure: Fixture, told: Fixture
) -> None:
    """For the published request: rows and time of both, well below a second on a quiet machine."""
    factors = models.model(Builder(contract, {})).factors
    ours = measure(lambda: covering_array(factors, THREE_WAY), times=3)
    theirs = measure(lambda: plainly(factors, THREE_WAY), times=1)
    rows, plain = covering_array(factors, THREE_WAY), plainly(factors, THREE_WAY)
    told("triples", seconds=ours, plain_seconds=theirs, rows=len(rows), plain_rows=len(plain))
    assert ours < min(theirs, TRIPLES_SECONDS)
    assert len(rows) <= 1.1 * len(plain)
