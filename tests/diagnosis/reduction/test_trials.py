"""Reducing: whatever brings a failure about is found, exactly and for few requests."""

import asyncio
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.diagnosis.reduction.trials import smallest

ITEMS = [f"/{number}" for number in range(24)]


def reduced(items: Sequence[str], guilty: set[str], limit: int = 1_000) -> tuple[list[str], int]:
    """Return what is left of some items where the guilty ones fail together, and what it cost."""
    spent = 0

    async def fails(kept: Sequence[str]) -> bool:
        nonlocal spent
        spent += 1
        return spent <= limit and guilty <= set(kept)

    return asyncio.run(smallest(items, fails)), spent


@given(st.lists(st.sampled_from(ITEMS), unique=True, max_size=6), st.integers(0, 24))
def test_exactly_the_guilty_items_are_left(guilty: list[str], more: int) -> None:
    """Any items that fail together are found, in their order, by about as many requests as their logarithm each."""
    items = [each for each in ITEMS if each in guilty or int(each[1:]) < more]
    left, spent = reduced(items, set(guilty))
    assert [each for each in items if each in guilty] == left
    assert spent <= 1 + len(guilty) * (3 + math.ceil(math.log2(max(len(items), 2))))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_three_of_twenty_four_cost_less_than_a_cause_may(count: int) -> None:
    """Up to three members of a full body are found within the forty requests of one cause, wherever they stand."""
    assert max(reduced(ITEMS, set(ITEMS[start::7][:count]))[1] for start in range(10)) <= 25


def test_what_is_left_fails_where_the_requests_run_out() -> None:
    """With too few requests nothing that is needed is lost."""
    for limit in range(20):
        left, _ = reduced(ITEMS, {"/3", "/12", "/20"}, limit)
        assert {"/3", "/12", "/20"} <= set(left)


def test_an_item_that_mattered_only_beside_another_is_taken_out() -> None:
    """Where fewer items fail as well, no item is left that can be taken away."""

    async def fails(kept: Sequence[str]) -> bool:
        held = set(kept)
        return {"a", "b", "c"} <= held or held == {"b", "c"} or {"a", "d"} <= held

    left = asyncio.run(smallest(["a", "b", "c", "d"], fails))
    assert asyncio.run(fails(left))
    for item in left:
        assert not asyncio.run(fails([each for each in left if each != item]))
