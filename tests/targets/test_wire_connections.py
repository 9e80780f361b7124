"""How a wire target uses connections: again, anew, and what stands in the way."""

import asyncio
import socket
import ssl
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from conformance.model.case import Request
from conformance.model.errors import UsageError
from conformance.model.exchange import Exchange, Failure
from conformance.targets.loading import Message, Receive, Send
from conformance.targets.target import IDLE_CLOSED, ExchangeLimits, Tls
from conformance.targets.wire import WireTarget

if TYPE_CHECKING:
    from tests.targets.conftest import Connection, Serve

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
GET = Request("GET", "/")
POST = Request("POST", "/", body=b"{}")


async def answer_all(connection: "Connection") -> None:
    """Answer every request with 200."""
    while True:
        await connection.request()
        await connection.send(OK)


async def answer_one(connection: "Connection") -> None:
    """Answer one request, read another, and close."""
    await connection.request()
    await connection.send(OK)
    await connection.request()


def test_connections_are_used_again(serve: "Serve") -> None:
    """Requests one after the other travel on one connection; cookies and all else of an answer are forgotten."""

    async def script(connection: "Connection") -> None:
        while True:
            await connection.request()
            await connection.send(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n")

    async def run() -> None:
        async with serve(script) as server:
            target = WireTarget(server.url)
            for _ in range(3):
                assert (await target.send(POST)).failure is None
            await target.close()
            assert len(server.connections) == 1
            assert len(set(server.requests)) == 1

    asyncio.run(run())


def test_at_most_so_many_connections_are_open(serve: "Serve") -> None:
    """More requests than connections wait for one another."""

    async def run() -> None:
        async with serve(answer_all) as server:
            target = WireTarget(server.url, concurrency=2)
            exchanges = await asyncio.gather(*(target.send(POST) for _ in range(20)))
            await target.close()
            assert [exchange.failure for exchange in exchanges] == [None] * 20
            assert len(server.connections) == 2

    asyncio.run(run())


@pytest.mark.parametrize("request_", [POST, GET, Request("DELETE", "/"), Request("PUT", "/", body=b"{}")])
def test_idle_close_is_told_and_nothing_is_sent_twice(serve: "Serve", request_: Request) -> None:
    """A connection in use that ends without an answer is told apart; no method is tried again behind our back."""

    async def run() -> None:
        async with serve(answer_one) as server:
            target = WireTarget(server.url)
            await target.send(request_)
            exchange = await target.send(request_)
            assert exchange.failure is Failure.CLOSED
            assert exchange.detail == IDLE_CLOSED
            assert len(server.requests) == 2
            assert (await target.send(request_)).failure is None
            await target.close()

    asyncio.run(run())


def test_idle_close_after_the_first_byte_is_a_dropped_connection(serve: "Serve") -> None:
    """Once a byte of an answer is there, the connection was not idle."""

    async def script(connection: "Connection") -> None:
        await answer_one(connection)
        await connection.send(b"H")

    async def run() -> None:
        async with serve(script) as server:
            target = WireTarget(server.url)
            await target.send(POST)
            exchange = await target.send(POST)
            await target.close()
            assert exchange.failure is Failure.CLOSED
            assert exchange.detail not in {"", IDLE_CLOSED}

    asyncio.run(run())


def test_fresh_takes_a_new_connection(serve: "Serve") -> None:
    """With `fresh` no connection of the pool is used, however many there are."""

    async def run() -> None:
        async with serve(answer_all) as server:
            target = WireTarget(server.url, concurrency=3)
            await asyncio.gather(*(target.send(POST) for _ in range(3)))
            assert len(server.connections) == 3
            assert (await target.send(POST, fresh=True)).failure is None
            assert len(server.connections) == 4
            assert (await target.send(POST)).failure is None
            assert len(server.connections) == 4
            await target.close()

    asyncio.run(run())


def test_answer_that_nobody_asked_for_does_not_reach_the_next_request(serve: "Serve") -> None:
    """Bytes on an idle connection, or behind a body, are never taken for the next answer."""
    taken = asyncio.Event()

    async def script(connection: "Connection") -> None:
        await connection.request()
        await connection.send(OK)
        if connection.number == 0:
            await taken.wait()
            await connection.send(b"HTTP/1.1 500 Stray\r\nContent-Length: 0\r\n\r\n")
            await connection.closed()

    async def run() -> None:
        async with serve(script) as server:
            target = WireTarget(server.url)
            assert (await target.send(POST)).failure is None
            taken.set()
            await server.connections[0].over.wait()
            exchange = await target.send(POST)
            await target.close()
            assert exchange.response is not None
            assert exchange.response.status == 200
            assert len(server.connections) == 2

    asyncio.run(run())


def test_excess_is_not_carried_over(serve: "Serve") -> None:
    """After an answer with excess the next request has a new connection and its own answer."""

    async def script(connection: "Connection") -> None:
        await connection.request()
        await connection.send(OK + b"HTTP/1.1 500 Stray\r\nContent-Length: 0\r\n\r\n")
        await connection.closed()

    async def run() -> None:
        async with serve(script) as server:
            target = WireTarget(server.url)
            for count in (1, 2):
                exchange = await target.send(POST)
                assert exchange.failure is Failure.EXCESS
                assert exchange.response is not None
                assert exchange.response.status == 200
                assert len(server.connections) == count
            await target.close()

    asyncio.run(run())


def test_answer_before_the_body_has_left(serve: "Serve") -> None:
    """It counts; what is left of the body does not go out before the next request, which has a new connection."""

    async def script(connection: "Connection") -> None:
        await connection.head()
        await connection.send(OK)
        await connection.reader.read(1)
        await connection.over.wait()

    async def run() -> None:
        async with serve(script) as server:
            target = WireTarget(server.url)
            for count in (1, 2):
                exchange = await target.send(Request("POST", "/", body=bytes(60_000_000)))
                assert exchange.failure is None
                assert exchange.response is not None
                assert exchange.response.body == b"{}"
                assert len(server.connections) == count
            await target.close()
            for connection in server.connections:
                connection.over.set()

    asyncio.run(run())


def test_final_answer_in_place_of_100_ends_the_connection(serve: "Serve") -> None:
    """The server may still wait for the body, which it never gets."""

    async def script(connection: "Connection") -> None:
        await connection.head()
        await connection.send(OK)
        assert await connection.reader.read() == b""

    async def run() -> None:
        async with serve(script) as server:
            target = WireTarget(server.url)
            for count in (1, 2):
                exchange = await target.send(Request("POST", "/", (("Expect", "100-continue"),), b"{}"))
                assert exchange.failure is None
                assert len(server.connections) == count
            await target.close()

    asyncio.run(run())


def test_what_has_not_left_in_time_is_not_sent_later(serve: "Serve") -> None:
    """A server that reads after the exchange is over gets no whole request, and no connection stays open for it."""
    size = 60_000_000
    over = asyncio.Event()
    received: list[int] = []

    async def script(connection: "Connection") -> None:
        await connection.head()
        await over.wait()
        count = 0
        while data := await connection.reader.read(1_000_000):
            count += len(data)
        received.append(count)
        connection.over.set()

    async def run() -> None:
        async with serve(script) as server:
            target = WireTarget(server.url, ExchangeLimits(timeout_seconds=0.5))
            exchange = await target.send(Request("POST", "/", body=bytes(size)))
            assert exchange.failure is Failure.TIMEOUT
            over.set()
            await asyncio.wait_for(server.connections[0].over.wait(), 10)
            await target.close()

    asyncio.run(run())
    assert received < [size]


def test_a_closed_target_sends_nothing(serve: "Serve") -> None:
    """It is no failure of the server."""

    async def run() -> None:
        async with serve(answer_all) as server:
            target = WireTarget(server.url)
            assert (await target.send(POST)).failure is None
            await target.close()
            with pytest.raises(RuntimeError, match="closed"):
                await target.send(POST)

    asyncio.run(run())


def test_cancelling_frees_the_connection(serve: "Serve") -> None:
    """A send that is cancelled raises CancelledError, and the target can be used on."""
    arrived = asyncio.Event()

    async def script(connection: "Connection") -> None:
        await connection.request()
        arrived.set()
        if connection.number:
            await connection.send(OK)
        await connection.closed()

    async def run() -> None:
        async with serve(script) as server:
            target = WireTarget(server.url)
            task = asyncio.create_task(target.send(POST))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await target.send(POST)).failure is None
            await target.close()

    asyncio.run(run())


def alone(target: WireTarget) -> Exchange:
    """Send one request and close."""

    async def run() -> Exchange:
        exchange = await target.send(POST)
        await target.close()
        return exchange

    return asyncio.run(run())


def test_nobody_listens() -> None:
    """A port without a server refuses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        exchange = alone(WireTarget(f"http://127.0.0.1:{probe.getsockname()[1]}"))
    assert exchange.failure is Failure.REFUSED
    assert exchange.detail


def test_a_server_that_takes_no_connection() -> None:
    """Where no connection comes about in time, no request was left unanswered: that is told apart from silence."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = listening.getsockname()
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(address)
        limits = ExchangeLimits(timeout_seconds=0.3)
        assert alone(WireTarget(f"http://127.0.0.1:{address[1]}", limits)).failure is Failure.UNCONNECTED


def test_host_that_does_not_exist() -> None:
    """A name that is not resolved (RFC 6761: `.invalid` never is) is told so."""
    assert alone(WireTarget("http://no-such-host.invalid")).failure is Failure.UNRESOLVED


def test_proxy_that_does_not_listen() -> None:
    """A proxy that cannot be reached refuses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        exchange = alone(WireTarget("http://127.0.0.1:1", proxy=f"http://127.0.0.1:{probe.getsockname()[1]}"))
    assert exchange.failure is Failure.REFUSED


def test_proxy_gets_the_exact_target(serve: "Serve") -> None:
    """A proxy is sent the target in absolute form, unchanged."""

    async def run() -> None:
        async with serve(answer_all) as server:
            target = WireTarget("http://example.invalid/b", proxy=server.url)
            assert (await target.send(Request("GET", "/../%2F?"))).failure is None
            await target.close()
            assert server.requests[0].startswith(b"GET http://example.invalid/b/../%2F? HTTP/1.1\r\n")

    asyncio.run(run())


def test_the_authority_for_a_proxy_is_that_of_host(serve: "Serve") -> None:
    """A port that goes without saying stands in neither (RFC 9112 section 3.2)."""

    async def run() -> None:
        async with serve(answer_all) as server:
            target = WireTarget("http://example.invalid:80", proxy=server.url)
            assert (await target.send(GET)).failure is None
            await target.close()
            assert server.requests == [b"GET http://example.invalid/ HTTP/1.1\r\nHost: example.invalid\r\n\r\n"]

    asyncio.run(run())


def test_proxy_that_closes_within_its_answer(serve: "Serve") -> None:
    """It is told as of a server; what was read of the answer is not."""

    async def script(connection: "Connection") -> None:
        await connection.head()
        await connection.send(b"HTTP/1.1 200 OK\r\nX: ")

    async def run() -> Exchange:
        async with serve(script) as server:
            target = WireTarget("https://example.invalid", proxy=server.url)
            exchange = await target.send(POST)
            await target.close()
            return exchange

    exchange = asyncio.run(run())
    assert exchange.failure is Failure.CLOSED
    assert exchange.detail == "connection closed within the header section"


def test_proxy_gets_its_credential_with_every_request(serve: "Serve") -> None:
    """Connections that are used again carry the credential as well, in front of the framing and nowhere else."""

    async def run() -> None:
        async with serve(answer_all) as server:
            target = WireTarget("http://example.invalid", proxy=server.url.replace("//", "//user:word@"))
            for _ in range(2):
                assert (await target.send(POST)).failure is None
            await target.close()
            assert len(server.connections) == 1
            for request in server.requests:
                assert request.count(b"\r\nProxy-Authorization: Basic dXNlcjp3b3Jk\r\n") == 1
                assert b"user" not in request

    asyncio.run(run())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    key = path.with_name("key.pem")
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {path}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)  # noqa: S603 (our own words)
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


def test_answer_over_tls_before_the_body_has_left(certificate: Path) -> None:
    """The next request has a new connection here as well: what is encrypted and not sent counts."""
    connections: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)

    async def run() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        limits = ExchangeLimits(timeout_seconds=3)
        target = WireTarget(f"https://127.0.0.1:{port}", limits, tls=Tls(ca_bundle=str(certificate)))
        for count in (1, 2):
            assert (await target.send(Request("POST", "/", body=bytes(20_000_000)))).failure is None
            assert len(connections) == count
        await target.close()
        for writer in connections:
            writer.transport.abort()
        server.close()

    asyncio.run(run())


def over_tls(certificate: Path, tls: Tls, *, mutual: bool = False) -> Exchange:
    """Send one request to a TLS server, which asks for a client's certificate if `mutual`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n{}")
            writer.write(OK)
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def run() -> Exchange:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if mutual:
            # With TLS 1.3 the refusal comes after the handshake, and may be lost in a reset.
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(certificate)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        target = WireTarget(f"https://127.0.0.1:{port}", ExchangeLimits(timeout_seconds=3), tls=tls)
        exchange = await target.send(POST)
        await target.close()
        server.close()
        return exchange

    return asyncio.run(run())


def test_certificates_are_verified(certificate: Path) -> None:
    """A certificate that nobody vouches for is a TLS failure, unless it is named, or verification is off."""
    assert over_tls(certificate, Tls()).failure is Failure.TLS
    assert over_tls(certificate, Tls(ca_bundle=str(certificate))).failure is None
    assert over_tls(certificate, Tls(verify=False)).failure is None


def test_client_certificate_is_shown(certificate: Path) -> None:
    """A server that asks for a certificate gets the one that was named; without one TLS fails."""
    trusted = Tls(ca_bundle=str(certificate))
    shown = Tls(ca_bundle=str(certificate), client_cert=str(certificate))
    assert over_tls(certificate, shown, mutual=True).failure is None
    assert over_tls(certificate, trusted, mutual=True).failure is Failure.TLS


def test_tls_to_a_server_without_it(serve: "Serve") -> None:
    """A server that answers a TLS handshake with HTTP is a TLS failure."""

    async def script(connection: "Connection") -> None:
        await connection.reader.read(1)
        await connection.send(b"HTTP/1.1 400 Bad\r\n\r\n")

    async def run() -> Exchange:
        async with serve(script) as server:
            target = WireTarget(server.url.replace("http", "https"))
            exchange = await target.send(POST)
            await target.close()
            return exchange

    assert asyncio.run(run()).failure is Failure.TLS


@pytest.mark.parametrize("tls", [Tls(ca_bundle="/no/such"), Tls(client_cert="/no/such"), Tls(client_cert=__file__)])
def test_files_for_tls_are_checked(tls: Tls) -> None:
    """A file that cannot be read, or is no certificate, is the user's to mend."""
    with pytest.raises(UsageError, match="cannot use"):
        WireTarget("https://127.0.0.1", tls=tls)


def test_uvicorn_is_served() -> None:
    """A real server answers as it should, on one connection."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-path", scope["raw_path"])]})
        await send({"type": "http.response.body", "body": body})

    async def run() -> Exchange:
        config = uvicorn.Config(app, lifespan="off", log_level="critical")
        server = uvicorn.Server(config)
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            serving = asyncio.create_task(server.serve([listening]))
            target = WireTarget(f"http://127.0.0.1:{listening.getsockname()[1]}")
            exchange = await target.send(Request("POST", "/a/..%2F", body=b"[1]", chunked=True))
            await target.close()
            server.should_exit = True
            await serving
        return exchange

    exchange = asyncio.run(run())
    assert exchange.failure is None
    assert exchange.response is not None
    assert exchange.response.body == b"[1]"
    assert exchange.response.header("X-Path") == "/a/..%2F"
