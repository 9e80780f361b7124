"""Patience: how long a run waits for a target that asks for it, and when it has waited enough."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime

from conformance.model.exchange import Response
from conformance.model.json_values import body_value, get

LONGEST_WAIT = 60.0
"""The longest single wait, in seconds, whatever the target asks for."""

DEFAULT_WAIT = 1.0
"""The wait where the target does not say how long."""

LONGEST_IN_ALL = 300.0
"""How long a run waits in all, in seconds."""


class Patience:
    """The waits of one run: all its requests wait where one of them is asked to, and each second counts once."""

    def __init__(self) -> None:
        self._until = 0.0
        self._waited = 0.0

    def ask(self, response: Response) -> float | None:
        """Take in a response that asks to wait; returns by how much that delays the run, None where it is too much."""
        now = time.monotonic()
        wait = asked_wait(response)
        until = now + min(wait, LONGEST_WAIT)
        more = min(wait, LONGEST_WAIT) if self._until <= now else max(0.0, until - self._until)
        if self._waited + more > LONGEST_IN_ALL:
            return None
        self._waited += more
        self._until = max(self._until, until)
        return more

    async def pause(self) -> None:
        """Wait until the next request may leave."""
        delay = self._until - time.monotonic()
        if delay > 0:
            await asyncio.sleep(delay)


def asked_wait(response: Response) -> float:
    """Return how many seconds a response asks to wait: what its body says, else its `Retry-After`."""
    told = get(body_value(response.body), "/retry_after")
    asked = (_seconds(value) for value in (told, response.header("Retry-After")))
    return next((seconds for seconds in asked if seconds is not None), DEFAULT_WAIT)


def _seconds(value: object) -> float | None:
    """Return a number of seconds, or how long it is until a date of HTTP; None if it is neither.

    All three forms of RFC 9110 section 5.6.7 are in UTC; that of asctime does not say so.
    """
    with suppress(ValueError):
        seconds = float(str(value))
        return seconds if seconds >= 0 else None
    with suppress(ValueError, TypeError, OverflowError):
        date = parsedate_to_datetime(str(value))
        aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        return max(0.0, aware.timestamp() - time.time())
    return None
