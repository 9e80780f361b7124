"""How a wire target uses connections: again, anew, and what stands in the way."""

import asyncio
import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
import uvicorn

from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure
from conformance.targets.loading import Message, Receive, Send
from conformance.targets.target import IDLE_CLOSED, ExchangeLimits
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
