"""How the values of properties compare, each with each."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

from conformance.diagnosis.facts.features import Feature, Placed

EQUAL, DIFFERENT, LESS, GREATER = "equal", "different", "less", "greater"

NUMBERS, STRINGS = (LESS, EQUAL, GREATER), (DIFFERENT, EQUAL, DIFFERENT)
"""The words for numbers, and for strings, which are in no order."""

Value: TypeAlias = str | float | Decimal | None


def compared(
    paths: tuple[str, ...], values: Sequence[Value], words: tuple[str, str, str] = NUMBERS
) -> tuple[Placed, ...]:
    """Return how the values at some paths compare, each with each, in the words for less, equal and greater.

    None stands for no value. There are as many groups as paths: many bodies have most of them in common.
    """
    different: dict[Any, None] = dict.fromkeys(values)
    different.pop(None, None)
    if not different:
        return ()
    ordered = different if words is STRINGS else sorted(different)
    ranks: dict[Value, int] = dict(zip(ordered, range(len(ordered)), strict=True))
    return _by_rank(paths, tuple([ranks.get(each) for each in values]), words)


@lru_cache(1 << 12)
def _by_rank(paths: tuple[str, ...], ranks: tuple[int | None, ...], words: tuple[str, ...]) -> tuple[Placed, ...]:
    """Return how ranks compare, for each path but the last with those behind it."""
    present = [(path, rank) for path, rank in zip(paths, ranks, strict=True) if rank is not None]
    return tuple(
        (one, frozenset(Feature(words[1 + (left > right) - (left < right)], one, other) for other, right in behind))
        for number, (one, left) in enumerate(present[:-1], 1)
        for behind in (present[number:],)
    )


def comparison(left: str | float | Decimal, right: str | float | Decimal) -> str:
    """Return how a value compares with another one: equal, less, greater, or of strings different."""
    if left == right:
        return EQUAL
    if isinstance(left, str) or isinstance(right, str):
        return DIFFERENT
    return LESS if left < right else GREATER
