"""Whether a target is still there."""

import asyncio
import socket
from contextlib import suppress

import httpx
import pytest

from conformance.targets.asgi import AsgiTarget
from conformance.targets.httpx_client.target import HttpxTarget
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.opening import open_target
from conformance.targets.target import Target


def is_there(target: Target, *, pause: bool = False) -> bool:
    """Tell whether a target says that it is there."""
    return asyncio.run(target.is_there(pause=pause))


def test_a_server_that_listens_is_there():
    """One connection tells; no request is sent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert is_there(open_target(f"http://127.0.0.1:{port}"), pause=True)
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(5)
            with suppress(ConnectionResetError):
                assert b"" == connection.recv(10)
    assert not is_there(open_target(f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize("base", ["http://127.0.0.1:1", "https://127.0.0.1:1"])
def test_nothing_is_told_of_what_a_client_reaches(contract, base):
    """A client may be mocked, or go through a proxy: no connection beside it is made."""
    with httpx.Client(base_url=base) as client:
        assert is_there(HttpxTarget(UsersClient(client, contract)))


def test_an_application_is_always_there():
    """A target in this process cannot go away."""

    async def app(scope, receive, send):
        pass

    assert is_there(AsgiTarget(app))
