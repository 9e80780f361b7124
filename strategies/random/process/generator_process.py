"""The process that generates random cases, as the run sees it."""

import asyncio
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections import deque
from contextlib import suppress
from typing import BinaryIO

from msgspec.structs import replace

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

BEGIN = (
    "import sys; sys.path[:] = sys.argv[1:]; from conformance.strategies.random.process.generator import main; main()"
)

PATH = tuple(sys.path)
"""Where modules are found: as it was before an application that is tested in this process added folders of its own."""

KILLED = -9
"""The status of a process that SIGKILL ended, which some systems have no name for."""

BUFFER = 2 << 20
"""How many bytes of cases wait in this process, half at least: the run goes on while a slow source draws its own."""

MOST_READ = 1 << 14
"""How many bytes are read at once, a dozen cases: the event loop has a turn between two reads."""

LAST_BYTES = 4_000
LAST_LINES = 3
"""How much of what the process wrote to its standard error says why it ended."""


class GeneratorProcess:
    """A process of its own that generates the cases of several phases, one phase after the other.

    What it generates waits in the pipe, and in a buffer of the event loop; when both are full it waits itself, as it
    does after as many cases as the configuration says, until one more is wanted. Where it ends before its phases do, it
    is started again for those that are left. Several tasks of one event loop may use it.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        self.phases = tuple(config.phases)
        self._config = config
        self._process: Process | None = None
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
            with suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        """Stop, and wait for the end of the process."""
        self.stop()
        async with self._reading:
            self.stop()  # it may have been started meanwhile
            if self._process is not None:
                await self._end_of(self._process)

    async def _read_more(self) -> None:
        """Read what the process has written, or why it writes no more."""
        # What waits in the buffer is read without waiting: the loop must have its turn all the same.
        await asyncio.sleep(0)
        try:
            process = await self._started()
        except OSError as error:
            self._read.append(Ended(f"the generator process does not start: {error.strerror}"))
            return
        assert process.stdout is not None  # noqa: S101  (it is a pipe)
        self._ask_for_more(process)
        if data := await process.stdout.read(MOST_READ):
            self._cut_off += data
            results = taken(self._cut_off)
            self._due -= sum([isinstance(each, Generated) for each in results])
            self._read.extend(results)
        else:
            self._cut_off.clear()
            self._read.append(Ended(await self._end_of(process)))

    def _ask_for_more(self, process: Process) -> None:
        """Ask for more cases where the process has written all that it was asked for."""
        if self._config.unasked is not None and self._due <= 0:
            assert process.stdin is not None  # noqa: S101  (it is a pipe)
            process.stdin.write(ASK)
            self._due += ASKED

    async def _started(self) -> Process:
        """Return the process; starts it where there is none.

        Raises:
            OSError: it cannot be started.

        """
        if self._process is not None:
            return self._process
        # Sets of strings have the same order in every process, so the same seed gives the same cases. Hypothesis finds
        # no place for its caches, so that a run writes nothing but its reports and recordings.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "HYPOTHESIS_STORAGE_DIRECTORY": f"{os.devnull}/none"}
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  (closed when the process has ended)
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                BEGIN,
                *PATH,
                stdin=PIPE,
                stdout=PIPE,
                stderr=self._stderr,
                env=environment,
                limit=BUFFER,
            )
        except BaseException:
            self._stderr.close()
            raise
        assert process.stdin is not None  # noqa: S101  (it is a pipe)
        process.stdin.write(frame(self._config))
        self._due = self._config.unasked or 0
        self._process = process
        return process

    async def _end_of(self, process: Process) -> str:
        """Wait for the end of the process; returns how it ended, and what it said last."""
        await process.communicate()
        self._process = None
        said = _last_lines(self._stderr)
        return f"the generator process {_fate(process.returncode or 0)}" + (f": {said}" if said else "")


def _fate(status: int) -> str:
    if status >= 0:
        return f"exited with status {status}"
    hint = ", which is what happens when memory runs out" if status == KILLED else ""
    return f"was killed by signal {-status} ({signal.strsignal(-status)}){hint}"


def _last_lines(file: BinaryIO) -> str:
    with file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return " ".join(line.strip() for line in lines[-LAST_LINES:])
