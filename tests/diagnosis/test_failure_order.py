"""FailureOrder: who was handed something later waits for those before."""

import asyncio
import random

from conformance.diagnosis.failure_order import FailureOrder


def test_turns_come_in_the_order_of_beginning_whatever_is_ready_first() -> None:
    """With many at work at once, and some that never ask."""
    order: list[int] = []

    async def work(turns: FailureOrder, numbers: list[int], chance: random.Random) -> None:
        while numbers:
            number = numbers.pop(0)
            turns.begin()
            try:
                for _ in range(chance.randrange(9)):
                    await asyncio.sleep(0)
                if number % 3:
                    await turns.mine()
                    order.append(number)
                    await asyncio.sleep(0)
                    order.append(number)
            finally:
                await turns.end()

    async def run() -> None:
        turns, numbers, chance = FailureOrder(), list(range(60)), random.Random(1)  # noqa: S311 (no secret)
        await asyncio.gather(*(work(turns, numbers, chance) for _ in range(5)))

    asyncio.run(run())
    assert [number for number in range(60) if number % 3 for _ in range(2)] == order


def test_who_waits_goes_on_as_soon_as_what_was_before_is_done_with() -> None:
    """Nothing else has to happen in between."""

    async def first(turns: FailureOrder) -> None:
        turns.begin()
        await asyncio.sleep(0.01)
        await turns.end()

    async def second(turns: FailureOrder) -> None:
        turns.begin()
        async with asyncio.timeout(5):
            await turns.mine()
        await turns.end()

    async def run() -> None:
        turns = FailureOrder()
        await asyncio.gather(first(turns), second(turns), second(turns))

    asyncio.run(run())


def test_who_was_handed_nothing_does_not_wait() -> None:
    """What is sent before the first item has its turn at once."""

    async def run() -> None:
        turns = FailureOrder()
        await asyncio.create_task(_begun(turns))
        await asyncio.wait_for(turns.mine(), 5)

    asyncio.run(run())


async def _begun(turns: FailureOrder) -> None:
    turns.begin()
