"""Pacing: how often a worker tells how far it is."""

import time
from collections.abc import Callable

from conformance.runner.engine import RunProgress

TELL_SECONDS = 0.1
"""A person sees no more of it; one message for each request would cost as much as a tenth of its check."""


class PacedProgress:
    """Tells how far a worker is: at once at first, then now and then, and what is left at the end."""

    def __init__(self, tell: Callable[[RunProgress], object]) -> None:
        self._tell = tell
        self._left: RunProgress | None = None
        self._next = 0.0

    def __call__(self, progress: RunProgress) -> None:
        """Take in how far it is."""
        self._left = progress
        if time.monotonic() >= self._next:
            self.end()

    def end(self) -> None:
        """Tell what was not told yet."""
        if self._left is not None:
            self._tell(self._left)
        self._left, self._next = None, time.monotonic() + TELL_SECONDS
