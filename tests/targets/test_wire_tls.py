"""How a wire target speaks TLS: certificates, and connections that have not sent all."""

import asyncio
import ssl
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.model.case import Request
from conformance.model.errors import UsageError
from conformance.model.exchange import Exchange, Failure
from conformance.targets.target import ExchangeLimits, Tls
from conformance.targets.wire import WireTarget

if TYPE_CHECKING:
    from tests.targets.conftest import Connection, Serve

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
GET = Request("GET", "/")
POST = Request("POST", "/", body=b"{}")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    key = path.with_name("key.pem")
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {path}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)  # noqa: S603 (our own words)
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


def test_answer_over_tls_before_the_body_has_left(certificate: Path) -> None:
    """The next request has a new connection here as well: what is encrypted and not sent counts."""
    connections: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)

    async def run() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        limits = ExchangeLimits(timeout_seconds=3)
        target = WireTarget(f"https://127.0.0.1:{port}", limits, tls=Tls(ca_bundle=str(certificate)))
        for count in (1, 2):
            assert (await target.send(Request("POST", "/", body=bytes(20_000_000)))).failure is None
            assert len(connections) == count
        await target.close()
        for writer in connections:
            writer.transport.abort()
        server.close()

    asyncio.run(run())


def over_tls(certificate: Path, tls: Tls, *, mutual: bool = False) -> Exchange:
    """Send one request to a TLS server, which asks for a client's certificate if `mutual`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n{}")
            writer.write(OK)
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    async def run() -> Exchange:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if mutual:
            # With TLS 1.3 the refusal comes after the handshake, and may be lost in a reset.
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(certificate)
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        target = WireTarget(f"https://127.0.0.1:{port}", ExchangeLimits(timeout_seconds=3), tls=tls)
        exchange = await target.send(POST)
        await target.close()
        server.close()
        return exchange

    return asyncio.run(run())


def test_certificates_are_verified(certificate: Path) -> None:
    """A certificate that nobody vouches for is a TLS failure, unless it is named, or verification is off."""
    assert over_tls(certificate, Tls()).failure is Failure.TLS
    assert over_tls(certificate, Tls(ca_bundle=str(certificate))).failure is None
    assert over_tls(certificate, Tls(verify=False)).failure is None


def test_client_certificate_is_shown(certificate: Path) -> None:
    """A server that asks for a certificate gets the one that was named; without one TLS fails."""
    trusted = Tls(ca_bundle=str(certificate))
    shown = Tls(ca_bundle=str(certificate), client_cert=str(certificate))
    assert over_tls(certificate, shown, mutual=True).failure is None
    assert over_tls(certificate, trusted, mutual=True).failure is Failure.TLS


def test_tls_to_a_server_without_it(serve: "Serve") -> None:
    """A server that answers a TLS handshake with HTTP is a TLS failure."""

    async def script(connection: "Connection") -> None:
        await connection.reader.read(1)
        await connection.send(b"HTTP/1.1 400 Bad\r\n\r\n")

    async def run() -> Exchange:
        async with serve(script) as server:
            target = WireTarget(server.url.replace("http", "https"))
            exchange = await target.send(POST)
            await target.close()
            return exchange

    assert asyncio.run(run()).failure is Failure.TLS


@pytest.mark.parametrize("tls", [Tls(ca_bundle="/no/such"), Tls(client_cert="/no/such"), Tls(client_cert=__file__)])
def test_files_for_tls_are_checked(tls: Tls) -> None:
    """A file that cannot be read, or is no certificate, is the user's to mend."""
    with pytest.raises(UsageError, match="cannot use"):
        WireTarget("https://127.0.0.1", tls=tls)
