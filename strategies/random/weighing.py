"""Weighing: what has many values is drawn more often than what has one, so that draws seldom equal each other."""

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

Weighted: TypeAlias = tuple[st.SearchStrategy[T], int]
"""A strategy, and how often it is drawn beside others."""

SINGLE = 1
"""The weight of one value alone: null, true, a property's absence."""

FEW = 2
"""The weight of a handful of values, such as those of an enumeration."""

MANY = 4
"""The weight of texts and lists."""

MOST = 8
"""The weight of numbers, of which there are the most that a program can stumble over."""

WHOLE = 16
"""The weight of objects, in which everything else lies."""


def weighted(alternatives: Sequence[Weighted[T]]) -> st.SearchStrategy[T]:
    """Return a strategy that draws from each alternative as often as its weight says; it shrinks to the first."""
    if len(alternatives) == 1:
        return alternatives[0][0]
    chosen = repeated(alternatives)
    # By index: a strategy that shows all that it chooses from, and these theirs, has a name of gigabytes.
    return st.sampled_from(range(len(chosen))).flatmap(lambda index: chosen[index])


def repeated(alternatives: Sequence[Weighted[T]]) -> list[st.SearchStrategy[T]]:
    """Return each alternative as often as its weight says; one that has no other beside it once."""
    if len(alternatives) == 1:
        return [alternatives[0][0]]
    return [found for found, weight in alternatives for _ in range(weight)]
