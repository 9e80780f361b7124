"""What a target is: something that takes a request and gives back the exchange."""

from typing import Protocol

import msgspec

from conformance.model.case import Request
from conformance.model.exchange import Exchange


class ExchangeLimits(msgspec.Struct, frozen=True):
    """How long an exchange may take and how much an answer may hold.

    `timeout_seconds` is for a whole exchange, connecting and the body included; `connect_seconds` for each address
    that is tried, TLS handshake included. `max_body_bytes` holds before and after content decoding; `max_header_bytes`
    is for the status line and the header section together. `continue_seconds` is how long a request with
    `Expect: 100-continue` waits before its body is sent all the same (RFC 9110 section 10.1.1).
    """

    timeout_seconds: float = 10.0
    connect_seconds: float = 5.0
    max_body_bytes: int = 10_000_000
    max_header_bytes: int = 65_536
    continue_seconds: float = 1.0


class Tls(msgspec.Struct, frozen=True):
    """How a server is trusted, and what it is shown. All are paths of PEM files; empty for none.

    Without `ca_bundle` the system's certificates are trusted. `client_key` may be left out where `client_cert` holds
    the key as well.
    """

    verify: bool = True
    ca_bundle: str = ""
    client_cert: str = ""
    client_key: str = ""


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """How a target that was named is reached; the last three are for targets behind a socket.

    `concurrency` is how many connections may be open, `proxy` the URL of an HTTP proxy.
    """

    limits: ExchangeLimits = ExchangeLimits()
    concurrency: int = 1
    tls: Tls = Tls()
    proxy: str = ""


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What a target is like, as far as its name tells: known before it is opened.

    Attributes:
        host: the host that requests go to; empty where they stay in this process.
        loopback: whether the target runs on this machine.
        secure: whether what is sent is encrypted on its way.
        handshakes: whether the suite itself does the TLS handshake, so that a connection which is closed before the
            first response may have been refused there.
        lasting: whether the target outlives the run, and with it what the run created.
        server: whether a server reads requests as the suite wrote them.

    """

    host: str = ""
    loopback: bool = False
    secure: bool = False
    handshakes: bool = False
    lasting: bool = True
    server: bool = True


class NotCarriedError(Exception):
    """A request was not sent as it stands, which is no fault of whoever would have answered it."""


class Target(Protocol):
    """An endpoint under test, however it is reached. One target belongs to one event loop.

    Attributes:
        name: the URL, or another name, as the user gave it; it holds no secret.
        traits: what the target is like.

    """

    name: str
    traits: Traits

    async def send(self, request: Request, *, key: str = "", fresh: bool = False) -> Exchange:
        """Send one request and return what came of it; a transport that fails is an exchange with a `failure`.

        `KEY` in header values and in the request target is replaced by `key` on the way out; the exchange holds the
        request as it was given, and its `detail` never holds `key`. With `fresh` the request travels on a new
        connection. A failure `CLOSED` whose detail is `IDLE_CLOSED` says that a connection that had been used before
        was closed before any byte of an answer: no fault of the server, to be tried again once with `fresh`.

        Raises:
            ValueError: the request cannot be sent: its method, target or headers are no HTTP.
            NotCarriedError: it is HTTP, but this target does not send it, or not as it stands.
            UsageError: the key, or what it takes to reach the target, is wrong.

        """

    async def is_there(self, *, pause: bool) -> bool:
        """Tell, without a request, whether the target still takes connections after it broke one off.

        With `pause` it is first given the time to be gone. One that nothing can be told of is there.
        """
        del pause
        return True

    async def close(self) -> None:
        """Let go of all connections. The target cannot be used afterwards."""


IDLE_CLOSED = "idle connection closed"
"""The detail of the one failure that is nobody's fault."""
