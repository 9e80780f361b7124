"""Hosts of other people, played by this machine: name, TLS and port 443 are those of a call as it is written."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme
import uvicorn

from conformance.mock.server import App


@contextmanager
def live_host(host: str, app: App, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve `app` as https://`host`, which the system trusts, for as long as the context lasts.

    The name leads to this machine and port 443 to that of the server; what is called knows nothing of it.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path("authority.pem")
    authority.issue_cert(host).private_key_and_cert_chain_pem.write_to_path("host.pem")
    patch.setenv("SSL_CERT_FILE", str(Path("authority.pem").resolve()))
    config = uvicorn.Config(app, port=0, log_level="critical", lifespan="off", http="h11", ssl_certfile="host.pem")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    known = socket.getaddrinfo

    def resolve(name: str, asked: int, *arguments: int, **options: int) -> object:
        here = (name, asked) == (host, 443)
        return known("127.0.0.1" if here else name, port if here else asked, *arguments, **options)

    patch.setattr(socket, "getaddrinfo", resolve)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
