"""FailureOrder: failures are looked into in the order in which their cases were handed out, whatever came back first.

What explains one failure explains later ones, so the order decides what is told. With several requests in flight it
would be that of the answers, and no two runs would tell the same.
"""

import asyncio


class FailureOrder:
    """The items that are in work, each by the task that works on it."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Task[object] | None, int] = {}
        self._last = 0
        self._waiting = 0
        self._changed = asyncio.Condition()

    def begin(self) -> None:
        """Number what this task has just been handed."""
        self._last += 1
        self._open[asyncio.current_task()] = self._last

    async def end(self) -> None:
        """Be done with it."""
        self._open.pop(asyncio.current_task(), None)
        # Nothing failed in most items, and nobody waits for them.
        if self._waiting:
            async with self._changed:
                self._changed.notify_all()

    async def mine(self) -> None:
        """Wait until all that was handed out before is done with; a task that was handed nothing does not wait."""
        task = asyncio.current_task()
        self._waiting += 1
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: self._open.get(task, 0) <= min(self._open.values(), default=0))
        finally:
            self._waiting -= 1
