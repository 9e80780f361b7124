"""A harness as a process: one call at a time, with a timeout, restarted after a failure."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from conformance.clients import protocol
from conformance.clients.line_process import LONGEST_LINE, LineProcess, Silence
from conformance.clients.scenarios.expressible import Numbers
from conformance.clients.scenarios.scenario import CallResult, Scenario
from conformance.model.errors import TargetLostError, UsageError, os_errors_as

STARTUP_SECONDS = 60.0
FAILURES_IN_A_ROW = 3

PROTOCOL_HELP = "see docs/clients.md for the protocol, or write a harness with `conformance client --init`"

MOST_REPORTED = 20
"""How many problems of a harness are reported; a harness that logs to its output has thousands."""

OWN_VARIABLES = "CONFORMANCE_"
"""How the names of our own variables begin: they may hold the key of a server, which no client needs."""

LOCAL = "127.0.0.1,localhost"
"""Hosts that are not reached through a proxy: the scenarios are served there."""


class _HarnessError(Exception):
    """A harness is of no more use: `problem` says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


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
        self._process: LineProcess | None = None
        self._failures = 0
        self.client = ""
        """The name of the client, as the harness gives it."""
        self.numbers = Numbers.EXACT
        """Which numbers the harness can hand over."""

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
            process = self._process or self._start()
            end = time.monotonic() + self._timeout
            process.write(protocol.ask(scenario, base_url, key), end)
            made = protocol.made(self._awaited(process, scenario.id, end))
        except (UsageError, _HarnessError) as error:
            return self._lost(scenario.id, error.problem)
        self._failures = 0
        if made.trouble:
            self._say(f"{scenario.id}: {made.trouble}")
        return made

    def _lost(self, id_: str, trouble: str) -> CallResult:
        """Stop the harness, for a new one to be started, and return what is known of the call."""
        self._failures += 1
        self._say(f"{id_}: {trouble}")
        self._stop()
        if self._failures >= FAILURES_IN_A_ROW:
            last = trouble.removeprefix("the harness ")
            raise TargetLostError(f"the harness failed {self._failures} consecutive times: {last}")
        return CallResult(trouble=trouble)

    def _start(self) -> LineProcess:
        name = self._command[0]
        remedy = "name the harness after `--`, such as `conformance client -- python harness.py`"
        with os_errors_as(UsageError, f"cannot start {name}", remedy):
            self._process = LineProcess(self._command, environment_of(os.environ))
        end = time.monotonic() + STARTUP_SECONDS
        self._process.write(protocol.hello(self._operation), end)
        while True:
            line = self._process.next_line(end)
            if line is Silence.TIMEOUT:
                raise UsageError(f"the harness wrote no first line within {STARTUP_SECONDS:.0f} s", PROTOCOL_HELP)
            if isinstance(line, Silence):
                raise UsageError(f"{self._end(self._process, line)} before its first line", PROTOCOL_HELP)
            ready = protocol.read_ready(line)
            if ready is not None:
                self.client, self.numbers = ready.client, ready.numbers
                return self._process
            self._say(f"the harness wrote a line that is not in the protocol: {protocol.shown(line)}")

    def _awaited(self, process: LineProcess, id_: str, end: float) -> protocol.Result:
        while True:
            line = process.next_line(end)
            if line is Silence.TIMEOUT:
                raise _HarnessError(f"the harness wrote no result within {self._timeout:g} s")
            if isinstance(line, Silence):
                raise _HarnessError(self._end(process, line))
            result = protocol.read_result(line)
            if result is None:
                self._say(f"{id_}: the harness wrote a line that is not in the protocol: {protocol.shown(line)}")
            elif result.id != id_:
                self._say(f"{id_}: the harness wrote a result for another call: {protocol.shown(result.id.encode())}")
            else:
                return result

    def _end(self, process: LineProcess, why: Silence) -> str:
        """Return how the process ended, with what it said of it on standard error."""
        if why is Silence.TOO_LONG:
            return f"the harness wrote a line of more than {LONGEST_LINE:,} bytes"
        status, error = process.ending()
        last = f": {protocol.shown(error)}" if error else ""
        return (
            f"the harness ended with status {status}{last}"
            if status is not None
            else (f"the harness closed its output{last}")
        )

    def _say(self, line: str) -> None:
        self._reported += 1
        if self._reported <= MOST_REPORTED:
            self._warn(line)
        elif self._reported == MOST_REPORTED + 1:
            self._warn("further problems of the harness are not reported")

    def _stop(self, *, gently: bool = False) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.stop(gently=gently)


def environment_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a harness: without our own variables, and with no proxy before this machine."""
    kept = {name: value for name, value in variables.items() if not name.upper().startswith(OWN_VARIABLES)}
    for name in ("NO_PROXY", "no_proxy"):
        kept[name] = ",".join(filter(None, (kept.get(name), LOCAL)))
    return kept
