"""The engine: sends the items of a plan, has their exchanges judged, and writes all of it to the journal."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import msgspec

from conformance.checks.retries import REQUIREMENT as RETRIES
from conformance.checks.retries import retries
from conformance.checks.shared.subject import Subject
from conformance.journal.events import DoubtRaised, PhaseEnded, RunEnded
from conformance.model.case import Case, Item, Relation, RelationKind
from conformance.model.errors import TargetLostError, UsageError
from conformance.model.exchange import TOO_MANY, Exchange
from conformance.model.finding import Doubt, Judgement
from conformance.model.vocabulary import Expectation, Strength
from conformance.runner.case_source import CaseSource, FollowUpPhases
from conformance.runner.diagnosis import Diagnosis
from conformance.runner.plan import Plan
from conformance.runner.sending import Sent
from conformance.runner.session import Found, Session


class RunProgress(msgspec.Struct, frozen=True):
    """How far a run is: requests that were planned, those of them that were sent, all that were sent, and findings.

    Repeats, minimization, retries and random cases are sent beyond the plan.
    """

    planned: int
    reached: int
    sent: int
    failed: int
    warned: int


Report: TypeAlias = Callable[[RunProgress], None]


class Answered(msgspec.Struct, frozen=True):
    """An item of the plan that is done with: the exchanges of its cases, and what was found on them.

    The exchanges are as they were: a response that holds the credential holds it here as well.
    """

    item: Item
    exchanges: tuple[Exchange, ...]
    found: tuple[Judgement | Doubt, ...]


Done: TypeAlias = Callable[[Answered], None]


class EngineHooks(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told what: `report` the progress after each item, `done` each item with what was found on it."""

    report: Report | None = None
    done: Done | None = None


class Engine:
    """Carries out one plan against one target.

    Args:
        session: how cases are sent and judged.
        diagnosis: what looks into failures; without one nothing but the plan is sent, and silence is judged at once.
        concurrency: how many requests are in flight.
        hooks: who is told of the progress.

    """

    def __init__(
        self,
        session: Session,
        diagnosis: Diagnosis | None = None,
        *,
        concurrency: int = 4,
        hooks: EngineHooks = EngineHooks(),  # noqa: B008 (frozen)
    ) -> None:
        self._session = session
        self._recorder = session.recorder
        self._diagnosis = diagnosis
        self._concurrency = concurrency
        self._hooks = hooks
        self._planned = 0
        self._reason = ""
        self._waiting: list[tuple[Item, Sequence[Sent]]] = []

    async def run(self, plan: Plan, later: FollowUpPhases | None = None) -> RunEnded:
        """Carry out the plan, and the phases after it; returns the footer, which is in the journal as well.

        The run ends early, and the footer says why, when a limit is reached or the target is lost. Cancelling it
        writes the footer and lets the cancellation through.
        """
        self._planned = plan.requests
        tight = self._session.reserve(plan.items)
        later = later or FollowUpPhases()
        items = CaseSource(plan.items, later, partial(self._phase_ended, later.requirement), creates_last=tight)
        workers: list[asyncio.Task[None]] = []
        lost = False
        try:
            async with asyncio.timeout(self._session.budget.seconds_left()):
                await self._replay(later)
                await later.generator.start()
                workers += [asyncio.create_task(self._work(items)) for _ in range(self._concurrency)]
                if later.seconds is not None:
                    asyncio.get_running_loop().call_later(later.seconds, self._finish, items)
                await asyncio.gather(*workers)
                if self._diagnosis is not None and not self._reason:
                    await self._diagnosis.conclude()
                items.release()
                await self._work(items)
                self._note_retries()
            self._session.sender.watch.check_reached()
        except TargetLostError as error:
            self._reason, lost = str(error), True
        except TimeoutError:
            self._reason = f"--time-budget {self._session.limits.seconds:g} is reached"
        except (asyncio.CancelledError, KeyboardInterrupt):
            self._reason = "interrupted"
            raise
        except UsageError as error:
            self._reason = str(error)
            raise
        except Exception as error:
            self._reason = f"internal error of the suite: {type(error).__name__}"
            raise
        finally:
            items.stop()
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            await later.generator.close()
            self._judge_silence()
            ended = self._session.journal.append(
                RunEnded(
                    requests=self._session.sender.sent,
                    creations=self._session.creations,
                    seconds=round(self._session.budget.elapsed(), 3),
                    reason=self._reason,
                    lost=lost,
                )
            )
        return ended

    async def _replay(self, later: FollowUpPhases) -> None:
        """Send what failed in earlier runs, and forget what fails no more."""
        if later.examples is None or later.build is None:
            return
        for case in later.examples.cases(later.build, later.phases):
            if not (later.mine(case.id) and later.admits(case)):
                continue
            before = self._against()
            sent = await self._sent(case)
            if sent is None:
                return
            await self._judge(case, sent)
            judged = self._session.sender.watch.reached and not sent[0].void
            if judged and self._against() == before:
                later.examples.forget(case)

    def _against(self) -> int:
        """Return how often so far something failed, or could not be judged."""
        counts = self._recorder.counts
        return counts[Strength.MUST] + counts[Strength.SHOULD] + self._recorder.doubts

    def _finish(self, items: CaseSource) -> None:
        """End a campaign: no more cases are begun, and what is being minimized is left as it is."""
        items.finish()
        if self._diagnosis is not None:
            self._diagnosis.finish()

    def _phase_ended(self, requirement: str, event: PhaseEnded) -> None:
        """Record that a phase is over; one that could not go on leaves a doubt of ours about its requirement."""
        self._session.journal.append(event)
        if event.error and requirement:
            doubt = Doubt(requirement, f"the phase {event.phase} stopped: {event.error}", ours=True)
            self._session.journal.append(DoubtRaised(send=0, case=f"phase.{event.phase}", doubt=doubt))

    async def _work(self, items: CaseSource) -> None:
        while (item := await items.next()) is not None:
            if self._diagnosis is not None:
                self._diagnosis.begin()
            try:
                sent = await self._sent(item)
                if sent is None:
                    return
                await self._judge(item, sent)
            finally:
                if self._diagnosis is not None:
                    await self._diagnosis.end()
            if self._hooks.report is not None:
                must, should = self._recorder.counts[Strength.MUST], self._recorder.counts[Strength.SHOULD]
                self._hooks.report(RunProgress(self._planned, items.reached, self._session.sender.sent, must, should))

    async def _sent(self, item: Item) -> Sequence[Sent] | None:
        """Send an item; None where the run has to end. Of several workers the first says why."""
        if self._reason:
            return None
        sent = await self._session.send(item)
        if isinstance(sent, str):
            self._reason = self._reason or sent
            return None
        return sent

    async def _judge(self, item: Item, sent: Sequence[Sent]) -> None:
        if not self._session.sender.watch.reached and self._diagnosis is not None:
            # Silence at the very beginning says that nobody is there, not that the contract is broken.
            self._waiting.append((item, sent))
            return
        early, self._waiting = self._waiting, []
        for each, exchanges in [*early, (item, sent)]:
            if isinstance(each, Relation):
                await self._judge_relation(each, exchanges)
            else:
                await self._judge_case(each, exchanges[0])

    def _judge_silence(self) -> None:
        """Judge what was never answered, where nothing was: the target took the requests and kept silent.

        Nothing is sent again: whoever is silent may be so for good, and each try costs the time of a whole exchange.
        """
        alone = [pair for item, sent in self._waiting for pair in zip(item.cases, sent, strict=True)]
        for case, sent in alone:
            if not sent.unjudged and case.expectation is Expectation.ACCEPTED:
                found = self._session.judge(self._session.subject(case, sent))
                self._recorder.record(sent.number, case.id, found)
                self._tell(case, [sent], found)
        self._waiting = []

    def _note_retries(self) -> None:
        """Record how often a request had to be sent again: the rate is that of the run.

        It is recorded with the last request that was judged: one that only a search sent is no observation.
        """
        sender, last = self._session.sender, self._recorder.last
        if RETRIES in self._session.contract.by_id and last is not None and sender.watch.reached and not self._reason:
            self._recorder.record(*last, list(retries(sender.retried, sender.sent)))

    async def _judge_case(self, case: Case, sent: Sent) -> None:
        self._record_waits(case, sent)
        if sent.unjudged:
            self._tell(case, [sent], [self._unjudged(case, case, sent)])
        elif not sent.void:
            self._tell(case, [sent], await self._judged(case, sent, self._session.subject(case, sent)))

    async def _judged(
        self, case: Case, sent: Sent, subject: Subject, *, compared: bool = True, alone: bool = True
    ) -> Found:
        """Judge one exchange, have its failures explained, and record that.

        Unless it is `compared`, response and request are compared by the relation alone: another request was in
        flight, or created the object. Unless it can be sent `alone`, it means nothing without those before it.
        """
        found = await self._session.controlled(case, self._session.judge(subject))
        if not compared:
            rows = self._session.contract.by_id
            found = [each for each in found if not rows[each.requirement].compares]
        repeats = ""
        if self._diagnosis is not None:
            try:
                found, repeats = await self._diagnosis.explain(case, sent.exchange, found, alone=alone)
            except TargetLostError:
                self._recorder.record(sent.number, case.id, found)  # what was found is not lost with the target
                raise
        self._recorder.record(sent.number, case.id, found, repeats)
        self._session.learn(subject)
        return found

    def _unjudged(self, item: Item, case: Case, sent: Sent) -> Doubt:
        """Record that an exchange could not be judged, and why."""
        focus = next(iter(item.requirements), self._session.contract.requirements[0].id)
        doubt = Doubt(focus, sent.unjudged, ours=sent.ours)
        self._recorder.doubt(sent.number, case.id, doubt)
        return doubt

    def _record_waits(self, case: Case, sent: Sent) -> None:
        """Record what a 429 says by itself: how long to wait, and not the key. A 503 was waited for, and is noted."""
        limited = (each for each in sent.asked_to_wait if (got := each.exchange.response) and got.status == TOO_MANY)
        for earlier in limited:
            self._recorder.record(earlier.number, case.id, self._session.judge(self._session.subject(case, earlier)))

    def _tell(self, item: Item, sent: Sequence[Sent], found: Found) -> None:
        if self._hooks.done is not None:
            self._hooks.done(Answered(item, tuple(each.exchange for each in sent), tuple(found)))

    async def _judge_relation(self, relation: Relation, sent: Sequence[Sent]) -> None:
        for each, case in zip(sent, relation.cases, strict=True):
            if each.unjudged:
                self._tell(relation, sent, [self._unjudged(relation, case, each)])
                return
        subjects = self._session.subjects(relation, sent)
        alone = list(zip(relation.cases, sent, subjects, strict=True))
        everything: list[Judgement | Doubt] = []
        compared = not relation.concurrent and relation.kind is not RelationKind.OTHER_SETTINGS
        for case, each, subject in alone[:-1] if relation.together_only else alone:
            self._record_waits(case, each)
            own = not relation.same_name or case is relation.cases[0]
            everything += await self._judged(case, each, subject, compared=compared, alone=own)
        together, repeats = self._session.judge_relation(relation, subjects), ""
        if self._diagnosis is not None:
            together, repeats = await self._diagnosis.explain_relation(relation, together)
        self._recorder.record(sent[-1].number, relation.id, together, repeats)
        self._tell(relation, sent, [*everything, *together])
