"""Servers that are wrong in one way each: a proxy before the right one, which decides what arrives there."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from conformance.mock.app import Mock
from conformance.model.jsontext import JsonFault, encode, read

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Reply = tuple[int, Any]
Arrives = Callable[["Proxy", Message, bytes], bytes | Reply]
"""Returns the body that the right server gets, or the status and body of the response in its place."""

KEY = "conformance-local-key"


class Proxy:
    """Hands requests to the right server, changed by `arrives`; `returns` changes the body of each success."""

    def __init__(self, mock: Mock, arrives: Arrives | None = None, returns: Callable[[Any], Any] | None = None) -> None:
        self.mock = mock
        self.requests = 0
        self.creations = 0
        self.names = count()
        self._arrives = arrives or (lambda _proxy, _scope, body: body)
        self._returns = returns or (lambda value: value)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.mock(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.requests += 1
        passed = self._arrives(self, scope, body)
        if isinstance(passed, tuple):
            await _send(send, passed[0], json.dumps(passed[1]).encode())
            return
        unread, sent = [{"type": "http.request", "body": passed, "more_body": False}], list[Message]()

        async def once() -> Message:
            return unread.pop() if unread else await asyncio.Future()

        async def keep(message: Message) -> None:
            sent.append(message)

        headers = [
            each for each in scope["headers"] if each[0].lower() not in {b"content-length", b"transfer-encoding"}
        ]
        if passed:
            headers.append((b"content-length", str(len(passed)).encode()))
        await self.mock({**scope, "headers": headers}, once, keep)
        await self._forward(sent, send)

    async def _forward(self, sent: list[Message], send: Send) -> None:
        start = next((each for each in sent if each["type"] == "http.response.start"), None)
        if start is None:
            return
        body = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
        if start["status"] == 200:
            self.creations += 1
            value = parsed(body)
            changed = self._returns(value)
            body = body if changed is value else encode(changed)
        headers = [each for each in start["headers"] if each[0].lower() != b"content-length"]
        await _send(send, start["status"], body, headers)


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    held = headers or [(b"content-type", b"application/json"), (b"date", b"Thu, 26 Nov 2026 10:00:00 GMT")]
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*held, length]})
    await send({"type": "http.response.body", "body": body})


def error(status: int, text: str) -> Reply:
    """Return an error as the reference server has it."""
    return status, {"code": "ERROR", "message": text}


def parsed(body: bytes) -> Any:
    """Return the value of a JSON text, numbers exactly; raises ValueError as a strict parser does."""
    try:
        return read(body).value
    except JsonFault as fault:
        raise ValueError from fault
