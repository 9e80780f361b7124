"""What a target is: something that takes a request and gives back the exchange."""

from typing import Protocol

import msgspec

from conformance.model.case import Request
from conformance.model.exchange import Exchange


class Limits(msgspec.Struct, frozen=True):
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


class NotCarriedError(Exception):
    """A request was not sent as it stands, which is no fault of whoever would have answered it."""


class Target(Protocol):
    """An endpoint under test, however it is reached. One target belongs to one event loop."""

    @property
    def name(self) -> str:
        """The URL, or the specification, as the user gave it; it holds no secret."""

    @property
    def loopback(self) -> bool:
        """Whether the target runs on this machine, as far as its name alone tells."""

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

    async def close(self) -> None:
        """Let go of all connections. The target cannot be used afterwards."""


IDLE_CLOSED = "idle connection closed"
"""The detail of the one failure that is nobody's fault."""
