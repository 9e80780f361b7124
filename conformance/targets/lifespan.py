"""The lifespan of an ASGI application: startup before the first request, shutdown after the last."""

import asyncio
from contextlib import suppress
from typing import Any

from conformance.targets.loading import App, Message


class Lifespan:
    """Runs an application's lifespan, in one task from startup to shutdown, if it has one.

    `state` is what the application left there at startup: every request gets a copy of it, or None where the
    application knows no lifespan. `failure` says why startup failed; it is empty if it did not.
    """

    def __init__(self, app: App, seconds: float) -> None:
        self.state: dict[str, Any] | None = None
        self.failure = ""
        self._app = app
        self._seconds = seconds
        self._task: asyncio.Task[None] | None = None
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._answered = asyncio.Event()
        self._state: dict[str, Any] = {}

    async def start(self) -> None:
        """Start the application up, and return when it says so, or turns out to have no lifespan."""
        self._events.put_nowait({"type": "lifespan.startup"})
        self._task = asyncio.create_task(self._run())
        if not await self._wait():
            self.failure = f"startup not complete within {self._seconds:g} seconds"

    async def stop(self) -> None:
        """Shut the application down; one that does not come to an end is cancelled."""
        if self._task is None:
            return
        if not self._task.done() and self.state is not None:
            self._answered.clear()
            self._events.put_nowait({"type": "lifespan.shutdown"})
            await self._wait()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def _wait(self) -> bool:
        try:
            async with asyncio.timeout(self._seconds):
                await self._answered.wait()
        except TimeoutError:
            return False
        return True

    async def _run(self) -> None:
        scope: Message = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self._state}
        # ASGI: an application that raises here has no lifespan, and is served all the same.
        try:
            with suppress(Exception):
                await self._app(scope, self._events.get, self._send)
        finally:
            self._answered.set()

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "lifespan.startup.complete":
                self.state = self._state
            case "lifespan.startup.failed":
                self.failure = f"startup failed: {message.get('message', '')}"
            case "lifespan.shutdown.complete" | "lifespan.shutdown.failed":
                pass
            case other:
                raise RuntimeError(f"not an event of a lifespan: {other}")
        self._answered.set()
