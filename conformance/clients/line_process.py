"""A program that reads and writes lines, in bounded memory and time: whatever it writes, or leaves behind.

There is no thread: the program is heard while somebody waits for its next line, and its pipes are the bound else.
"""

import os
import re
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import Enum
from typing import IO

LONGEST_LINE = 2**20
"""How many bytes a line has at most: results are a few thousand."""

LONGEST_ERROR = 2**13
"""How many bytes of standard error are kept."""

CHUNK = 2**16

MOST_WAITING = 1000
"""How many lines are kept of a program that is being written to, and does not read."""

STOP_SECONDS = 1.0
"""How long a program may take to end, once its input has."""

GLANCE_SECONDS = 0.1
"""How often a program is looked at that has ended, but whose output is still open: a child may hold it."""

ERROR_LINE = re.compile(r"(?:Uncaught )?[\w.]*(?:Error|Exception)\b.*")
"""A line of standard error that says what went wrong; the last one often does not."""


class Silence(Enum):
    """Why there is no next line."""

    TIMEOUT = "timeout"
    ENDED = "ended"
    TOO_LONG = "too long"


class LineProcess:
    """A running program; raises OSError where it cannot be started."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (the user's own command, run as given)
            command,
            bufsize=0,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._lines: deque[bytes] = deque()
        self._begun = b""
        self._errors = b""
        self._readers = selectors.DefaultSelector()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                self._readers.register(stream, selectors.EVENT_READ)
        if self._process.stdin is not None:
            os.set_blocking(self._process.stdin.fileno(), False)

    def write(self, line: bytes, end: float) -> None:
        """Write a line; what a program does not read by `end`, or after its own end, is dropped."""
        stdin, left = self._process.stdin, memoryview(line)
        while left and stdin is not None and time.monotonic() < end:
            try:
                written = os.write(stdin.fileno(), left)
            except BlockingIOError:
                # It may be waiting for somebody to read what it writes.
                self._hear(GLANCE_SECONDS)
                if len(self._lines) > MOST_WAITING:
                    return
            except OSError:
                return
            else:
                left = left[written:]

    def next_line(self, end: float) -> bytes | Silence:
        """Return the next line that is not blank, or why there is none by `end`."""
        while not self._lines:
            left = end - time.monotonic()
            if left <= 0:
                return Silence.TIMEOUT
            if len(self._begun) > LONGEST_LINE:
                return Silence.TOO_LONG
            heard = self._hear(min(left, GLANCE_SECONDS))
            if not self._lines and (not self._open() or (not heard and self._process.poll() is not None)):
                last, self._begun = self._begun, b""
                return last if last.strip() else Silence.ENDED
        return self._lines.popleft() if time.monotonic() < end else Silence.TIMEOUT

    def _open(self) -> bool:
        return any(key.fileobj is self._process.stdout for key in self._readers.get_map().values())

    def _hear(self, seconds: float) -> bool:
        """Read what there is, once; tell whether there was anything."""
        ready = self._readers.select(seconds) if self._readers.get_map() else []
        for key, _ in ready:
            stream = key.fileobj
            try:
                piece = os.read(key.fd, CHUNK)
            except OSError:
                piece = b""
            if not piece:
                self._readers.unregister(stream)
            elif stream is self._process.stdout:
                *whole, self._begun = (self._begun + piece).split(b"\n")
                self._lines.extend(line for line in whole if line.strip())
            else:
                self._errors = (self._errors + piece)[-LONGEST_ERROR:]
        return bool(ready)

    def ending(self) -> tuple[int | None, bytes]:
        """Return the status of a program that ended, None where it goes on, and what it said of it at last."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        for _ in range(MOST_WAITING):
            if not self._hear(0):
                break
        lines = [line.strip() for line in self._errors.splitlines() if line.strip()]
        telling = [line for line in lines if ERROR_LINE.fullmatch(line.decode("utf-8", "replace"))]
        return self._process.returncode, (telling or lines or [b""])[-1]

    def stop(self, *, gently: bool = False) -> None:
        """Close the input of the program, wait a moment if `gently`, and kill it with all that it started."""
        if gently and self._process.stdin is not None:
            self._process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._readers.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            _close(stream)


def _close(stream: IO[bytes] | None) -> None:
    with suppress(OSError):
        if stream is not None:
            stream.close()
