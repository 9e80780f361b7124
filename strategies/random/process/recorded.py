"""A source of generated cases that takes them from a recording where there is one, and else makes one."""

import asyncio
from collections.abc import Iterator
from typing import Protocol

from conformance.strategies.random.process.messages import Ended, Result, SourceFailed, frame
from conformance.strategies.random.process.recordings import MOST_BYTES, Recording


class CaseGenerator(Protocol):
    """Generates the cases of several phases, one phase after the other."""

    @property
    def phases(self) -> tuple[str, ...]:
        """The names of the phases, in order."""

    async def start(self) -> None:
        """Begin to generate cases before the first is wanted."""

    async def next(self) -> Result | None:
        """Return the next result; None where all phases have ended, or after `stop`."""

    def stop(self) -> None:
        """Generate nothing more, and hand out nothing that was generated."""

    async def close(self) -> None:
        """Stop, and wait for the end."""


class RecordedGenerator:
    """Hands out what is recorded of a generator, which is not started then; else its results, and records them.

    They are recorded when all phases have ended, each of them without an error.
    """

    def __init__(self, generator: CaseGenerator, recording: Recording) -> None:
        self.phases = generator.phases
        self._generator = generator
        self._recording = recording
        self._opened = self._stopped = False
        self._recorded: Iterator[Result] | None = None
        self._made: bytearray | None = bytearray()
        self._ends = 0

    async def start(self) -> None:
        """Look for the recording, and begin to generate cases where there is none."""
        if self._found() is None:
            await self._generator.start()

    async def next(self) -> Result | None:
        """Return the next result; None where all phases have ended, or after `stop`."""
        recorded = self._found()
        if recorded is not None:
            await asyncio.sleep(0)  # the event loop has its turn, as where cases are generated
            return None if self._stopped else next(recorded, None)
        result = await self._generator.next()
        if result is not None:
            self._take(result)
        elif not self._stopped and self._made is not None and self._ends == len(self.phases):
            self._recording.write(bytes(self._made))
            self._made = None
        return result

    def stop(self) -> None:
        """Hand out nothing more."""
        self._stopped = True
        self._generator.stop()

    async def close(self) -> None:
        """Stop, and wait for the end of the generator."""
        self.stop()
        await self._generator.close()

    def _found(self) -> Iterator[Result] | None:
        if not self._opened:
            self._opened = True
            results = self._recording.read()
            self._recorded = None if results is None else iter(results)
        return self._recorded

    def _take(self, result: Result) -> None:
        """Take a result to record; where one tells of an error, or all are too many, nothing is recorded."""
        self._ends += isinstance(result, Ended)
        broken = isinstance(result, SourceFailed) or (isinstance(result, Ended) and result.error)
        if self._made is not None and not broken:
            self._made += frame(result)
        if broken or (self._made is not None and len(self._made) > MOST_BYTES):
            self._made = None
