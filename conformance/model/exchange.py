"""Exchanges: what went over the transport, and how it ended."""

from enum import StrEnum

import msgspec

from conformance.model.case import Request
from conformance.model.header_fields import first_of


class Failure(StrEnum):
    """How a transport can fail before a whole response is there."""

    REFUSED = "connection refused"
    UNRESOLVED = "host name not resolved"
    TLS = "TLS failure"
    UNCONNECTED = "no connection within the timeout"
    CLOSED = "connection closed before a response"
    TIMEOUT = "no response within the timeout"
    MALFORMED = "not HTTP"
    OVERLONG = "header section larger than the limit"
    TRUNCATED = "body shorter than declared"
    TOO_LARGE = "body larger than the limit"
    TOO_SLOW = "body not complete within the timeout"
    EXCESS = "more bytes than declared"
    UNSENT = "the client sent no request"
    MISCODED = "body not in its declared content coding"


UNREACHED = frozenset({Failure.REFUSED, Failure.UNRESOLVED, Failure.TLS, Failure.UNCONNECTED})
"""Failures after which no byte of the request can have reached the server."""


SUCCESS, REJECTED = 2, 4
"""The first digits of the statuses that say that a request was, or was not, carried out."""


class Whole(msgspec.Struct, frozen=True):
    """What was received of a response of which less is kept: the length of the body in bytes, and its SHA-256."""

    length: int
    sha256: str


TOO_MANY, UNAVAILABLE = 429, 503
"""The statuses of a server that has no time."""


class Response(msgspec.Struct, frozen=True, omit_defaults=True):
    """An HTTP response as received; `body` is after transfer decoding, cut at the limit for bodies.

    `version` is that of HTTP; empty where a client called an application in its own process, without a server.
    Where `whole` is set, only a part of body or headers is kept.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    reason: str = ""
    version: str = "1.1"
    whole: Whole | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the status is one of success."""
        return self.status // 100 == SUCCESS

    @property
    def rejected(self) -> bool:
        """Whether the status says that the request was not carried out."""
        return self.status // 100 == REJECTED

    @property
    def asks_to_wait(self) -> bool:
        """Whether the request is to be sent again later: 429, or 503 that says when."""
        return self.status == TOO_MANY or (self.status == UNAVAILABLE and self.header("Retry-After") is not None)

    def header(self, name: str) -> str | None:
        """Return the value of the first header field of a name, None where there is none.

        Args:
            name: the name, in any letter case.

        """
        return first_of(self.headers, name)


def may_have_acted(response: Response | None, failure: Failure | None) -> bool:
    """Tell whether a server may have done what a request asked, going by how its exchange ended.

    Only a 4xx says that it has not. A gateway may return 5xx, or nothing, for what the server behind it did.
    """
    if response is not None:
        return not response.rejected
    return failure is not None and failure is not Failure.UNSENT and failure not in UNREACHED


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request that was sent and what came back: a response, a failure, or both when the body broke off.

    `started` is in seconds since the epoch, `seconds` how long the whole exchange took; `detail` is the transport's
    own word for the failure.
    """

    request: Request
    response: Response | None = None
    failure: Failure | None = None
    detail: str = ""
    started: float = 0.0
    seconds: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether it is known how the exchange ended."""
        return self.response is not None or self.failure is not None
