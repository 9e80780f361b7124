"""Replies without a socket: responses of httpx, or its exceptions."""

import re
from collections.abc import AsyncIterator, Iterator

import httpx

from conformance.clients.replying import encoded, located, reply_at
from conformance.clients.scenarios.redirecting import ELSEWHERE
from conformance.clients.scenarios.scenario import Fate, Reply

CONTROLS = re.compile(rb"[\0\r\n]")

CUT_OFF = "peer closed connection without sending complete message body"


class TruncatedStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The beginning of a body, then the end of the connection."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes, then raise."""
        yield self._body
        raise httpx.RemoteProtocolError(CUT_OFF)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the bytes, then raise."""
        for piece in self:
            yield piece


def check_headers(request: httpx.Request) -> None:
    """Do with header fields what the transport of httpx does, which a router replaces.

    Raises:
        httpx.LocalProtocolError: a value cannot be sent.

    """
    for _, value in request.headers.raw:
        if CONTROLS.search(value) or value != value.strip():
            message = f"Illegal header value {value!r}"
            raise httpx.LocalProtocolError(message, request=request)


def reply_to(reply: Reply, request: httpx.Request, target: str) -> httpx.Response:
    """Return the response for a reply.

    Raises:
        httpx.RemoteProtocolError: the reply is a connection closed without a response.

    """
    reply = located(reply_at(reply, target), f"http://{ELSEWHERE}.{request.url.host}")
    if reply.fate in {Fate.RESET, Fate.SILENT}:
        message = "Server disconnected without sending a response."
        raise httpx.RemoteProtocolError(message, request=request)
    headers, body = encoded(reply, tuple(request.headers.items()))
    if reply.fate in {Fate.TRUNCATED, Fate.TRUNCATED_CHUNKS, Fate.CLOSED_EARLY}:
        return httpx.Response(reply.status, headers=headers, stream=TruncatedStream(body[: len(body) // 2]))
    return httpx.Response(reply.status, headers=headers, content=body)
