"""A target behind a URL, reached over sockets with aiohttp."""

import asyncio
import functools
import io
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
from yarl import URL

from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.targets.addresses import is_loopback, parse_url, ssl_context
from conformance.targets.connection import ATTEMPT, ExactHandler, ExactRequest, RequestInFlight
from conformance.targets.decoding import decode_response
from conformance.targets.failures import body_failure_of, failure_of, late
from conformance.targets.outgoing import Sending, prepare, redacted
from conformance.targets.resolving import PRESENCE_SECONDS, LocalResolver, is_listening
from conformance.targets.target import ExchangeLimits, Opening, Target, Tls, Traits

_AUTOMATIC = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
_MANY_BYTES = 1_000_000

PAUSE_SECONDS = 0.05
"""A server that ends closes its connections before it stops listening, or after."""


@dataclass(slots=True)
class _Answer:
    """What has come in so far."""

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
        self._ssl = ssl_context(tls or Tls()) if self._base.scheme == "https" else True
        self._session: aiohttp.ClientSession | None = None

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
        attempt = RequestInFlight(sending, self._limits.continue_seconds, fresh)
        answer = _Answer()
        # The wait for a connection that others use is none of the target's: it is no part of the exchange.
        async with self._slots:
            token = ATTEMPT.set(attempt)
            started, begun = time.time(), time.perf_counter()
            try:
                await self._exchange(sending, attempt, answer)
            finally:
                ATTEMPT.reset(token)
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
        if self._session is not None:
            await self._session.close()

    async def _exchange(self, sending: Sending, attempt: RequestInFlight, answer: _Answer) -> None:
        """Send and receive within the time limit; everything that can fail ends in `answer`."""
        response: aiohttp.ClientResponse | None = None
        try:
            async with asyncio.timeout(self._limits.timeout_seconds) as deadline:
                response = await self._request(sending)
                answer.head = _head(response)
                await self._read_body(response, attempt, answer)
        except (aiohttp.ClientError, OSError) as error:
            problem = f"not complete within {self._limits.timeout_seconds:g} seconds"
            if deadline.expired():
                answer.fail(Failure.TOO_SLOW if answer.head else late(attempt.handler), problem)
            elif answer.head:
                answer.fail(*body_failure_of(error, attempt.handler))
            else:
                answer.fail(*failure_of(error, attempt.handler))
        finally:
            if response is not None:
                response.close()

    async def _request(self, sending: Sending) -> aiohttp.ClientResponse:
        url = URL.build(
            scheme=self._base.scheme,
            authority=self._base.raw_authority,
            # The whole target as a path: nothing of it is parsed, and an empty query keeps its question mark.
            path=self._prefix + sending.target,
            encoded=True,
        )
        return await self._opened().request(
            sending.method,
            url,
            # aiohttp warns of long bytes, and writes a file in pieces.
            data=io.BytesIO(sending.body) if sending.body and len(sending.body) > _MANY_BYTES else sending.body,
            # None and not False: for aiohttp 3 False turns chunks on, without saying so in a header.
            chunked=True if sending.chunked else None,
            allow_redirects=False,
            proxy=self._proxy,
            ssl=self._ssl,
        )

    async def _read_body(self, response: aiohttp.ClientResponse, attempt: RequestInFlight, answer: _Answer) -> None:
        room = self._limits.max_body_bytes
        async for piece in _pieces(response):
            answer.pieces.append(piece[:room])
            room -= len(piece)
            if room < 0:
                answer.fail(Failure.TOO_LARGE, f"more than {self._limits.max_body_bytes} bytes")
                return
        # One turn of the loop: what was sent right behind the body is mostly there by then.
        await asyncio.sleep(0)
        if attempt.handler is not None and attempt.handler.excess:
            answer.fail(Failure.EXCESS, "bytes after the end of the body")

    def _opened(self) -> aiohttp.ClientSession:
        """Return the session, made on first use: it belongs to the loop that runs then."""
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._concurrency, resolver=LocalResolver() if self.traits.loopback else None
            )
            connector._factory = functools.partial(  # type: ignore[assignment]  # noqa: SLF001 (there is no public way)
                ExactHandler, loop=asyncio.get_running_loop(), max_header_bytes=self._limits.max_header_bytes
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                request_class=ExactRequest,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_AUTOMATIC,
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_seconds),
                max_line_size=self._limits.max_header_bytes,
                max_field_size=self._limits.max_header_bytes,
            )
            # Otherwise GET, PUT and DELETE are sent twice when a connection in use is closed, and nobody is told.
            self._session._retry_connection = False  # noqa: SLF001 (aiohttp's own test client does the same)
        return self._session


async def _pieces(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """Yield the body as it comes; what came before an error is yielded before the error is raised."""
    content = response.content
    try:
        while piece := await content.readany():
            yield piece
    except aiohttp.ClientError:
        # aiohttp raises at once and keeps to itself what it had received.
        if rest := content._read_nowait(-1):  # noqa: SLF001 (the public way raises again)
            yield rest
        raise


def _head(response: aiohttp.ClientResponse) -> Response:
    version = response.version or aiohttp.HttpVersion11
    return Response(
        response.status,
        tuple((name.decode("latin-1"), value.strip(b" \t").decode("latin-1")) for name, value in response.raw_headers),
        reason=(response.reason or "").encode("utf-8", "surrogateescape").decode("latin-1"),
        version=f"{version.major}.{version.minor}",
    )
