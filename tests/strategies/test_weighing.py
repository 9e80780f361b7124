"""Weighing: how often alternatives are drawn, and what they shrink to."""

from collections import Counter

from hypothesis import find, given, seed, settings
from hypothesis import strategies as st

from conformance.strategies.random.process.hypothesis_internals import independent_backend
from conformance.strategies.random.weighing import MANY, SINGLE, slots, weighted

ALTERNATIVES = [(st.just("first"), SINGLE), (st.just("second"), MANY), (st.just("third"), SINGLE)]


def test_alternatives_are_drawn_as_often_as_their_weights_say() -> None:
    """What weighs four times as much is drawn about four times as often, and nothing is left out."""
    counts: Counter[str] = Counter()

    @seed(1)
    @settings(max_examples=600, database=None, deadline=None, backend=independent_backend())
    @given(weighted(ALTERNATIVES))
    def draw(value: str) -> None:
        counts[value] += 1

    draw()
    assert {"first", "second", "third"} == counts.keys()
    assert 300 < counts["second"] < 500


def test_the_first_alternative_is_the_simplest() -> None:
    """A failure that any of them brings about shrinks to the first, whatever its weight."""
    assert "first" == find(weighted(ALTERNATIVES), lambda _: True)
    assert "third" == find(weighted(ALTERNATIVES), lambda value: value == "third")


def test_a_slot_is_one_of_the_alternatives_undrawn() -> None:
    """The strategy itself is handed over; a single alternative is no choice."""
    one, other = st.just(1), st.just(2)
    assert one is find(slots([(one, SINGLE), (other, MANY)]), lambda _: True)
    assert one is find(slots([(one, MANY)]), lambda _: True)
    assert one is weighted([(one, MANY)])
