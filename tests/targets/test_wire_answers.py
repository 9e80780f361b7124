"""What a wire target makes of what comes back."""

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING

import pytest

from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.targets.target import IDLE_CLOSED, ExchangeLimits
from conformance.targets.wire import WireTarget

if TYPE_CHECKING:
    from tests.targets.conftest import Connection, Serve

GET = Request("GET", "/")
FAST = ExchangeLimits(timeout_seconds=0.3)
HEAD = b"HTTP/1.1 200 OK\r\n"


def received(
    serve: "Serve", *pieces: bytes, request: Request = GET, limits: ExchangeLimits | None = None, stay: bool = False
) -> Exchange:
    """Send one request to a server that sends `pieces`, then closes the connection, or leaves it open with `stay`."""

    async def script(connection: "Connection") -> None:
        await connection.request()
        for number, piece in enumerate(pieces):
            if number:
                await asyncio.sleep(0.02)
            await connection.send(piece)
        if stay:
            await connection.closed()

    async def run() -> Exchange:
        async with serve(script) as server:
            target = WireTarget(server.url, limits or ExchangeLimits(timeout_seconds=3))
            exchange = await target.send(request)
            await target.close()
            return exchange

    return asyncio.run(run())


def answer(exchange: Exchange) -> Response:
    """Return the response of an exchange that has one."""
    assert exchange.response is not None
    return exchange.response


def test_answer_is_as_received(serve: "Serve") -> None:
    """Status, reason, version and headers come as they were: order, letter case, repeats, bytes as Latin-1."""
    exchange = received(
        serve, b"HTTP/1.0 299 Odd \xfc\r\nX-b: \xc3\xbc\xff \r\nx-A: 1\r\nX-b: 2\r\nContent-Length: 1\r\n\r\n\x00"
    )
    headers = (("X-b", "Ã¼ÿ"), ("x-A", "1"), ("X-b", "2"), ("Content-Length", "1"))
    assert exchange.response == Response(299, headers, b"\x00", "Odd ü", "1.0")
    assert exchange.failure is None


def test_redirects_are_not_followed(serve: "Serve") -> None:
    """A redirection is an answer like any other."""
    exchange = received(serve, b"HTTP/1.1 307 Go\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    assert answer(exchange).status == 307
    assert exchange.failure is None


@pytest.mark.parametrize(
    ("request_", "data"),
    [
        (Request("HEAD", "/"), HEAD + b"Content-Length: 5\r\n\r\n"),
        (GET, b"HTTP/1.1 204 No\r\n\r\n"),
        (GET, b"HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n"),
        (GET, HEAD + b"Content-Length: 0\r\n\r\n"),
    ],
)
def test_answers_without_body_are_whole(serve: "Serve", request_: Request, data: bytes) -> None:
    """HEAD, 204 and 304 have no body, whatever they announce; the connection may stay open."""
    exchange = received(serve, data, request=request_, stay=True)
    assert exchange.failure is None
    assert answer(exchange).body == b""


@pytest.mark.parametrize(
    "pieces",
    [
        [HEAD + b"Content-Length: 3\r\n\r\nabc"],
        [HEAD + b"Content-Length: 3\r\n\r", b"\na", b"bc"],
        [b"H", b"TTP/1.1 200 OK\r\nContent-Le", b"ngth: 3\r\n\r\n", b"abc"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r", b"\n2\r\nbc\r\n0", b"\r\n\r\n"],
        [HEAD + b"\r\nabc"],
        [
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
            + HEAD
            + b"Content-Length: 3\r\n\r\nabc"
        ],
        [b"HTTP/1.1 103 Early\r\n\r", b"\n" + HEAD + b"Content-Length: 3\r\n\r\nabc"],
    ],
)
def test_body_is_read_whatever_the_framing(serve: "Serve", pieces: list[bytes]) -> None:
    """Length, chunks, end of the connection; in one segment or in many; after interim answers."""
    exchange = received(serve, *pieces)
    assert exchange.failure is None
    assert answer(exchange).status == 200
    assert answer(exchange).body == b"abc"


@pytest.mark.parametrize(
    "data", [HEAD + b"Content-Length: 9\r\n\r\nabc", HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n9\r\n"]
)
def test_short_body_is_truncated(serve: "Serve", data: bytes) -> None:
    """A body that ends before its announced end comes with what there is of it."""
    exchange = received(serve, data)
    assert exchange.failure is Failure.TRUNCATED
    assert answer(exchange).body == b"abc"
    assert exchange.detail


@pytest.mark.parametrize(
    ("request_", "data", "body"),
    [
        (GET, HEAD + b"Content-Length: 3\r\n\r\nabcd", b"abc"),
        (GET, HEAD + b"Content-Length: 3\r\n\r\nabc" + HEAD + b"Content-Length: 0\r\n\r\n", b"abc"),
        (GET, HEAD + b"Content-Length: 3\r\nConnection: close\r\n\r\nabcd", b"abc"),
        (GET, HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nd", b"abc"),
        (
            GET,
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + HEAD + b"Content-Length: 0\r\n\r\n",
            b"abc",
        ),
        (GET, b"HTTP/1.1 204 No\r\n\r\nabc", b""),
        (GET, HEAD + b"Content-Length: 0\r\n\r\nabc", b""),
        (Request("HEAD", "/"), HEAD + b"Content-Length: 3\r\n\r\nabc", b""),
    ],
)
def test_bytes_behind_the_body_are_excess(serve: "Serve", request_: Request, data: bytes, body: bytes) -> None:
    """What comes with the answer but after its end is told, and the answer is there up to its end."""
    exchange = received(serve, data, request=request_, stay=True)
    assert exchange.failure is Failure.EXCESS
    assert answer(exchange).body == body


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 abc OK\r\n\r\n",
        HEAD + b"No colon\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        HEAD + b"Content-Length: x\r\n\r\n",
    ],
)
def test_what_is_not_http_is_malformed(serve: "Serve", data: bytes) -> None:
    """Bytes that are no header section give no response."""
    exchange = received(serve, data, stay=True)
    assert exchange.failure is Failure.MALFORMED
    assert exchange.response is None
    assert exchange.detail
    assert "\n" not in exchange.detail


@pytest.mark.parametrize("request_", [GET, Request("POST", "/", body=b"x" * 200_000)])
def test_server_that_speaks_first_is_malformed(serve: "Serve", request_: Request) -> None:
    """A greeting of another protocol is no answer."""

    async def script(connection: "Connection") -> None:
        await connection.send(b"220 mail.example ESMTP\r\n")
        await connection.closed()

    async def run() -> Exchange:
        async with serve(script) as server:
            target = WireTarget(server.url, ExchangeLimits(timeout_seconds=3))
            exchange = await target.send(request_)
            await target.close()
            return exchange

    assert asyncio.run(run()).failure is Failure.MALFORMED


def test_broken_chunk_is_malformed(serve: "Serve") -> None:
    """A body that leaves its framing comes as far as it was in it."""
    exchange = received(serve, HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", stay=True)
    assert exchange.failure is Failure.MALFORMED
    assert answer(exchange).body == b"abc"


@pytest.mark.parametrize("size", [5_000, 500_000])
def test_header_section_has_a_limit(serve: "Serve", size: int) -> None:
    """A header section beyond the limit is not read on, in many fields or in one, and the limit is told."""
    limits = ExchangeLimits(timeout_seconds=3, max_header_bytes=4_000)
    for data in (b"X: " + b"a" * size + b"\r\n", b"X: aaaaa\r\n" * (size // 10)):
        exchange = received(serve, HEAD + data + b"\r\n", limits=limits, stay=True)
        assert (Failure.OVERLONG, "more than 4000 bytes") == (exchange.failure, exchange.detail)
        assert exchange.response is None
    exchange = received(serve, HEAD + b"X: " + b"a" * 3_900 + b"\r\nContent-Length: 0\r\n\r\n", limits=limits)
    assert exchange.failure is None


@pytest.mark.parametrize("pieces", [[], [b""], [HEAD + b"X: "]])
def test_connection_closed_before_an_answer(serve: "Serve", pieces: list[bytes]) -> None:
    """A new connection that ends without a header section is closed, and not idle."""
    exchange = received(serve, *pieces)
    assert exchange.failure is Failure.CLOSED
    assert exchange.detail not in {"", IDLE_CLOSED}
    assert exchange.response is None


def test_connection_reset_is_closed(serve: "Serve") -> None:
    """A connection that is reset is closed."""

    async def script(connection: "Connection") -> None:
        await connection.head()
        connection.writer.transport.abort()

    async def run() -> Exchange:
        async with serve(script) as server:
            target = WireTarget(server.url)
            exchange = await target.send(Request("POST", "/", body=b"x" * 500_000))
            await target.close()
            return exchange

    assert asyncio.run(run()).failure is Failure.CLOSED


def test_no_answer_in_time(serve: "Serve") -> None:
    """A server that says nothing is timed out."""
    exchange = received(serve, stay=True, limits=FAST)
    assert exchange.failure is Failure.TIMEOUT
    assert exchange.response is None
    assert exchange.detail == "not complete within 0.3 seconds"
    assert exchange.seconds > 0.25


def test_waiting_for_a_connection_is_no_part_of_an_exchange(serve: "Serve") -> None:
    """Of two requests at once over one connection each has its whole time, and is judged by that alone."""

    async def script(connection: "Connection") -> None:
        await connection.request()
        await connection.closed()

    async def run() -> list[Exchange]:
        async with serve(script) as server:
            target = WireTarget(server.url, FAST, concurrency=1)
            exchanges = await asyncio.gather(target.send(GET), target.send(GET))
            await target.close()
            return exchanges

    expected = (Failure.TIMEOUT, "not complete within 0.3 seconds")
    assert [expected, expected] == [(each.failure, each.detail) for each in asyncio.run(run())]


def test_slow_body_comes_as_far_as_it_got(serve: "Serve") -> None:
    """The limit is for the whole exchange: a drip does not extend it."""
    drip = [HEAD + b"Content-Length: 99\r\n\r\na", *([b"a"] * 60)]
    exchange = received(serve, *drip, limits=FAST)
    assert exchange.failure is Failure.TOO_SLOW
    assert set(answer(exchange).body) == set(b"a")
    assert 2 < len(answer(exchange).body) < 40


@pytest.mark.parametrize("framing", [b"Content-Length: 5000\r\n\r\n", b"\r\n"])
def test_long_body_is_cut_at_the_limit(serve: "Serve", framing: bytes) -> None:
    """A body beyond the limit is cut there."""
    exchange = received(serve, HEAD + framing + b"a" * 5000, limits=ExchangeLimits(max_body_bytes=1000))
    assert exchange.failure is Failure.TOO_LARGE
    assert answer(exchange).body == b"a" * 1000


def test_body_of_the_limit_is_whole(serve: "Serve") -> None:
    """The limit itself is not beyond it."""
    exchange = received(
        serve, HEAD + b"Content-Length: 1000\r\n\r\n" + b"a" * 1000, limits=ExchangeLimits(max_body_bytes=1000)
    )
    assert exchange.failure is None


def test_body_of_megabytes_is_read(serve: "Serve") -> None:
    """A long body passes through aiohttp's pauses unharmed, in both framings."""
    body = bytes(range(256)) * 12_000
    exchange = received(serve, HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert answer(exchange).body == body
    chunks = b"".join(b"%x\r\n%s\r\n" % (4096, body[at : at + 4096]) for at in range(0, len(body), 4096))
    exchange = received(serve, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n", stay=True)
    assert exchange.failure is None
    assert answer(exchange).body == body


def test_content_coding_is_undone(serve: "Serve") -> None:
    """A gzip body is decoded, and its header stays."""
    body = gzip.compress(b"{}")
    exchange = received(serve, HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    assert exchange.failure is None
    assert answer(exchange).body == b"{}"
    assert answer(exchange).header("content-encoding") == "gzip"


def test_decompression_bomb_is_too_large(serve: "Serve") -> None:
    """A small body that decodes to a large one is cut at the limit."""
    body = zlib.compress(b"\0" * 50_000_000, 9)
    data = HEAD + b"Content-Encoding: deflate\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    exchange = received(serve, data, limits=ExchangeLimits(max_body_bytes=100_000))
    assert exchange.failure is Failure.TOO_LARGE
    assert len(answer(exchange).body) == 100_000
