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
            budget.created()
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
                await budget.give_back()
            await budget.give_back()

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
        creations.created()
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
    """`again` takes one request more, as long as there is one."""

    async def run() -> list[bool]:
        budget = Budget(RunLimits(requests=3))
        assert "" == await budget.take(1, 0)
        return [budget.again(), budget.again(), budget.again()]

    assert [True, True, False] == in_time(run())


def test_without_limits_nothing_ends():
    """A budget without limits says yes to everything and waits for nothing."""

    async def run() -> None:
        budget = Budget(RunLimits())
        for _ in range(100):
            assert "" == await budget.take(1, 1)
            assert budget.again()
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
