"""What may be created on a host of others: never more than is announced, by the count of that host."""

import json
import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

import pytest

from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer

from .calling import call
from .killing import KEY
from .test_live import HOST, resolved

__all__ = ["resolved"]

OUT = Path("out")
ALLOWED = ("--allow-host", HOST, "--allow-plaintext")
CREATES = "POST PUT PATCH".split()

Handler = BaseHTTPRequestHandler


class Gateway:
    """A server that creates an object on every request with a body, and ends each exchange in a way of its own.

    `sound` is the number of requests that it answers with 200 at first; `counted` is how many it carried out.
    """

    def __init__(self, end: Callable[[Handler], None], sound: int = 0) -> None:
        self.end = end
        self.sound = sound
        self.counted = 0
        self.lock = Lock()


def status(code: int) -> Callable[[Handler], None]:
    """Return what ends an exchange with a status."""

    def end(handler: Handler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    return end


def closes(handler: Handler) -> None:
    """Close the connection without a word."""
    handler.close_connection = True


def resets(handler: Handler) -> None:
    """Reset the connection."""
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def serving(gateway: Gateway) -> Iterator[str]:
    """Serve under the name of a remote host; give the URL."""

    class Serving(Handler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            if self.headers.get("Transfer-Encoding"):
                while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                    self.rfile.read(size + 2)
                self.rfile.readline()
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with gateway.lock:
                gateway.counted += self.command in CREATES
                sound = gateway.counted <= gateway.sound
            (status(200) if sound else gateway.end)(self)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Serving)
    server.daemon_threads = True
    server.block_on_close = False
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://{HOST}:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def run(url: str, *options: str, out: Path = OUT) -> int:
    """Test the host."""
    return call(
        "run", "--target", url, "--model-id", "m", "--out", str(out), "--report", "results", "--rate", "2000",
        *ALLOWED, *options
    )  # fmt: skip


def results(out: Path = OUT) -> dict[str, object]:
    """Return what a run wrote."""
    return json.loads((out / "results.json").read_bytes())


WAYS = {
    "502": status(502),
    "closes": closes,
    "resets": resets,
    "303": status(303),
    "202": status(202),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("options", [("--profile", "smoke"), ("--profile", "standard", "--max-creations", "15")])
def test_whatever_may_have_created_counts(capsys, way, options):
    """A gateway that creates and then fails gets as many requests that could create as were announced, and no more."""
    gateway = Gateway(WAYS[way], sound=10)
    with serving(gateway) as url:
        ended = run(url, *options, "--concurrency", "8")
    said = capsys.readouterr()
    assert "at most 15 creations" in said.out
    assert (1, "--max-creations 15 is reached") == (ended, results()["reason"])
    assert (15, 15) == (gateway.counted, results()["counts"]["creations"])
    assert re.search(r"^\d+ requests, 15 creations, ", said.out, re.MULTILINE)


@pytest.mark.parametrize("way", ["502", "closes", "303"])
def test_a_host_that_fails_every_valid_request_is_told_early(capsys, way):
    """The first valid requests decide, also where no maximum is set; what they may have created is said."""
    gateway = Gateway(WAYS[way])
    with serving(gateway) as url:
        ended = run(url, "--profile", "standard", "--concurrency", "1", "--repeats", "0")
    said = capsys.readouterr()
    assert (1, True) == (ended, "failed all of the first 5 valid requests" in said.err)
    assert "each may have created an object" in said.err
    assert "creations" not in said.out.splitlines()[1]
    assert gateway.counted == results()["counts"]["creations"] <= 15


def test_resume_and_replay_stay_within_the_maximum(capsys, monkeypatch):
    """A host that accepts everything has 15 objects after run, resumes and replays; replays go on after a cleanup."""
    monkeypatch.setenv("STAGING", KEY)
    monkeypatch.delenv("CONFORMANCE_API_KEY")
    gateway = Gateway(status(200))
    replayed = ("replay", str(OUT), "accept.fullest", *ALLOWED)
    with serving(gateway) as url:
        reach = ("--api-key-env", "STAGING")
        for limit in (("--max-requests", "5"), ("--max-requests", "11")):
            run(url, *reach, *limit, "--resume", "--concurrency", "8")
        monkeypatch.delenv("STAGING")
        assert 2 == call(*replayed)
        monkeypatch.setenv("STAGING", KEY)
        before = gateway.counted
        assert before == results()["counts"]["creations"]
        assert call(*replayed) in {0, 1}
        assert before + 1 == gateway.counted
        run(url, *reach, "--resume", "--concurrency", "8")
        assert 15 == gateway.counted
        capsys.readouterr()
        assert 2 == call(*replayed)
        assert 15 == gateway.counted
        assert (
            "conformance: the run in out and its replays may have left 15 objects, the maximum is 15; "
            "`conformance cleanup out` removes them, --max-creations allows more\n"
        ) == capsys.readouterr().err
        assert call(*replayed, "--max-creations", "16") in {0, 1}
        assert 16 == gateway.counted


def test_a_replay_with_another_status_is_not_reproduced(capsys):
    """A response of another status than in the run decides nothing: it is said, and the exit status is 3."""
    gateway = Gateway(status(401), sound=1)
    with serving(gateway) as url:
        run(url, "--only", "accept.fullest", "--repeats", "0")
        capsys.readouterr()
        assert 3 == call("replay", str(OUT), "accept.fullest", *ALLOWED)
    said = capsys.readouterr().err
    assert "note: not reproduced: accept.fullest ended with status 401, in the run with status 200\n" in said


def test_a_failure_at_the_beginning_leaves_the_creations_of_the_plan(contract, monkeypatch):
    """Looking into it uses only what the plan does not need: all of smoke is sent, within its maximum."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    app = reference_app(contract, key=KEY, faults=pick(contract, ["rejects.*.autoscaling_settings.present"]))
    with BackgroundServer(app) as server:
        few = ("--profile", "smoke", "--max-creations", "15", "--report", "results", "--quiet", "--out", str(OUT))
        assert 1 == call("run", "--target", server.url, *few)
    results = json.loads((OUT / "results.json").read_text())
    assert "" == results["reason"]
    assert 15 >= results["counts"]["creations"] == len(app.stored)
    assert 150 <= results["counts"]["requests"]
