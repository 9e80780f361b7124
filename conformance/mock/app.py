"""The reference server: one plain ASGI callable, correct by its contract except for the faults that it is given."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from conformance.contract.contract import Contract
from conformance.mock.base_responses import ResponseStyle
from conformance.mock.compiled_contract import compile_contract
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.stages import MAX_BODY_BYTES, PROCESSING, RESPONDING, Stage, now
from conformance.mock.transaction import Key, Rejection, Step, Transaction
from conformance.mock.transmission import Message, Receive, ResponseSwap, Send, serve_lifespan, transmit
from conformance.model.exchange import Response
from conformance.model.jsontext import Json

FAULT_HEADER = "x-conformance-fault"
"""The field that names the faults that showed in a response."""


class Mock:
    """An ASGI application for one contract, with its state in memory.

    `creations` and `requests` count what was created and received since the last `reset()`; `fired` counts in how many
    responses each fault showed.

    Args:
        contract: what to serve.
        responses: what success bodies have beyond echoed values: `varied` goes through everything the schema allows,
            `fresh` is an object that was just created, `full` has every declared property.
        faults: the faults to enable.
        key: the one valid credential; None accepts every one that is not empty.
        keys: other credentials by security scheme; the one valid credential counts for a scheme without one.
        unknown: values of path parameters that do not exist: 404.
        tell: name the faults that showed in a response in `X-Conformance-Fault`.
        clock: returns the time, for `Date` and the time of creation.
        delay_seconds: how long a slow response waits; a dripping one takes as long in all.
        stall_seconds: how long a response that never ends keeps the connection.

    """

    def __init__(
        self,
        contract: Contract,
        *,
        responses: ResponseStyle = "varied",
        faults: Iterable[Fault] = (),
        key: str | None = None,
        keys: Mapping[str, str] = {},
        unknown: frozenset[str] = frozenset(),
        tell: bool = False,
        clock: Callable[[], datetime] = now,
        delay_seconds: float = 2.0,
        stall_seconds: float = 600.0,
    ) -> None:
        self.contract = contract
        self.compiled = compile_contract(contract)
        self.responses: ResponseStyle = responses
        self.faults = tuple(faults)
        self.key = key
        self.keys: Mapping[str, str] = dict(keys)
        self.unknown = unknown
        self.tell = tell
        self.clock = clock
        self.delay_seconds = delay_seconds
        self.stall_seconds = stall_seconds
        self.swap = ResponseSwap()
        self.beside: tuple[str, ...] = ()
        """Methods of the same path that another mock serves."""
        self.reset()
        self._processing = [self._with_faults(stage, partial(work, self)) for stage, work in PROCESSING]
        self._responding = [self._with_faults(stage, partial(work, self)) for stage, work in RESPONDING]

    def reset(self) -> None:
        """Return to the initial state: nothing created, nothing counted."""
        self.stored: dict[Key, Json] = {}
        self.creations = 0
        self.requests = 0
        self.fired: Counter[str] = Counter()
        """In how many responses each fault has shown."""
        self.memory: dict[str, Any] = {}
        """What faults remember between requests, by their own names."""
        self._counts: Counter[str] = Counter()

    def handle(self, tx: Transaction) -> None:
        """Process a request through all stages."""
        tx.state = self
        tx.received_at = self.clock()
        tx.number = self.requests
        self.requests += 1
        try:
            for step in self._processing:
                step(tx)
        except Rejection as rejection:
            tx.rejection = rejection
        for step in self._responding:
            step(tx)
        if tx.fired:
            self.fired.update(tx.fired)
            if self.tell:
                tx.set_header(FAULT_HEADER, ", ".join(tx.fired))

    def respond(
        self, method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes | None = None
    ) -> Response:
        """Return the response to a request, without any transport: faults of the delivery do not show.

        Args:
            method: the method, in capitals.
            target: path and query, percent-encoded.
            headers: the header fields, in their order.
            body: the bytes of the body, None for no body.

        """
        path, _, query = target.encode().partition(b"?")
        fields = [(name.lower().encode(), value.encode()) for name, value in headers]
        tx = Transaction(method, path, query, fields, body or b"", too_large=len(body or b"") > MAX_BODY_BYTES)
        self.handle(tx)
        return Response(tx.status, tx.response_headers, tx.response_body)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope: `http` and `lifespan`."""
        if scope["type"] == "lifespan":
            await serve_lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": "this server speaks HTTP alone"})
        else:
            tx = await _read(scope, receive)
            if tx is not None:
                self.handle(tx)
                await transmit(self, tx, scope, receive, send)

    def _with_faults(self, stage: Stage, step: Step) -> Step:
        for fault in self.faults:
            if fault.stage is stage:
                step = partial(self._faulty, fault, step)
        return step

    def _faulty(self, fault: Fault, step: Step, tx: Transaction) -> None:
        self._counts[fault.id] += 1
        if self._counts[fault.id] % fault.every:
            step(tx)
            return
        try:
            shows = fault.effect(tx, step)
        except Rejection as rejection:
            if rejection.deliberate:
                tx.fired += (fault.id,)
                rejection.deliberate = False  # it is this fault's: one around it did not make it
            raise
        if shows:
            tx.fired += (fault.id,)


reference_app = Mock
"""The reference server under the name that says what it is without faults; see `Mock` for the arguments."""


async def _read(scope: Message, receive: Receive) -> Transaction | None:
    """Return the request of a scope, or None if the client disconnected before its end."""
    pieces: list[bytes] = []
    size = 0
    more = True
    while more and size <= MAX_BODY_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece = message.get("body", b"")
        size += len(piece)
        pieces.append(piece)
        more = message.get("more_body", False)
    # A server that hands over only the decoded path is served as well as can be.
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = [(name.lower(), value) for name, value in scope["headers"]]
    query, body = scope.get("query_string", b""), b"".join(pieces)
    large, hosted = size > MAX_BODY_BYTES, scope.get("http_version") == "1.1"
    return Transaction(scope["method"], path, query, headers, body, too_large=large, hosted=hosted)
