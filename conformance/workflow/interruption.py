"""SIGTERM as Ctrl-C: both end a run in order."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType


@contextmanager
def on_sigterm(action: Callable[[], object]) -> Iterator[None]:
    """Carry out `action` on SIGTERM for as long as the context lasts; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        action()

    previous = signal.signal(signal.SIGTERM, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def interrupt() -> None:
    """Do as Ctrl-C does."""
    raise KeyboardInterrupt


class Stopper:
    """Ends a job from another thread, in order, as Ctrl-C would."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancel: Callable[[], object] | None = None
        self._stopped = False

    def stop(self) -> None:
        """End the job; one that has not begun yet ends as soon as it does."""
        with self._lock:
            self._stopped = True
            if self._cancel is not None:
                self._cancel()

    @contextmanager
    def ends(self, cancel: Callable[[], object]) -> Iterator[None]:
        """Call `cancel` when the job is to be ended, for as long as the context lasts."""
        with self._lock:
            self._cancel = cancel
            if self._stopped:
                cancel()
        try:
            yield
        finally:
            with self._lock:
                self._cancel = None


def carry_out(job: Callable[[], Coroutine[object, object, None]], stopper: Stopper | None = None) -> None:
    """Carry out `job` in an event loop of its own, which SIGTERM, Ctrl-C and `stopper` cancel it in.

    Where this thread has a loop that runs already, as in a notebook, it is carried out in another thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(_cancellable(job, stopper or Stopper()))
    else:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, _cancellable(job, stopper or Stopper())).result()


async def _cancellable(job: Callable[[], Coroutine[object, object, None]], stopper: Stopper) -> None:
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def cancel() -> None:
        if task is not None:
            # Called between any two instructions of the loop: it must be woken to notice.
            loop.call_soon_threadsafe(task.cancel)

    with on_sigterm(cancel), stopper.ends(cancel):
        await job()
