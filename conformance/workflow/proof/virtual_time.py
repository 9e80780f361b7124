"""Virtual time: an event loop on which waiting takes no time, so that slow and silent servers are proven in an instant.

Its clock stands still while code runs and jumps to the next appointment when nothing else is left to do. What takes
long by the loop's clock is then what somebody waits for, however busy the machine is. For code without sockets only:
a loop that waits for one as well would not let it come.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Returns at once what is ready; where the loop would have waited, the waiting is added up."""

    def __init__(self) -> None:
        super().__init__()
        self.waited = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return the events that are there; without any appointment wait for one, as another thread may make it."""
        if timeout is None:
            return super().select(None)
        found = super().select(0)
        if not found and timeout > 0:
            self.waited += timeout
        return found


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes only while all wait."""

    def __init__(self) -> None:
        self._waiting = _Selector()
        super().__init__(self._waiting)

    def time(self) -> float:
        """Return the time of the loop, in seconds since it was made."""
        return self._waiting.waited


def run_in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(work)
