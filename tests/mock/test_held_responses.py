"""What an application holds back on a socket: written together at its end, and at once where there is much of it."""

import socket
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Any, TypeAlias

import pytest

from conformance.mock.app import Mock
from conformance.mock.server import GATHERED, BackgroundServer
from conformance.mock.transmission import TRANSPORT, serve_lifespan

App: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SILENCE_SECONDS = 0.3
ARRIVAL_SECONDS = 10.0


def holding(body: bytes, *, flushed: bool) -> App:
    """Return an application that holds its response back, and flushes it or waits for the client to go."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await serve_lifespan(receive, send)
            return
        scope["extensions"][TRANSPORT].hold()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})
        if flushed:
            scope["extensions"][TRANSPORT].flush()
        while (await receive())["type"] != "http.disconnect":
            pass

    return app


def received(app: Any, seconds: float) -> bytes:
    """Return what a client receives first; nothing where it does not come in time."""
    with BackgroundServer(app) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        with closing(socket.create_connection((host, int(port)), timeout=seconds)) as connection:
            connection.sendall(REQUEST)
            try:
                return connection.recv(GATHERED)
            except TimeoutError:
                return b""


def test_a_held_response_comes_in_one_piece() -> None:
    """Header section and body arrive together."""
    assert received(holding(b"whole", flushed=True), ARRIVAL_SECONDS).endswith(b"\r\n\r\nwhole")


def test_what_is_held_waits_for_the_flush() -> None:
    """An application that holds its response back decides when it leaves."""
    assert received(holding(b"whole", flushed=False), SILENCE_SECONDS) == b""


def test_no_more_is_held_than_what_is_gathered() -> None:
    """A response with a large body is written at once: what is held is bounded."""
    assert received(holding(bytes(GATHERED + 1), flushed=False), ARRIVAL_SECONDS).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("times", [1, 3])
def test_each_response_of_the_mock_comes_in_one_piece(mock: Mock, times: int) -> None:
    """A client of the mock is woken once for a response, the first on a connection and later ones."""
    with BackgroundServer(mock) as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        with closing(socket.create_connection((host, int(port)), timeout=ARRIVAL_SECONDS)) as connection:
            for _ in range(times):
                connection.sendall(REQUEST)
                head, _, body = connection.recv(GATHERED).partition(b"\r\n\r\n")
                assert f"content-length: {len(body)}".encode() in head.split(b"\r\n")
