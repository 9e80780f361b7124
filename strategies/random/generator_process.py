"""The process that makes random cases, as the run sees it."""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

from conformance.model.case import Case
from conformance.strategies.random.batches import Broken, Done, GenerationError, GeneratorConfig, Made
from conformance.strategies.random.cancellation import StoppedError

BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from conformance.strategies.random.generator import main; main()"

PATH = tuple(sys.path)
"""Where modules are found: as it was before an application that is tested in this process added folders of its own."""

STOP_SECONDS = 3.0

Take = Callable[[Case], None]


class GeneratorProcess:
    """A process of its own that makes cases for a configuration; it starts when something is first wanted of it.

    One thread uses it at a time, except for `close`, which ends from any thread what another waits for.
    """

    def __init__(self, config: GeneratorConfig) -> None:
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def make(self, wanted: object, take: Take, errors: list[Exception]) -> None:
        """Hand every case that is made to `take`; `errors` gets what is wrong with one source of several.

        Raises:
            GenerationError: a library cannot go on, or the process ended.
            StoppedError: it was closed.

        """
        self._say(wanted)
        while not isinstance(message := self._hear(), Done):
            if isinstance(message, Made):
                take(message.case)
            elif isinstance(message, Broken):
                errors.append(GenerationError(message.error))
        if message.error:
            raise GenerationError(message.error)

    def close(self) -> None:
        """End the process, whatever it does; what waits for it is stopped. It is not started again."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(STOP_SECONDS)
            _closed(process)

    def _say(self, wanted: object) -> None:
        with self._lock:
            if self._closed:
                raise StoppedError
            if self._process is None:
                self._process = self._started()
                begun = True
            else:
                begun = False
        if begun:
            self._write(self._config)
        self._write(wanted)

    def _started(self) -> "subprocess.Popen[bytes]":
        # Sets of texts have the same order in every process, so the same seed gives the same cases. Hypothesis finds
        # no place for its caches, so that a run writes nothing but its reports.
        environment = {**os.environ, "PYTHONHASHSEED": "0", "HYPOTHESIS_STORAGE_DIRECTORY": f"{os.devnull}/none"}
        try:
            return subprocess.Popen(  # noqa: S603  (this interpreter, with words of ours)
                [sys.executable, "-c", BEGIN, *PATH],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        except OSError as error:
            raise GenerationError(f"the process that makes random cases does not start: {error.strerror}") from error

    def _write(self, message: object) -> None:
        process = self._process
        if process is None or process.stdin is None:
            raise StoppedError
        try:
            pickle.dump(message, process.stdin)
            process.stdin.flush()
        except (OSError, ValueError):
            raise self._ended(process) from None

    def _hear(self) -> object:
        process = self._process
        if process is None or process.stdout is None:
            raise StoppedError
        try:
            return pickle.load(process.stdout)  # noqa: S301  (written by the process that was started here)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            raise self._ended(process) from None

    def _ended(self, process: "subprocess.Popen[bytes]") -> BaseException:
        """Return what it means that the process ended: nothing where that was our wish."""
        with self._lock:
            if self._process is not process:
                return StoppedError()
            self._process = None
        status = process.wait(STOP_SECONDS)
        _closed(process)
        return GenerationError(f"the process that makes random cases ended by itself, with status {status}")


def _closed(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
