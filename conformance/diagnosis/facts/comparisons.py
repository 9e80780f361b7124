"""How the values of properties compare, each with each."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from conformance.diagnosis.facts.features import Feature, Placed

EQUAL, DIFFERENT, LESS, GREATER = "equal", "different", "less", "greater"


def compared(
    paths: tuple[str, ...], values: Sequence[str | float | Decimal | None], suffix: str = ""
) -> tuple[Placed, ...]:
    """Return how the values at some paths compare, each with each: all strings, or all numbers; None for no value.

    `suffix` is what the words end with. There are as many groups as paths: many bodies have most of them in common.
    """
    different = dict.fromkeys(each for each in values if each is not None)
    text = any(isinstance(each, str) for each in different)
    ranks = {each: rank for rank, each in enumerate(different if text else sorted(different))}
    words = (DIFFERENT, EQUAL, DIFFERENT) if text else (LESS, EQUAL, GREATER)
    ranked = tuple([None if each is None else ranks[each] for each in values])
    return _by_rank(paths, ranked, tuple([word + suffix for word in words]))


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
