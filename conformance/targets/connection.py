"""aiohttp made exact: a connection that knows what it received.

Two things that aiohttp does are wrong for a conformance suite. It loses a whole answer when bytes follow it in the same
segment, and hands an answer that nobody asked for to the next request; and it does not say whether a connection was in
use before. `ExactHandler` puts that right. Requests are written without aiohttp, byte for byte (`request_bytes`).

A new version of aiohttp can break this, so that continuous integration tests the newest and the lowest. These parts of
it are not documented: ResponseHandler with `set_response_params`, `read`, `exception`, `force_close` and `_payload`; in
`pool.py`, `TCPConnector._factory` and the arguments of `connect`; and, in `wire.py`, `StreamReader._read_nowait`. Of
asyncio it is where a transport of TLS keeps the one below it.
"""

import asyncio
import re
from enum import Enum, auto
from http import HTTPStatus

from aiohttp import ClientConnectionError, ClientPayloadError
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import RawResponseMessage
from aiohttp.streams import StreamReader

_HEAD_END = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"\s*HTTP/1\.\d 1(?!01)\d\d")
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CODED = re.compile(rb"^transfer-encoding[ \t]*:", re.IGNORECASE | re.MULTILINE)


class _Stage(Enum):
    FRESH = auto()
    HEAD = auto()
    LENGTH = auto()
    PARSED = auto()
    IDLE = auto()


class ExactHandler(ResponseHandler):
    """One connection. It feeds the parser one message and never a byte beyond it.

    `exchanges` counts the requests that went over it, `received` the bytes of the present answer, `excess` those that
    came after its end. `malformed` says why a body is not in its framing, `overlong` that a header section is beyond
    the limit, `lost` why the connection went.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, max_header_bytes: int) -> None:
        super().__init__(loop)
        self.exchanges = 0
        self.received = 0
        self.excess = 0
        self.malformed = ""
        self.overlong = ""
        self.lost: BaseException | None = None
        self._max_header_bytes = max_header_bytes
        self._stage = _Stage.FRESH
        self._head = b""
        self._remaining = 0

    def begin(self, method: str) -> None:
        """Expect the answer to a request with this method, which is written next."""
        self.exchanges += 1
        self.received = self.excess = self._remaining = 0
        self._head = b""
        self._payload = None
        self._stage = _Stage.HEAD
        self.set_response_params(
            skip_payload=method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            max_line_size=self._max_header_bytes,
            max_field_size=self._max_header_bytes,
        )

    def write(self, data: bytes) -> None:
        """Write bytes of a request; what the socket does not take at once goes out while the answer comes in.

        Raises:
            ClientConnectionError: the connection is closing.

        """
        if self.transport is None or self.transport.is_closing():
            raise ClientConnectionError("the connection was closed before the request was written")
        self.transport.write(data)

    def has_sent(self) -> bool:
        """Tell whether all that was written has left."""
        transport: asyncio.WriteTransport | None = self.transport
        if transport is None:
            return False
        while transport is not None:
            if transport.get_write_buffer_size():
                return False
            # One of TLS tells what it has not encrypted yet; what it has waits in the transport below it.
            transport = getattr(getattr(transport, "_ssl_protocol", None), "_transport", None)
        return True

    def drop_unsent(self) -> None:
        """Break the connection off where a part of a request has not left: it is not to be sent after the exchange."""
        if self.transport is not None and not self.has_sent():
            self.transport.abort()

    async def final(self) -> tuple[RawResponseMessage, StreamReader]:
        """Return the header section of the answer and the stream of its body; interim responses are passed over.

        Raises:
            ClientError: the connection went before it.
            HttpProcessingError: it is malformed.

        """
        while True:
            message, content = await self.read()
            if not is_interim(message):
                return message, content

    def connection_lost(self, exc: BaseException | None) -> None:
        """Note why the connection went."""
        self.lost = exc
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser up to the end of the present message; the rest is excess."""
        if self._stage is _Stage.FRESH:
            super().data_received(data)
            return
        if not data:
            self._feed_parser(data)
            return
        self.received += len(data)
        while data and self._stage is _Stage.HEAD:
            data = self._feed_head(data)
        if not data:
            return
        if self._stage is _Stage.LENGTH:
            self._feed_length(data)
        elif self._stage is _Stage.PARSED:
            self._feed_parser(data)
        else:
            self._exceed(len(data))

    def _feed_head(self, data: bytes) -> bytes:
        """Feed a header section by itself, so that what follows it cannot spoil it; return what follows."""
        known = len(self._head)
        joined = self._head + data
        end = _HEAD_END.search(joined, max(0, known - 2))
        cut = end.end() if end else len(joined)
        if cut > self._max_header_bytes:
            self.overlong = f"more than {self._max_header_bytes} bytes"
            self.set_exception(HttpProcessingError(code=400, message=self.overlong))
            self._stop()
            return b""
        super().data_received(joined[known:cut])
        if self.exception() is not None:
            return b""
        if end is None:
            self._head = joined
            return b""
        head, self._head = joined[:cut], b""
        if head.strip() and not _INTERIM.match(head):
            self._stage = self._stage_after(head)
        return joined[cut:]

    def _stage_after(self, head: bytes) -> _Stage:
        if self._payload is None:
            return _Stage.PARSED
        if self._payload.is_eof():
            return _Stage.IDLE
        length = _LENGTH.search(head)
        if length is None or _CODED.search(head):
            return _Stage.PARSED
        self._remaining = int(length[1])
        return _Stage.LENGTH

    def _feed_length(self, data: bytes) -> None:
        piece, rest = data[: self._remaining], data[self._remaining :]
        self._remaining -= len(piece)
        if not self._remaining:
            self._stage = _Stage.IDLE
        if rest:
            # Before the parser sees the end: at the end the connection goes back to the pool.
            self._exceed(len(rest))
        super().data_received(piece)

    def _feed_parser(self, data: bytes) -> None:
        payload, queued = self._payload, len(self)
        super().data_received(data)
        if self._stage is not _Stage.PARSED or payload is None:
            return
        fault = self.exception()
        if payload.is_eof():
            self._stage = _Stage.IDLE
            if len(self) > queued or fault is not None:
                self._exceed(1)
        elif fault is not None:
            self.malformed = str(fault.__cause__ or fault)
            payload.set_exception(ClientPayloadError(self.malformed))

    def _exceed(self, count: int) -> None:
        self.excess += count
        self._stop()

    def _stop(self) -> None:
        self.force_close()
        if self.transport is not None:
            self.transport.close()


def is_interim(message: RawResponseMessage) -> bool:
    """Tell whether another response follows (RFC 9110 section 15.2); 101 is the last one in HTTP."""
    return message.code // 100 == 1 and message.code != HTTPStatus.SWITCHING_PROTOCOLS
