"""Draws: what everything that is sampled is made of, a function of the random choices of one body."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import TypeAlias, TypeVar

from conformance.model.jsontext import Writable

T = TypeVar("T")


class Chance(Random):
    """The random choices of one batch, which follow from its seed alone, and what a body has to hold.

    `route` tells which branch is taken, by the identity of the node: so a body holds a place that is to be broken.
    `drawn` are the unbounded integers of the body so far.
    """

    route: Mapping[int, int] = {}
    drawn: list[int]

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.drawn = []

    def begin(self, route: Mapping[int, int] | None = None) -> None:
        """Begin another body."""
        self.route = route or {}
        self.drawn.clear()

    def one_in(self, count: int) -> bool:
        """Tell whether something comes about that does in one of `count` cases."""
        return self.random() * count < 1

    def below(self, count: int) -> int:
        """Return a number from 0 up to, but not including, `count`: `randrange` without its checks."""
        return int(self.random() * count)

    def pick(self, known: Sequence[T]) -> T:
        """Return one of some values, which must not be none at all: `choice` without its checks."""
        return known[int(self.random() * len(known))]


Draw: TypeAlias = Callable[[Chance], T]
Values: TypeAlias = Draw[Writable]
Weighted: TypeAlias = tuple[Draw[T], int]
"""A draw, and how often it is made beside others."""


def constant(value: T) -> Draw[T]:
    """Return a draw that always gives the same."""
    return lambda _: value


def sampled(known: Sequence[T]) -> Draw[T]:
    """Return a draw of one of some values."""
    held = tuple(known)
    count = len(held)
    return lambda chance: held[int(chance.random() * count)]


def choice(alternatives: Sequence[Weighted[T]]) -> Draw[T]:
    """Return a draw that makes each of the alternatives as often as its weight says."""
    if len(alternatives) == 1:
        return alternatives[0][0]
    # As often in the table as its weight says.
    table = tuple(found for found, weight in alternatives for _ in range(weight))
    whole = len(table)

    def draw(chance: Chance) -> T:
        return table[int(chance.random() * whole)](chance)

    return draw
