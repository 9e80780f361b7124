"""What a wire target sends: byte for byte."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.model.case import KEY, Request
from conformance.model.exchange import Exchange, Failure
from conformance.targets.target import ExchangeLimits
from conformance.targets.wire import WireTarget

if TYPE_CHECKING:
    from tests.targets.conftest import Connection, Script, Serve

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


async def answer_all(connection: "Connection") -> None:
    """Answer every request with 200."""
    while True:
        await connection.request()
        await connection.send(OK)


def sent(
    serve: "Serve", request: Request, *, key: str = "", base: str = "", script: "Script" = answer_all
) -> tuple[bytes, Exchange, int]:
    """Send one request and return its bytes, the exchange, and the port of the server."""

    async def run() -> tuple[bytes, Exchange, int]:
        async with serve(script) as server:
            target = WireTarget(server.url + base, ExchangeLimits(timeout_seconds=3, continue_seconds=0.2))
            exchange = await target.send(request, key=key)
            await target.close()
            return server.requests[0], exchange, server.port

    return asyncio.run(run())


def test_request_is_sent_exactly_as_given(serve: "Serve") -> None:
    """Target, header names in their letter case, order and values stay; Host is first, Content-Length last."""
    headers = (("x-lower", "1"), ("X-UPPER", "2"), ("Content-Type", "text/odd; a=b"), ("accept", "*/*"))
    data, exchange, port = sent(serve, Request("POST", "/a", headers, b"{}"))
    assert (
        data
        == (
            f"POST /a HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nx-lower: 1\r\nX-UPPER: 2\r\n"
            "Content-Type: text/odd; a=b\r\naccept: */*\r\nContent-Length: 2\r\n\r\n{}"
        ).encode()
    )
    assert exchange.response is not None
    assert exchange.response.status == 200
    assert exchange.response.body == b"{}"
    assert exchange.failure is None
    assert exchange.started > 1_600_000_000
    assert 0 < exchange.seconds < 3


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/a?",
        "/a/../b/./c",
        "/a%2Fb%2fc",
        "//a//",
        "/a%3Fb%23c?x=%23&y=a+b&z",
        "/%zz%",
        "/a;b=c,d:e@f",
        "/a?b?c",
        "/%C3%BC%FF",
        "/a#b",
        "/a/%2e%2e/b",
        "/'(*)!$&\"<>\\^`{|}",
    ],
)
def test_target_is_sent_as_it_stands(serve: "Serve", target: str) -> None:
    """Nothing in a request target is normalised, encoded, decoded or cut."""
    data, _, _ = sent(serve, Request("GET", target))
    assert data.split(b"\r\n")[0] == f"GET {target} HTTP/1.1".encode()


def test_base_path_is_put_before_the_target(serve: "Serve") -> None:
    """The path of the base URL, as it is encoded, comes first; its last slash does not count."""
    data, _, _ = sent(serve, Request("GET", "/v1?x"), base="/ba%2Fse/")
    assert data.startswith(b"GET /ba%2Fse/v1?x HTTP/1.1\r\n")


def test_headers_that_occur_twice_are_sent_twice(serve: "Serve") -> None:
    """A name may occur again, in its place, in another letter case too."""
    headers = (("X-A", "1"), ("X-B", "2"), ("X-A", "3"), ("x-a", "4"), ("X-a", ""))
    data, _, _ = sent(serve, Request("GET", "/", headers))
    assert data.split(b"\r\n")[2:-2] == [b"X-A: 1", b"X-B: 2", b"X-A: 3", b"x-a: 4", b"X-a: "]


def test_header_values_are_sent_in_utf8(serve: "Serve") -> None:
    """A value beyond ASCII leaves as UTF-8."""
    data, _, _ = sent(serve, Request("GET", "/", (("X-A", "a\tb é \U0001f600"),)))
    assert "X-A: a\tb é \U0001f600\r\n".encode() in data


def test_host_may_be_given(serve: "Serve") -> None:
    """A Host header of the request stands in place of the transport's."""
    data, _, _ = sent(serve, Request("GET", "/", (("X-A", "1"), ("host", "elsewhere"))))
    assert data == b"GET / HTTP/1.1\r\nX-A: 1\r\nhost: elsewhere\r\n\r\n"


@pytest.mark.parametrize("method", ["post", "Get", "PURGE", "M-SEARCH", "DELETE", "QUERY"])
def test_methods_keep_their_letter_case(serve: "Serve", method: str) -> None:
    """Methods are case-sensitive (RFC 9110 section 9.1), and any token is one."""
    data, exchange, _ = sent(serve, Request(method, "/"))
    assert data.startswith(f"{method} / HTTP/1.1\r\n".encode())
    assert exchange.failure is None


def test_post_without_body_announces_none(serve: "Serve") -> None:
    """POST without a body has Content-Length 0 and no Content-Type."""
    data, _, port = sent(serve, Request("POST", "/"))
    assert data == f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_get_without_body_announces_nothing(serve: "Serve", method: str) -> None:
    """Methods without a body have no framing header and no other header either."""
    data, _, port = sent(serve, Request(method, "/"))
    assert data == f"{method} / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("body", "chunks"), [(b"{}", b"2\r\n{}\r\n0\r\n\r\n"), (b"", b"0\r\n\r\n"), (None, b"0\r\n\r\n")]
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_chunked_body_has_no_length(serve: "Serve", method: str, body: bytes | None, chunks: bytes) -> None:
    """With `chunked` the body goes in chunks and is announced so, once."""
    data, _, port = sent(serve, Request(method, "/", body=body, chunked=True))
    head = f"{method} / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert data == head.encode() + chunks


def test_long_body_arrives_whole(serve: "Serve") -> None:
    """A body of some megabytes is sent, without a warning."""
    body = bytes(range(256)) * 12_000
    data, exchange, _ = sent(serve, Request("PUT", "/", body=body))
    assert data.partition(b"\r\n\r\n")[2] == body
    assert exchange.failure is None


def test_key_is_put_in_and_never_shown(serve: "Serve") -> None:
    """The key takes the place of its placeholder in values and, percent-encoded, in the target; nobody sees it."""
    request = Request("GET", f"/a?key={KEY}", (("Authorization", f"Api-Key {KEY}"), ("X-Two", f"{KEY}{KEY}")))
    data, exchange, _ = sent(serve, request, key="s3/cr&t")
    assert data.startswith(b"GET /a?key=s3%2Fcr%26t HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Api-Key s3/cr&t\r\nX-Two: s3/cr&ts3/cr&t\r\n" in data
    assert exchange.request == request
    assert "cr&t" not in repr(exchange)


def test_key_is_not_in_the_detail_of_a_failure(serve: "Serve") -> None:
    """A server that echoes the key in bytes that are no HTTP does not bring it into the exchange."""

    async def echo(connection: "Connection") -> None:
        await connection.request()
        await connection.send(b"HTTP/1.1 200 OK\r\nBad Name secret-key: x\r\n\r\n")

    _, exchange, _ = sent(serve, Request("GET", "/", (("A", KEY),)), key="secret-key", script=echo)
    assert exchange.failure is Failure.MALFORMED
    assert KEY in exchange.detail
    assert "secret-key" not in repr(exchange)


def test_expect_waits_for_100_continue(serve: "Serve") -> None:
    """The body leaves after 100 (Continue), and the interim answer is not taken for the answer."""

    async def script(connection: "Connection") -> None:
        head = await connection.head()
        assert b"\r\nExpect: 100-continue\r\n" in head
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.reader.read(1), 0.05)
        await connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert await connection.reader.readexactly(2) == b"{}"
        await connection.send(OK)

    _, exchange, _ = sent(serve, Request("POST", "/", (("Expect", "100-continue"),), b"{}"), script=script)
    assert exchange.response is not None
    assert exchange.response.status == 200
    assert exchange.failure is None


def test_expect_sends_the_body_to_a_server_that_keeps_silent(serve: "Serve") -> None:
    """Without 100 (Continue) the body leaves all the same after a while."""
    data, exchange, _ = sent(serve, Request("POST", "/", (("Expect", "100-continue"),), b"{}"))
    assert data.endswith(b"\r\n\r\n{}")
    assert exchange.failure is None


def test_expect_takes_a_final_answer_without_100(serve: "Serve") -> None:
    """A server may refuse at once (417); then the body stays here."""

    async def script(connection: "Connection") -> None:
        await connection.head()
        await connection.send(b"HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
        assert await connection.reader.read() == b""

    _, exchange, _ = sent(serve, Request("POST", "/", (("Expect", "100-continue"),), b"{}"), script=script)
    assert exchange.response is not None
    assert exchange.response.status == 417


@pytest.mark.parametrize(
    "request_",
    [
        Request("", "/"),
        Request("A B", "/"),
        Request("GET", "a"),
        Request("GET", "/a b"),
        Request("GET", "/a\r\nX: y"),
        Request("GET", "/", (("X Y", "1"),)),
        Request("GET", "/", (("", "1"),)),
        Request("GET", "/", (("X", "1\r\nY: 2"),)),
        Request("GET", "/", (("X", "\udcff"),)),
        Request("POST", "/", (("Content-Length", "7"),), b"{}"),
        Request("POST", "/", (("Transfer-Encoding", "chunked"),), b"{}"),
    ],
)
def test_what_is_no_request_is_refused(request_: Request) -> None:
    """A request that HTTP cannot carry is an error of the suite, raised before anything is sent."""
    with pytest.raises(ValueError, match=r"not a|set by the transport"):
        asyncio.run(WireTarget("http://127.0.0.1:1").send(request_))
