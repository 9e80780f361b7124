"""How a wire target goes by way of a proxy."""

import asyncio
import socket
from typing import TYPE_CHECKING

from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure
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


def alone(target: WireTarget) -> Exchange:
    """Send one request and close."""

    async def run() -> Exchange:
        exchange = await target.send(POST)
        await target.close()
        return exchange

    return asyncio.run(run())


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
