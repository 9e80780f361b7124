"""Whether a target is still there."""

import asyncio
import socket
from contextlib import suppress

import pytest

from conformance.targets.presence import is_there


def test_a_server_that_listens_is_there():
    """One connection tells; no request is sent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert asyncio.run(is_there(f"http://127.0.0.1:{port}", pause=True))
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(5)
            with suppress(ConnectionResetError):
                assert b"" == connection.recv(10)
    assert not asyncio.run(is_there(f"http://127.0.0.1:{port}", pause=False))


@pytest.mark.parametrize("name", ["asgi:main:app", "something else", ""])
def test_what_has_no_address_is_always_there(name):
    """A target in this process cannot go away."""
    assert asyncio.run(is_there(name, pause=False))
