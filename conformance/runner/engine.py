"""The engine: sends the items of a plan, has their exchanges judged, and writes all of it to the journal."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from conformance.checks.judging import judge, judge_relation
from conformance.checks.relations import TOGETHER_ONLY
from conformance.checks.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.model.case import Case, Relation
from conformance.model.events import DoubtRaised, FindingMade, Judged, RunEnded
from conformance.model.finding import Doubt, Finding, Judgement, Pass
from conformance.model.vocabulary import Strength
from conformance.runner.budget import Budget, Limits
from conformance.runner.journal import Sink
from conformance.runner.plan import Plan
from conformance.runner.sending import Sender, Sent, TargetLost
from conformance.strategies.catalogue import Item, size
from conformance.targets.target import Target

SEMANTIC = "semantics."


class Progress(msgspec.Struct, frozen=True):
    """How far a run is: requests planned and sent, and findings by strength."""

    planned: int
    sent: int
    failed: int
    warned: int


Report: TypeAlias = Callable[[Progress], None]

Stop: TypeAlias = Callable[[int, Finding], bool]
"""Given the number of the request and each finding, tells whether the run has seen enough."""

ENOUGH = "enough was found"


class EngineOptions(msgspec.Struct, frozen=True):
    """How a plan is carried out: how many requests are in flight, how often a new kind of failure is sent again."""

    concurrency: int = 4
    repeats: int = 3
    limits: Limits = Limits()


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
    ) -> None:
        self._contract = contract
        self._journal = journal
        self._settings = settings
        self._options = options
        self._report = report
        self._stop = stop
        self._budget = Budget(options.limits)
        self._sender = Sender(target, journal, self._budget, settings.key, run_id, contract.operation.method)
        self._index = {row.id: number for number, row in enumerate(contract.requirements)}
        self._patterns: set[str] = set()
        self._findings = 0
        self._count = {Strength.MUST: 0, Strength.SHOULD: 0, Strength.ADVISORY: 0}
        self._planned = 0
        self._reason = ""
        self._waiting: list[tuple[Case, Sent]] = []

    async def run(self, plan: Plan) -> RunEnded:
        """Carry out the plan; returns the footer, which is in the journal as well.

        The run ends early, and the footer says why, when a limit is reached or the target is lost. Cancelling it
        writes the footer and lets the cancellation through.
        """
        self._planned = plan.requests
        items = iter(plan.items)
        workers = [asyncio.create_task(self._work(items)) for _ in range(self._options.concurrency)]
        lost = False
        try:
            async with asyncio.timeout(self._budget.seconds_left()):
                await asyncio.gather(*workers)
        except TargetLost as error:
            self._reason, lost = str(error), True
        except TimeoutError:
            self._reason = f"--time-budget {self._options.limits.seconds:g} is used up"
        except asyncio.CancelledError:
            self._reason = "interrupted"
            raise
        finally:
            await _stopped(workers)
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

    async def _work(self, items: Iterator[Item]) -> None:
        for item in items:
            could_create = sum(self._could_create(case) for case in _cases(item))
            reason = self._reason or await self._budget.take(size(item), could_create)
            if reason:
                self._reason = reason
                return
            try:
                if isinstance(item, Relation):
                    await self._relation(item)
                else:
                    await self._case(item)
            finally:
                await self._budget.give_back(could_create)
            if self._report is not None:
                must, should = self._count[Strength.MUST], self._count[Strength.SHOULD]
                self._report(Progress(self._planned, self._sender.sent, must, should))

    def _could_create(self, case: Case) -> bool:
        return case.request.method == self._contract.operation.method and case.request.body is not None

    async def _case(self, case: Case) -> None:
        sent = await self._sender.send(case)
        if not self._sender.reached:
            self._waiting.append((case, sent))
            return
        for early, exchange in self._waiting:
            await self._judged(early, exchange)
        self._waiting.clear()
        await self._judged(case, sent)

    async def _judged(self, case: Case, sent: Sent) -> None:
        if sent.unjudged:
            self._doubt(sent, case.id, Doubt(_focus(case), sent.unjudged))
            return
        found = judge(self._subject(case, sent))
        self._record(sent, case.id, found, repeats=await self._repeated(case, found))

    async def _repeated(self, case: Case, found: Sequence[Judgement | Doubt]) -> str:
        """Send a case again that failed in a way not seen before, and tell how often it fails."""
        fresh = {
            each.pattern
            for each in found
            if isinstance(each, Finding) and each.pattern not in self._patterns and self._weight(each) is not Strength.ADVISORY
        }
        self._patterns |= fresh
        if not fresh or not self._options.repeats or not self._can_repeat(case):
            return ""
        failed = done = 1
        for attempt in range(2, self._options.repeats + 2):
            could_create = int(self._could_create(case))
            if await self._budget.take(1, could_create):
                break
            try:
                sent = await self._sender.send(case, attempt=attempt)
            finally:
                await self._budget.give_back(could_create)
            again = judge(self._subject(case, sent))
            done += 1
            failed += any(isinstance(each, Finding) and each.pattern in fresh for each in again)
        return f"{failed} of {done}"

    def _can_repeat(self, case: Case) -> bool:
        """Tell whether sending a case again asks the same question: not where it names an object by itself."""
        return case.slotted or not self._could_create(case) or self._contract.identity is None

    async def _relation(self, relation: Relation) -> None:
        name = self._sender.new_name() if relation.same_name else None

        async def one(case: Case) -> Sent:
            return await self._sender.send(case, name=name, relation=relation.id)

        if relation.concurrent:
            sent = list(await asyncio.gather(*(one(case) for case in relation.cases)))
        else:
            sent = [await one(case) for case in relation.cases]
        for each, case in zip(sent, relation.cases, strict=True):
            if each.unjudged:
                self._doubt(each, case.id, Doubt(relation.requirements[0], each.unjudged))
                return
        subjects = [self._subject(case, each) for case, each in zip(relation.cases, sent, strict=True)]
        alone = list(zip(relation.cases, sent, subjects, strict=True))
        for case, each, subject in alone[:-1] if relation.kind in TOGETHER_ONLY else alone:
            found = judge(subject)
            if relation.concurrent:
                found = tuple(item for item in found if not item.requirement.startswith(SEMANTIC))
            self._record(each, case.id, found)
        self._record(sent[-1], relation.id, judge_relation(relation, subjects))

    def _subject(self, case: Case, sent: Sent) -> Subject:
        filled = replace(case, request=sent.exchange.request)
        return Subject(self._contract, filled, sent.exchange, self._settings)

    def _record(self, sent: Sent, case: str, found: Sequence[Judgement | Doubt], repeats: str = "") -> None:
        passed = sorted({self._index[each.requirement] for each in found if isinstance(each, Pass)})
        failed = {each.requirement for each in found if isinstance(each, Finding)}
        passed = [index for index in passed if self._contract.requirements[index].id not in failed]
        self._journal.append(Judged(send=sent.number, passed=tuple(passed)))
        for each in found:
            if isinstance(each, Finding):
                self._findings += 1
                strength = self._weight(each)
                self._count[strength] += 1
                self._budget.failures += strength is Strength.MUST
                made = FindingMade(id=f"f{self._findings}", send=sent.number, case=case, finding=each, repeats=repeats)
                self._journal.append(made)
                if self._stop is not None and self._stop(sent.number, each):
                    self._reason = self._reason or ENOUGH
            elif isinstance(each, Doubt):
                self._doubt(sent, case, each)

    def _doubt(self, sent: Sent, case: str, doubt: Doubt) -> None:
        self._journal.append(DoubtRaised(send=sent.number, case=case, doubt=doubt))

    def _weight(self, finding: Finding) -> Strength:
        return self._contract.by_id[finding.requirement].strength


def _cases(item: Item) -> tuple[Case, ...]:
    return item.cases if isinstance(item, Relation) else (item,)


def _focus(case: Case) -> str:
    return case.requirements[0] if case.requirements else "error.server-error"


async def _stopped(workers: Sequence[asyncio.Task[None]]) -> None:
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
