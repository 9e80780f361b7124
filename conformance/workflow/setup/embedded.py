"""The reference server that a run tests by default: in a process of its own where that is safe, else in a thread.

A thread would share the interpreter with the run and cost it half of its speed.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Self

from conformance.contract.contract import Contract
from conformance.strategies.path_values import UNKNOWN_VALUES

TASKS = Path("/proc/self/task")
"""Where Linux lists the threads of a process, those that Python knows nothing of among them."""

START_SECONDS = 20.0
STOP_SECONDS = 3.0


class EmbeddedMock:
    """The reference server on a free port of this machine, for as long as the context lasts.

    It starts in the background: `url` waits until it takes connections. However this process ends, the server ends.

    Args:
        contract: what to serve.
        key: the one right credential; None takes every one that is not empty.
        keys: those of other security schemes.

    """

    def __init__(self, contract: Contract, *, key: str | None = None, keys: Mapping[str, str] = {}) -> None:
        self._contract = contract
        self._key = key
        self._keys = keys
        self._stack = ExitStack()
        self._line: Connection | None = None
        self._url = ""

    def __enter__(self) -> Self:
        """Begin to start the server."""
        if can_fork():
            self._fork()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server and wait until it has."""
        self._stack.close()
        self._url, self._line = "", None

    @property
    def url(self) -> str:
        """Where the server is reached, as soon as it is."""
        if not self._url and self._line is not None:
            self._url = _heard(self._line)
        if not self._url:
            self._url = self._served(self._stack)
        return self._url

    def _served(self, stack: ExitStack) -> str:
        # Only the process that serves loads what it takes to serve.
        from conformance.mock.app import reference_app  # noqa: PLC0415
        from conformance.mock.server import BackgroundServer  # noqa: PLC0415

        app = reference_app(self._contract, key=self._key, keys=self._keys, unknown=frozenset(UNKNOWN_VALUES))
        return stack.enter_context(BackgroundServer(app)).url

    def _fork(self) -> None:
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        process = context.Process(target=self._serve, args=(ours, theirs), name="conformance-mock", daemon=True)
        process.start()
        theirs.close()
        self._line = ours
        self._stack.callback(_stop, process, ours)

    def _serve(self, ours: Connection, theirs: Connection) -> None:
        """Serve until the other end of the line is closed, by whom or what ever."""
        # Ctrl-C reaches every process of a terminal, and what the run has in flight then must still be answered.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        ours.close()
        gc.freeze()
        try:
            theirs.send(self._served(ExitStack()))
            theirs.poll(None)
        finally:
            # At once and without a word: nobody listens any more, or the run will meet the same error in a thread.
            os._exit(0)


def can_fork() -> bool:
    """Tell whether this process can be copied safely: on Linux, without threads, and where children are allowed."""
    if sys.platform != "linux" or multiprocessing.current_process().daemon:
        return False
    try:
        threads = sum(1 for _ in TASKS.iterdir())
    except OSError:
        threads = threading.active_count()
    return threads == 1


def _heard(line: Connection) -> str:
    """Return the URL that the server's process tells, empty if it came to nothing."""
    try:
        return str(line.recv()) if line.poll(START_SECONDS) else ""
    except (EOFError, OSError):
        return ""


def _stop(process: ForkProcess, line: Connection) -> None:
    line.close()
    process.join(STOP_SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()
    process.close()
