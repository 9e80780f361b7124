"""The last step: an answer goes over the transport, as it should or as a fault wants it.

Faults of framing are ASGI events that do not fit together, which a caller in the same process can judge. Over a socket
a decent server would mend some of them, so `BackgroundServer` and `serve` hand over the transport itself, and the bytes
are written as they are meant.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Protocol, TypeAlias

from conformance.mock.transaction import NORMAL, Turn

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

TRANSPORT = "conformance.transport"
"""The ASGI extension under which the servers of this room hand over the connection."""

GLANCE_SECONDS = 0.005
PARTNER_SECONDS = 0.1
"""How long an answer that is to be swapped looks out for another request, and then waits for its answer."""


class DroppedConnectionError(ConnectionResetError):
    """A fault breaks the connection off; an ASGI server closes it."""


class Pair:
    """The place where two answers in flight meet to be swapped."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._waiting: tuple[Turn, asyncio.Event] | None = None

    async def swap(self, turn: Turn) -> bool:
        """Exchange answers with another request, if there is one in flight; tell whether there was."""
        self._in_flight += 1
        try:
            await asyncio.sleep(GLANCE_SECONDS)
            return self._meet(turn) or (self._in_flight > 1 and await self._wait(turn))
        finally:
            self._in_flight -= 1

    def _meet(self, turn: Turn) -> bool:
        if self._waiting is None:
            return False
        (other, met), self._waiting = self._waiting, None
        turn.payload, other.payload = other.payload, turn.payload
        turn.reply, other.reply = other.reply, turn.reply
        met.set()
        return True

    async def _wait(self, turn: Turn) -> bool:
        met = asyncio.Event()
        self._waiting = (turn, met)
        try:
            async with asyncio.timeout(PARTNER_SECONDS):
                await met.wait()
        except TimeoutError:
            self._waiting = None
            return False
        return True


class Host(Protocol):
    """What sending needs of the mock."""

    pair: Pair
    delay_seconds: float
    stall_seconds: float


async def transmit(host: Host, turn: Turn, scope: Message, receive: Receive, send: Send) -> None:
    """Send the answer of `turn`.

    Raises:
        DroppedConnectionError: a fault breaks the connection off, and the server does not hand it over.

    """
    sending = turn.sending
    if sending is NORMAL:
        await _start(turn, send)
        await send({"type": "http.response.body", "body": turn.payload})
        return
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if sending.dropped:
        await _drop(transport, receive)
        return
    if sending.swapped:
        await host.pair.swap(turn)
    if sending.slow:
        await asyncio.sleep(host.delay_seconds)
    if sending.raw and transport is not None:
        await _raw(turn, transport, receive)
        return
    if sending.stall == 0:
        await _silence(host, transport, receive)
        return
    await _start(turn, send)
    if sending.cut is not None:
        await _piece(turn.payload[: sending.cut], send)
        await _drop(transport, receive)
        return
    if sending.stall is not None:
        await _piece(turn.payload[: sending.stall], send)
        await _silence(host, transport, receive)
        return
    if sending.drip:
        size = max(1, len(turn.payload) // sending.drip)
        for start in range(0, len(turn.payload), size):
            await _piece(turn.payload[start : start + size], send)
            await asyncio.sleep(host.delay_seconds / sending.drip)
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.body", "body": turn.payload})


async def _start(turn: Turn, send: Send) -> None:
    headers = [(name.encode("utf-8"), value.encode("utf-8")) for name, value in turn.reply]
    await send({"type": "http.response.start", "status": turn.status, "headers": headers})


async def _piece(data: bytes, send: Send) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _silence(host: Host, transport: asyncio.Transport | None, receive: Receive) -> None:
    """Say nothing more until the client has had enough, or the mock has."""
    with suppress(TimeoutError):
        await asyncio.wait_for(_gone(receive), host.stall_seconds)
    await _drop(transport, receive)


async def _drop(transport: asyncio.Transport | None, receive: Receive) -> None:
    if transport is None:
        message = "a fault breaks the connection off"
        raise DroppedConnectionError(message)
    # What was written goes out first; then the connection ends without the rest.
    transport.close()
    await _gone(receive)


async def _raw(turn: Turn, transport: asyncio.Transport, receive: Receive) -> None:
    """Write the whole answer by hand, whatever length it announces, and close."""
    try:
        phrase = HTTPStatus(turn.status).phrase
    except ValueError:
        phrase = "Unknown"
    fields = [f"{name}: {value}" for name, value in turn.reply]
    head = "\r\n".join([f"HTTP/1.1 {turn.status} {phrase}", *fields, "connection: close", "", ""])
    transport.write(head.encode() + turn.payload)
    transport.close()
    await _gone(receive)
