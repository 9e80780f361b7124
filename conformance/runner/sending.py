"""Sending: fresh names, patience with a target that asks for it, and the record of what went out and came back."""

import asyncio

import msgspec
from msgspec.structs import replace

from conformance.model.case import Case
from conformance.model.errors import TargetLostError
from conformance.model.events import Creation, ExchangeEnded, Paced, RequestSent
from conformance.model.exchange import UNREACHED, Exchange, Failure
from conformance.model.jsontext import JsonFault, read
from conformance.runner.budget import Budget
from conformance.runner.journal import Sink
from conformance.runner.redaction import redact
from conformance.strategies.catalogue import fill
from conformance.targets.target import IDLE_CLOSED, Target

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PATIENCE = 3
"""How often a request that is answered 429 is sent again."""

LONGEST_WAIT = 60.0
DEFAULT_WAIT = 1.0
UNREACHED_IN_A_ROW = 3
SILENT_IN_A_ROW = 5

TargetLost = TargetLostError


class Sent(msgspec.Struct, frozen=True):
    """A request that went out, and its exchange; `unjudged` says why it cannot be judged, empty where it can."""

    number: int
    exchange: Exchange
    unjudged: str = ""


class Sender:
    """Sends cases one by one and numbers them."""

    def __init__(self, target: Target, journal: Sink, budget: Budget, key: str, run_id: str, creates: str) -> None:
        self._target = target
        self._journal = journal
        self._budget = budget
        self._key = key
        self._run_id = run_id
        self._creates = creates
        self._names = 0
        self._unreached = 0
        self._silent = 0
        self.sent = 0
        self.reached = False

    def new_name(self) -> str:
        """Return a name that no other request of this run has; as wide as the slot."""
        self._names += 1
        number, text = self._names, ""
        for _ in range(4):
            number, digit = divmod(number, len(DIGITS))
            text = DIGITS[digit] + text
        return f"cfm-{self._run_id}-{text}"

    async def send(self, case: Case, *, name: str | None = None, attempt: int = 1, relation: str = "") -> Sent:
        """Send a case, its slot filled with `name` or a fresh one.

        A reused connection that the target closed before any byte of an answer is tried again once, and an answer 429
        after the wait that it asks for; each time with a fresh name, unless `name` is given.

        Raises:
            TargetLost: the target could not be reached, or stayed silent, several times in a row.

        """
        fresh = False
        for patience in range(PATIENCE + 1):
            sent = await self._once(case, name or self.new_name(), attempt, relation, fresh=fresh)
            exchange = sent.exchange
            if exchange.failure is Failure.CLOSED and exchange.detail == IDLE_CLOSED and not fresh:
                fresh = True
                continue
            if exchange.response is None or exchange.response.status != 429:
                break
            if patience == PATIENCE:
                return replace(sent, unjudged=f"the target answered 429 to {PATIENCE + 1} tries")
            await self._wait(exchange)
        self._watch(sent.exchange)
        if sent.exchange.failure in UNREACHED:
            return replace(sent, unjudged=f"the target was not reached: {sent.exchange.failure}")
        return sent

    async def _once(self, case: Case, name: str, attempt: int, relation: str, *, fresh: bool) -> Sent:
        await self._budget.pace()
        request = fill(case.request, name) if case.slotted else case.request
        self.sent += 1
        number = self.sent
        filled = replace(case, request=request)
        event = RequestSent(
            send=number, case=filled, name=name if case.slotted else "", attempt=attempt, relation=relation
        )
        self._journal.append(event)
        exchange = await self._target.send(request, key=self._key, fresh=fresh)
        shown = redact(exchange, self._key)
        self._count_creation(number, name, exchange)
        self._journal.append(
            ExchangeEnded(
                send=number,
                response=shown.response,
                failure=shown.failure,
                detail=shown.detail,
                seconds=round(shown.seconds, 6),
            )
        )
        return Sent(number, exchange)

    def _count_creation(self, number: int, name: str, exchange: Exchange) -> None:
        response = exchange.response
        if response is None or exchange.request.method != self._creates or not 200 <= response.status < 300:
            return
        self._budget.creations += 1
        self._journal.append(Creation(send=number, name=name, target=exchange.request.target))

    async def _wait(self, exchange: Exchange) -> None:
        seconds = min(_asked_wait(exchange), LONGEST_WAIT)
        self._journal.append(Paced(wait_seconds=seconds, reason="the target answered 429"))
        await asyncio.sleep(seconds)

    def _watch(self, exchange: Exchange) -> None:
        """Notice when the target is gone: a run that nobody answers says nothing of conformance."""
        unreached = exchange.failure in UNREACHED
        silent = exchange.failure is Failure.TIMEOUT
        self._unreached = self._unreached + 1 if unreached else 0
        self._silent = self._silent + 1 if silent else 0
        self.reached = self.reached or not (unreached or silent)
        if self._unreached >= UNREACHED_IN_A_ROW:
            what = f"{self._target.name} cannot be reached: {exchange.failure}"
            raise TargetLostError(what, "is it running, and is the address right?")
        if self._silent >= SILENT_IN_A_ROW:
            what = f"{self._target.name} did not answer {self._silent} requests in a row in time"
            raise TargetLostError(what, "is it up? --timeout sets how long to wait")


def _asked_wait(exchange: Exchange) -> float:
    response = exchange.response
    if response is None:
        return DEFAULT_WAIT
    try:
        body = read(response.body).value
    except JsonFault:
        body = None
    told = body.get("retry_after") if isinstance(body, dict) else None
    for value in (told, response.header("Retry-After")):
        try:
            seconds = float(str(value))
        except ValueError:
            continue
        if seconds >= 0:
            return seconds
    return DEFAULT_WAIT
