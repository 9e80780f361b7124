"""Budgets: how many requests and creations a run may make, and for how long."""

import asyncio
import time
from contextvars import ContextVar

import msgspec


class RunLimits(msgspec.Struct, frozen=True):
    """The limits of a run; None is no limit. `rate` is requests a second, `seconds` the time for the whole run."""

    requests: int | None = None
    creations: int | None = None
    failures: int | None = None
    seconds: float | None = None
    rate: float | None = None


_holder: ContextVar[object] = ContextVar("holder", default=None)
"""Who holds what the running task took: the tasks that it starts hold it as well."""


class Budget:
    """Keeps a run within its limits.

    A request that could create something holds one creation from before it is sent until its response is known, so that
    the limit holds even for a target that accepts everything. What may have created counts: all but a 4xx. What is held
    belongs to the task that took it, and to those that it starts; a task that takes again releases what it held before.
    """

    def __init__(self, limits: RunLimits) -> None:
        self.limits = limits
        self.requests = 0
        self.creations = 0
        self.failures = 0
        self.reserved = 0
        """How many creations the rest of the plan needs: what is sent beyond the plan may not use them."""
        self.started = time.monotonic()
        self._held: dict[object, int] = {}
        self._flying = 0
        self._released = asyncio.Event()
        self._next = 0.0

    def spend(self, requests: int, creations: int) -> None:
        """Count the requests that an earlier part of the run spent in vain, and all that it may have created."""
        self.requests += requests
        self.creations += creations

    async def take(self, requests: int, could_create: int, *, beyond_plan: bool = False) -> str:
        """Take what an item needs, waiting for held creations; returns what ran out, or an empty text."""
        self._release()
        while True:
            reason = self._spent(requests, could_create)
            if reason:
                return reason
            if beyond_plan and not self._fits(could_create, self.reserved):
                return f"--max-creations {self.limits.creations} is needed for the plan"
            if self._fits(could_create):
                break
            self._released.clear()
            await self._released.wait()
        self.requests += requests
        if could_create:
            holder = object()
            _holder.set(holder)
            self._held[holder] = could_create
        return ""

    def give_back(self) -> None:
        """Return what an item held and did not use."""
        self._release()

    def may_create(self) -> bool:
        """Take in that a request leaves that could create; tells whether it may: no miscount can break the limit."""
        if self.limits.creations is not None and self.creations + self._flying >= self.limits.creations:
            return False
        self._flying += 1
        return True

    def created(self, *, possibly: bool) -> None:
        """Take in how such a request ended: where it possibly created, one creation that was held is used."""
        self._flying -= 1
        if possibly:
            self.creations += 1
            holder = _holder.get()
            if self._held.get(holder):
                self._held[holder] -= 1

    def again(self, could_create: int = 0) -> str:
        """Take one more request, for one that is to be sent again; returns what ran out, or an empty text.

        `could_create` is 1 where the try before may have created, so that the next one needs another creation.
        """
        limits = self.limits
        if limits.requests is not None and self.requests >= limits.requests:
            return f"--max-requests {limits.requests} is reached"
        if could_create and not self._fits(could_create):
            return f"--max-creations {limits.creations} is reached"
        self.requests += 1
        holder = _holder.get()
        if could_create and holder in self._held:
            self._held[holder] += could_create
        return ""

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

    def _release(self) -> None:
        """Let go of what the running task holds; who waits for it looks again."""
        if self._held.pop(_holder.get(), None) is not None:
            self._released.set()

    def _fits(self, could_create: int, reserved: int = 0) -> bool:
        """Tell whether so many creations are neither used nor held, nor reserved."""
        limit = self.limits.creations
        if limit is None or not could_create:
            return True
        return self.creations + sum(self._held.values()) + reserved + could_create <= limit

    def _spent(self, requests: int, could_create: int) -> str:
        limits = self.limits
        left = self.seconds_left()
        if limits.requests is not None and self.requests + requests > limits.requests:
            return f"--max-requests {limits.requests} is reached"
        if limits.creations is not None and could_create and self.creations + could_create > limits.creations:
            return f"--max-creations {limits.creations} is reached"
        if limits.failures is not None and self.failures >= limits.failures:
            return f"--max-failures {limits.failures} is reached"
        if left is not None and left <= 0:
            return f"--time-budget {limits.seconds:g} is reached"
        return ""
