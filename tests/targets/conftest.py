"""A raw TCP server for the tests: it records the bytes that it receives and sends what a test scripts."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from conformance.contract.contract import Contract, load_contract

MAX_REQUEST_BYTES = 10_000_000


class Connection:
    """One accepted connection."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number = number
        self.requests: list[bytes] = []
        self.over = asyncio.Event()
        self.reader = reader
        self.writer = writer

    async def request(self) -> bytes:
        """Read one request, its body included, and keep it."""
        head = await self.head()
        length = re.search(rb"(?im)^content-length: *(\d+)", head)
        body = b""
        if length:
            body = await self.reader.readexactly(int(length[1]))
        elif b"transfer-encoding: chunked" in head.lower():
            body = await self.reader.readuntil(b"0\r\n\r\n")
        self.requests[-1] += body
        return head + body

    async def head(self) -> bytes:
        """Read one header section and keep it."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        return head

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def closed(self) -> None:
        """Wait until the client has closed the connection."""
        while await self.reader.read(65536):
            pass


Script = Callable[[Connection], Awaitable[None]]


class RawServer:
    """The server: its port, and the connections that it has accepted."""

    def __init__(self, script: Script) -> None:
        self.connections: list[Connection] = []
        self.port = 0
        self._script = script

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[bytes]:
        """All requests, in the order of their connections."""
        return [request for connection in self.connections for request in connection.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry out the script for one connection, then close it."""
        connection = Connection(len(self.connections), reader, writer)
        self.connections.append(connection)
        try:
            await self._script(connection)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            connection.over.set()


@asynccontextmanager
async def raw_server(script: Script) -> AsyncIterator[RawServer]:
    """Serve `script` on a port of 127.0.0.1."""
    raw = RawServer(script)
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0, limit=MAX_REQUEST_BYTES)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Return the contract of the published document."""
    return load_contract()


Serve = Callable[[Script], AbstractAsyncContextManager[RawServer]]


@pytest.fixture
def serve() -> Serve:
    """Give `raw_server` to a test."""
    return raw_server
