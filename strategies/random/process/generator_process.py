"""The process that generates random cases, as the run sees it."""

import asyncio
from collections import deque
from contextlib import suppress

from msgspec.structs import replace

from conformance.strategies.random.process.interpreter import Interpreter
from conformance.strategies.random.process.messages import (
    ASK,
    ASKED,
    Ended,
    Generated,
    GeneratorConfig,
    Result,
    frame,
    taken,
)

BUFFER = 2 << 20
"""How many bytes of cases wait in this process, half at least: the run goes on while a slow source draws its own."""

MOST_READ = 1 << 14
"""How many bytes are read at once, a dozen cases: the event loop has a turn between two reads."""


class GeneratorProcess:
    """A process of its own that generates the cases of several phases, one phase after the other.

    What it generates waits in the pipe, and in a buffer of the event loop; when both are full it waits itself, as it
    does after as many cases as the configuration says, until one more is wanted. Where it ends before its phases do, it
    is started again for those that are left. Several tasks of one event loop may use it.

    Args:
        config: what to generate.
        interpreter: a process that was started ahead and has no configuration yet; without one it is started when it is
            wanted.

    """

    def __init__(self, config: GeneratorConfig, interpreter: Interpreter | None = None) -> None:
        self.phases = tuple(config.phases)
        self._config = config
        self._ahead = interpreter
        self._process: Interpreter | None = None
        self._results: asyncio.StreamReader | None = None
        self._reading = asyncio.Lock()
        self._stopped = False
        self._cut_off = bytearray()
        self._read: deque[Result] = deque()
        self._due = 0
        """How many cases the process is yet to write, where it writes no more than it is asked for."""

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Begin to generate cases before the first is wanted."""
        async with self._reading:
            if self._config.phases:
                with suppress(OSError):  # who wants a case tries again, and hears of it
                    await self._started()

    async def next(self) -> Result | None:
        """Return the next result; None where all phases have ended, or after `stop`."""
        while not self._read:
            async with self._reading:
                if self._stopped or not self._config.phases:
                    return None
                if not self._read:  # nor has another task read any meanwhile
                    await self._read_more()
        result = self._read.popleft()
        if isinstance(result, Ended):
            _, *left = self._config.phases.items()
            self._config = replace(self._config, phases=dict(left))
        return None if self._stopped else result

    def stop(self) -> None:
        """Generate nothing more, and hand out nothing that was generated."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    async def close(self) -> None:
        """Stop, and wait for the end of the process."""
        self.stop()
        async with self._reading:
            self.stop()  # it may have been started meanwhile
            if self._process is not None:
                await self._end_of(self._process)
            elif self._ahead is not None:
                self._ahead.discard()

    async def _read_more(self) -> None:
        """Read what the process has written, or why it writes no more."""
        # What waits in the buffer is read without waiting: the loop must have its turn all the same.
        await asyncio.sleep(0)
        try:
            process = await self._started()
        except OSError as error:
            self._read.append(Ended(f"the generator process does not start: {error.strerror}"))
            return
        assert self._results is not None  # noqa: S101  (the process has started)
        self._ask_for_more(process)
        if data := await self._results.read(MOST_READ):
            self._cut_off += data
            results = taken(self._cut_off)
            self._due -= sum([isinstance(each, Generated) for each in results])
            self._read.extend(results)
        else:
            self._cut_off.clear()
            self._read.append(Ended(await self._end_of(process)))

    def _ask_for_more(self, process: Interpreter) -> None:
        """Ask for more cases where the process has written all that it was asked for."""
        if self._config.unasked is not None and self._due <= 0:
            process.write(ASK)
            self._due += ASKED

    async def _started(self) -> Interpreter:
        """Return the process, which has its configuration; starts it where there is none.

        Raises:
            OSError: it cannot be started.

        """
        if self._process is not None:
            return self._process
        process, self._ahead = self._ahead or Interpreter(), None
        try:
            self._results = await process.results(BUFFER)
        except BaseException:
            process.discard()
            raise
        self._process = process
        process.write(frame(self._config))
        self._due = self._config.unasked or 0
        return process

    async def _end_of(self, process: Interpreter) -> str:
        """Wait for the end of the process; returns how it ended, and what it said last."""
        said = await process.end()
        self._process = None
        return said
