"""Confirming: a failure is sent again, to tell always from sometimes, and cut down to what brings it about."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from conformance.checks.judging import Judge
from conformance.checks.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.model.case import Case, Request
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.vocabulary import Strength
from conformance.runner.budget import Budget
from conformance.runner.minimising import Culprit, Minimiser
from conformance.runner.recording import Recorder
from conformance.runner.sending import Sender, Sent

Found = Sequence[Judgement | Doubt]


class Confirmer:
    """Confirms the failures of one run."""

    def __init__(
        self, contract: Contract, sender: Sender, budget: Budget, recorder: Recorder, repeats: int, judge: Judge
    ) -> None:
        self._contract = contract
        self._sender = sender
        self._budget = budget
        self._recorder = recorder
        self._minimiser = Minimiser(contract, {})
        self._repeats = repeats
        self._judges = judge
        self._seen: set[str] = set()
        self._flaky: set[str] = set()
        self.settings = Settings()

    def know(self, cases: Mapping[Request, Case]) -> None:
        """Take the cases of the catalogue, by request: a body that was cut down may be one of them."""
        self._minimiser = Minimiser(self._contract, cases)

    async def confirmed(self, case: Case, found: Found) -> tuple[Found, str]:
        """Return what is to be recorded in the place of `found`, and how often the case failed.

        A failure of a kind that is new is sent again. One that shows always on a body of several members is cut down;
        the findings are then those of the smallest body. One that shows sometimes is told as flaky.
        """
        failures = [each for each in found if isinstance(each, Finding) and self._weighs(each)]
        fresh = frozenset(each.pattern for each in failures) - self._seen
        repeats = await self._repeated(case, fresh)
        if any(each.pattern in self._flaky for each in failures):
            return [self._as_flaky(each) for each in found], repeats
        finding = self._minimiser.applies(case, failures)
        if finding is None:
            return found, repeats
        culprit = self._minimiser.explained(case, finding) or await self._cut_down(
            case, finding, fresh=finding.pattern in fresh
        )
        if culprit is None:
            return found, repeats
        return _attributed(found, finding, culprit), repeats

    def can_repeat(self, case: Case) -> bool:
        """Tell whether sending a case again asks the same question: not where it names an object by itself."""
        return case.slotted or not self._creates(case) or self._contract.identity is None

    async def _repeated(self, case: Case, fresh: frozenset[str]) -> str:
        self._seen |= fresh
        if not fresh or not self._repeats or not self.can_repeat(case):
            return ""
        failed = done = 1
        for attempt in range(2, self._repeats + 2):
            again = await self._again(case, attempt)
            if again is None:
                break
            done += 1
            failed += any(each.pattern in fresh for each in again)
        if failed < done:
            self._flaky |= fresh
        return f"{failed} of {done}"

    async def _cut_down(self, case: Case, finding: Finding, *, fresh: bool) -> Culprit | None:
        if not self.can_repeat(case):
            return None

        async def probe(smaller: Case) -> Sequence[Finding]:
            return await self._again(smaller, 1) or ()

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
            await self._budget.give_back(int(self._creates(culprit.case)))
        found = self._judge(culprit.case, sent)
        own = tuple(each for each in found if isinstance(each, Finding) and self._weighs(each))
        if not own:
            return None
        self._seen |= {each.pattern for each in own}
        self._recorder.record(sent, culprit.case.id, found)
        return self._minimiser.spoken(culprit, own)

    async def _again(self, case: Case, attempt: int) -> Sequence[Finding] | None:
        """Send a case and return its findings, None where a limit of the run forbids it."""
        if await self._taken(case):
            return None
        try:
            sent = await self._sender.send(case, attempt=attempt)
        finally:
            await self._budget.give_back(int(self._creates(case)))
        return [each for each in self._judge(case, sent) if isinstance(each, Finding) and self._weighs(each)]

    async def _taken(self, case: Case) -> str:
        return await self._budget.take(1, int(self._creates(case)))

    def _judge(self, case: Case, sent: Sent) -> Found:
        if sent.unjudged:
            return ()
        filled = replace(case, request=sent.exchange.request)
        return self._judges.alone(Subject(self._contract, filled, sent.exchange, self.settings))

    def _weighs(self, finding: Finding) -> bool:
        return self._recorder.strength(finding) is not Strength.ADVISORY

    def _creates(self, case: Case) -> bool:
        return case.request.method == self._contract.operation.method and case.request.body is not None

    def _as_flaky(self, each: Judgement | Doubt) -> Judgement | Doubt:
        if not isinstance(each, Finding) or each.pattern not in self._flaky:
            return each
        rule = each.pattern.partition(" | ")[0]
        return replace(each, pattern=f"flaky | {rule}", sentence=f"fails at random, not always: {rule}")


def _attributed(found: Found, finding: Finding, culprit: Culprit) -> Found:
    """Return `found` with the finding replaced by what the smallest body shows."""
    if not culprit.findings:
        return found
    return [each for each in found if each is not finding] + list(culprit.findings)
