"""Cases that are made in a thread of their own while others are on the wire.

What is made waits in a queue of bounded length, so that neither side runs far ahead of the other.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self, TypeAlias

from conformance.model.case import Case
from conformance.strategies.random.cancellation import StoppedError

WAITING = 200
"""How many cases may wait to be sent."""

STOP_SECONDS = 5.0
"""How long a thread is waited for that was told to stop."""

POLL_SECONDS = 0.1

Emit: TypeAlias = Callable[[Case], None]
Produce: TypeAlias = Callable[[Emit, list[Exception]], None]
"""Given what takes the cases, and a list for errors after which others could still be made."""


class CaseQueue:
    """Hands over the cases of one phase; `errors` are those of the libraries that make them.

    Args:
        phase: the name of the phase.
        produce: makes the cases and hands each to what it is given; runs in a thread.

    """

    def __init__(self, phase: str, produce: Produce) -> None:
        self.phase = phase
        self.errors: list[Exception] = []
        self._produce = produce
        self._queue: queue.Queue[Case | None] = queue.Queue(WAITING)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"conformance-{phase}", daemon=True)
        self._woken: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._over = False
        self._made = threading.Event()
        self._before: CaseQueue | None = None

    def start(self, before: Self | None = None) -> None:
        """Begin to make cases, once the feed `before` has made all of its own.

        Two threads must not make cases at once: Python 3.11 trips over sources that are parsed in both (SystemError).
        """
        self._before = before
        self._thread.start()

    async def next(self) -> Case | None:
        """Return the next case, None when there are no more."""
        if self._woken is None:
            self._woken = (asyncio.get_running_loop(), asyncio.Event())
        woken = self._woken[1]
        # A target in this process may never wait for anything: the loop must have its turn all the same. It has it
        # before a case is taken: none is on its way to who asked when another hears that there are no more.
        await asyncio.sleep(0)
        while not self._over:
            try:
                case = self._queue.get_nowait()
            except queue.Empty:
                woken.clear()
                # Between the look and the wait something may have come: it is looked for once more.
                if self._queue.empty():
                    await woken.wait()
                continue
            if case is None:
                self._over = True
                woken.set()
            else:
                return case
        return None

    def made(self, seconds: float) -> bool:
        """Tell, after so many seconds at most, whether all cases are made."""
        return self._made.wait(seconds)

    def finish(self) -> None:
        """Hand over nothing more; the thread stops at its next case. To be called where `next` is."""
        self._over = True
        self._stopped.set()
        if self._woken is not None:
            self._woken[1].set()

    def close(self) -> None:
        """Stop making cases, and wait for the thread where it is in the middle of one."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        with suppress(StoppedError):
            while self._before is not None and not self._before.made(POLL_SECONDS):
                if self._stopped.is_set():
                    return
            try:
                self._produce(self._hand_over, self.errors)
            except Exception as error:  # noqa: BLE001  (it is told where the cases are sent)
                self.errors.append(error)
            finally:
                self._made.set()
            self._hand_over(None)

    def _hand_over(self, case: Case | None) -> None:
        while not self._stopped.is_set():
            try:
                self._queue.put(case, timeout=0.1)
            except queue.Full:
                continue
            self._wake()
            return
        raise StoppedError

    def _wake(self) -> None:
        if self._woken is not None:
            loop, event = self._woken
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)
