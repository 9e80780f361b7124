"""Transmission of replies: complete, chunked, compressed, delayed or truncated."""

import asyncio
import gzip

from conformance.clients.scenarios.failing import ELSEWHERE
from conformance.clients.scenarios.scenario import Fate, Reply
from conformance.mock.transmission import TRANSPORT, Message, Receive, Send
from conformance.model.header_fields import Headers, combined

SLOW_SECONDS = 0.5

PIECES = 3

NOT_FOUND = Reply(404, (("Content-Type", "application/json"),), b'{"message": "not found"}')


async def respond(reply: Reply, request: Headers, scope: Message, receive: Receive, send: Send) -> None:
    """Send a reply with its fate; `request` are the headers of the request."""
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if reply.fate is Fate.RESET:
        transport.abort()
        return
    headers, body = encoded(reply, request)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    pieces = _pieces(reply.fate, body)
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        if reply.fate is Fate.SLOW:
            await asyncio.sleep(SLOW_SECONDS)
    if reply.fate in {Fate.TRUNCATED, Fate.TRUNCATED_CHUNKS}:
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    await send({"type": "http.response.body", "body": body[sum(map(len, pieces)) :]})


def reply_at(reply: Reply, target: str) -> Reply:
    """Return the reply to a request by its target: 404 at the location of the redirect."""
    return NOT_FOUND if target.partition("?")[0].endswith(f"/{ELSEWHERE}") else reply


def encoded(reply: Reply, request: Headers) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return the header fields and the body of a reply, encoded for the headers of the request."""
    headers, body = [*reply.headers], reply.body
    if reply.fate is Fate.COMPRESSED and accepts_gzip(request):
        body = gzip.compress(body, mtime=0)
        headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
    if reply.fate not in {Fate.CHUNKED, Fate.TRUNCATED_CHUNKS} and reply.status != 204:
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
