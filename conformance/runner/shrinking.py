"""Shrinking: random cases that failed are made as simple as they can be, one after the other, against the target.

The library that drew a case draws its batch once more and shrinks it, in a thread of its own; every simpler case that
it wants to know about is sent and judged like any other.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import TimeoutError as NotYetError
from typing import TypeAlias

from conformance.model.case import Case
from conformance.strategies.stopping import StoppedError

MAX_REQUESTS = 300
"""How many requests one failure may cost."""

MAX_SECONDS = 20.0
"""How long one failure may take to shrink."""

GRACE_SECONDS = 1.0
"""How long after that a library is waited for that asks nothing."""

MAX_FAILURES = 40
"""How many failures of a run are shrunk."""

POLL_SECONDS = 0.2

Ask: TypeAlias = Callable[[Case], bool]
Shrink: TypeAlias = Callable[[Case, Ask], Case | None]
Probe: TypeAlias = Callable[[Case], Awaitable[bool | None]]
"""Sends a case and tells whether it fails in the same way; None where a limit of the run forbids it."""


class Shrinker:
    """Finds the simplest case that fails as a given one does.

    Args:
        shrink: what the library offers.
        interrupt: stops it, from another thread.

    """

    def __init__(self, shrink: Shrink, interrupt: Callable[[], object] = lambda: None) -> None:
        self._shrink = shrink
        self._interrupt = interrupt
        self.turn = asyncio.Lock()
        self.failures = 0
        self.over = False

    def finish(self) -> None:
        """Stop what is being shrunk, and shrink nothing more: the time is over."""
        self.over = True
        self._interrupt()

    async def simplest(self, case: Case, probe: Probe) -> Case | None:
        """Return the simplest case that fails, None where none is found; whoever calls it has the turn.

        Where there is no time for the library to end, it is the shortest that failed.
        """
        if self.over or self.failures >= MAX_FAILURES:
            return None
        self.failures += 1
        spent, until = 0, time.monotonic() + MAX_SECONDS
        failing: list[Case] = []

        async def limited(smaller: Case) -> bool | None:
            nonlocal spent
            spent += 1
            in_time = not self.over and time.monotonic() < until
            fails = await probe(smaller) if spent <= MAX_REQUESTS and in_time else None
            if fails:
                failing.append(smaller)
            return fails

        found: list[Case | None] = []
        timer = asyncio.get_running_loop().call_later(MAX_SECONDS + GRACE_SECONDS, self._interrupt)
        try:
            await in_thread(lambda ask: found.append(self._shrink(case, ask)), limited)
        finally:
            timer.cancel()
        return found[0] if found else min(failing, key=_length, default=None)


def _length(case: Case) -> tuple[int, bytes]:
    body = case.request.body or b""
    return len(body), body


async def in_thread(work: Callable[[Ask], object], probe: Probe) -> None:
    """Carry out `work` in a thread; what it asks about is probed here, one case after the other.

    Where the answer to a question is None, and where the caller is cancelled, the work is stopped.
    """
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    stopped = threading.Event()
    failed: list[Exception] = []

    def ask(case: Case) -> bool:
        if stopped.is_set():
            raise StoppedError
        asked = asyncio.run_coroutine_threadsafe(_awaited(probe, case), loop)
        while True:
            try:
                answer = asked.result(POLL_SECONDS)
            except NotYetError:
                if stopped.is_set():
                    raise StoppedError from None
                continue
            if answer is None:
                raise StoppedError
            return answer

    def run() -> None:
        try:
            work(ask)
        except StoppedError:
            pass
        except Exception as error:  # noqa: BLE001  (it is raised where it is waited for)
            failed.append(error)
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(over.set)

    threading.Thread(target=run, name="conformance-shrinking", daemon=True).start()
    try:
        await over.wait()
    finally:
        stopped.set()
    if failed:
        raise failed[0]


async def _awaited(probe: Probe, case: Case) -> bool | None:
    return await probe(case)
