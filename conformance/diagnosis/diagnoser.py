"""The diagnoser: a failure is sent again, to tell always from sometimes, and minimized to what brings it about."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from conformance.diagnosis.bisection import Fails, narrow
from conformance.diagnosis.discrimination import Discriminator, Seen
from conformance.diagnosis.explanation import explanations
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.diagnosis.facts.sent_facts import SentFacts
from conformance.diagnosis.failure_order import FailureOrder
from conformance.diagnosis.hypotheses import FactTable
from conformance.diagnosis.observations import REQUEST_RULES, Explanation, Observation
from conformance.diagnosis.reduction.culprits import Culprit, Culprits
from conformance.diagnosis.reduction.property_reducer import PropertyReducer
from conformance.diagnosis.reduction.random_failures import BREAKDOWNS, RandomFailures, concerns_body
from conformance.diagnosis.reduction.trials import rule_of
from conformance.journal.events import FindingMade
from conformance.model.case import CATALOGUE, Case, Relation, Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.finding import Doubt, Finding, Judgement, Pass, Symptom
from conformance.model.json_values import body_value
from conformance.model.vocabulary import Strength
from conformance.runner.sending import Sent
from conformance.runner.session import Found, Session
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.examples import Examples

Again: TypeAlias = Callable[[int], Awaitable[Found | None]]
"""Sends once more, numbered, and returns what is found; None where that cannot be told."""


MOST_REPEATED = 6
"""How many kinds of failures of one rule are sent again, where all of them show always, or most of them sometimes."""

SILENT_REPEATS = 2
"""How often what got no response in time is sent again."""

ROUNDS = 4
"""How often what was found is explained anew with what was sent to decide between hypotheses."""

MOST_DECIDED = 6
"""For how many faults that is done: a target that has more of them is wrong everywhere."""

MOST_OBSERVED = 3_000
"""How many exchanges of a run explanations are made from: after so many, a campaign shows nothing new."""


class DiagnosisOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How failures are looked into.

    Args:
        repeats: how often a failure of a new kind is sent again.
        probes: how many requests each cause may cost after all else was sent.
        spare: cases that may be sent, and are not planned: some of them decide between hypotheses.
        known: the cases of the catalogue by request; a minimized body may be one of them.
        build: labels bodies; without it random cases are not minimized, and no thresholds are looked for.
        examples: keeps the bodies of random cases that failed.

    """

    repeats: int = 3
    probes: int = 40
    known: Mapping[Request, Case] = {}
    spare: tuple[Case, ...] = ()
    build: Builder | None = None
    examples: Examples | None = None


class Diagnoser:
    """Looks into the failures of one run, in the order of its plan.

    A failure of a kind that is new is sent again. One that shows always on a body is minimized; the findings are then
    those of the smallest body. One that shows sometimes is reported as intermittent.
    """

    def __init__(self, session: Session, options: DiagnosisOptions = DiagnosisOptions()) -> None:  # noqa: B008 (frozen)
        self._session = session
        self._repeats = options.repeats
        self._seen: set[Symptom] = set()
        self._unrepeated: set[Symptom] = set()
        self._flaky: set[Symptom] = set()
        self._steady: Counter[str] = Counter()
        self._unsteady: Counter[str] = Counter()
        self._order = FailureOrder()
        self._culprits = Culprits()
        self._reducer = PropertyReducer(session.contract, options.known)
        self._build = options.build
        self._probes = options.probes
        self._spare = options.spare
        self._observed: list[Observation] = []
        self._facts = FactReader(session.contract)
        self._random: RandomFailures | None = None
        if options.build is not None:
            self._random = RandomFailures(self, options.build, options.examples, self._reducer)

    def begin(self) -> None:
        """Number the item that this task has just been handed."""
        self._order.begin()

    async def end(self) -> None:
        """Be done with it."""
        await self._order.end()

    def finish(self) -> None:
        """Minimize nothing more: the time is over."""
        if self._random is not None:
            self._random.over = True

    async def conclude(self) -> None:
        """Decide between the hypotheses about what was found, and bisect their thresholds."""
        build, contract = self._build, self._session.contract
        broken = {event.finding.symptom.rule for each in self._observed for event in each.findings}
        if build is None or not self._probes or broken.isdisjoint(REQUEST_RULES):
            return
        explained = explanations(contract, self._observed, lambda _: True, self._facts)
        sent = {each.case.id for each in self._observed}
        spare = [each for each in self._spare if each.id not in sent and self._session.can_repeat(each)]
        discriminator = Discriminator(contract, spare)
        for _ in range(ROUNDS if len(self._observed) < MOST_OBSERVED else 0):
            if not await self._decide(discriminator, explained):
                break
            explained = explanations(contract, self._observed, lambda _: True, self._facts)
        for each in explained:
            left = self._probes - discriminator.spent(each)
            await narrow(build, each, self._observed, self._probing(each.rule), left)

    async def _decide(self, discriminator: Discriminator, explained: Sequence[Explanation]) -> int:
        """Send cases that decide between the hypotheses about a few faults; return how many."""
        observed = tuple(self._observed)
        of_requests = [each for each in explained if each.rule in REQUEST_RULES][:MOST_DECIDED]
        if not of_requests or not self._spare:
            return 0
        seen = Seen(observed, FactTable(SentFacts(self._session.contract, observed, self._facts)))
        return sum([await discriminator.decide(each, seen, self._probing(each.rule)) for each in of_requests])

    def _probing(self, rule: str) -> Fails:
        """Return what sends a case, records it, and tells whether a rule is broken."""

        async def fails(case: Case) -> bool | None:
            sent = await self._session.send(case, beyond_plan=True)
            if isinstance(sent, str) or sent[0].unjudged or sent[0].void:
                return None
            found = await self._session.controlled(case, self._judged(case, sent[0]), beyond_plan=True)
            self._session.recorder.record(sent[0].number, case.id, found)
            self._observe(case, sent[0].exchange, self._failures(found))
            return any(rule_of(each) == rule for each in self._failures(found))

        return fails

    def _observe(self, case: Case, exchange: Exchange, failures: Sequence[Finding]) -> None:
        if len(self._observed) < MOST_OBSERVED:
            number = str(len(self._observed))
            made = tuple(FindingMade(id=number, send=0, case=case.id, finding=each) for each in failures)
            # The status is all that counts: bodies of responses may be large, and there are thousands.
            response = Response(exchange.response.status) if exchange.response else None
            self._observed.append(Observation(case, Exchange(exchange.request, response), made))

    async def explain(self, case: Case, exchange: Exchange, found: Found, *, alone: bool = True) -> tuple[Found, str]:
        """Return what is to be recorded in the place of `found`, and how often the case failed.

        `exchange` has the request of the case as it went out. Unless the case can be sent `alone`, it is not repeated:
        another name would ask something else.
        """
        failures = self._failures(found)
        self._observe(case, exchange, failures)
        if not failures:
            return found, ""
        if self._random is not None and case.phase != CATALOGUE:
            await self._order.mine()
            return await self._explain_random(self._random, case, exchange, found)
        silent = exchange.failure is Failure.TIMEOUT
        fresh = self._fresh(failures)
        repeats = ""
        if alone:
            doubtful = fresh | (self._unrepeated & {each.pattern for each in failures})
            self._unrepeated -= doubtful
            repeats = await self._repeat(case, doubtful, most=SILENT_REPEATS if silent else self._repeats)
        else:
            self._unrepeated |= fresh  # the next request of this kind is repeated in its place
        if self._is_flaky(failures):
            return self._as_flaky(found), repeats
        if silent:
            return found, repeats  # each try costs the whole timeout, and after a few in a row the target is lost
        finding = self._reducer.applies(case, failures)
        if finding is None:
            return found, repeats
        culprit = self._explained(case, finding)
        if culprit is None and self._session.can_repeat(case) and not self._resembles(case, finding):
            culprit = await self._reducer.minimize(case, finding, self.probe, fresh=finding.pattern in fresh)
            if culprit is not None:
                culprit = await self.show(culprit) if culprit.case.id != case.id else None
        return _attributed(found, finding, culprit), repeats

    async def explain_relation(self, relation: Relation, found: Found) -> tuple[Found, str]:
        """As `explain`, for what was found on the exchanges of a relation together."""

        async def again(attempt: int) -> Found | None:
            return await self._session.examine_relation(relation, attempt=attempt)

        can_repeat = self._session.can_repeat(relation)
        repeats = await self._repeated(self._fresh(self._failures(found)), again if can_repeat else None)
        return self._as_flaky(found), repeats

    async def _explain_random(
        self, random: RandomFailures, case: Case, exchange: Exchange, found: Found
    ) -> tuple[Found, str]:
        sent, failures, silent = exchange.request, self._failures(found), exchange.failure is Failure.TIMEOUT
        finding = random.subject(case, failures)
        if concerns_body(case, finding) and not silent:
            culprit = self._explained(case, finding) or await random.explained(case, finding)
            if culprit is not None:
                return _attributed(found, finding, culprit), ""
        fresh = self._fresh(failures)
        repeats = await self._repeat(case, fresh, most=SILENT_REPEATS if silent else self._repeats)
        if self._is_flaky(failures) and rule_of(finding) in BREAKDOWNS and not silent and sent != case.request:
            # Every try had a name of its own, and a part of it may be to blame.
            self._flaky -= fresh
            exact = replace(case, request=sent, slotted=False)
            repeats = await self._repeated(fresh, self._again(exact), self._repeats + 1)
        if self._is_flaky(failures):
            return self._as_flaky(found), repeats
        if silent:
            return found, repeats
        culprit = await random.simplified(case, sent, finding, fresh=finding.pattern in fresh)
        return _attributed(found, finding, culprit), repeats

    def _explained(self, case: Case, finding: Finding) -> Culprit | None:
        """Return what was found before and explains this failure as well."""
        body, few = body_value(case.request.body), self._reducer.few(case)
        alike = (each for each in self._culprits.alike(finding) if each.absent or not few)
        return next((each for each in alike if each.explains(body)), None)

    def _resembles(self, case: Case, finding: Finding) -> bool:
        """Tell whether a failure may be explained by what was found before, but for other values: one is minimized."""
        body = body_value(case.request.body)
        return any(each.resembles(body) for each in self._culprits.alike(finding))

    async def probe(self, case: Case) -> Sequence[Finding] | None:
        """Send a case and return its failures; None where a limit forbids it, or it can't be judged."""
        found = await self._session.examine(case)
        return None if found is None else self._failures(found)

    async def show(self, culprit: Culprit) -> Culprit | None:
        """Send the smallest body once more and record it under its own name; its findings speak from now on."""
        sent = await self._session.send(culprit.case, beyond_plan=True)
        found = self._judged(culprit.case, sent[0]) if not isinstance(sent, str) else ()
        failures = self._failures(found)
        if isinstance(sent, str) or not failures:
            return None
        self._seen |= {each.pattern for each in failures}
        self._session.recorder.record(sent[0].number, culprit.case.id, found)
        self._observe(culprit.case, sent[0].exchange, failures)
        return self._culprits.remember(culprit, failures)

    def _judged(self, case: Case, sent: Sent) -> Found:
        return () if sent.unjudged else self._session.judge(self._session.subject(case, sent))

    def _fresh(self, failures: Sequence[Finding]) -> frozenset[Symptom]:
        """Return the patterns that were not seen before; they are known from now on."""
        fresh = frozenset(each.pattern for each in failures) - self._seen
        self._seen |= fresh
        return fresh

    def _is_flaky(self, failures: Sequence[Finding]) -> bool:
        return any(each.pattern in self._flaky for each in failures)

    async def _repeat(self, case: Case, fresh: frozenset[Symptom], most: int) -> str:
        again = self._again(case) if self._session.can_repeat(case) else None
        return await self._repeated(fresh, again, most=most)

    def _again(self, case: Case) -> Again:
        async def again(attempt: int) -> Found | None:
            return await self._session.examine(case, attempt=attempt)

        return again

    async def _repeated(
        self, fresh: frozenset[Symptom], again: Again | None, before: int = 1, most: int | None = None
    ) -> str:
        """Send once more, `before` tries being numbered already; returns how often it failed of how many times.

        `most` is how often at most, where that is less than the diagnosis was told.
        """
        repeats = self._repeats if most is None else min(most, self._repeats)
        # Where so many failures of one rule showed always, another kind of request says nothing new.
        doubtful = {each for each in fresh if self._steady[each.rule] < MOST_REPEATED}
        if not doubtful or not repeats or again is None:
            return ""
        if all(self._unsteady[each.rule] >= max(MOST_REPEATED, self._steady[each.rule]) for each in doubtful):
            self._flaky |= fresh
            return ""
        failed = done = 1
        for attempt in range(before + 1, before + repeats + 1):
            found = await again(attempt)
            if found is None:
                break
            done += 1
            failed += any(each.pattern in fresh for each in self._failures(found))
        if failed < done:
            self._flaky |= fresh
            self._unsteady.update(each.rule for each in fresh)
        else:
            self._steady.update(each.rule for each in fresh)
        return f"{failed} of {done}"

    def _failures(self, found: Found) -> tuple[Finding, ...]:
        """Return the findings that weigh: a note is neither sent again nor minimized."""
        strength = self._session.recorder.strength
        # Nearly all is a pass: what else there can be is asked last.
        against = [each for each in found if type(each) is not Pass]
        return tuple(each for each in against if isinstance(each, Finding) and strength(each) is not Strength.ADVISORY)

    def _as_flaky(self, found: Found) -> Found:
        return [self._flaky_one(each) for each in found]

    def _flaky_one(self, each: Judgement | Doubt) -> Judgement | Doubt:
        if not isinstance(each, Finding) or each.pattern not in self._flaky:
            return each
        symptom = Symptom(each.symptom.rule, intermittent=True)
        return replace(
            each, grouped_under=symptom, sentence=f"Intermittent: {each.sentence[:1].lower()}{each.sentence[1:]}"
        )


def _attributed(found: Found, finding: Finding, culprit: Culprit | None) -> Found:
    """Return `found` with the finding replaced by what the smallest body shows."""
    if culprit is None or not culprit.findings:
        return found
    return [each for each in found if each is not finding] + list(culprit.findings)
