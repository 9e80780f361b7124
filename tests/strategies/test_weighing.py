"""Weighing: how often alternatives are drawn, and what they shrink to."""

from collections import Counter

from hypothesis import find, given, seed, settings
from hypothesis import strategies as st

from conformance.strategies.random.process.hypothesis_internals import independent_backend
from conformance.strategies.random.weighing import MANY, SINGLE, repeated, weighted

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


def test_an_alternative_is_there_as_often_as_its_weight_says() -> None:
    """In their order, so that the first is the simplest; a single one is no choice."""
    one, other = st.just(1), st.just(2)
    assert [one, *MANY * [other]] == repeated([(one, SINGLE), (other, MANY)])
    assert [one] == repeated([(one, MANY)])
    assert one is weighted([(one, MANY)])


def test_a_choice_is_shown_without_what_it_chooses_from() -> None:
    """What it chooses from are choices too, and so on: all of them together fill gigabytes."""
    assert "second" not in repr(weighted(ALTERNATIVES))
