"""Programs that a benchmark starts: both tools, and a server. Each ends with its benchmark, or when time is over."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import msgspec

from conformance.strategies.random.process.recordings import VARIABLE as CACHE

from .serving import BEGIN, KEY, Counts

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "spec" / "openapi.yaml"
POLL_SECONDS = 0.05
END_SECONDS = 10


def ours(*words: str) -> list[str]:
    """Return a command of this suite."""
    return [sys.executable, "-c", "from conformance.cli import main; main()", *words]


def theirs(url: str, *words: str) -> list[str]:
    """Return a `schemathesis run` with the document and the credential of the suite."""
    command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run", str(DOCUMENT)]
    command += ["--url", url, "-H", f"Authorization: Api-Key {KEY}", "--no-color", "--generation-database", "none"]
    return [*command, "--suppress-health-check", "all", *words]


def module(name: str, *words: str) -> list[str]:
    """Return a command that calls `main` of a module of this folder, whatever package is installed."""
    code = f"import sys; sys.path.append({str(ROOT)!r}); from tests.benchmarks.{name} import main; main()"
    return [sys.executable, "-c", code, *words]


class Ended(msgspec.Struct, frozen=True):
    """What a program took: seconds, seconds of the processor with those of its children, and the peak in megabytes.

    The peak is that of the largest of its processes. `status` is its exit status, negative where a signal ended it.
    """

    status: int
    seconds: float
    processor: float
    peak: float
    said: str


def ended(
    words: Sequence[str],
    folder: Path,
    limit: float,
    over: Callable[[], bool] | None = None,
    recordings: Path | None = None,
) -> Ended:
    """Run a program in a folder until it ends; after `limit` seconds, or when it is `over`, it is killed.

    Drawn cases are kept in the folder `recordings`; without one each program draws its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # What is installed has its bytecode, whether this process writes any or not.
    left_out = ("CONFORMANCE_", "PYTHONDONTWRITEBYTECODE")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    variables[CACHE] = "" if recordings is None else str(recordings)
    said = folder / "said.txt"
    with said.open("wb") as file:
        begun = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 (our own words)
            words, cwd=folder, env=variables, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        )
        stopping = threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, stopping, limit, over))
        watch.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            stopping.set()
            watch.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(
        process.returncode,
        time.monotonic() - begun,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        said.read_text(encoding="utf-8", errors="replace"),
    )


def _watch(group: int, stopping: threading.Event, limit: float, over: Callable[[], bool] | None) -> None:
    """Kill a program and its children when it is time; the program is waited for elsewhere."""
    until = time.monotonic() + limit
    while not stopping.wait(POLL_SECONDS if over is not None else max(0.0, until - time.monotonic())):
        if time.monotonic() >= until or (over is not None and over()):
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            return


class Server:
    """A server that counts (see `serving`) in a process of its own, for as long as the context lasts."""

    def __init__(self, fault: str = "") -> None:
        self._words = module("serving", *([fault] if fault else []))
        self.url = ""

    def __enter__(self) -> Self:
        """Start it, and wait until it takes connections."""
        self._process = subprocess.Popen(  # noqa: S603 (our own words)
            self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.url = self._line()
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def begin(self) -> None:
        """Let it count from now on."""
        self._ask(BEGIN)

    def counts(self) -> Counts:
        """Return what it has counted."""
        return self._ask("counts")

    def _ask(self, word: str) -> Counts:
        if self._process.stdin is None:
            raise RuntimeError(word)
        self._process.stdin.write(f"{word}\n")
        return msgspec.json.decode(self._line(), type=Counts)

    def _line(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError
        return self._process.stdout.readline().strip()
