"""A harness as a process: asked one line at a time, with patience that ends, and started anew when it has to be."""

import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from conformance.clients import protocol
from conformance.clients.scenarios.scenario import CallResult, Scenario
from conformance.model.errors import TargetLostError, UsageError

LONGEST_LINE = 16 * 2**20
STARTUP_SECONDS = 60.0
STOP_SECONDS = 2.0
DEATHS_IN_A_ROW = 3

MOST_TOLD = 20
"""How many troubles of a harness are told; a harness that logs to its output has thousands."""


class Harness:
    """The process of a harness, for as long as the context lasts.

    Args:
        command: the program and its arguments.
        operation: what the harness is told that its calls are.
        timeout: seconds that it gets for one call.
        tell: called with a line for a person when the harness does what it should not.

    """

    def __init__(
        self, command: Sequence[str], operation: str, *, timeout: float, tell: Callable[[str], None] | None = None
    ) -> None:
        self._command = tuple(command)
        self._operation = operation
        self._timeout = timeout
        self._tell = tell or (lambda _: None)
        self._told = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._errors: deque[str] = deque(maxlen=5)
        self._complaining: threading.Thread | None = None
        self._deaths = 0
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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the harness's input, and end it if it does not end by itself."""
        self._stop(gently=kind is None)

    def play(self, scenario: Scenario, base_url: str, key: str) -> CallResult:
        """Have the harness make the call of a scenario, and return what the client made of the answer.

        Raises:
            TargetLostError: the harness died on several scenarios in a row.

        """
        try:
            if self._process is None:
                self._start()
            self._write(protocol.ask(scenario, base_url, key))
            made = self._awaited(scenario.id)
        except UsageError as error:
            made = CallResult(trouble=error.problem)
        if not made.trouble:
            self._deaths = 0
            return made
        self._deaths += 1
        self._say(f"{scenario.id}: {made.trouble}")
        self._stop()
        if self._deaths >= DEATHS_IN_A_ROW:
            raise TargetLostError(f"the harness failed {self._deaths} times in a row: {made.trouble}")
        return made

    def _start(self) -> None:
        self._lines, self._errors = queue.Queue(), deque(maxlen=5)
        name = self._command[0]
        try:
            self._process = subprocess.Popen(  # noqa: S603 (the user's own command, run as given)
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            remedy = "name the harness after `--`, such as `conformance client -- python harness.py`"
            raise UsageError(f"cannot start {name}: {error.strerror}", remedy) from error
        threading.Thread(target=self._heard, args=(self._process.stdout, self._lines), daemon=True).start()
        complaints = (self._process.stderr, self._errors)
        self._complaining = threading.Thread(target=self._complained, args=complaints, daemon=True)
        self._complaining.start()
        self._write(protocol.hello(self._operation))
        self._greet(time.monotonic() + STARTUP_SECONDS)

    def _greet(self, end: float) -> None:
        while True:
            line = self._next(end)
            if line is None:
                raise UsageError(f"the harness {self._end()} before it said what it is", "see docs/clients.md")
            if line == b"":
                raise UsageError(f"the harness said nothing within {STARTUP_SECONDS:.0f} s", "see docs/clients.md")
            ready = protocol.read_ready(line)
            if ready is not None:
                self.client = ready.client
                return
            self._say(f"the harness wrote a line that is no answer: {protocol.shown(line)}")

    def _awaited(self, id_: str) -> CallResult:
        end = time.monotonic() + self._timeout
        while True:
            line = self._next(end)
            if line is None:
                return CallResult(trouble=f"the harness {self._end()}")
            if line == b"":
                return CallResult(trouble=f"the harness gave no answer within {self._timeout:g} s")
            answer = protocol.read_answer(line)
            if answer is None:
                self._say(f"{id_}: the harness wrote a line that is no answer: {protocol.shown(line)}")
            elif answer.id != id_:
                self._say(f"{id_}: the harness answered {protocol.shown(answer.id.encode())} out of order")
            else:
                return protocol.made(answer)

    def _next(self, end: float) -> bytes | None:
        """Return the next line of the harness, None at its end, and nothing when the time is up."""
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

        # A harness that does not read must not hold up the run: what it does not answer is waited for elsewhere.
        threading.Thread(target=write, daemon=True).start()

    @staticmethod
    def _heard(stream: IO[bytes], lines: "queue.Queue[bytes | None]") -> None:
        with suppress(OSError, ValueError):
            while line := stream.readline(LONGEST_LINE):
                if line.strip():
                    lines.put(line)
        lines.put(None)

    @staticmethod
    def _complained(stream: IO[bytes], errors: deque[str]) -> None:
        with suppress(OSError, ValueError):
            while line := stream.readline(LONGEST_LINE):
                if line.strip():
                    errors.append(protocol.shown(line))

    def _end(self) -> str:
        """Return how the process ended, with the last line that it complained with."""
        process = self._process
        status: int | None = None
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                status = process.wait(STOP_SECONDS)
        if self._complaining is not None and status is not None:
            # Its last words may still be on their way.
            self._complaining.join(STOP_SECONDS)
        last = f": {self._errors[-1]}" if self._errors else ""
        return f"ended with status {status}{last}" if status is not None else f"closed its output{last}"

    def _say(self, line: str) -> None:
        self._told += 1
        if self._told <= MOST_TOLD:
            self._tell(line)
        elif self._told == MOST_TOLD + 1:
            self._tell("more of the kind is not told")

    def _stop(self, *, gently: bool = False) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if gently and process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
        # Whatever the harness has started ends with it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):
                if stream is not None:
                    stream.close()
