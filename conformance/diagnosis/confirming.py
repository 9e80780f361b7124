"""Confirming: a failure is sent again, to tell always from sometimes, and cut down to what brings it about."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from conformance.checks.judging import Judge
from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.diagnosis.examples import Examples
from conformance.diagnosis.failure_order import Turns
from conformance.diagnosis.minimizing import Culprit, Minimiser
from conformance.diagnosis.reducing import rule_of
from conformance.diagnosis.shrinking import Shrinker
from conformance.diagnosis.simplifying import BREAKDOWNS, Found, Simplifier, attributed
from conformance.model.case import Case, Request, could_create
from conformance.model.finding import Doubt, Finding, Judgement, Symptom
from conformance.model.vocabulary import Strength
from conformance.runner.budget import Budget
from conformance.runner.recording import Recorder
from conformance.runner.sending import Sender, Sent

CATALOGUE = "catalogue"

Again = Callable[[int], Awaitable[Found | None]]
"""Sends once more, numbered, and returns what is found; None where that cannot be told."""


class Confirmer:
    """Confirms the failures of one run: sends them again `repeats` times; None leaves them as they were found."""

    def __init__(
        self, contract: Contract, sender: Sender, budget: Budget, recorder: Recorder, repeats: int | None, judge: Judge
    ) -> None:
        self._contract = contract
        self._sender = sender
        self._budget = budget
        self._recorder = recorder
        self._minimiser = Minimiser(contract, {})
        self._repeats = repeats
        self._judges = judge
        self._seen: set[Symptom] = set()
        self._flaky: set[Symptom] = set()
        self.settings = Settings()
        self.turns = Turns()
        self._simplifier: Simplifier | None = None

    def shrink_with(self, shrinker: Shrinker, examples: Examples | None) -> None:
        """From now on simplify what fails of the random phases, and keep it where a folder is given."""
        self._simplifier = Simplifier(self._contract, self._minimiser, shrinker, self._probed, self._shown, examples)

    def know(self, cases: Mapping[Request, Case]) -> None:
        """Take the cases of the catalogue, by request: a body that was cut down may be one of them."""
        self._minimiser = Minimiser(self._contract, cases)

    async def confirmed(self, case: Case, sent: Request, found: Found) -> tuple[Found, str]:
        """Return what is to be recorded in the place of `found`, and how often the case failed.

        A failure of a kind that is new is sent again. One that shows always on a body of several members is cut down;
        the findings are then those of the smallest body. One that shows sometimes is told as flaky. `sent` is the
        request of the case as it went out.
        """
        if self._repeats is None:
            return found, ""
        failures = self._failures(found)
        if self._simplifier is not None and case.phase != CATALOGUE and failures:
            await self.turns.mine()
            return await self._simplified(self._simplifier, case, sent, found)
        fresh = self._fresh(failures)
        repeats = await self._repeated(fresh, partial(self._again, case) if self.can_repeat(case) else None)
        if self._is_flaky(failures):
            return [self._as_flaky(each) for each in found], repeats
        finding = self._minimiser.applies(case, failures)
        if finding is None:
            return found, repeats
        culprit = self._minimiser.explained(case, finding) or await self._cut_down(
            case, finding, fresh=finding.pattern in fresh
        )
        if culprit is None:
            return found, repeats
        return attributed(found, finding, culprit), repeats

    async def _simplified(self, simplifier: Simplifier, case: Case, sent: Request, found: Found) -> tuple[Found, str]:
        failures = self._failures(found)
        finding = simplifier.subject(case, failures)
        culprit = await simplifier.explained(case, finding)
        if culprit is not None:
            return attributed(found, finding, culprit), ""
        fresh = self._fresh(failures)
        repeats = await self._repeated(fresh, partial(self._again, case) if self.can_repeat(case) else None)
        if self._is_flaky(failures) and rule_of(finding) in BREAKDOWNS and sent != case.request:
            # Every try had a name of its own, and a part of it may be to blame.
            self._flaky -= fresh
            exact = replace(case, request=sent, slotted=False)
            repeats = await self._repeated(fresh, partial(self._again, exact), (self._repeats or 0) + 1)
        if self._is_flaky(failures):
            return [self._as_flaky(each) for each in found], repeats
        culprit = await simplifier.simplified(case, sent, finding, fresh=finding.pattern in fresh)
        return attributed(found, finding, culprit) if culprit is not None else found, repeats

    def can_repeat(self, case: Case) -> bool:
        """Tell whether sending a case again asks the same question: not where it names an object by itself."""
        return case.slotted or case.request.body is None or not could_create(case) or self._contract.identity is None

    async def confirmed_together(self, found: Found, again: Again | None) -> tuple[Found, str]:
        """Return what is to be recorded of a relation, and how often it failed; `again` sends it anew."""
        repeats = await self._repeated(self._fresh(self._failures(found)), again)
        return [self._as_flaky(each) for each in found], repeats

    def _fresh(self, failures: Sequence[Finding]) -> frozenset[Symptom]:
        """Return the patterns that were not seen before; they are known from now on."""
        fresh = frozenset(each.pattern for each in failures) - self._seen
        self._seen |= fresh
        return fresh

    def _is_flaky(self, failures: Sequence[Finding]) -> bool:
        return any(each.pattern in self._flaky for each in failures)

    async def _repeated(self, fresh: frozenset[Symptom], again: Again | None, before: int = 1) -> str:
        """Send once more, `before` tries being numbered already; returns how often it failed of how many times."""
        if not fresh or not self._repeats or again is None:
            return ""
        failed = done = 1
        for attempt in range(before + 1, before + self._repeats + 1):
            found = await again(attempt)
            if found is None:
                break
            done += 1
            failed += any(each.pattern in fresh for each in self._failures(found))
        if failed < done:
            self._flaky |= fresh
        return f"{failed} of {done}"

    async def _cut_down(self, case: Case, finding: Finding, *, fresh: bool) -> Culprit | None:
        if not self.can_repeat(case):
            return None

        async def probe(smaller: Case) -> Sequence[Finding]:
            return await self._probed(smaller) or ()

        culprit = await self._minimiser.minimise(case, finding, probe, fresh=fresh)
        if culprit is None or culprit.case.id == case.id:
            return None
        return await self._shown(culprit)

    async def _shown(self, culprit: Culprit) -> Culprit | None:
        """Send the smallest body once more and record it under its own name; its findings speak from now on."""
        if await self._taken(culprit.case):
            return None
        try:
            sent = await self._sender.send(culprit.case)
        finally:
            await self._budget.give_back(int(could_create(culprit.case)))
        found = self._judge(culprit.case, sent) or ()
        own = self._failures(found)
        if not own:
            return None
        self._seen |= {each.pattern for each in own}
        self._recorder.record(sent, culprit.case.id, found)
        return self._minimiser.spoken(culprit, own)

    async def _probed(self, case: Case) -> Sequence[Finding] | None:
        """Send a case and return its failures; None as `_again`."""
        found = await self._again(case, 1)
        return None if found is None else self._failures(found)

    async def _again(self, case: Case, attempt: int) -> Found | None:
        """Send a case and return what is found, None where a limit of the run forbids it, or nobody can judge."""
        if await self._taken(case):
            return None
        try:
            sent = await self._sender.send(case, attempt=attempt)
        finally:
            await self._budget.give_back(int(could_create(case)))
        return self._judge(case, sent)

    async def _taken(self, case: Case) -> str:
        return await self._budget.take(1, int(could_create(case)))

    def _judge(self, case: Case, sent: Sent) -> Found | None:
        if sent.unjudged:
            return None
        filled = replace(case, request=sent.exchange.request)
        return self._judges.alone(Subject(self._contract, filled, sent.exchange, self.settings))

    def _failures(self, found: Found) -> tuple[Finding, ...]:
        """Return the findings that weigh: a note is neither sent again nor cut down."""
        findings = (each for each in found if isinstance(each, Finding))
        return tuple(each for each in findings if self._recorder.strength(each) is not Strength.ADVISORY)

    def _as_flaky(self, each: Judgement | Doubt) -> Judgement | Doubt:
        if not isinstance(each, Finding) or each.pattern not in self._flaky:
            return each
        symptom = Symptom(each.symptom.rule, intermittent=True)
        return replace(each, grouped_under=symptom, sentence=f"fails at random, not always: {symptom.rule}")
