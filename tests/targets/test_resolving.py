"""Names of this machine: only addresses of this machine are connected to."""

import asyncio
import socket
from contextlib import suppress
from typing import Any

import httpx
import pytest

from conformance.model.case import Request
from conformance.model.exchange import Failure
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.target import ExchangeLimits
from conformance.targets.wire import WireTarget

ADDRESSES = {
    "here.localhost": ["127.0.0.1"],
    "away.localhost": ["192.0.2.7"],
    "both.localhost": ["192.0.2.7", "127.0.0.1"],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let names below localhost have the addresses that somebody's name server gives; return what is connected to."""
    connected: list[str] = []
    resolve, connect = socket.getaddrinfo, asyncio.SelectorEventLoop.sock_connect

    def getaddrinfo(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        found = ADDRESSES.get(host if isinstance(host, str) else "", [])
        numbers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, int(port or 0))) for each in found]
        return numbers or resolve(host, port, *arguments, **options)

    async def sock_connect(loop: Any, sock: Any, address: Any) -> None:
        connected.append(address[0])
        await connect(loop, sock, address)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", sock_connect)
    return connected


@pytest.mark.parametrize(
    ("host", "failure", "there"),
    [("here.localhost", None, True), ("both.localhost", None, True), ("away.localhost", Failure.UNRESOLVED, False)],
)
def test_no_address_of_another_machine_is_connected_to(
    asked: list[str],
    host: str,
    failure: Failure | None,
    there: bool,  # noqa: FBT001 (an expectation)
) -> None:
    """Where a name leads elsewhere nothing is sent; of several addresses that of this machine is taken."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async def job() -> tuple[Failure | None, str, bool]:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            target = WireTarget(f"http://{host}:{port}", ExchangeLimits(timeout_seconds=5, connect_seconds=2))
            exchange = await target.send(Request("GET", "/"), key="the-key")
            is_there = await target.is_there(pause=False)
            await target.close()
            await asyncio.sleep(0.1)  # until the server has noticed
            return exchange.failure, exchange.detail, is_there

    found = asyncio.run(job())
    assert (failure, there) == (found[0], found[2])
    assert {"127.0.0.1"} >= set(asked)
    if failure is not None:
        assert "away.localhost resolves to 192.0.2.7, which is not this machine" in found[1]


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("host", "loopback"), [("here.localhost", True), ("away.localhost", False), ("::1", True)])
def test_a_client_of_the_users_is_asked_where_it_leads(
    contract: Any,
    host: str,
    loopback: bool,  # noqa: FBT001 (an expectation)
) -> None:
    """A client that connects by itself is on this machine only if all addresses of its host are."""
    base = f"http://[{host}]" if ":" in host else f"http://{host}"
    with httpx.Client(base_url=base) as client:
        assert loopback is UsersClient(client, contract).traits.loopback
