"""The command in this process and in one of its own, and servers for it to meet."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.cli import main
from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer

from ..journals import events  # noqa: TID252 - test modules are found by path

MAIN = "from conformance.cli import main; main()"


class Ended(msgspec.Struct, frozen=True):
    """How a command ended, and what it said."""

    status: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of a command that could not begin, or did not end as it should."""
        (line,) = self.err.splitlines()
        assert line.startswith("conformance")
        return line


Command = Callable[..., Ended]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, without variables of the suite."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("CONFORMANCE_") and name != "CONFORMANCE_TESTS_ON_WHEEL":
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Return the command line, called in this process."""

    def call(*arguments: str) -> Ended:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capfd.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    return call


Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Return what starts the command line in a process of its own; it is over when the test is."""
    started: list[subprocess.Popen[str]] = []

    def call(*arguments: str, **variables: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-c", MAIN, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables},
        )
        started.append(process)
        return process

    yield call
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def finished(process: "subprocess.Popen[str]", seconds: float = 30.0) -> Ended:
    """Wait until a command has ended."""
    out, err = process.communicate(timeout=seconds)
    return Ended(process.returncode, out, err)


Script = Callable[[BaseHTTPRequestHandler, bytes], tuple[int, dict[str, str], bytes]]
"""Given a request and its body: status, headers and body of the answer."""


class ScriptedServer:
    """A server that answers as a script says; it counts the requests."""

    def __init__(self, script: Script) -> None:
        self.requests = 0
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self._body()
                with server._lock:
                    server.requests += 1
                status, headers, content = script(self, body)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                with suppress(ConnectionError):  # the suite may have gone
                    self.end_headers()
                    self.wfile.write(content)

            def _body(self) -> bytes:
                """Read the body to its end: what is left behind would be taken for the next request."""
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                chunks = []
                while size := int(self.rfile.readline().partition(b";")[0], 16):
                    chunks.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self.port: int = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


Serve = Callable[[Script], ScriptedServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return what starts a scripted server, until the test is over."""
    servers: list[ScriptedServer] = []

    def start(script: Script) -> ScriptedServer:
        servers.append(ScriptedServer(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Return the contract of the published document."""
    return load_contract()


@pytest.fixture
def right(contract: Contract) -> Iterator[str]:
    """Return the URL of a server that keeps the contract."""
    with BackgroundServer(reference_app(contract)) as server:
        yield server.url


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the URL of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    """Return a URL on this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return f"http://127.0.0.1:{port}"


def results(out: Path) -> dict[str, Any]:
    """Return the results of a run."""
    found = json.loads((out / "results.json").read_bytes())
    assert isinstance(found, dict)
    return found


@pytest.fixture(name="results_of")
def _results_of() -> Callable[[Path], dict[str, Any]]:
    """Give `results` to a test."""
    return results


@pytest.fixture(name="events_of")
def _events_of() -> Callable[..., list[dict[str, Any]]]:
    """Give `events` to a test."""
    return events


@pytest.fixture(name="wait_for")
def _wait_for() -> Callable[..., Ended]:
    """Give `finished` to a test."""
    return finished


@pytest.fixture
def carry_out(command):
    """Return what carries out a call, with words of it replaced by others, and options added."""

    def carry_out(call, *more, **replaced):
        words = shlex.split(call)[1:]
        places = {word: replaced.get(re.sub(r"\W", "_", word), word) for word in words}
        end = words.index("--") if "--" in words else len(words)
        return command(*(places[word] for word in words[:end]), *more, *(places[word] for word in words[end:]))

    return carry_out
