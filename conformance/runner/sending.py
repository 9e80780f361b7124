"""Sending: fresh names, patience with a target that asks for it, and the record of what went out and came back."""

import asyncio
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime

import msgspec
from msgspec.structs import replace

from conformance.checks.shared.subject import UNJUDGED
from conformance.journal.events import Creation, ExchangeEnded, Paced, RequestSent
from conformance.journal.resuming import INTERRUPTED, Kept, Past
from conformance.journal.writing import Sink
from conformance.model.case import KEY, Case, Request, could_create
from conformance.model.errors import TargetLostError
from conformance.model.exchange import UNREACHED, Exchange, Failure
from conformance.model.jsontext import JsonFault, read
from conformance.model.vocabulary import Expectation, Group
from conformance.runner.budget import Budget
from conformance.runner.credentials import Access
from conformance.strategies.catalogue.catalogue import fill, may_create
from conformance.targets.presence import is_there
from conformance.targets.target import IDLE_CLOSED, NotCarriedError, Target

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PATIENCE = 3
"""How often a request that is answered 429 is sent again."""

LONGEST_WAIT = 60.0
DEFAULT_WAIT = 1.0
UNREACHED_IN_A_ROW = 3
SILENT_IN_A_ROW = 5

ADDRESS = "is it running, and is the address right?"
CERTIFICATE = "does it ask for a certificate? --client-cert names one"

TargetLost = TargetLostError


BROKEN_OFF = frozenset({Failure.CLOSED, Failure.TRUNCATED})
"""Failures that are the target's fault while it lives, and nobody's while it dies."""


class Sent(msgspec.Struct, frozen=True):
    """A request that went out, and its exchange.

    `unjudged` says why it cannot be judged, empty where it can; `ours` tells that the suite itself is why.
    """

    number: int
    exchange: Exchange
    unjudged: str = ""
    ours: bool = False
    past: bool = False
    """Whether it was sent before the run was cut off."""
    void: bool = False
    """Whether its answer says nothing of the target, and is no reason for doubt either."""
    asked_to_wait: tuple["Sent", ...] = ()
    """The tries before this one, which the target answered 429."""


class Sender:
    """Sends cases one by one and numbers them."""

    def __init__(
        self,
        target: Target,
        journal: Sink,
        budget: Budget,
        access: Access,
        run_id: str,
        *,
        past: Past | None = None,
        first: int = 0,
    ) -> None:
        self._target = target
        self._journal = journal
        self._budget = budget
        self._access = access
        self._run_id = run_id
        self._past = past
        self._names = past.last_name if past else 0
        self._unreached = 0
        self._silent = 0
        self._uncarried = 0
        self._answers = 0
        self._unreachable = ("", "")
        self._survives = False
        self.sent = past.last_send if past else first
        self.reached = False

    def new_name(self) -> str:
        """Return a name that no other request of this run has; as wide as the slot."""
        self._names += 1
        number, text = self._names, ""
        for _ in range(4):
            number, digit = divmod(number, len(DIGITS))
            text = DIGITS[digit] + text
        return f"cfm-{self._run_id}-{text}"

    def name_for(self, relation: str, attempt: int = 1) -> str:
        """Return the name that the requests of a relation share: a new one, or what they had before the run was cut."""
        return (self._past.name_of(relation, attempt) if self._past else "") or self.new_name()

    async def send(self, case: Case, *, name: str | None = None, attempt: int = 1, relation: str = "") -> Sent:
        """Send a case, its slot filled with `name` or a fresh one.

        A reused connection that the target closed before any byte of an answer is tried again once, and an answer 429
        after the wait that it asks for; each time with a fresh name, unless `name` is given.

        Raises:
            TargetLost: the target could not be reached, or stayed silent, several times in a row.

        """
        waited: list[Sent] = []
        for patience in range(PATIENCE + 1):
            sent = replace(await self._admitted(case, name, attempt, relation), asked_to_wait=tuple(waited))
            if sent.unjudged or sent.exchange.response is None or sent.exchange.response.status != 429:
                break
            if patience == PATIENCE:
                return replace(sent, unjudged=f"the target answered 429 to {PATIENCE + 1} tries")
            if not self._budget.again():
                return replace(sent, unjudged="the target answered 429, and --max-requests allows no other try")
            waited.append(replace(sent, asked_to_wait=()))
            if not sent.past:
                await self._wait(sent.exchange)
        if sent.past:
            self.reached = self.reached or sent.exchange.response is not None
            return sent
        gone = self._shut_out(sent.exchange) or await self._gone(sent.exchange)
        self._watch(sent.exchange, gone=gone)
        if gone and not sent.unjudged:
            return replace(sent, unjudged=f"the target was not reached: {sent.exchange.failure}")
        return replace(sent, void=sent.void or self._is_void(case, relation, sent))

    def see_that_it_was_reached(self) -> None:
        """See that the target was there, at the end of a plan that was too short to notice.

        Raises:
            TargetLost: it could not be reached even once.

        """
        if self._unreached and not self.reached:
            raise TargetLostError(*self._unreachable)

    def _is_void(self, case: Case, relation: str, sent: Sent) -> bool:
        """Tell whether a refusal means nothing: what is refused may have been created before the run was cut off."""
        response = sent.exchange.response
        if self._past is None or response is None or not 400 <= response.status < 500 or response.status in UNJUDGED:
            return False
        return could_create(case) and may_create(case) and self._past.may_exist(case, relation)

    async def _admitted(self, case: Case, name: str | None, attempt: int, relation: str) -> Sent:
        """Send a case, and once more with a new key where a right request is refused because the old has expired."""
        used = self._access.key
        sent = await self._delivered(case, name, attempt, relation)
        if not _is_unauthorised(case, sent):
            return sent
        known = sent.past and self._past is not None and self._past.more(case, attempt, relation)
        if not known and not (await self._access.renewed(used) and self._budget.again()):
            return sent
        again = await self._delivered(case, name, attempt, relation)
        if _is_unauthorised(case, again):
            self._access.give_up()
        return again

    async def _delivered(self, case: Case, name: str | None, attempt: int, relation: str) -> Sent:
        sent = await self._once(case, name or self.new_name(), attempt, relation)
        if sent.exchange.failure is not Failure.CLOSED or sent.exchange.detail != IDLE_CLOSED:
            return sent
        if not self._budget.again():
            return replace(sent, unjudged="an idle connection was closed, and --max-requests allows no other try")
        return await self._once(case, name or self.new_name(), attempt, relation, fresh=True)

    async def _once(self, case: Case, name: str, attempt: int, relation: str, *, fresh: bool = False) -> Sent:
        kept = self._past.take(case, attempt, relation) if self._past else None
        if kept is not None and self._past is not None:
            return await self._remembered(self._past, kept, case)
        await self._budget.pace()
        request, outgoing = self._access.dressed(fill(case.request, name) if case.slotted else case.request)
        self.sent += 1
        number = self.sent
        filled = replace(case, request=request)
        event = RequestSent(
            send=number, case=filled, name=name if case.slotted else "", attempt=attempt, relation=relation
        )
        self._journal.append(event)
        try:
            exchange = await self._target.send(outgoing, key=self._access.key, fresh=fresh)
        except NotCarriedError as error:
            return self._not_carried(number, case, request, str(error), relation)
        except ValueError as error:
            reason = self._access.redaction.text(f"the suite made a request that cannot be sent: {error}")
            self._journal.append(ExchangeEnded(send=number, detail=reason))
            return Sent(number, Exchange(request, detail=reason), reason, ours=True)
        exchange = replace(exchange, request=request)
        shown = self._access.redaction.exchange(exchange)
        self._count_creation(number, name, case, exchange)
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

    def _not_carried(self, number: int, case: Case, request: Request, why: str, relation: str) -> Sent:
        """Record that the target does not send a request; one that was only to be observed leaves no doubt behind.

        Raises:
            TargetLost: nothing was sent so far, and several were to be.

        """
        reason = self._access.redaction.text(why)
        self._journal.append(ExchangeEnded(send=number, detail=reason))
        self._uncarried += 1
        if not self.reached and self._uncarried >= SILENT_IN_A_ROW:
            raise TargetLostError(f"{self._target.name} sends nothing: {reason}", "is it the right client?")
        void = case.expectation is Expectation.OBSERVED and not relation
        return Sent(number, Exchange(request, detail=reason), "" if void else reason, void=void)

    async def _remembered(self, past: Past, kept: Kept, case: Case) -> Sent:
        """Return what came of a request before the run was cut off."""
        # Nothing else here waits: others must have their turn.
        await asyncio.sleep(0)
        exchange = past.exchange(kept)
        if _created(case, exchange):
            self._budget.created()
        return Sent(kept.number, exchange, "" if kept.ended is not None else INTERRUPTED, past=True)

    def _count_creation(self, number: int, name: str, case: Case, exchange: Exchange) -> None:
        if not _created(case, exchange):
            return
        self._budget.created()
        self._journal.append(Creation(send=number, name=name, target=exchange.request.target))

    async def _wait(self, exchange: Exchange) -> None:
        seconds = min(_asked_wait(exchange), LONGEST_WAIT)
        self._journal.append(Paced(wait_seconds=seconds, reason="the target answered 429"))
        await asyncio.sleep(seconds)

    def _shut_out(self, exchange: Exchange) -> bool:
        """Tell whether a server over TLS, which has answered nothing so far, may have sent us away in the handshake.

        With TLS 1.3 a client learns only afterwards that its certificate is refused, or that it should have shown one
        (RFC 8446 section 4.4.2.4), and often by no more than the end of the connection.
        """
        return exchange.failure is Failure.CLOSED and not self.reached and self._target.name.startswith("https:")

    async def _gone(self, exchange: Exchange) -> bool:
        """Tell whether the target was not there to answer, or went while it did."""
        if exchange.failure not in BROKEN_OFF:
            return exchange.failure in UNREACHED
        there = await is_there(self._target.name, pause=not self._survives)
        self._survives = self._survives or there
        return not there

    def _watch(self, exchange: Exchange, *, gone: bool) -> None:
        """Notice when the target is gone: a run that nobody answers says nothing of conformance."""
        silent = exchange.failure is Failure.TIMEOUT
        self._unreached = self._unreached + 1 if gone else 0
        self._silent = self._silent + 1 if silent else 0
        answered = exchange.response is not None or exchange.failure is not None
        self.reached = self.reached or (answered and not gone and not silent)
        self._answers += exchange.response is not None
        after = f", after {self._answers} answers" if self._answers else ""
        if gone:
            often = f", {self._unreached} times in a row" if self._unreached > 1 else ""
            what = f"{self._target.name} cannot be reached: {exchange.failure}{often}{after}"
            self._unreachable = (what, CERTIFICATE if self._shut_out(exchange) else ADDRESS)
        if self._unreached >= UNREACHED_IN_A_ROW:
            raise TargetLostError(*self._unreachable)
        if self._silent >= SILENT_IN_A_ROW:
            what = f"{self._target.name} did not answer {self._silent} requests in a row in time{after}"
            raise TargetLostError(what, "is it up? --timeout sets how long to wait")


def _is_unauthorised(case: Case, sent: Sent) -> bool:
    """Tell whether a request that carries the right credential was answered 401, be the rest of it right or wrong."""
    response = sent.exchange.response
    if response is None or response.status != 401:
        return False
    if case.expectation is Expectation.ACCEPTED:
        return True
    carried = KEY in case.request.target or any(KEY in value for _, value in case.request.headers)
    return carried and not case.requirements[0].startswith(f"{Group.AUTHENTICATION}.")


def _created(case: Case, exchange: Exchange) -> bool:
    response = exchange.response
    return response is not None and could_create(case) and 200 <= response.status < 300


def _asked_wait(exchange: Exchange) -> float:
    response = exchange.response
    if response is None:
        return DEFAULT_WAIT
    try:
        body = read(response.body).value
    except JsonFault:
        body = None
    told = body.get("retry_after") if isinstance(body, dict) else None
    asked = (_seconds(value) for value in (told, response.header("Retry-After")))
    return next((seconds for seconds in asked if seconds is not None), DEFAULT_WAIT)


def _seconds(value: object) -> float | None:
    """Return a number of seconds, or how long it is until a date of HTTP; None if it is neither."""
    with suppress(ValueError):
        seconds = float(str(value))
        return seconds if seconds >= 0 else None
    with suppress(ValueError, TypeError, OverflowError):
        return max(0.0, parsedate_to_datetime(str(value)).timestamp() - time.time())
    return None
