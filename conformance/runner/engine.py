"""The engine: sends the items of a plan, has their exchanges judged, and writes all of it to the journal."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from conformance.checks.judging import Judge
from conformance.checks.relations import TOGETHER_ONLY
from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.diagnosis.confirming import Confirmer
from conformance.diagnosis.shrinking import Shrinker
from conformance.journal.events import DoubtRaised, PhaseEnded, RunEnded
from conformance.journal.resuming import Past
from conformance.journal.writing import Sink
from conformance.model.case import Case, Relation, could_create
from conformance.model.errors import UsageError
from conformance.model.exchange import Exchange
from conformance.model.finding import Doubt, Judgement
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Expectation, Group, Strength
from conformance.runner.budget import Budget, Limits
from conformance.runner.case_source import CaseSource
from conformance.runner.credentials import Access
from conformance.runner.follow_up import FollowUpPhases
from conformance.runner.plan import Plan
from conformance.runner.recording import Recorder, Stop
from conformance.runner.sending import Sender, Sent, TargetLost
from conformance.strategies.catalogue.catalogue import Item, size
from conformance.targets.target import Target

SEMANTIC = "semantics."


class Progress(msgspec.Struct, frozen=True):
    """How far a run is: requests that were planned, those of them that were sent, all that were sent, and findings.

    What confirms, minimises or answers a request for patience is sent beyond the plan, and so are random cases.
    """

    planned: int
    reached: int
    sent: int
    failed: int
    warned: int


Report: TypeAlias = Callable[[Progress], None]


class Answered(msgspec.Struct, frozen=True):
    """An item of the plan that is done with: the exchanges of its cases, and what was found on them.

    The exchanges are as they were: an answer that holds the credential holds it here as well.
    """

    item: Item
    exchanges: tuple[Exchange, ...]
    found: tuple[Judgement | Doubt, ...]


Done: TypeAlias = Callable[[Answered], None]

ENOUGH = "enough was found"


class EngineOptions(msgspec.Struct, frozen=True):
    """How a plan is carried out: how many requests are in flight, how often a new kind of failure is sent again.

    With `bare` nothing but the plan is sent, no failure is cut down, and silence is judged at once.
    """

    concurrency: int = 4
    repeats: int = 3
    limits: Limits = Limits()
    bare: bool = False


class Engine:
    """Carries out one plan against one target."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        journal: Sink,
        settings: Settings,
        options: EngineOptions,
        *,
        run_id: str,
        report: Report | None = None,
        stop: Stop | None = None,
        done: Done | None = None,
        past: Past | None = None,
        judge: Judge | None = None,
        access: Access | None = None,
    ) -> None:
        self._done = done
        self._judges = judge or Judge()
        self._contract = contract
        self._journal = journal
        self._settings = settings
        self._options = options
        self._report = report
        self._budget = Budget(options.limits)
        if past is not None:
            self._budget.spend(past.sent_in_vain, past.may_have_created())
        self._access = access or Access(settings.key)
        self._sender = Sender(target, journal, self._budget, self._access, run_id, past=past)
        self._recorder = Recorder(contract, journal, stop)
        repeats = None if options.bare else options.repeats
        self._confirmer = Confirmer(contract, self._sender, self._budget, self._recorder, repeats, self._judges)
        self._confirmer.settings = settings
        self._planned = 0
        self._reason = ""
        self._shrinker: Shrinker | None = None
        self._waiting: list[tuple[Item, Sequence[Sent]]] = []

    async def run(self, plan: Plan, later: FollowUpPhases | None = None) -> RunEnded:
        """Carry out the plan, and the phases after it; returns the footer, which is in the journal as well.

        The run ends early, and the footer says why, when a limit is reached or the target is lost. Cancelling it
        writes the footer and lets the cancellation through.
        """
        self._planned = plan.requests
        self._confirmer.know(plan.known)
        later = later or FollowUpPhases()
        items = CaseSource(plan.items, later.feeds, later.admits, self._phase_ended, later.elsewhere)
        if later.build is not None:
            self._shrinker = Shrinker(later.build)
            self._confirmer.shrink_with(self._shrinker, later.examples)
        workers: list[asyncio.Task[None]] = []
        lost = False
        try:
            async with asyncio.timeout(self._budget.seconds_left()):
                await self._replay(later)
                for before, feed in zip((None, *later.feeds), later.feeds, strict=False):
                    feed.start(before)
                workers += [asyncio.create_task(self._work(items)) for _ in range(self._options.concurrency)]
                if later.seconds is not None:
                    asyncio.get_running_loop().call_later(later.seconds, self._finish, items)
                await asyncio.gather(*workers)
            self._sender.see_that_it_was_reached()
        except TargetLost as error:
            self._reason, lost = str(error), True
        except TimeoutError:
            self._reason = f"--time-budget {self._options.limits.seconds:g} is used up"
        except asyncio.CancelledError:
            self._reason = "interrupted"
            raise
        except UsageError as error:
            self._reason = str(error)
            raise
        except Exception as error:
            self._reason = f"a fault of the suite itself: {type(error).__name__}"
            raise
        finally:
            later.close()
            items.stop()
            await _stopped(workers)
            self._judge_silence()
            ended = self._journal.append(self._footer(lost=lost))
        return ended

    def _footer(self, *, lost: bool) -> RunEnded:
        return RunEnded(
            requests=self._sender.sent,
            creations=self._budget.creations,
            seconds=round(self._budget.elapsed(), 3),
            reason=self._reason,
            lost=lost,
        )

    async def _replay(self, later: FollowUpPhases) -> None:
        """Send what failed in earlier runs, and forget what fails no more."""
        if later.examples is None or later.build is None:
            return
        for case in later.examples.cases(later.build, later.phases):
            if not later.admits(case):
                continue
            held = int(could_create(case))
            self._reason = self._reason or await self._why_not(case, held)
            if self._reason:
                return
            before = self._against()
            try:
                sent = await self._send(case)
            finally:
                await self._budget.give_back(held)
            await self._judge(case, sent)
            judged = self._sender.reached and not sent[0].void
            if judged and self._against() == before:
                later.examples.forget(case)

    def _against(self) -> int:
        """Return how often so far something failed, or could not be judged."""
        counts = self._recorder.counts
        return counts[Strength.MUST] + counts[Strength.SHOULD] + self._recorder.doubts

    def _finish(self, items: CaseSource) -> None:
        """End a campaign: no more cases are begun, and what is being shrunk is left as it is."""
        items.finish()
        if self._shrinker is not None:
            self._shrinker.finish()

    def _phase_ended(self, event: PhaseEnded) -> None:
        """Record that a phase is over; one that could not go on leaves a doubt of ours."""
        self._journal.append(event)
        root = requirement_id(Group.ACCEPTANCE, self._contract.request.label, "combination")
        if event.error and root in self._contract.by_id:
            reason = f"the phase {event.phase} could not go on: {event.error}"
            self._journal.append(DoubtRaised(send=0, case=f"phase.{event.phase}", doubt=Doubt(root, reason, ours=True)))

    async def _work(self, items: CaseSource) -> None:
        while (item := await items.next()) is not None:
            self._confirmer.turns.begin()
            try:
                if not await self._done_with(item):
                    return
            finally:
                await self._confirmer.turns.end()
            if self._report is not None:
                must, should = self._recorder.counts[Strength.MUST], self._recorder.counts[Strength.SHOULD]
                self._report(Progress(self._planned, items.reached, self._sender.sent, must, should))

    async def _done_with(self, item: Item) -> bool:
        """Send and judge an item; tells whether it could be sent."""
        held = sum(map(could_create, _cases(item)))
        reason = self._reason or await self._why_not(item, held)
        if reason:
            # Another worker may have said why meanwhile: the first reason stays.
            self._reason = self._reason or reason
            return False
        try:
            sent = await self._send(item)
        finally:
            await self._budget.give_back(held)
        await self._judge(item, sent)
        return True

    async def _why_not(self, item: Item, held: int) -> str:
        """Take what an item needs from the budget; returns why it cannot be sent, or an empty text."""
        if self._recorder.enough:
            return ENOUGH
        self._budget.failures = self._recorder.counts[Strength.MUST]
        return await self._budget.take(size(item), held)

    async def _send(self, item: Item, attempt: int = 1) -> list[Sent]:
        if not isinstance(item, Relation):
            return [await self._sender.send(item)]
        name = self._sender.name_for(item.id, attempt) if item.same_name else None
        flying = (self._sender.send(case, name=name, attempt=attempt, relation=item.id) for case in item.cases)
        if item.concurrent:
            return list(await asyncio.gather(*flying))
        return [await each for each in flying]

    async def _judge(self, item: Item, sent: Sequence[Sent]) -> None:
        if not self._sender.reached and not self._options.bare:
            # Silence at the very beginning says that nobody is there, not that the contract is broken.
            self._waiting.append((item, sent))
            return
        early, self._waiting = self._waiting, []
        for each, exchanges in [*early, (item, sent)]:
            if isinstance(each, Relation):
                await self._judge_relation(each, exchanges)
            else:
                await self._judged(each, exchanges[0])

    def _judge_silence(self) -> None:
        """Judge what was never answered, where nothing was: the target took the requests and kept silent.

        Nothing is sent again: whoever is silent may be so for good, and each try costs the time of a whole exchange.
        """
        alone = [pair for item, sent in self._waiting for pair in zip(_cases(item), sent, strict=True)]
        for case, sent in alone:
            if not sent.unjudged and case.expectation is Expectation.ACCEPTED:
                found = self._judges.alone(self._subject(case, sent))
                self._recorder.record(sent, case.id, found)
                self._tell(case, [sent], found)
        self._waiting = []

    async def _judged(self, case: Case, sent: Sent) -> None:
        self._record_waits(case, sent)
        if sent.unjudged:
            self._tell(case, [sent], [self._recorder.unjudged(sent, case)])
        if sent.unjudged or sent.void:
            return
        subject = self._subject(case, sent)
        found, repeats = await self._confirmer.confirmed(case, sent.exchange.request, self._judges.alone(subject))
        self._recorder.record(sent, case.id, found, repeats)
        self._learn(case, subject)
        self._tell(case, [sent], found)

    def _record_waits(self, case: Case, sent: Sent) -> None:
        """Record what an answer 429 says by itself: whether it tells how long to wait, and not the key."""
        for earlier in sent.asked_to_wait:
            self._recorder.record(earlier, case.id, self._judges.alone(self._subject(case, earlier)))

    def _tell(self, item: Item, sent: Sequence[Sent], found: Sequence[Judgement | Doubt]) -> None:
        if self._done is not None:
            self._done(Answered(item, tuple(each.exchange for each in sent), tuple(found)))

    def _learn(self, case: Case, subject: Subject) -> None:
        """Know from the first success on that the target is there, and takes our credential."""
        if case.expectation is Expectation.ACCEPTED and subject.succeeded and not self._settings.proven:
            self._settings = self._confirmer.settings = replace(self._settings, proven=True)

    async def _judge_relation(self, relation: Relation, sent: Sequence[Sent]) -> None:
        for each, case in zip(sent, relation.cases, strict=True):
            if each.unjudged:
                doubt = Doubt(relation.requirements[0], each.unjudged, ours=each.ours)
                self._recorder.doubt(each, case.id, doubt)
                self._tell(relation, sent, [doubt])
                return
        subjects = [self._subject(case, each) for case, each in zip(relation.cases, sent, strict=True)]
        alone = list(zip(relation.cases, sent, subjects, strict=True))
        everything: list[Judgement | Doubt] = []
        for case, each, subject in alone[:-1] if relation.kind in TOGETHER_ONLY else alone:
            self._record_waits(case, each)
            found = self._judges.alone(subject)
            if relation.concurrent:
                found = tuple(item for item in found if not item.requirement.startswith(SEMANTIC))
            confirmed, repeats = await self._confirmer.confirmed(case, each.exchange.request, found)
            self._recorder.record(each, case.id, confirmed, repeats)
            self._learn(case, subject)
            everything += confirmed
        again = partial(self._related_again, relation) if all(map(self._confirmer.can_repeat, relation.cases)) else None
        together, often = await self._confirmer.confirmed_together(self._judges.together(relation, subjects), again)
        self._recorder.record(sent[-1], relation.id, together, often)
        self._tell(relation, sent, [*everything, *together])

    async def _related_again(self, relation: Relation, attempt: int) -> Sequence[Judgement | Doubt] | None:
        """Send a relation again; returns what is found, None where a limit of the run or an answer forbids it."""
        held = sum(map(could_create, relation.cases))
        if await self._budget.take(size(relation), held):
            return None
        try:
            sent = await self._send(relation, attempt)
        finally:
            await self._budget.give_back(held)
        if any(each.unjudged for each in sent):
            return None
        subjects = [self._subject(case, each) for case, each in zip(relation.cases, sent, strict=True)]
        return self._judges.together(relation, subjects)

    def _subject(self, case: Case, sent: Sent) -> Subject:
        filled = replace(case, request=sent.exchange.request)
        if self._settings.key != self._access.key:
            self._settings = self._confirmer.settings = replace(self._settings, key=self._access.key)
        return Subject(self._contract, filled, sent.exchange, self._settings)


def _cases(item: Item) -> tuple[Case, ...]:
    return item.cases if isinstance(item, Relation) else (item,)


async def _stopped(workers: Sequence[asyncio.Task[None]]) -> None:
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
