"""The reference server: one plain ASGI callable, right by its contract but for the faults that it is given."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import quote

from conformance.contract.contract import Contract
from conformance.mock.base_responses import Answers
from conformance.mock.compiled_contract import plan_for
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.stages import CLOSING, LINE, MAX_BODY_BYTES, Key, Stage, now
from conformance.mock.transaction import Refusal, Step, Turn
from conformance.mock.transmission import Pair, transmit
from conformance.model.exchange import Response
from conformance.model.jsontext import Json

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

TELLING = "x-conformance-fault"
"""The field that names the faults that showed on an answer."""


class Mock:
    """An ASGI application for one contract, with its state in memory.

    Args:
        contract: what to serve.
        answers: what answers hold beyond what they repeat: `varied` goes through everything the schema allows, `fresh`
            is an object that was just created, `full` has every declared member.
        faults: ways to be wrong.
        key: the one right credential; None takes every one that is not empty.
        unknown: values of path parameters that name nothing: 404.
        tell: name the faults that showed on an answer in `X-Conformance-Fault`.
        clock: tells the time, for `Date` and the time of creation.
        delay_seconds: how long a slow answer waits; a dripping one takes as long in all.
        stall_seconds: how long an answer that never ends keeps the connection.

    """

    def __init__(
        self,
        contract: Contract,
        *,
        answers: Answers = "varied",
        faults: Iterable[Fault] = (),
        key: str | None = None,
        unknown: frozenset[str] = frozenset(),
        tell: bool = False,
        clock: Callable[[], datetime] = now,
        delay_seconds: float = 2.0,
        stall_seconds: float = 600.0,
    ) -> None:
        self.contract = contract
        self.plan = plan_for(contract)
        self.answers: Answers = answers
        self.faults = tuple(faults)
        self.key = key
        self.unknown = unknown
        self.tell = tell
        self.clock = clock
        self.delay_seconds = delay_seconds
        self.stall_seconds = stall_seconds
        self.pair = Pair()
        self.forget()
        self._line = [self._step(stage, partial(work, self)) for stage, work in LINE]
        self._closing = [self._step(stage, partial(work, self)) for stage, work in CLOSING]

    def forget(self) -> None:
        """Be as new: nothing created, nothing counted."""
        self.stored: dict[Key, Json] = {}
        self.creations = 0
        self.requests = 0
        self.fired: Counter[str] = Counter()
        """How many answers each fault has shown on."""
        self.memory: dict[str, Any] = {}
        """What faults remember between requests, by their own names."""
        self._counts: Counter[str] = Counter()

    def answer(self, turn: Turn) -> None:
        """Take a request through all stages."""
        turn.desk = self
        turn.arrived = self.clock()
        turn.number = self.requests
        self.requests += 1
        try:
            for step in self._line:
                step(turn)
        except Refusal as refusal:
            turn.refusal = refusal
        for step in self._closing:
            step(turn)
        self.fired.update(turn.fired)
        if self.tell and turn.fired:
            turn.reply.append((TELLING, ", ".join(turn.fired)))

    def respond(
        self, method: str, target: str, headers: Iterable[tuple[str, str]] = (), body: bytes | None = None
    ) -> Response:
        """Answer a request without any transport: what faults do to the sending does not show."""
        path, _, query = target.encode().partition(b"?")
        fields = [(name.lower().encode(), value.encode()) for name, value in headers]
        turn = Turn(method, path, query, fields, body or b"", too_large=len(body or b"") > MAX_BODY_BYTES)
        self.answer(turn)
        return Response(turn.status, tuple(turn.reply), turn.payload)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope: `http` and `lifespan`."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000, "reason": "this server speaks HTTP alone"})
        else:
            turn = await _read(scope, receive)
            if turn is not None:
                self.answer(turn)
                await transmit(self, turn, scope, receive, send)

    def _step(self, stage: Stage, step: Step) -> Step:
        for fault in self.faults:
            if fault.stage is stage:
                step = partial(self._faulty, fault, step)
        return step

    def _faulty(self, fault: Fault, step: Step, turn: Turn) -> None:
        self._counts[fault.id] += 1
        if not fault.trigger.holds(turn, self._counts[fault.id]):
            step(turn)
            return
        try:
            shows = fault.effect(turn, step)
        except Refusal as refusal:
            if refusal.deliberate:
                turn.fired.append(fault.id)
            raise
        if shows:
            turn.fired.append(fault.id)


def reference_app(
    contract: Contract,
    *,
    answers: Answers = "varied",
    faults: Iterable[Fault] = (),
    key: str | None = None,
    unknown: frozenset[str] = frozenset(),
    tell: bool = False,
    delay_seconds: float = 2.0,
    stall_seconds: float = 600.0,
) -> Mock:
    """Return a server for `contract`, right but for `faults`; see `Mock` for the arguments."""
    return Mock(
        contract,
        answers=answers,
        faults=faults,
        key=key,
        unknown=unknown,
        tell=tell,
        delay_seconds=delay_seconds,
        stall_seconds=stall_seconds,
    )


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _read(scope: Message, receive: Receive) -> Turn | None:
    """Return the request of a scope, or None if the client went before it was whole."""
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
    # A server that knows only the decoded path is served as well as can be.
    path = scope.get("raw_path") or quote(scope["path"]).encode()
    headers = [(bytes(name).lower(), bytes(value)) for name, value in scope["headers"]]
    return Turn(
        scope["method"],
        path,
        scope.get("query_string", b""),
        headers,
        b"".join(pieces),
        too_large=size > MAX_BODY_BYTES,
    )
