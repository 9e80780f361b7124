"""Transmission of replies: complete, chunked, compressed, delayed or truncated."""

import asyncio
import gzip
from contextlib import suppress

from msgspec.structs import replace

from conformance.clients.scenarios.redirecting import ELSEWHERE, OTHER_HOST
from conformance.clients.scenarios.scenario import CODED, Fate, Reply
from conformance.mock.transmission import TRANSPORT, Message, Receive, Send
from conformance.model.header_fields import Headers, combined

SLOW_SECONDS = 0.5

SILENT_SECONDS = 6.0
"""How long a server that does not respond keeps the connection: longer than the timeout that many clients have."""

UNFRAMED = frozenset({Fate.CLOSED, Fate.CLOSED_EARLY})
"""Fates of a body whose end is that of the connection."""

PIECES = 3

NOT_FOUND = Reply(404, (("Content-Type", "application/json"),), b'{"message": "not found"}')


async def respond(reply: Reply, request: Headers, scope: Message, receive: Receive, send: Send) -> None:
    """Send a reply with its fate; `request` are the headers of the request."""
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if reply.fate is Fate.SILENT:
        with suppress(TimeoutError):
            await asyncio.wait_for(_gone(receive), SILENT_SECONDS)
    if reply.fate in {Fate.RESET, Fate.SILENT}:
        transport.abort()
        return
    headers, body = encoded(reply, request)
    if reply.fate is Fate.EARLY_HINTS:
        transport.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
    if reply.fate in UNFRAMED:
        # An HTTP server would frame it: written by hand it ends with the connection (RFC 9112 section 6.3).
        fields = b"".join(b"%b: %b\r\n" % field for field in headers)
        half = body if reply.fate is Fate.CLOSED else body[: len(body) // 2]
        transport.write(b"HTTP/1.1 %d OK\r\n%bConnection: close\r\n\r\n%b" % (reply.status, fields, half))
        transport.close()
        await _gone(receive)
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    pieces = _pieces(reply.fate, body)
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if reply.fate is Fate.SLOW:
            await asyncio.sleep(SLOW_SECONDS)
    if reply.fate in {Fate.TRUNCATED, Fate.TRUNCATED_CHUNKS}:
        transport.close()
        await _gone(receive)
        return
    await send({"type": "http.response.body", "body": body[sum(map(len, pieces)) :]})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def reply_at(reply: Reply, target: str) -> Reply:
    """Return the reply to a request by its target: what is at the location of a redirect, or 404."""
    return (reply.onward or NOT_FOUND) if target.partition("?")[0].endswith(f"/{ELSEWHERE}") else reply


def located(reply: Reply, elsewhere: str) -> Reply:
    """Return a reply whose location is on another host; `elsewhere` is the base URL of the scenario there."""
    headers = ((name, value.replace(OTHER_HOST, elsewhere)) for name, value in reply.headers)
    return replace(reply, headers=tuple(headers))


def encoded(reply: Reply, request: Headers) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return the header fields and the body of a reply, encoded for the headers of the request."""
    headers, body = [*reply.headers], reply.body
    if reply.fate in CODED and accepts_gzip(request):
        body = gzip.compress(body, mtime=0)
        if reply.fate is Fate.CUT_COMPRESSED:
            body = body[: len(body) // 2]
        elif reply.fate is Fate.WRONG_CHECKSUM:
            body = body[:-8] + bytes(each ^ 0xFF for each in body[-8:-4]) + body[-4:]
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    if reply.fate not in {Fate.CHUNKED, Fate.TRUNCATED_CHUNKS, *UNFRAMED} and reply.status != 204:
        headers.append(("Content-Length", str(len(body))))
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers], body


def accepts_gzip(headers: Headers) -> bool:
    """Tell whether a request accepts gzip (RFC 9110 section 12.5.3)."""
    accepted = combined(headers, "accept-encoding")
    for each in accepted.split(","):
        coding, _, weight = each.partition(";")
        if coding.strip().lower() == "gzip" and weight.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00"}:
            return True
    return False


def _pieces(fate: Fate, body: bytes) -> list[bytes]:
    if fate is Fate.CHUNKED:
        size = max(1, len(body) // PIECES)
        return [body[start : start + size] for start in range(0, len(body), size)]
    if fate in {Fate.TRUNCATED, Fate.TRUNCATED_CHUNKS, Fate.SLOW}:
        return [body[: len(body) // 2]]
    return []
