"""One thread that makes calls which block, one after another, for a loop that must not."""

import asyncio
import contextvars
import queue
import threading
from collections.abc import Callable
from contextlib import suppress

Job = Callable[[], None]


class CallingThread:
    """Makes one call at a time, all in one thread, so that what is called needs not be safe for several.

    A call that takes too long is left behind with its thread, which ends when the call does; the next one has a new
    thread. The threads keep no program from ending.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._jobs: queue.SimpleQueue[Job | None] | None = None

    async def call(self, job: Job, seconds: float) -> bool:
        """Make a call; tells whether it came to its end within `seconds`, counted from when it is its turn."""
        async with self._turn:
            ended = asyncio.get_running_loop().create_future()
            self._given().put(_told(job, ended))
            try:
                async with asyncio.timeout(seconds):
                    await ended
            except TimeoutError:
                self.close()
                return False
            return True

    def close(self) -> None:
        """Let the thread end, as soon as it has made its call."""
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None

    def _given(self) -> "queue.SimpleQueue[Job | None]":
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_work, args=(self._jobs,), name="conformance-client", daemon=True).start()
        return self._jobs


def _work(jobs: "queue.SimpleQueue[Job | None]") -> None:
    while (job := jobs.get()) is not None:
        job()


def _told(job: Job, ended: "asyncio.Future[None]") -> Job:
    loop, context = asyncio.get_running_loop(), contextvars.copy_context()

    def whole() -> None:
        try:
            context.run(job)
        finally:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_end, ended)

    return whole


def _end(ended: "asyncio.Future[None]") -> None:
    if not ended.done():
        ended.set_result(None)
