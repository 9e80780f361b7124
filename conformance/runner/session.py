"""One run's session with its target: cases are sent within the budget, and their exchanges are judged."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from conformance.checks.judging import Judge
from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.journal.recording import Recorder, Stop
from conformance.journal.resuming import ResumedRun
from conformance.journal.writing import Sink
from conformance.model.case import Case, Item, Relation, could_create
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.vocabulary import Expectation, Strength
from conformance.runner.budget import Budget, RunLimits
from conformance.runner.credentials import Credentials
from conformance.runner.learning import LearnedRelations
from conformance.runner.sending import Sender, Sent
from conformance.strategies.catalogue.catalogue import creations
from conformance.targets.target import Target

Found: TypeAlias = Sequence[Judgement | Doubt]
"""What the checks say of an exchange, or of the exchanges of a relation."""

CONTROLLED = frozenset({"rejects", "status for an invalid credential", "credential form"})
"""Rules about rejections, which say something only beside an accepted control."""

ENOUGH = "the requested findings were made"


class SessionOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a session is carried out.

    Args:
        run_id: eight hexadecimal digits, part of every name that the run makes up.
        settings: what the checks need to know of the target.
        limits: how much may be sent.
        credentials: the key and extra headers; by default the key of the settings alone.
        judge: what applies the checks.
        past: the earlier part of a run that is resumed.
        replayed: how much replays of that part may have created.
        stop: tells after each finding whether the run has seen enough.

    """

    run_id: str
    settings: Settings = Settings()
    limits: RunLimits = RunLimits()
    credentials: Credentials | None = None
    judge: Judge = Judge()
    past: ResumedRun | None = None
    replayed: int = 0
    stop: Stop | None = None


class Session:
    """What engine and diagnosis share: the one way to send a case, to judge what came back, and to record it."""

    def __init__(self, contract: Contract, target: Target, journal: Sink, options: SessionOptions) -> None:
        self.contract = contract
        self.journal = journal
        self.limits = options.limits
        self.recorder = Recorder(contract, journal, options.stop)
        self._credentials = options.credentials or Credentials(options.settings.key)
        self.budget = Budget(options.limits)
        if options.past is not None:
            self.budget.spend(options.past.sent_in_vain, options.past.creations + options.replayed)
        self.sender = Sender(
            contract, target, journal, self.budget, self._credentials, options.run_id, past=options.past
        )
        self._judge = options.judge
        self._relations = LearnedRelations(contract)
        self._replayed = options.replayed
        self._reserved: dict[str, int] = {}
        self._settings = options.settings

    @property
    def creations(self) -> int:
        """How many requests of the run may have created something."""
        return self.budget.creations - self._replayed

    def reserve(self, items: Iterable[Item]) -> bool:
        """Keep the creations that the items of a plan need from what is sent beyond it; tell whether none is left over.

        A request that should be rejected needs a creation as well until its response is known: a lax target creates.
        """
        for item in items:
            if self._leaving(item, 1):
                self._reserved[item.id] = creations(item)
        self.budget.reserved = sum(self._reserved.values())
        return self.limits.creations == self.budget.creations + self.budget.reserved

    async def send(self, item: Item, *, attempt: int = 1, beyond_plan: bool = False) -> list[Sent] | str:
        """Send the cases of an item within the budget; returns their exchanges, or why it may not be sent.

        What is sent to look into a failure is `beyond_plan`: it may not use what the rest of the plan needs.

        Raises:
            TargetLostError: the target could not be reached, or stayed silent, several times in a row.

        """
        held = self._leaving(item, attempt)
        if not beyond_plan:
            self.budget.reserved -= self._reserved.pop(item.id, 0)
        self.budget.failures = self.recorder.counts[Strength.MUST]
        reason = ENOUGH if self.recorder.enough else self.sender.watch.breakdown
        reason = reason or await self.budget.take(len(item.cases), held, beyond_plan=beyond_plan)
        if reason:
            return reason
        try:
            if isinstance(item, Case):
                return [await self.sender.send(item, attempt=attempt)]
            return await self._send_relation(item, attempt)
        finally:
            self.budget.give_back()

    def _leaving(self, item: Item, attempt: int) -> int:
        """Return how many requests of an item will leave that could create something."""
        relation = item.id if isinstance(item, Relation) else ""
        return sum(could_create(case) and self.sender.leaves(case, attempt, relation) for case in item.cases)

    async def _send_relation(self, relation: Relation, attempt: int) -> list[Sent]:
        name = self.sender.name_for(relation.id, attempt) if relation.same_name else None
        flying = (self.sender.send(case, name=name, attempt=attempt, relation=relation.id) for case in relation.cases)
        if relation.concurrent:
            return list(await asyncio.gather(*flying))
        return [await each for each in flying]

    def subject(self, case: Case, sent: Sent) -> Subject:
        """Return what the checks judge: the case as it was sent, and its exchange."""
        if self._settings.key != self._credentials.key:
            self._settings = replace(self._settings, key=self._credentials.key)
        return Subject(self.contract, replace(case, request=sent.exchange.request), sent.exchange, self._settings)

    def judge(self, subject: Subject) -> Found:
        """Return what the checks say of one exchange."""
        return self._relations.admitted(self._judge.alone(subject))

    def subjects(self, relation: Relation, sent: Sequence[Sent]) -> list[Subject]:
        """Return what the checks judge, for each case of a relation."""
        return [self.subject(case, each) for case, each in zip(relation.cases, sent, strict=True)]

    def judge_relation(self, relation: Relation, subjects: Sequence[Subject]) -> Found:
        """Return what the check of a relation says of its exchanges."""
        return self._relations.admitted(self._judge.together(relation, subjects))

    def learn(self, subject: Subject) -> None:
        """Know from the first success on that the target is there, and accepts our credential."""
        if subject.case.expectation is Expectation.ACCEPTED and subject.succeeded and not self._settings.proven:
            self._settings = replace(self._settings, proven=True)

    async def controlled(self, case: Case, found: Found, *, beyond_plan: bool = False) -> Found:
        """Return what was found, without rejections that say nothing: the target rejects the control as well.

        The control is sent only where there is such a rejection, and is not judged itself.
        """
        if case.control is None or not any(map(_needs_control, found)):
            return found
        plain = Case(f"{case.id}.control", Expectation.OBSERVED, (), case.control, slotted=case.slotted)
        sent = await self.send(plain, beyond_plan=beyond_plan)
        response = None if isinstance(sent, str) or sent[0].unjudged else sent[0].exchange.response
        if response is not None and 200 <= response.status < 300:
            return found
        return [each for each in found if not _needs_control(each)]

    async def examine(self, case: Case, *, attempt: int = 1) -> Found | None:
        """Send a case once more; returns what the checks say, None where a limit forbids it or it can't be judged."""
        sent = await self.send(case, attempt=attempt, beyond_plan=True)
        if isinstance(sent, str) or sent[0].unjudged:
            return None
        return await self.controlled(case, self.judge(self.subject(case, sent[0])), beyond_plan=True)

    async def examine_relation(self, relation: Relation, *, attempt: int = 1) -> Found | None:
        """Send a relation once more; returns what its check says, None as `examine`."""
        sent = await self.send(relation, attempt=attempt, beyond_plan=True)
        if isinstance(sent, str) or any(each.unjudged for each in sent):
            return None
        return self.judge_relation(relation, self.subjects(relation, sent))

    def can_repeat(self, item: Item) -> bool:
        """Tell whether sending an item again asks the same: not where a case of it names an object by itself."""
        named = self.contract.identity is not None
        return not any(
            named and not case.slotted and case.request.body is not None and could_create(case) for case in item.cases
        )


def _needs_control(each: Judgement | Doubt) -> bool:
    return isinstance(each, Finding) and each.symptom.rule in CONTROLLED
