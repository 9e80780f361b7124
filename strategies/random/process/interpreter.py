"""The Python process that a generator runs in: its start, its pipes and its end."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from typing import BinaryIO

BEGIN = (
    "import sys; sys.path[:] = sys.argv[1:]; from conformance.strategies.random.process.generator import main; main()"
)

PATH = tuple(sys.path)
"""Where modules are found: as it was before an application that is tested in this process added folders of its own."""

KILLED = -9
"""The status of a process that SIGKILL ended, which some systems have no name for."""

ENDING_SECONDS = 2.0
"""How long a process may take to end that has closed its standard output."""

LAST_BYTES = 4_000
LAST_LINES = 3
"""How much of what the process wrote to its standard error says why it ended."""


class Interpreter:
    """A process that loads the modules of the generator and then waits for its configuration.

    It may be started before an event loop is, and before the configuration is known.

    Raises:
        OSError: it cannot be started.

    """

    def __init__(self) -> None:
        # Sets of strings have the same order in every process, so the same seed gives the same cases. Hypothesis finds
        # no place for its caches, so that a run writes nothing but its reports and recordings.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "HYPOTHESIS_STORAGE_DIRECTORY": f"{os.devnull}/none"}
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  (closed when the process has ended)
        self._transport: asyncio.ReadTransport | None = None
        try:
            self._process = subprocess.Popen(  # noqa: S603  (this very Python)
                [sys.executable, "-c", BEGIN, *PATH],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=environment,
                bufsize=0,
            )
        except BaseException:
            self._stderr.close()
            raise
        assert self._process.stdin is not None  # noqa: S101  (it is a pipe)
        assert self._process.stdout is not None  # noqa: S101  (it is a pipe)
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    async def results(self, buffer: int) -> asyncio.StreamReader:
        """Return what the process writes, of which about `buffer` bytes are read ahead."""
        reader = asyncio.StreamReader(limit=buffer)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), self._stdout)
        return reader

    def write(self, data: bytes) -> None:
        """Tell the process something; one that has ended hears nothing."""
        with suppress(BrokenPipeError):
            while data:
                data = data[self._stdin.write(data) or 0 :]

    def kill(self) -> None:
        """End the process now, and read nothing more of it."""
        self._process.kill()
        if self._transport is not None:
            self._transport.close()

    async def end(self) -> str:
        """Wait for the end of the process, which writes no more; returns how it ended, and what it said last."""
        status = await asyncio.to_thread(self._status)
        said = _last_lines(self._stderr)
        self.discard()
        return f"the generator process {_fate(status)}" + (f": {said}" if said else "")

    def _status(self) -> int:
        try:
            return self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def discard(self) -> None:
        """End the process, and close its pipes."""
        self._process.kill()
        self._process.wait()
        self._stdin.close()
        if self._transport is not None:
            with suppress(RuntimeError):  # the event loop is closed already, and reads nothing more
                self._transport.close()
        self._stdout.close()
        self._stderr.close()


def _fate(status: int) -> str:
    if status >= 0:
        return f"exited with status {status}"
    hint = ", which is what happens when memory runs out" if status == KILLED else ""
    return f"was killed by signal {-status} ({signal.strsignal(-status)}){hint}"


def _last_lines(file: BinaryIO) -> str:
    file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_BYTES))
    lines = file.read().decode(errors="replace").splitlines()
    return " ".join(line.strip() for line in lines[-LAST_LINES:])
