"""A source of generated cases that takes them from a recording where there is one, and else makes one."""

import asyncio
from collections.abc import Iterator
from typing import Protocol

from conformance.strategies.random.process.messages import Ended, Result, SourceFailed
from conformance.strategies.random.process.recordings import Recording


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
        self._made: list[Result] = []

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
            self._made.append(result)
        elif not self._stopped:
            self._record()
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

    def _record(self) -> None:
        made, self._made = self._made, []
        ends = [each for each in made if isinstance(each, Ended)]
        failed = any(isinstance(each, SourceFailed) or (isinstance(each, Ended) and each.error) for each in made)
        if len(ends) == len(self.phases) and not failed:
            self._recording.write(made)
