"""Budgets: how many requests and creations a run may make, and for how long."""

import asyncio
import time

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """The limits of a run; None is no limit. `rate` is requests a second, `seconds` the time for the whole run."""

    requests: int | None = None
    creations: int | None = None
    failures: int | None = None
    seconds: float | None = None
    rate: float | None = None


class Budget:
    """Keeps a run within its limits.

    A request that could create something holds one creation from before it is sent until its answer is known, so that
    the limit holds even for a target that takes everything.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.requests = 0
        self.creations = 0
        self.failures = 0
        self.started = time.monotonic()
        self._held = 0
        self._changed = asyncio.Condition()
        self._next = 0.0

    async def take(self, requests: int, could_create: int) -> str:
        """Take what an item needs, waiting for held creations; returns what ran out, or an empty text."""
        async with self._changed:
            while True:
                reason = self._spent(requests, could_create)
                if reason:
                    return reason
                limit = self.limits.creations
                if limit is None or self.creations + self._held + could_create <= limit or self._held == 0:
                    break
                await self._changed.wait()
            self.requests += requests
            self._held += could_create
            return ""

    async def give_back(self, could_create: int) -> None:
        """Return what an item held and did not use."""
        async with self._changed:
            self._held -= could_create
            self._changed.notify_all()

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
        return self.limits.seconds - (time.monotonic() - self.started)

    def _spent(self, requests: int, could_create: int) -> str:
        limits = self.limits
        left = self.seconds_left()
        if limits.requests is not None and self.requests + requests > limits.requests:
            return f"--max-requests {limits.requests} is used up"
        if limits.creations is not None and could_create and self.creations + could_create > limits.creations:
            return f"--max-creations {limits.creations} is used up"
        if limits.failures is not None and self.failures >= limits.failures:
            return f"--max-failures {limits.failures} is reached"
        if left is not None and left <= 0:
            return f"--time-budget {limits.seconds:g} is used up"
        return ""

    def elapsed(self) -> float:
        """Return how long the run has taken, in seconds."""
        return time.monotonic() - self.started
