"""Heavy responses to a real run with its defaults: memory, disk and time stay within bounds, and it can be stopped."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .hostile import serving
from .killing import MAIN

MOST_MEMORY = 300_000
"""Kilobytes that a process may take at most."""

MOST_DISK = 20_000_000
SIZE = 9_000_000
KEY = 'sk-Live/94+tZ="q8\\Rk&xVw7'

# The most that the process itself ever held: what it inherits from the one that started it does not count.
MEASURED = f"""
import atexit
from pathlib import Path

def tell():
    print("VmHWM", Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0], flush=True)

atexit.register(tell)
{MAIN}
"""

BODIES: dict[str, Callable[[], tuple[bytes, tuple[str, ...]]]] = {
    "arrays in arrays": lambda: (b"[" * (SIZE // 2) + b"]" * (SIZE // 2), ()),
    "empty arrays": lambda: (b"[" + b"[]," * (SIZE // 3) + b"[]]", ()),
    "an integer": lambda: (b'{"name": ' + b"9" * SIZE + b"}", ()),
    "fractions": lambda: (b"[" + b"1.5," * (SIZE // 4) + b"1]", ()),
    "a string": lambda: (b'{"name": "' + b"x" * SIZE + b'"}', ()),
    "properties": lambda: (json.dumps({f"k{i}": i for i in range(500_000)}).encode(), ()),
    "control characters": lambda: (b"\x01" * SIZE, ()),
    "escapes": lambda: (b"%25" * (SIZE // 3), ()),
    "gzip members": lambda: (gzip.compress(b"") * 495_000, ("Content-Encoding: gzip",)),
    "backslashes beside the key": lambda: (b"\\" * 20_000 + KEY.replace("/", "\\/").encode(), ()),
}


def answer(name: str, status: str = "200 OK") -> bytes:
    """Return a whole answer."""
    body, fields = BODIES[name]()
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *fields, "", "")
    return "\r\n".join(lines).encode() + body


def command(url: str, *more: str) -> list[str]:
    """Return the command of a run."""
    return [
        sys.executable, "-c", MEASURED, "run", "--target", url, "--out", "out", "--api-key-env", "MY_KEY",
        "--model-id", "m", *more,
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("name", BODIES)
def test_a_run_stays_small(name, elsewhere):
    """Twelve responses of nine megabytes take neither memory nor disk, and the run ends with its reports."""
    whole = answer(name)
    begun = time.monotonic()
    with serving(lambda connection: connection.sendall(whole)) as url:
        ended = subprocess.run(  # noqa: S603 (our own command)
            command(url, "--max-requests", "12"), env={**os.environ, "MY_KEY": KEY}, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
    assert ended.returncode in {1, 3}, ended.stderr
    assert time.monotonic() - begun < 60
    assert int(ended.stdout.rpartition("VmHWM ")[2]) < MOST_MEMORY
    files = list((elsewhere / "out").iterdir())
    assert sum(path.stat().st_size for path in files) < MOST_DISK
    results = json.loads((elsewhere / "out" / "results.json").read_bytes())
    assert [] == [row["id"] for row in results["requirements"] if row["outcome"] == "error"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gzip members", "backslashes beside the key", "escapes", "empty arrays"])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, None], ids=["SIGTERM", "SIGINT", "--time-budget"])
def test_a_run_can_be_stopped(name, stop, elsewhere):
    """A signal, or the end of the time budget, ends the run within seconds, whatever it is busy with."""
    whole = answer(name)
    with serving(lambda connection: connection.sendall(whole)) as url:
        run = subprocess.Popen(  # noqa: S603 (our own command)
            command(url, *(() if stop else ("--time-budget", "4"))),
            env={**os.environ, "MY_KEY": KEY}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            journal = elsewhere / "out" / "journal.ndjson"
            while not (journal.exists() and b'"exchange"' in journal.read_bytes()) and run.poll() is None:
                time.sleep(0.05)
            begun = time.monotonic()
            if stop is not None:
                run.send_signal(stop)
            run.wait(40)
        finally:
            run.kill()
    assert time.monotonic() - begun < (15 if stop else 25)
    assert (elsewhere / "out" / "results.json").exists()
