"""Examples that machines share, in the Redis of Debian: what one finds, the other sends first."""

import base64
import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.mock.server import BackgroundServer
from tests.acceptance.servers import STARTUP_SECONDS, free_port
from tests.benchmarks.planted import planted
from tests.journals import events
from tests.safety.killing import started


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """Return the URL of a Redis server, which ends with the test."""
    program, port = shutil.which("redis-server"), free_port()
    if program is None:
        raise RuntimeError("redis-server is not installed")
    options = ("--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path))
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        end = time.monotonic() + STARTUP_SECONDS
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"redis-server did not start (exit status {process.poll()})")
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_what_one_worker_finds_another_sends_first(redis: str, tmp_path: Path) -> None:
    """Two runs in folders of their own, with different seeds, share nothing but the server."""

    def fails(body: Any) -> bool:
        return isinstance(body, dict) and "promotion_settings" in body

    with BackgroundServer(planted(fails)) as server:
        words = ("run", "--target", server.url, "--quiet", "--phases", "hypothesis", "--example-db", redis)
        for seed, name in enumerate(("one", "two"), 1):
            (tmp_path / name).mkdir()
            run = started(tmp_path / name, *words, "--seed", str(seed), "--out", "out")
            run.communicate(timeout=120)
            assert 1 == run.returncode
    causes = json.loads((tmp_path / "one/out/results.json").read_bytes())["causes"]
    smallest = {each["case"] for each in causes if each["strength"] == "must"}
    sent = [each["case"] for each in events(tmp_path / "one/out", "request.sent")]
    found = {_text(each["request"]["body"]) for each in sent if each["id"] in smallest}
    first = events(tmp_path / "two/out", "request.sent")[0]["case"]
    assert {'{"name": "NAME", "promotion_settings": {}}'} == found
    assert _text(first["request"]["body"]) in found


def _text(body: str) -> str:
    return re.sub(r"cfm-[0-9a-z]{8}-[0-9a-z]{4}", "NAME", base64.b64decode(body).decode())
