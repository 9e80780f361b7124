"""Budgets: how many requests and creations a run may make, and for how long."""

import asyncio
import time

import msgspec


class RunLimits(msgspec.Struct, frozen=True):
    """The limits of a run; None is no limit. `rate` is requests a second, `seconds` the time for the whole run."""

    requests: int | None = None
    creations: int | None = None
    failures: int | None = None
    seconds: float | None = None
    rate: float | None = None


class Budget:
    """Keeps a run within its limits.

    A request that could create something holds one creation from before it is sent until its answer is known, so that
    the limit holds even for a target that takes everything. What is held belongs to the task that took it; a task that
    takes again is done with what it held before.
    """

    def __init__(self, limits: RunLimits) -> None:
        self.limits = limits
        self.requests = 0
        self.creations = 0
        self.failures = 0
        self.started = time.monotonic()
        self._held: dict[asyncio.Task[object] | None, int] = {}
        self._changed = asyncio.Condition()
        self._next = 0.0
        self._spent_creations = 0

    def spend(self, requests: int, creations: int) -> None:
        """Count what an earlier part of the run spent in vain."""
        self.requests += requests
        self._spent_creations += creations

    async def take(self, requests: int, could_create: int) -> str:
        """Take what an item needs, waiting for held creations; returns what ran out, or an empty text."""
        task = asyncio.current_task()
        async with self._changed:
            self._release(task)
            while True:
                reason = self._spent(requests, could_create)
                if reason:
                    return reason
                limit = self.limits.creations
                held = sum(self._held.values())
                if (
                    limit is None
                    or not could_create
                    or self.creations + self._spent_creations + held + could_create <= limit
                ):
                    break
                await self._changed.wait()
            self.requests += requests
            if could_create:
                self._held[task] = could_create
            return ""

    async def give_back(self) -> None:
        """Return what an item held and did not use."""
        async with self._changed:
            self._release(asyncio.current_task())

    def created(self) -> None:
        """Count an object that was created: one creation that was held, where this task held one, is used."""
        self.creations += 1
        task = asyncio.current_task()
        if self._held.get(task):
            self._held[task] -= 1

    def again(self) -> bool:
        """Take one more request, for one that is to be sent again; tells whether there is one left."""
        if self.limits.requests is not None and self.requests >= self.limits.requests:
            return False
        self.requests += 1
        return True

    async def pace(self) -> float:
        """Wait until the rate allows the next request; returns the seconds waited."""
        if self.limits.rate is None:
            return 0.0
        now = time.monotonic()
        start = max(now, self._next)
        self._next = start + 1 / self.limits.rate
        if start > now:
            await asyncio.sleep(start - now)
        return start - now

    def seconds_left(self) -> float | None:
        """Return how long the run may still take, None without a limit."""
        if self.limits.seconds is None:
            return None
        return self.limits.seconds - self.elapsed()

    def elapsed(self) -> float:
        """Return how long the run has taken, in seconds."""
        return time.monotonic() - self.started

    def _release(self, task: asyncio.Task[object] | None) -> None:
        """Let go of what a task holds; the condition is locked."""
        if self._held.pop(task, None) is not None:
            self._changed.notify_all()

    def _spent(self, requests: int, could_create: int) -> str:
        limits = self.limits
        left = self.seconds_left()
        if limits.requests is not None and self.requests + requests > limits.requests:
            return f"--max-requests {limits.requests} is reached"
        created = self.creations + self._spent_creations
        if limits.creations is not None and could_create and created + could_create > limits.creations:
            return f"--max-creations {limits.creations} is reached"
        if limits.failures is not None and self.failures >= limits.failures:
            return f"--max-failures {limits.failures} is reached"
        if left is not None and left <= 0:
            return f"--time-budget {limits.seconds:g} is reached"
        return ""
