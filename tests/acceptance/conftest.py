"""Servers of other makers, started from the packages that `npm install` put beside this file."""

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DOCUMENT = HERE.parent.parent / "spec" / "openapi.yaml"
STARTUP_SECONDS = 60.0

Serve = Callable[..., str]


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Tell whether an HTTP server answers at `url`, whatever it says."""
    try:
        urllib.request.urlopen(url, timeout=1).close()  # noqa: S310  (a server that this test started)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a program of the npm packages and return its URL once it answers; ends it afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def start(program: str, *arguments: str) -> str:
        path = HERE / "node_modules" / ".bin" / program
        if shutil.which("node") is None or not path.exists():
            pytest.fail(f"{program} is not installed: run `npm install` in {HERE.name}/")
        port = free_port()
        command = [str(path), *(each.format(port=port, document=DOCUMENT) for each in arguments)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE)  # noqa: S603
        running.append(process)
        url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + STARTUP_SECONDS
        while not answers(url):
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"{program} did not start (exit status {process.poll()})")
            time.sleep(0.1)
        return url

    yield start
    for process in running:
        process.terminate()
        process.wait(10)
