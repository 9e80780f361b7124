"""aiohttp made exact: a request that is sent as given, and a connection that knows what it received.

Three things that aiohttp does are wrong for a conformance suite. It merges headers that differ in letter case and
upper-cases methods; it loses a whole answer when bytes follow it in the same segment, and hands an answer that nobody
asked for to the next request; and it does not say whether a connection had been used before. `ExactRequest` and
`ExactHandler` put that right; what they are to send, and which connection was taken, travels in `ATTEMPT`.

A new version of aiohttp can break this, so that continuous integration tests the newest and the lowest. These parts of
it are not documented: `update_headers`, `update_expect_continue` and `_continue` of ClientRequest; ResponseHandler with
`set_response_params`, `is_connected`, `exception`, `force_close` and `_payload`; and, in `wire.py`,
`TCPConnector._factory`, `ClientSession._retry_connection` and `StreamReader._read_nowait`.
"""

import asyncio
import re
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from aiohttp import ClientPayloadError, ClientRequest, hdrs
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict

from conformance.targets.outgoing import Sending, hosts_of

_HEAD_END = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"\s*HTTP/1\.\d 1(?!01)\d\d")
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CODED = re.compile(rb"^transfer-encoding[ \t]*:", re.IGNORECASE | re.MULTILINE)


@dataclass(slots=True)
class RequestInFlight:
    """One request on its way: what is sent, and the connection that it travels on."""

    sending: Sending
    continue_seconds: float
    fresh: bool = False
    handler: "ExactHandler | None" = None


ATTEMPT: ContextVar[RequestInFlight | None] = ContextVar("attempt", default=None)


class ExactRequest(ClientRequest):
    """Sends method and headers as they were given; `Host` comes first, the framing header last."""

    def update_headers(self, headers: object) -> None:  # noqa: ARG002 (aiohttp has merged them: not ours)
        """Take method and headers from the attempt: called once, before anything else is derived from them."""
        attempt = ATTEMPT.get()
        if attempt is None:
            raise RuntimeError("no attempt is under way")
        self.method = attempt.sending.method
        fields = attempt.sending.fields
        self.headers = CIMultiDict(fields)
        if hdrs.HOST not in self.headers:
            hosts = hosts_of(attempt.sending.hosts, self.url.host_port_subcomponent or "")
            self.headers = CIMultiDict((*((hdrs.HOST, each) for each in hosts), *fields))

    def update_expect_continue(self, expect: bool = False) -> None:  # noqa: FBT001, FBT002 (aiohttp's signature)
        """Wait for 100 (Continue) where the request says so, but not for ever."""
        super().update_expect_continue(expect)
        attempt, waiter = ATTEMPT.get(), self._continue
        if attempt is not None and waiter is not None:
            self.loop.call_later(attempt.continue_seconds, _go_on, waiter)


def _go_on(waiter: "asyncio.Future[bool]") -> None:
    if not waiter.done():
        waiter.set_result(True)


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

    def set_response_params(self, **options: Any) -> None:  # noqa: ANN401 (they differ from version to version)
        """Begin a new answer: called by aiohttp before it sends the request."""
        attempt = ATTEMPT.get()
        if attempt is not None:
            attempt.handler = self
            attempt.fresh = False
        self.exchanges += 1
        self.received = self.excess = self._remaining = 0
        self._head = b""
        self._payload = None
        self._stage = _Stage.HEAD
        super().set_response_params(**options)

    def is_connected(self) -> bool:
        """Tell whether the pool may hand this connection out: not to an attempt that wants a fresh one."""
        attempt = ATTEMPT.get()
        return super().is_connected() and not (attempt is not None and attempt.fresh)

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
