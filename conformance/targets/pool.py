"""The connections to one server, made and kept by aiohttp: names, TLS, proxies, and which connection is used again."""

import asyncio
import functools
import ssl

import aiohttp
from aiohttp.connector import Connection
from yarl import URL

from conformance.targets.connection import ExactHandler
from conformance.targets.resolving import LocalResolver
from conformance.targets.target import ExchangeLimits

PROXY_CREDENTIAL = "Proxy-Authorization"


class ConnectionPool:
    """At most `size` connections to the server at a URL, directly or by way of a proxy.

    It belongs to the event loop that runs when it is made.

    Args:
        base: the URL of the server.
        limits: how long connecting may take, and how long a header section may be.
        size: how many connections there may be.
        local: whether the host may be on this machine only.
        trust: how the server is trusted; True for a server without TLS.
        proxy: the URL of an HTTP proxy, None for none.

    """

    def __init__(
        self,
        base: URL,
        limits: ExchangeLimits,
        size: int,
        *,
        local: bool,
        trust: ssl.SSLContext | bool,
        proxy: URL | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self._connector = aiohttp.TCPConnector(limit=size, resolver=LocalResolver() if local else None)
        self._connector._factory = functools.partial(  # type: ignore[assignment]  # noqa: SLF001 (there is no public way)
            ExactHandler, loop=loop, max_header_bytes=limits.max_header_bytes
        )
        # What aiohttp connects by. It is never sent: each request is written as it was given.
        self._address = aiohttp.ClientRequest("GET", base, loop=loop, proxy=proxy, ssl=trust)
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_seconds)

    async def take(self, *, fresh: bool) -> tuple[Connection, ExactHandler]:
        """Return a connection, a new one where it has to be `fresh`; it is to be released or closed.

        Raises:
            aiohttp.ClientError: there is none to be had.
            TimeoutError: no address could be connected to in time.
            RuntimeError: the pool is closed.

        """
        if self._connector.closed:
            raise RuntimeError("the connections are closed")
        while True:
            try:
                connection = await self._connector.connect(self._address, [], self._timeout)
            except TimeoutError as error:
                raise TimeoutError(f"no connection within {self._timeout.sock_connect:g} seconds") from error
            handler = connection.protocol
            if not isinstance(handler, ExactHandler):
                raise TypeError("a connection that the pool did not make")
            if not (fresh and handler.exchanges):
                return connection, handler
            connection.close()

    @property
    def proxy_fields(self) -> tuple[tuple[str, str], ...]:
        """The header fields that a proxy needs which sees the requests themselves; set once there was a connection."""
        credential = self._address.headers.get(PROXY_CREDENTIAL)
        return () if credential is None else ((PROXY_CREDENTIAL, credential),)

    async def close(self) -> None:
        """Close all connections."""
        await self._connector.close()
