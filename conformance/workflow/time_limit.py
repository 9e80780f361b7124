"""A limit of time for what blocks: something is done about it from another thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def unless_done(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Call `act` in a thread of its own unless the context ends within so many seconds."""
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
