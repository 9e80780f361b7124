"""Budgets: limits hold for tasks that run at once, and nobody waits for ever."""

import asyncio
import time

import pytest

from conformance.runner.budget import Budget, RunLimits

SECONDS = 5.0


def in_time(coroutine):
    """Carry out a coroutine that must not hang."""

    async def bounded():
        async with asyncio.timeout(SECONDS):
            return await coroutine

    return asyncio.run(bounded())


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("creates", [True, False])
@pytest.mark.parametrize("repeats", [0, 3])
def test_creations_are_never_too_many_and_nobody_hangs(limit, creates, repeats):
    """Eight tasks that send and send again stay within the limit at every moment, whatever the target does."""
    created = 0
    sent = 0

    async def send(budget: Budget) -> None:
        nonlocal created, sent
        sent += 1
        await asyncio.sleep(0.001)
        if creates:
            created += 1
        assert budget.may_create()
        budget.created(possibly=creates)
        if creates:
            assert created <= limit

    async def work(budget: Budget) -> None:
        for _ in range(5):
            if await budget.take(1, 1):
                return
            await send(budget)
            for _ in range(repeats):
                if await budget.take(1, 1):
                    break
                await send(budget)
                budget.give_back()
            budget.give_back()

    async def run() -> None:
        budget = Budget(RunLimits(creations=limit))
        await asyncio.gather(*(work(budget) for _ in range(8)))

    in_time(run())
    assert (limit if creates else 8 * 5 * (1 + repeats)) == (created if creates else sent)


def test_what_runs_out_is_named():
    """Each limit that is reached is named as the option that set it."""

    async def run() -> list[str]:
        requests, creations, failures = (
            Budget(RunLimits(requests=2)),
            Budget(RunLimits(creations=1)),
            Budget(RunLimits(failures=1)),
        )
        over = Budget(RunLimits(seconds=1e-9))
        assert creations.may_create()
        creations.created(possibly=True)
        failures.failures = 1
        assert "" == await creations.take(1, 0)
        return [
            await requests.take(3, 0),
            await creations.take(1, 1),
            await failures.take(1, 0),
            await over.take(1, 0),
        ]

    assert [
        "--max-requests 2 is reached",
        "--max-creations 1 is reached",
        "--max-failures 1 is reached",
        "--time-budget 1e-09 is reached",
    ] == in_time(run())


def test_requests_that_are_sent_again_are_counted():
    """`again` takes one request more, as long as there is one, and says what ran out."""

    async def run() -> list[str]:
        budget = Budget(RunLimits(requests=3))
        assert "" == await budget.take(1, 0)
        return [budget.again(), budget.again(), budget.again()]

    assert ["", "", "--max-requests 3 is reached"] == in_time(run())


def test_a_retry_after_what_may_have_created_needs_another_creation():
    """A try that may have created has used what was held for it; the next needs one more, where one is left."""

    async def run() -> list[str]:
        budget, said = Budget(RunLimits(creations=2)), []
        said.append(await budget.take(1, 1))
        for _ in range(2):
            assert budget.may_create()
            budget.created(possibly=True)
            said.append(budget.again(1))
        budget.give_back()
        return [*said, await budget.take(1, 1)]

    over = "--max-creations 2 is reached"
    assert ["", "", over, over] == in_time(run())


def test_tasks_of_one_item_hold_together_and_no_miscount_breaks_the_limit():
    """Requests of an item that are in flight at once use what it took; what was not taken does not leave."""

    async def send(budget: Budget) -> bool:
        left = budget.may_create()
        await asyncio.sleep(0)
        if left:
            budget.created(possibly=True)
        return left

    async def run() -> tuple[list[bool], str, int]:
        budget = Budget(RunLimits(creations=2))
        assert "" == await budget.take(2, 2)
        left = await asyncio.gather(*(send(budget) for _ in range(3)))
        return left, await budget.take(1, 0), budget.creations

    assert ([True, True, False], "", 2) == in_time(run())


def test_without_limits_nothing_ends():
    """A budget without limits says yes to everything and waits for nothing."""

    async def run() -> None:
        budget = Budget(RunLimits())
        for _ in range(100):
            assert "" == await budget.take(1, 1)
            assert "" == budget.again(1)
            assert 0.0 == await budget.pace()
        assert budget.seconds_left() is None

    in_time(run())


def test_the_rate_spaces_requests():
    """Tasks that ask at once are let go one after the other."""

    async def run() -> float:
        budget = Budget(RunLimits(rate=100))
        began = time.monotonic()
        await asyncio.gather(*(budget.pace() for _ in range(11)))
        return time.monotonic() - began

    assert in_time(run()) >= 0.1 - 0.002
