"""SIGTERM as Ctrl-C: both end a run in order."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def on_sigterm(action: Callable[[], object]) -> Iterator[None]:
    """Carry out `action` on SIGTERM for as long as the context lasts; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    previous = signal.signal(signal.SIGTERM, lambda *_: action())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def interrupt() -> None:
    """Do as Ctrl-C does."""
    raise KeyboardInterrupt


class Canceller:
    """Cancels a job from another thread, in order, as Ctrl-C would."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._action: Callable[[], object] | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """Cancel the job; one that has not begun yet is cancelled as soon as it begins."""
        with self._lock:
            self._cancelled = True
            if self._action is not None:
                self._action()

    @contextmanager
    def calling(self, action: Callable[[], object]) -> Iterator[None]:
        """Call `action` when the job is cancelled, for as long as the context lasts."""
        with self._lock:
            self._action = action
            if self._cancelled:
                action()
        try:
            yield
        finally:
            with self._lock:
                self._action = None


def run_cancellable(job: Callable[[], Coroutine[object, object, None]], canceller: Canceller | None = None) -> None:
    """Carry out `job` in an event loop of its own, which SIGTERM, Ctrl-C and `canceller` cancel it in.

    Where this thread has a loop that runs already, as in a notebook, it is carried out in another thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(_cancellable(job, canceller or Canceller()))
    else:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, _cancellable(job, canceller or Canceller())).result()


async def _cancellable(job: Callable[[], Coroutine[object, object, None]], canceller: Canceller) -> None:
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def cancel() -> None:
        if task is not None:
            # Called between any two instructions of the loop: it must be woken to notice.
            loop.call_soon_threadsafe(task.cancel)

    with on_sigterm(cancel), canceller.calling(cancel):
        await job()
