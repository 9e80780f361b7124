"""Sending: fresh names, patience with a target that asks for it, and the record of what went out and came back."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable

import msgspec
from msgspec.structs import replace

from conformance.checks.retries import CLOSED, LIMITED
from conformance.checks.shared.subject import UNJUDGED
from conformance.contract.contract import Contract
from conformance.journal.events import Creation, ExchangeEnded, Paced, RequestSent
from conformance.journal.evidence import ResponseEvidence, judged
from conformance.journal.resuming import INTERRUPTED, Kept, ResumedRun
from conformance.journal.writing import Sink
from conformance.model.case import KEY, Case, Request, could_create
from conformance.model.exchange import TOO_MANY, Exchange, Failure, may_have_acted
from conformance.model.vocabulary import Expectation
from conformance.runner.budget import Budget
from conformance.runner.credentials import Credentials
from conformance.runner.patience import LONGEST_IN_ALL, Patience
from conformance.runner.target_watch import TargetWatch
from conformance.strategies.catalogue.catalogue import fill, may_create
from conformance.targets.target import IDLE_CLOSED, NotCarriedError, Target

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
PATIENCE = 3
"""How often a request is sent again whose response asks to wait."""

PARTIAL = "the journal has only a part of the response, which was too large to be kept"
"""Why a response from before an interruption is not judged again."""


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
    """The tries before this one, whose responses asked to wait."""


class _Tries:
    """The tries of one request: how the next is sent, and which got a response that asked to wait."""

    def __init__(self, case: Case, attempt: int, relation: str) -> None:
        self.case = case
        self.attempt = attempt
        self.relation = relation
        self.fresh = False
        self.refreshed = False
        self.waited: list[Sent] = []


class Sender:
    """Sends cases one by one and numbers them."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        journal: Sink,
        budget: Budget,
        access: Credentials,
        run_id: str,
        *,
        past: ResumedRun | None = None,
        first: int = 0,
    ) -> None:
        self._contract = contract
        self._target = target
        self._journal = journal
        self._budget = budget
        self._access = access
        self._evidence = ResponseEvidence(access.redaction)
        self._run_id = run_id
        self._past = past
        self._names = past.last_name if past else 0
        self.sent = past.last_send if past else first
        self.watch = TargetWatch(target)
        self.retried: Counter[str] = Counter()
        """Why requests were sent again, and how often."""
        self._patience = Patience()

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

        A reused connection that the target closed before any byte of an answer is tried again once, and a 429, or a 503
        with `Retry-After`, after the wait that it asks for; each time with a fresh name, unless `name` is given.

        Raises:
            TargetLostError: the target could not be reached, or stayed silent, several times in a row.

        """
        tries = _Tries(case, attempt, relation)
        while True:
            used = self._access.key
            sent = await self._exchange(case, name or self.new_name(), tries)
            again = (
                self._retry_idle(sent, tries)
                or await self._refresh_credential(case, sent, tries, used)
                or self._wait_as_asked(sent, tries)
            )
            if again is not True:
                break
        sent = again or sent
        if tries.waited:
            sent = replace(sent, asked_to_wait=tuple(tries.waited))
        self.watch.notice_breakdown(case, sent.exchange)
        if sent.past:
            self.watch.reached = self.watch.reached or sent.exchange.response is not None
            return sent
        if await self.watch.notice(sent.exchange) and not sent.unjudged:
            return replace(sent, unjudged=f"the target was not reached: {sent.exchange.failure}")
        return replace(sent, void=True) if self._is_void(case, relation, sent) else sent

    def _is_void(self, case: Case, relation: str, sent: Sent) -> bool:
        """Tell whether a refusal means nothing: what is refused may have been created before the run was cut off."""
        response = sent.exchange.response
        if self._past is None or response is None or not 400 <= response.status < 500 or response.status in UNJUDGED:
            return False
        return could_create(case) and may_create(case) and self._past.may_exist(case, relation)

    def _retry_idle(self, sent: Sent, tries: _Tries) -> bool | Sent:
        """Have a request sent on a new connection where a reused one was closed before any byte of a response."""
        closed = sent.exchange.failure is Failure.CLOSED and sent.exchange.detail == IDLE_CLOSED
        if not closed or tries.fresh:
            tries.fresh = False
            return False
        if reason := self._again(sent, tries):
            return replace(sent, unjudged=f"an idle connection was closed, and there is no retry: {reason}")
        tries.fresh = True
        self.retried[CLOSED] += 1
        return True

    async def _refresh_credential(self, case: Case, sent: Sent, tries: _Tries, used: str) -> bool:
        """Have a right request that got 401 sent once more with a new key: the one that was `used` may have expired."""
        if not _is_unauthorised(self._contract, case, sent):
            return False
        if tries.refreshed:
            self._access.give_up()
            return False
        known = sent.past and not self.leaves(case, tries.attempt, tries.relation)
        tries.refreshed = known or (await self._access.renewed(used) and not self._again(sent, tries))
        return tries.refreshed

    def _wait_as_asked(self, sent: Sent, tries: _Tries) -> bool | Sent:
        """Have a request sent again after the wait that its response asks for; at most `PATIENCE` times.

        Beyond that a 429 is not judged; a 503 is, as what it is.
        """
        response = sent.exchange.response
        if sent.unjudged or response is None or not response.asks_to_wait:
            return False
        how = f"the target returned {response.status}"
        if len(tries.waited) == PATIENCE:
            limited = response.status == TOO_MANY
            return replace(sent, unjudged=f"{how} to {PATIENCE + 1} tries") if limited else False
        if reason := self._again(sent, tries):
            return replace(sent, unjudged=f"{how}, and there is no retry: {reason}")
        if not sent.past:
            seconds = self._patience.ask(response)
            if seconds is None:
                asked = (
                    f"the target asks for patience: {how}, and the run has waited {LONGEST_IN_ALL:g} s for it in all"
                )
                self.watch.breakdown = self.watch.breakdown or asked
                return replace(sent, unjudged=asked)
            self._journal.append(Paced(wait_seconds=seconds, reason=how))
        if response.status == TOO_MANY:
            self.retried[LIMITED] += 1
        tries.waited.append(sent)
        tries.refreshed = False
        return True

    def leaves(self, case: Case, attempt: int, relation: str) -> bool:
        """Tell whether a case will be sent: not where its exchange is known from before the run was cut off."""
        return self._past is None or not self._past.more(case, attempt, relation)

    def _again(self, sent: Sent, tries: _Tries) -> str:
        """Take what the next try needs; returns what ran out, or an empty text."""
        exchange = sent.exchange
        spent = could_create(tries.case) and may_have_acted(exchange.response, exchange.failure)
        return self._budget.again(int(spent and self.leaves(tries.case, tries.attempt, tries.relation)))

    async def _exchange(self, case: Case, name: str, tries: _Tries) -> Sent:
        attempt, relation = tries.attempt, tries.relation
        kept = self._past.take(case, attempt, relation) if self._past else None
        if kept is not None and self._past is not None:
            return await self._remembered(self._past, kept)
        await self._patience.pause()
        await self._budget.pace()
        if could_create(case) and not self._budget.may_create():
            reason = f"--max-creations {self._budget.limits.creations} is reached"
            return Sent(0, Exchange(case.request, detail=reason), reason)
        request, outgoing = self._access.with_extra_headers(fill(case.request, name) if case.slotted else case.request)
        self.sent += 1
        number = self.sent
        filled = replace(case, request=request)
        event = RequestSent(
            send=number, case=filled, name=name if case.slotted else "", attempt=attempt, relation=relation
        )
        self._journal.append(event)
        possibly = True
        try:
            sending = self._target.send(outgoing, key=self._access.key, fresh=tries.fresh)
            exchange = await (_within(case, sending) if case.seconds else sending)
            possibly = may_have_acted(exchange.response, exchange.failure)
        except NotCarriedError as error:
            possibly = False
            return self._not_carried(number, case, request, str(error), relation)
        except ValueError as error:
            possibly = False
            reason = self._access.redaction.text(f"the suite created a request that cannot be sent: {error}")
            self._journal.append(ExchangeEnded(send=number, detail=reason))
            return Sent(number, Exchange(request, detail=reason), reason, ours=True)
        finally:
            # Cancelled in flight, it may have created.
            if could_create(case):
                self._budget.created(possibly=possibly)
        exchange = replace(exchange, request=request)
        shown, exchange = self._evidence.kept(exchange), judged(exchange)
        if _created(case, exchange):
            self._journal.append(Creation(send=number, name=name, target=exchange.request.target))
        self._journal.append(ExchangeEnded.of(number, shown))
        return Sent(number, exchange)

    def _not_carried(self, number: int, case: Case, request: Request, why: str, relation: str) -> Sent:
        """Record that the target does not send a request; one that was only to be observed leaves no doubt behind.

        Raises:
            TargetLostError: nothing was sent so far, and several were to be.

        """
        reason = self._access.redaction.text(why)
        self._journal.append(ExchangeEnded(send=number, detail=reason))
        self.watch.notice_not_carried(reason)
        void = case.expectation is Expectation.OBSERVED and not relation
        return Sent(number, Exchange(request, detail=reason), "" if void else reason, void=void)

    async def _remembered(self, past: ResumedRun, kept: Kept) -> Sent:
        """Return what came of a request before the run was cut off."""
        # Nothing else here waits: others must have their turn.
        await asyncio.sleep(0)
        exchange = past.exchange(kept)
        partial = exchange.response is not None and exchange.response.whole is not None
        unjudged = INTERRUPTED if kept.ended is None else PARTIAL if partial else ""
        return Sent(kept.number, exchange, unjudged, past=True)


async def _within(case: Case, sending: Awaitable[Exchange]) -> Exchange:
    """Return an exchange, which is over when the time of its case is."""
    started, begun = time.time(), time.monotonic()
    try:
        async with asyncio.timeout(case.seconds):
            return await sending
    except TimeoutError:
        detail = f"the limit for it is {case.seconds:g} s"
        return Exchange(case.request, None, Failure.TIMEOUT, detail, started, time.monotonic() - begun)


def _is_unauthorised(contract: Contract, case: Case, sent: Sent) -> bool:
    """Tell whether a request that carries the right credential was answered 401, be the rest of it right or wrong."""
    response = sent.exchange.response
    if response is None or response.status != 401:
        return False
    if case.expectation is Expectation.ACCEPTED:
        return True
    carried = KEY in case.request.target or any(KEY in value for _, value in case.request.headers)
    row = contract.by_id.get(case.requirements[0]) if case.requirements else None
    return carried and not (row is not None and row.about_credential)


def _created(case: Case, exchange: Exchange) -> bool:
    response = exchange.response
    return response is not None and could_create(case) and response.succeeded
