"""From what aiohttp raises to how a transport can fail."""

import ssl

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from conformance.model.exchange import Failure
from conformance.targets.connection import ExactHandler
from conformance.targets.target import IDLE_CLOSED

CUT = "connection closed within the header section"


def failure_of(error: Exception, handler: ExactHandler | None) -> tuple[Failure, str]:
    """Return the failure that `error` stands for, when no header section was received, and what it says.

    The text may hold whatever was sent: it is to be redacted.
    """
    text = str(error) or type(error).__name__
    match error:
        case aiohttp.ClientConnectorDNSError():
            failure = Failure.UNRESOLVED
        case aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch() | ssl.SSLError():
            failure = Failure.TLS
        case aiohttp.ClientConnectorError():
            # Connecting is refused, never reset: a reset falls into the handshake.
            shaken = isinstance(error.os_error, ConnectionResetError | ConnectionAbortedError)
            failure = Failure.TLS if shaken else Failure.REFUSED
        case aiohttp.ServerDisconnectedError() if handler is None and not isinstance(error.message, str):
            failure, text = Failure.CLOSED, CUT  # by a proxy: the message is what was read of its answer
        case aiohttp.ClientHttpProxyError():
            failure, text = Failure.REFUSED, f"the proxy returned {error.status}"
        case HttpProcessingError() if handler is not None and handler.overlong:
            failure, text = Failure.OVERLONG, handler.overlong
        case HttpProcessingError() | aiohttp.ClientResponseError():
            failure, text = Failure.MALFORMED, error.message or text
        case TimeoutError():
            failure = late(handler)
        case _:
            return _lost(text, handler)
    return failure, text


def late(handler: ExactHandler | None) -> Failure:
    """Return the failure of an exchange whose time is up before the header section: silence, or nobody there."""
    return Failure.UNCONNECTED if handler is None else Failure.TIMEOUT


def _lost(text: str, handler: ExactHandler | None) -> tuple[Failure, str]:
    """Return the failure of a connection that went before the answer."""
    if handler is None:
        return Failure.CLOSED, text
    if isinstance(handler.lost, ssl.SSLError):
        return Failure.TLS, str(handler.lost)
    if handler.received:
        return Failure.CLOSED, CUT
    return Failure.CLOSED, IDLE_CLOSED if handler.exchanges > 1 else text


def body_failure_of(error: Exception, handler: ExactHandler | None) -> tuple[Failure, str]:
    """Return the failure that `error` stands for when it broke off a body, and what it says."""
    if handler is not None and handler.malformed:
        return Failure.MALFORMED, handler.malformed
    return Failure.TRUNCATED, str(error) or type(error).__name__
