"""A request as the bytes that travel: header fields in their order and letter case, and a body in its framing.

RFC 9112: the request line (section 3), header fields (section 5), `Transfer-Encoding: chunked` (section 7.1).
"""

from conformance.targets.outgoing import BODILESS_METHODS, Sending, hosts_of

WAITS = ("expect", "100-continue")
"""The field of a request whose body waits for an interim response (RFC 9110 section 10.1.1)."""


def head_of(sending: Sending, target: str, host: str, extra: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return the header section of a request, the request line included.

    `Host` comes first, the framing field last; a request that sets `Host` itself gets no other one.

    Args:
        sending: the request.
        target: the request target in the form that the next hop takes.
        host: the value of `Host`.
        extra: fields for the next hop.

    """
    fields = sending.fields
    if not any(name.lower() == "host" for name, _ in fields):
        fields = (*(("Host", each) for each in hosts_of(sending.hosts, host)), *fields)
    lines = [f"{sending.method} {target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in (*fields, *extra, *_framing(sending))]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def body_of(sending: Sending) -> bytes:
    """Return the body of a request in its framing."""
    body = sending.body or b""
    if not sending.chunked:
        return body
    chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return chunk + b"0\r\n\r\n"


def waits(sending: Sending) -> bool:
    """Tell whether the body waits for an interim response."""
    return any((name.lower(), value.lower()) == WAITS for name, value in sending.fields)


def _framing(sending: Sending) -> tuple[tuple[str, str], ...]:
    if sending.chunked:
        return (("Transfer-Encoding", "chunked"),)
    if sending.body is None:
        return () if sending.method in BODILESS_METHODS else (("Content-Length", "0"),)
    return (("Content-Length", str(len(sending.body))),)
