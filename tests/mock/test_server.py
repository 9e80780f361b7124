"""The mock on a real socket: right answers, broken ones as bytes, a clean start and a clean end."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeAlias

import httpx
import pytest

from conformance.contract.contract import Contract
from conformance.mock.app import Mock
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer, listen
from conformance.mock.transmission import TRANSPORT, serve_lifespan
from conformance.model.errors import UsageError

Fixture: TypeAlias = Callable[..., Any]

PATH = "/v1/models/abc/environments"
STALL = 300.0
RIGHT = {"Authorization": "Api-Key right-key", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def url(make_mock: Fixture) -> Iterator[str]:
    """Return where a mock without faults is served."""
    with BackgroundServer(make_mock()) as server:
        yield server.url


@pytest.fixture
def faulty(contract: Contract, make_mock: Fixture) -> Fixture:
    """Return what posts to a served mock with one fault, and hands back every byte of the answer."""

    def raw(*ids: str, seconds: float = 2.0) -> bytes:
        with BackgroundServer(make_mock(pick(contract, ids), stall_seconds=STALL)) as server:
            return exchange(server.url, {"name": "a"}, seconds)

    return raw


def exchange(url: str, body: object, seconds: float = 2.0) -> bytes:
    """Send one right request and return all bytes until the connection ends or falls silent."""
    host, _, port = url.removeprefix("http://").partition(":")
    data = json.dumps(body).encode()
    fields = [*RIGHT.items(), ("Host", host), ("Content-Length", str(len(data)))]
    head = "\r\n".join([f"POST {PATH} HTTP/1.1", *(f"{name}: {value}" for name, value in fields), "", ""])
    received = b""
    with closing(socket.create_connection((host, int(port)), timeout=seconds)) as connection:
        connection.sendall(head.encode() + data)
        try:
            while piece := connection.recv(65_536):
                received += piece
        except TimeoutError:
            received += b"<silence>"
        except ConnectionResetError:
            received += b"<reset>"
    return received


def split(raw: bytes) -> tuple[dict[str, str], bytes]:
    """Return the header fields and the body of an answer."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}, body


def test_a_client_gets_a_right_answer(url: str) -> None:
    """A creation over HTTP is answered with the object, a Date of the mock's own and no server's name."""
    answer = httpx.post(url + PATH, json={"name": "over-http"}, headers=RIGHT)
    assert (200, "over-http") == (answer.status_code, answer.json()["name"])
    assert ["application/json", "Wed, 06 May 2026 07:08:09 GMT"] == [
        answer.headers[n] for n in ("content-type", "date")
    ]
    assert "server" not in answer.headers


def test_a_connection_is_used_again(url: str) -> None:
    """Two requests in a row travel over one connection."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    sockets = []
    for name in ("first", "second"):
        connection.request("POST", PATH, json.dumps({"name": name}), RIGHT)
        assert name == json.loads(connection.getresponse().read())["name"]
        sockets.append(connection.sock)
    assert sockets[0] is sockets[1]
    connection.close()


def test_a_body_in_chunks_is_taken(url: str) -> None:
    """A request without a Content-Length is read to its end."""

    def pieces() -> Iterator[bytes]:
        yield b'{"name": '
        yield b'"in-chunks"}'

    answer = httpx.post(url + PATH, content=pieces(), headers=RIGHT)
    assert "in-chunks" == answer.json()["name"]


def test_an_encoded_path_reaches_the_mock_undecoded(url: str) -> None:
    """An encoded slash stays within its segment."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    connection.request("POST", "/v1/models/a%2Fb/environments?x=%2F", json.dumps({"name": "path"}), RIGHT)
    assert "a/b" == json.loads(connection.getresponse().read())["model_id"]
    connection.close()


@pytest.mark.slow
def test_many_clients_at_once_get_their_own_answers(url: str) -> None:
    """Concurrent creations do not mix."""

    def create(number: int) -> int:
        body = {"name": f"many-{number}", "autoscaling_settings": {"min_replica": number}}
        return int(httpx.post(url + PATH, json=body, headers=RIGHT).json()["autoscaling_settings"]["min_replica"])

    with ThreadPoolExecutor(8) as pool:
        assert list(range(40)) == list(pool.map(create, range(40)))


def test_a_length_that_is_too_long_leaves_the_client_waiting_for_more(faulty: Fixture) -> None:
    """The announced length is more than the body, and the connection ends."""
    fields, body = split(faulty("http.length-long"))
    assert 10 == int(fields["content-length"]) - len(body)


def test_a_length_that_is_too_short_is_followed_by_the_rest(faulty: Fixture) -> None:
    """The bytes after the announced end are really sent, though a decent server would hold them back."""
    fields, body = split(faulty("http.length-short"))
    assert -10 == int(fields["content-length"]) - len(body)


def test_a_truncated_body_ends_with_the_connection(faulty: Fixture) -> None:
    """Half of what was announced comes, then the end."""
    fields, body = split(faulty("http.truncated"))
    assert int(fields["content-length"]) // 2 == len(body)


def test_truncated_chunks_have_no_last_one(faulty: Fixture) -> None:
    """A chunked body breaks off without its end."""
    fields, body = split(faulty("http.truncated-chunks"))
    assert "chunked" == fields["transfer-encoding"]
    assert not body.endswith(b"0\r\n\r\n")


def test_a_dropped_connection_carries_no_byte(faulty: Fixture) -> None:
    """Neither an answer nor an error of the server's own comes."""
    assert faulty("http.dropped") in {b"", b"<reset>"}
    assert faulty("state.one-in-20-dropped").startswith(b"HTTP/1.1 200")


def test_silence_is_silent_and_stops_with_the_server(faulty: Fixture) -> None:
    """No byte comes for as long as the client waits, and the server can still be stopped."""
    started = time.monotonic()
    assert b"<silence>" == faulty("http.silent", seconds=0.3)
    assert time.monotonic() - started < STALL  # a server that could not be stopped would go on for so long


def test_a_body_that_never_ends_begins(faulty: Fixture) -> None:
    """The beginning of the body comes, and nothing after it."""
    assert faulty("http.never-ending", seconds=0.3).endswith(b"<silence>")


def test_answers_are_swapped_between_connections(contract: Contract, make_mock: Fixture) -> None:
    """Two requests in flight at once get each other's answer; one alone gets its own."""
    with BackgroundServer(make_mock(pick(contract, ["state.responses-swapped"]))) as server:

        def name(sent: str) -> str:
            return str(httpx.post(server.url + PATH, json={"name": sent}, headers=RIGHT).json()["name"])

        assert "alone" == name("alone")
        gate = threading.Barrier(2)

        def together(sent: str) -> str:
            gate.wait()
            return name(sent)

        with ThreadPoolExecutor(2) as pool:
            swapped = [["a", "b"] == list(pool.map(together, [f"a{turn}", f"b{turn}"])) for turn in range(5)]
            assert not all(swapped)


def test_a_server_stops_and_its_port_is_free_again(mock: Mock) -> None:
    """After the context nothing listens, and the port can be taken."""
    before = set(threading.enumerate())
    with BackgroundServer(mock) as server:
        port = int(server.url.rpartition(":")[2])
        httpx.get(server.url)
    assert "" == server.url
    with closing(listen("127.0.0.1", port)):
        pass
    assert not {thread for thread in threading.enumerate() if thread.name == "conformance-mock"} - before


def test_an_application_that_does_not_start_is_reported() -> None:
    """A failed startup is an error at once, not a hanging context."""

    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})
        assert scope

    with pytest.raises(RuntimeError, match="did not start"), BackgroundServer(broken):
        pass


def test_a_port_that_is_taken_is_a_usage_error(mock: Mock) -> None:
    """The message names the address and what to do."""
    with closing(listen("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(UsageError, match=rf"cannot listen on 127.0.0.1:{port}.*--port"),
            BackgroundServer(mock, port),
        ):
            pass
    for host, port in (("nowhere.invalid", 0), ("127.0.0.1", 70_000)):
        with pytest.raises(UsageError, match="cannot listen on"):
            listen(host, port)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_served_mock_ends_cleanly_on_a_signal(stop: signal.Signals) -> None:
    """`serve` says where it listens, answers, and returns on Ctrl-C and SIGTERM without a traceback."""
    script = (
        "from conformance.contract.contract import load_contract\n"
        "from conformance.mock.app import reference_app\n"
        "from conformance.mock.server import serve\n"
        "serve(reference_app(load_contract()), announce=lambda url: print(url, flush=True))\n"
        "print('ended', flush=True)\n"
    )
    with subprocess.Popen(  # noqa: S603 (this very interpreter)
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert 404 == httpx.get(url).status_code
        process.send_signal(stop)
        rest, errors = process.communicate(timeout=10)
    assert ("ended\n", "") == (rest, errors)


PIECES, PIECE = 400, b"x" * 200_000


class Streaming:
    """Sends many pieces without a pause; another path returns how many of them it was let send."""

    def __init__(self) -> None:
        self.sent = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve."""
        if scope["type"] == "lifespan":
            await serve_lifespan(receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/sent":
            await send({"type": "http.response.body", "body": str(self.sent).encode()})
            return
        for _ in range(PIECES):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            self.sent += 1
        await send({"type": "http.response.body", "body": b""})


def test_a_client_that_reads_nothing_makes_the_server_wait() -> None:
    """What is written together is bounded: an application is told to wait, and others are served meanwhile."""
    with BackgroundServer(Streaming()) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        with closing(socket.create_connection((host, int(port)), timeout=STALL)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(10)
            assert int(httpx.get(f"{server.url}/sent").text) < PIECES


def test_what_was_written_arrives_before_a_connection_breaks() -> None:
    """An application that breaks the connection itself has sent all that it wrote."""

    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await serve_lifespan(receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        scope["extensions"][TRANSPORT].abort()

    with BackgroundServer(breaks) as server:
        assert exchange(server.url, {}).endswith(b"\r\n\r\nhalf")
