"""A request as the bytes that travel: header fields in their order and letter case, and a body in its framing.

RFC 9112: the request line (section 3), header fields (section 5), `Transfer-Encoding: chunked` (section 7.1).
"""

from functools import lru_cache
from typing import TypeAlias

from conformance.targets.outgoing import BODILESS_METHODS, Sending, hosts_of

Fields: TypeAlias = tuple[tuple[str, str], ...]

WAITS = ("expect", "100-continue")
"""The field of a request whose body waits for an interim response (RFC 9110 section 10.1.1)."""


def head_of(sending: Sending, target: str, host: str, extra: Fields = ()) -> bytes:
    """Return the header section of a request, the request line included.

    `Host` comes first, the framing field last; a request that sets `Host` itself gets no other one.

    Args:
        sending: the request.
        target: the request target in the form that the next hop takes.
        host: the value of `Host`.
        extra: fields for the next hop.

    """
    fields = (*sending.fields, *extra) if extra else sending.fields
    return _beginning(sending.method, target, hosts_of(sending.hosts, host), fields) + _framing(sending)


@lru_cache(maxsize=32)
def _beginning(method: str, target: str, hosts: tuple[str, ...], fields: Fields) -> bytes:
    """Return a header section without its framing field and its end: nearly all requests of a run have it alike."""
    if any(name.lower() == "host" for name, _ in fields):
        hosts = ()
    lines = [f"{method} {target} HTTP/1.1", *(f"Host: {each}" for each in hosts)]
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n").encode()


def body_of(sending: Sending) -> bytes:
    """Return the body of a request in its framing."""
    body = sending.body or b""
    if not sending.chunked:
        return body
    chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return chunk + b"0\r\n\r\n"


def waits(sending: Sending) -> bool:
    """Tell whether the body waits for an interim response."""
    return _waits(sending.fields)


@lru_cache(maxsize=32)
def _waits(fields: Fields) -> bool:
    return any((name.lower(), value.lower()) == WAITS for name, value in fields)


def _framing(sending: Sending) -> bytes:
    """Return the field that says where the body ends, and the end of the header section."""
    if sending.chunked:
        return b"Transfer-Encoding: chunked\r\n\r\n"
    if sending.body is None and sending.method in BODILESS_METHODS:
        return b"\r\n"
    return b"Content-Length: %d\r\n\r\n" % len(sending.body or b"")
