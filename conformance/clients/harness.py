"""A harness as a process: one call at a time, with a timeout, restarted after a failure."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Self

from conformance.clients import protocol
from conformance.clients.scenarios.scenario import CallResult, Scenario
from conformance.model.errors import TargetLostError, UsageError, os_errors_as

LONGEST_LINE = 16 * 2**20
STARTUP_SECONDS = 60.0
STOP_SECONDS = 2.0
FAILURES_IN_A_ROW = 3

PROTOCOL_HELP = "see docs/clients.md for the protocol, or write a harness with `conformance client --init`"

MOST_REPORTED = 20
"""How many problems of a harness are reported; a harness that logs to its output has thousands."""


class Harness:
    """The process of a harness, for as long as the context lasts.

    Args:
        command: the program and its arguments.
        operation: the operation of the calls, as the first line names it.
        timeout: seconds for one call.
        warn: called with a line for the user when the harness violates the protocol.

    """

    def __init__(
        self, command: Sequence[str], operation: str, *, timeout: float, warn: Callable[[str], None] | None = None
    ) -> None:
        self._command = tuple(command)
        self._operation = operation
        self._timeout = timeout
        self._warn = warn or (lambda _: None)
        self._reported = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._errors: deque[str] = deque(maxlen=5)
        self._error_reader: threading.Thread | None = None
        self._failures = 0
        self.client = ""
        """The name of the client, as the harness gives it."""

    def __enter__(self) -> Self:
        """Start the harness and exchange versions.

        Raises:
            UsageError: the command cannot be started, ends at once, says nothing, or speaks another version.

        """
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close the standard input of the harness, and kill it if it does not exit."""
        self._stop(gently=kind is None)

    def play(self, scenario: Scenario, base_url: str, key: str) -> CallResult:
        """Have the harness make the call of a scenario, and return what the client made of the response.

        Raises:
            TargetLostError: the harness failed on several scenarios in a row.

        """
        try:
            if self._process is None:
                self._start()
            self._write(protocol.ask(scenario, base_url, key))
            made = self._awaited(scenario.id)
        except UsageError as error:
            made = CallResult(trouble=error.problem)
        if not made.trouble:
            self._failures = 0
            return made
        self._failures += 1
        self._say(f"{scenario.id}: {made.trouble}")
        self._stop()
        if self._failures >= FAILURES_IN_A_ROW:
            last = made.trouble.removeprefix("the harness ")
            raise TargetLostError(f"the harness failed {self._failures} consecutive times: {last}")
        return made

    def _start(self) -> None:
        self._lines, self._errors = queue.Queue(), deque(maxlen=5)
        name = self._command[0]
        remedy = "name the harness after `--`, such as `conformance client -- python harness.py`"
        with os_errors_as(UsageError, f"cannot start {name}", remedy):
            self._process = subprocess.Popen(  # noqa: S603 (the user's own command, run as given)
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        lines, errors = self._lines, self._errors
        told = (self._process.stdout, lines.put, lambda: lines.put(None))
        threading.Thread(target=_read, args=told, daemon=True).start()
        said = (self._process.stderr, lambda line: errors.append(protocol.shown(line)))
        self._error_reader = threading.Thread(target=_read, args=said, daemon=True)
        self._error_reader.start()
        self._write(protocol.hello(self._operation))
        self._await_ready(time.monotonic() + STARTUP_SECONDS)

    def _await_ready(self, end: float) -> None:
        while True:
            line = self._next(end)
            if line is None:
                raise UsageError(f"the harness {self._end()} before its first line", PROTOCOL_HELP)
            if line == b"":
                raise UsageError(f"the harness wrote no first line within {STARTUP_SECONDS:.0f} s", PROTOCOL_HELP)
            ready = protocol.read_ready(line)
            if ready is not None:
                self.client = ready.client
                return
            self._say(f"the harness wrote a line that is not in the protocol: {protocol.shown(line)}")

    def _awaited(self, id_: str) -> CallResult:
        end = time.monotonic() + self._timeout
        while True:
            line = self._next(end)
            if line is None:
                return CallResult(trouble=f"the harness {self._end()}")
            if line == b"":
                return CallResult(trouble=f"the harness wrote no result within {self._timeout:g} s")
            result = protocol.read_result(line)
            if result is None:
                self._say(f"{id_}: the harness wrote a line that is not in the protocol: {protocol.shown(line)}")
            elif result.id != id_:
                self._say(f"{id_}: the harness wrote a result for another call: {protocol.shown(result.id.encode())}")
            else:
                return protocol.made(result)

    def _next(self, end: float) -> bytes | None:
        """Return the next line of the harness, None at its end, and an empty line after the timeout."""
        try:
            return self._lines.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return b""

    def _write(self, line: bytes) -> None:
        stdin = self._process.stdin if self._process else None

        def write() -> None:
            with suppress(OSError, ValueError):
                if stdin is not None:
                    stdin.write(line)
                    stdin.flush()

        # A harness that does not read must not block the run: the timeout is elsewhere.
        threading.Thread(target=write, daemon=True).start()

    def _end(self) -> str:
        """Return how the process ended, with its last line on standard error."""
        process = self._process
        status: int | None = None
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                status = process.wait(STOP_SECONDS)
        if self._error_reader is not None and status is not None:
            # Its last lines may still be in the pipe.
            self._error_reader.join(STOP_SECONDS)
        last = f": {self._errors[-1]}" if self._errors else ""
        return f"ended with status {status}{last}" if status is not None else f"closed its output{last}"

    def _say(self, line: str) -> None:
        self._reported += 1
        if self._reported <= MOST_REPORTED:
            self._warn(line)
        elif self._reported == MOST_REPORTED + 1:
            self._warn("further problems of the harness are not reported")

    def _stop(self, *, gently: bool = False) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if gently and process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
        # Processes that the harness started are killed as well.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):
                if stream is not None:
                    stream.close()


def _read(stream: IO[bytes], take: Callable[[bytes], None], ended: Callable[[], None] = lambda: None) -> None:
    """Hand on each line of a stream that is not blank, and its end."""
    with suppress(OSError, ValueError):
        while line := stream.readline(LONGEST_LINE):
            if line.strip():
                take(line)
    ended()
