"""Cleaning up: what a run has created is removed again, one by one, and what cannot be is told."""

from collections.abc import Sequence

import msgspec

from conformance.checks.drift import CLEANED_UP, clean_up
from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.journal.events import FindingMade, Judged, Removal
from conformance.journal.ledger import Entry
from conformance.journal.writing import Sink
from conformance.model.case import CLEAN_UP, Case, Request
from conformance.model.errors import TargetLostError
from conformance.model.finding import Finding, Pass
from conformance.model.vocabulary import Expectation
from conformance.runner.sending import Sender, Sent

ABSENT = frozenset({405, 501})
"""Statuses that say that the target removes nothing at all: it is not asked again."""

GONE = frozenset({404, 410})


class Leftover(msgspec.Struct, frozen=True):
    """An object that was not removed, and why; `request` removes it, where one can."""

    name: str
    case: str
    reason: str
    request: Request | None = None


class Cleaner:
    """Removes what stands in a ledger, and nothing else."""

    def __init__(self, contract: Contract, sender: Sender, journal: Sink, headers: Sequence[tuple[str, str]]) -> None:
        self._contract = contract
        self._sender = sender
        self._journal = journal
        self._headers = tuple(headers)
        self._given_up = ""
        self._rows = {row.id: place for place, row in enumerate(contract.requirements)}

    async def clean(self, entries: Sequence[Entry]) -> tuple[Leftover, ...]:
        """Remove what `entries` tell of; returns what is left. Those that were created for sure come first."""
        left = []
        for entry in sorted(entries, key=lambda each: not each.sure):
            reason = entry.reason or self._given_up or await self._removed(entry)
            if reason:
                request = self._request(entry) if entry.target else None
                left.append(Leftover(entry.name, entry.case, reason, request))
        return tuple(left)

    async def _removed(self, entry: Entry) -> str:
        """Send the request that removes an object; returns why it is not gone, or an empty text."""
        case = Case(f"clean-up.{entry.send}", Expectation.OBSERVED, (CLEANED_UP,), self._request(entry), phase=CLEAN_UP)
        before = self._sender.sent
        try:
            sent = await self._sender.send(case)
        except TargetLostError as error:
            self._given_up = str(error)
            return self._given_up
        # An earlier try, of this clean-up or of one that was killed, may be why it is gone.
        self._given_up = self._given_up or self._sender.watch.breakdown
        gone = sent.exchange.response is not None and sent.exchange.response.status in GONE
        expected = gone and (not entry.sure or entry.tried or self._sender.sent > before + 1)
        reason = "" if expected else self._told(sent)
        self._journal.append(
            Removal(send=sent.number, name=entry.name, target=entry.target, removed=not reason, reason=reason)
        )
        if entry.sure and not sent.unjudged and not expected:
            self._judge(case, sent)
        return reason

    def _request(self, entry: Entry) -> Request:
        remove = self._contract.prose.remove
        return Request(remove.method if remove else "DELETE", entry.target, self._headers)

    def _told(self, sent: Sent) -> str:
        if sent.unjudged:
            return sent.unjudged
        exchange = sent.exchange
        if exchange.response is None:
            return f"no response: {exchange.failure}"
        status = exchange.response.status
        if exchange.response.succeeded:
            return ""
        if status in ABSENT:
            self._given_up = f"the target does not support DELETE: it returned {status}"
            return self._given_up
        return f"the target returned {status}"

    def _judge(self, case: Case, sent: Sent) -> None:
        subject = Subject(self._contract, case, sent.exchange, Settings())
        judged = list(clean_up(subject))
        held = {1 << self._rows[each.requirement] for each in judged if isinstance(each, Pass)}
        self._journal.append(Judged.of(sent.number, sum(held)))
        for each in judged:
            if isinstance(each, Finding):
                self._journal.append(
                    FindingMade(id=f"{CLEAN_UP}.{sent.number}", send=sent.number, case=case.id, finding=each)
                )
