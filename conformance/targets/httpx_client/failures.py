"""From what a client of httpx raises to how a transport can fail: by name, so that httpx and httpx2 are read alike."""

import socket
import ssl
from collections.abc import Iterator

from conformance.model.exchange import Failure

BEFORE = {
    "ConnectTimeout": Failure.UNCONNECTED,
    "PoolTimeout": Failure.UNCONNECTED,
    "TimeoutException": Failure.TIMEOUT,
    "ProxyError": Failure.REFUSED,
    "ConnectError": Failure.REFUSED,
    "NetworkError": Failure.CLOSED,
    "RemoteProtocolError": Failure.MALFORMED,
}
"""How an exchange without a header section failed, by the exception or its base."""

WITHIN = {"TimeoutException": Failure.TOO_SLOW, "RemoteProtocolError": Failure.MALFORMED}
"""How a body broke off; whatever else is raised, it is not whole."""

NOT_SENT = frozenset({"LocalProtocolError", "UnsupportedProtocol", "InvalidURL", "AllMockedAssertionError"})
"""Exceptions of requests that the client did not send: the last is respx's, where no route fits."""

GONE = ("disconnected", "closed connection", "connection closed")
"""Words for a connection that ended: it is told with the same exception as what is not HTTP."""


def not_sent(error: BaseException) -> str:
    """Return why a client did not send a request, empty where it did, or may have."""
    names = _names(error)
    if "AllMockedAssertionError" in names:
        return "the client's mock has no route for this request"
    if names & NOT_SENT:
        return f"the client does not send this request: {type(error).__name__}"
    return ""


def failure_of(error: BaseException) -> tuple[Failure, str]:
    """Return the failure that `error` stands for when no header section came, and what it says.

    What an application in this process, or a mock, raises beside the client's own exceptions is a closed connection;
    its text is not told. The text of the client's exceptions may hold whatever was sent: it is to be redacted.
    """
    names = _names(error)
    known = next((failure for name, failure in BEFORE.items() if name in names), None)
    if known is None:
        return Failure.CLOSED, type(error).__name__
    text = str(error) or type(error).__name__
    if known is Failure.REFUSED:
        causes = tuple(_causes(error))
        if any(isinstance(each, socket.gaierror) for each in causes):
            known = Failure.UNRESOLVED
        elif any(isinstance(each, ssl.SSLError) for each in causes):
            known = Failure.TLS
    elif known is Failure.MALFORMED and any(word in text for word in GONE):
        known = Failure.CLOSED
    return known, text


def body_failure_of(error: BaseException) -> tuple[Failure, str]:
    """Return the failure that `error` stands for when it broke off a body, and what it says."""
    names = _names(error)
    text = str(error) or type(error).__name__
    known = next((failure for name, failure in WITHIN.items() if name in names), Failure.TRUNCATED)
    if known is Failure.MALFORMED and any(word in text for word in GONE):
        known = Failure.TRUNCATED
    return known, text if names & {"HTTPError", "StreamError"} else type(error).__name__


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
