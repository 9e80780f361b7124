"""A target behind a URL, reached over sockets: requests are written here, connections are aiohttp's."""

import asyncio
import time
from dataclasses import dataclass, field

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import RawResponseMessage
from aiohttp.streams import StreamReader

from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.targets.addresses import is_loopback, parse_url, ssl_context
from conformance.targets.connection import ExactHandler, is_interim
from conformance.targets.decoding import decode_response
from conformance.targets.failures import body_failure_of, failure_of, late
from conformance.targets.outgoing import Sending, prepare, redacted
from conformance.targets.pool import ConnectionPool
from conformance.targets.request_bytes import body_of, head_of, waits
from conformance.targets.resolving import PRESENCE_SECONDS, is_listening
from conformance.targets.target import ExchangeLimits, Opening, Target, Tls, Traits

PAUSE_SECONDS = 0.05
"""A server that ends closes its connections before it stops listening, or after."""


@dataclass(slots=True)
class _Answer:
    """What has come in so far, and the connection that it came on."""

    handler: ExactHandler | None = None
    head: Response | None = None
    pieces: list[bytes] = field(default_factory=list)
    failure: Failure | None = None
    detail: str = ""

    def fail(self, failure: Failure, detail: str) -> None:
        self.failure, self.detail = failure, detail


class WireTarget(Target):
    """An HTTP server at a base URL; at most `concurrency` connections are open, and they are used again.

    Nothing is added to a request but `Host` and the framing header, nothing is followed, retried or remembered.

    Raises:
        UsageError: the URL, the proxy's URL or a file of `tls` cannot be used.

    """

    def __init__(
        self,
        base_url: str,
        limits: ExchangeLimits | None = None,
        *,
        concurrency: int = 1,
        tls: Tls | None = None,
        proxy: str = "",
    ) -> None:
        self.name = base_url
        self.traits = self.traits_of(base_url)
        self._base = parse_url(base_url, "target")
        self._prefix = self._base.raw_path.rstrip("/")
        self._proxy = parse_url(proxy, "proxy") if proxy else None
        self._limits = limits or ExchangeLimits()
        self._concurrency = max(1, concurrency)
        self._slots = asyncio.Semaphore(self._concurrency)
        self._trust = ssl_context(tls or Tls()) if self._base.scheme == "https" else True
        self._pool: ConnectionPool | None = None

    @classmethod
    def traits_of(cls, name: str) -> Traits:
        """Return what the server at a URL is like; raises `UsageError` as the constructor."""
        url = parse_url(name, "target")
        host, secure = (url.raw_host or "").lower(), url.scheme == "https"
        return Traits(host=host, loopback=is_loopback(host), secure=secure, handshakes=secure)

    @classmethod
    def open(cls, name: str, opening: Opening) -> "WireTarget":
        """Return the server at a URL."""
        tls, proxy = opening.tls, opening.proxy
        return cls(name, opening.limits, concurrency=opening.concurrency, tls=tls, proxy=proxy)

    async def is_there(self, *, pause: bool) -> bool:
        """Connect once more: see `Target.is_there`."""
        if pause:
            await asyncio.sleep(PAUSE_SECONDS)
        try:
            async with asyncio.timeout(PRESENCE_SECONDS):
                return await is_listening(self._base.host or "", self._base.port or 0, local=self.traits.loopback)
        except TimeoutError:
            return False

    async def send(self, request: Request, *, key: str = "", fresh: bool = False) -> Exchange:
        """Send one request: see `Target.send`."""
        sending = prepare(request, key)
        answer = _Answer()
        # The wait for a connection that others use is none of the target's: it is no part of the exchange.
        async with self._slots:
            started, begun = time.time(), time.perf_counter()
            await self._exchange(sending, answer, fresh=fresh)
            seconds = time.perf_counter() - begun
        response, failure, detail = answer.head, answer.failure, answer.detail
        if response is not None:
            whole = Response(
                response.status, response.headers, b"".join(answer.pieces), response.reason, response.version
            )
            response, failure, detail = decode_response(whole, failure, detail, self._limits.max_body_bytes)
        return Exchange(request, response, failure, redacted(detail, key), started, seconds)

    async def close(self) -> None:
        """Close all connections."""
        if self._pool is not None:
            await self._pool.close()

    async def _exchange(self, sending: Sending, answer: _Answer, *, fresh: bool) -> None:
        """Send and receive within the time limit; everything that can fail ends in `answer`."""
        try:
            async with asyncio.timeout(self._limits.timeout_seconds) as deadline:
                await self._carry_out(sending, answer, fresh=fresh)
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            problem = f"not complete within {self._limits.timeout_seconds:g} seconds"
            if deadline.expired():
                answer.fail(Failure.TOO_SLOW if answer.head else late(answer.handler), problem)
            elif answer.head:
                answer.fail(*body_failure_of(error, answer.handler))
            else:
                answer.fail(*failure_of(error, answer.handler))

    async def _carry_out(self, sending: Sending, answer: _Answer, *, fresh: bool) -> None:
        """Send and receive on one connection, which is used again if it can be."""
        connection, handler = await self._opened().take(fresh=fresh)
        answer.handler = handler
        try:
            handler.begin(sending.method)
            message, content = await self._head_after(sending, handler)
            answer.head = _head(message)
            await self._read_body(content, handler, answer)
            if answer.failure is None and handler.has_sent():
                connection.release()
        finally:
            handler.drop_unsent()
            connection.close()

    async def _head_after(self, sending: Sending, handler: ExactHandler) -> tuple[RawResponseMessage, StreamReader]:
        """Write a request, and return the header section of the answer and the stream of its body."""
        head, body = self._written(sending), body_of(sending)
        if not waits(sending):
            handler.write(head + body)
            return await handler.final()
        handler.write(head)
        try:
            async with asyncio.timeout(self._limits.continue_seconds):
                message, content = await handler.read()
        except TimeoutError:
            handler.write(body)
            return await handler.final()
        if not is_interim(message):
            handler.force_close()  # the server does without the body
            return message, content
        handler.write(body)
        return await handler.final()

    def _written(self, sending: Sending) -> bytes:
        """Return the header section; a proxy that sees it gets the target in absolute form (RFC 9112 section 3.2.2)."""
        base, target = self._base, self._prefix + sending.target
        host = base.host_port_subcomponent or ""
        if self._proxy is None or base.scheme == "https":
            return head_of(sending, target, host)
        return head_of(sending, f"{base.scheme}://{host}{target}", host, self._opened().proxy_fields)

    async def _read_body(self, content: StreamReader, handler: ExactHandler, answer: _Answer) -> None:
        room = self._limits.max_body_bytes
        try:
            while piece := await content.readany():
                answer.pieces.append(piece[:room])
                room -= len(piece)
                if room < 0:
                    answer.fail(Failure.TOO_LARGE, f"more than {self._limits.max_body_bytes} bytes")
                    return
        except aiohttp.ClientError:
            # aiohttp raises at once and keeps to itself what it had received.
            answer.pieces.append(content._read_nowait(-1)[:room])  # noqa: SLF001 (the public way raises again)
            raise
        # One turn of the loop: what was sent right behind the body is mostly there by then.
        await asyncio.sleep(0)
        if handler.excess:
            answer.fail(Failure.EXCESS, "bytes after the end of the body")

    def _opened(self) -> ConnectionPool:
        """Return the connections, made on first use: they belong to the loop that runs then."""
        if self._pool is None:
            self._pool = ConnectionPool(
                self._base,
                self._limits,
                self._concurrency,
                local=self.traits.loopback,
                trust=self._trust,
                proxy=self._proxy,
            )
        return self._pool


def _head(message: RawResponseMessage) -> Response:
    version = message.version
    return Response(
        message.code,
        tuple([(name.decode("latin-1"), value.strip(b" \t").decode("latin-1")) for name, value in message.raw_headers]),
        reason=message.reason.encode("utf-8", "surrogateescape").decode("latin-1"),
        version=f"{version.major}.{version.minor}",
    )
