"""The last step: the response goes over the transport, correctly or as a fault delivers it.

Faults of framing are ASGI events that do not fit together, which a caller in the same process can check. An HTTP server
would correct some of them, so `BackgroundServer` and `serve` hand over the transport itself, and the bytes are written
to it directly.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Protocol, TypeAlias

from conformance.mock.transaction import NORMAL, Transaction

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

TRANSPORT = "conformance.transport"
"""The ASGI extension under which the servers of this room hand over the connection."""

GLANCE_SECONDS = 0.005
PARTNER_SECONDS = 0.1
"""How long a response that is to be swapped waits for another request to arrive, and then for its response."""


async def serve_lifespan(receive: Receive, send: Send) -> None:
    """Answer the events of a lifespan of an application that has nothing to start or to shut down."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


class Gathering(Protocol):
    """What a transport under `TRANSPORT` does for a response that is sent in one go."""

    def hold(self) -> None:
        """Keep what is written from now on until `flush`."""

    def flush(self) -> None:
        """Write what was kept."""


class DroppedConnectionError(ConnectionResetError):
    """A fault drops the connection; an ASGI server closes it."""


class ResponseSwap:
    """Where two responses in flight meet to be swapped."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._waiting: tuple[Transaction, asyncio.Event] | None = None

    async def swap(self, tx: Transaction) -> bool:
        """Swap responses with another request, if one is in flight; return whether one was."""
        self._in_flight += 1
        try:
            await asyncio.sleep(GLANCE_SECONDS)
            return self._meet(tx) or (self._in_flight > 1 and await self._wait(tx))
        finally:
            self._in_flight -= 1

    def _meet(self, tx: Transaction) -> bool:
        if self._waiting is None:
            return False
        (other, met), self._waiting = self._waiting, None
        tx.response_body, other.response_body = other.response_body, tx.response_body
        tx.response_headers, other.response_headers = other.response_headers, tx.response_headers
        met.set()
        return True

    async def _wait(self, tx: Transaction) -> bool:
        met = asyncio.Event()
        self._waiting = (tx, met)
        try:
            async with asyncio.timeout(PARTNER_SECONDS):
                await met.wait()
        except TimeoutError:
            self._waiting = None
            return False
        return True


class DeliverySettings(Protocol):
    """What the delivery of a response needs of the mock."""

    swap: ResponseSwap
    delay_seconds: float
    stall_seconds: float


async def transmit(settings: DeliverySettings, tx: Transaction, scope: Message, receive: Receive, send: Send) -> None:
    """Send the response.

    Raises:
        DroppedConnectionError: a fault drops the connection, and the server does not hand it over.

    """
    delivery = tx.delivery
    transport = scope.get("extensions", {}).get(TRANSPORT)
    if delivery is NORMAL:
        await _whole(tx, transport, send)
        return
    if delivery.dropped:
        await _drop(transport, receive)
        return
    if delivery.swapped:
        await settings.swap.swap(tx)
    if delivery.slow:
        await asyncio.sleep(settings.delay_seconds)
    if delivery.raw and transport is not None:
        await _raw(tx, transport, receive)
        return
    if delivery.stall == 0:
        await _silence(settings, transport, receive)
        return
    await _start(tx, send)
    if delivery.cut is not None:
        await _piece(tx.response_body[: delivery.cut], send)
        await _drop(transport, receive)
        return
    if delivery.stall is not None:
        await _piece(tx.response_body[: delivery.stall], send)
        await _silence(settings, transport, receive)
        return
    if delivery.drip:
        size = max(1, len(tx.response_body) // delivery.drip)
        for start in range(0, len(tx.response_body), size):
            await _piece(tx.response_body[start : start + size], send)
            await asyncio.sleep(settings.delay_seconds / delivery.drip)
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.body", "body": tx.response_body})


async def _start(tx: Transaction, send: Send) -> None:
    headers = [(name.encode(), value.encode(errors="surrogateescape")) for name, value in tx.response_headers]
    await send({"type": "http.response.start", "status": tx.status, "headers": headers})


async def _whole(tx: Transaction, transport: Gathering | None, send: Send) -> None:
    if transport is not None:
        transport.hold()
    try:
        await _start(tx, send)
        await send({"type": "http.response.body", "body": tx.response_body})
    finally:
        if transport is not None:
            transport.flush()


async def _piece(data: bytes, send: Send) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _silence(settings: DeliverySettings, transport: asyncio.Transport | None, receive: Receive) -> None:
    """Send nothing more until the client disconnects, or the time is up."""
    with suppress(TimeoutError):
        await asyncio.wait_for(_gone(receive), settings.stall_seconds)
    await _drop(transport, receive)


async def _drop(transport: asyncio.Transport | None, receive: Receive) -> None:
    if transport is None:
        message = "a fault drops the connection"
        raise DroppedConnectionError(message)
    # What was written goes out first; then the connection ends without the rest.
    transport.close()
    await _gone(receive)


async def _raw(tx: Transaction, transport: asyncio.Transport, receive: Receive) -> None:
    """Write the whole response by hand, whatever length it announces, and close."""
    try:
        phrase = HTTPStatus(tx.status).phrase
    except ValueError:
        phrase = "Unknown"
    fields = [f"{name}: {value}" for name, value in tx.response_headers]
    head = "\r\n".join([f"HTTP/1.1 {tx.status} {phrase}", *fields, "connection: close", "", ""])
    transport.write(head.encode(errors="surrogateescape") + tx.response_body)
    transport.close()
    await _gone(receive)
