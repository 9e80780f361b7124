"""Failures of random cases: explained by what was found before, or by the simplest body that fails as they do."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from conformance.diagnosis.reduction.body_reducer import BodyReducer
from conformance.diagnosis.reduction.culprits import Culprit
from conformance.diagnosis.reduction.essence import essence, told, unburdened
from conformance.diagnosis.reduction.property_reducer import PropertyReducer
from conformance.diagnosis.reduction.trials import FailureProbe, Key, key_of, rule_of
from conformance.model.case import MINIMAL, SLOT, Case, Need, Request
from conformance.model.finding import Finding
from conformance.model.json_values import body_value, get, with_value, without
from conformance.model.jsontext import Json
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.examples import Examples
from conformance.strategies.random.labelling import body_case

BREAKDOWNS = frozenset({"server error", "no response"})
"""The rules that hold for every body, valid or not; where they are broken, nothing is created."""

MOST_VIOLATIONS = 8
"""How many things that are wrong with a body are taken out of it at most."""

MAX_REQUESTS = 300
"""How many requests one failure may cost."""

MAX_FAILURES = 40
"""How many failures of a run are minimized."""


class Asking(Protocol):
    """How the target is asked about other bodies."""

    async def probe(self, case: Case) -> Sequence[Finding] | None:
        """Send a case and return its failures; None where a limit forbids it, or it can't be judged."""

    async def show(self, culprit: Culprit) -> Culprit | None:
        """Send the smallest body once more and record it; None where it does not fail."""


class RandomFailures:
    """Minimizes the failures of random cases, one at a time; `over` tells that the time is over.

    A failure that an earlier one explains costs one request at most: the body without the properties of that one, which
    must not fail. What breaks the server is looked for in valid bodies first, whatever body it was met with.
    """

    def __init__(
        self,
        asking: Asking,
        build: Builder,
        examples: Examples | None,
        reducer: PropertyReducer,
    ) -> None:
        self._asking = asking
        self._build = build
        self._contract = build.contract
        self._examples = examples
        self._reducer = reducer
        self._known: list[Culprit] = []
        self._failures = 0
        self.over = False

    def subject(self, case: Case, failures: Sequence[Finding]) -> Finding:
        """Return which failure of a case is to be minimized: the one that breaks the server before all others."""
        broken = (each for each in failures if rule_of(each) in BREAKDOWNS)
        return next(broken, None) or self._reducer.applies(case, failures) or failures[0]

    async def explained(self, case: Case, finding: Finding) -> Culprit | None:
        """Return the culprit without which a body fails no more; where it holds several, the first of them."""
        alike = [each for each in self._known if each.key == key_of(finding)]
        whole = next((each for each in alike if not each.members), None)
        if whole is not None:
            return whole
        held = [each for each in alike if unburdened(self._contract, case, each.members) is not None]
        for culprit in held:
            if await self._passes(case, culprit.members, culprit.key):
                return culprit
        together = {pointer: value for each in held for pointer, value in each.members.items()}
        several = len(held) > 1 and await self._passes(case, together, held[0].key)
        return held[0] if several else None

    async def simplified(self, case: Case, sent: Request, finding: Finding, *, fresh: bool) -> Culprit | None:
        """Return what a failure comes down to, None where nothing simpler was found; the simplest case is recorded.

        Args:
            case: what failed.
            sent: its request as it went out, with the name that it had.
            finding: what is to be minimized.
            fresh: whether its pattern is new; an invalid body of a known one is not looked into.

        """
        if not concerns_body(case, finding):
            if fresh:
                await self._simplest(case, sent, finding)
            return None
        if case.expectation is not Expectation.ACCEPTED:
            case = await self._righted(case, finding) or case
        if case.expectation is Expectation.ACCEPTED or fresh:
            return await self._simplest(case, sent, finding)
        return None

    async def _passes(self, case: Case, members: Mapping[str, Json], key: Key) -> bool:
        """Tell whether a case without some properties fails no more in that way."""
        free = unburdened(self._contract, case, members)
        again = await self._asking.probe(free) if free is not None else None
        return again is not None and not any(key_of(each) == key for each in again)

    async def _righted(self, case: Case, finding: Finding) -> Case | None:
        """Return a valid body that is left of an invalid one and fails as that does; None where there is none."""
        body = body_value(case.request.body)
        for _ in range(MOST_VIOLATIONS):
            wrong = next(iter(self._contract.request_validator.violations(body)), None)
            if wrong is None:
                break
            body = without(body, wrong.pointer) if wrong.pointer else None
        if not isinstance(body, dict):
            return None
        made = body_case(self._build, case.phase, body, None)
        if made.expectation is not Expectation.ACCEPTED or (made.beyond and not case.beyond):
            return None
        again = await self._asking.probe(made)
        return made if again and any(key_of(each) == key_of(finding) for each in again) else None

    async def _simplest(self, case: Case, sent: Request, finding: Finding) -> Culprit | None:
        right, breaks = case.expectation is Expectation.ACCEPTED, rule_of(finding) in BREAKDOWNS

        def same(each: Finding) -> bool:
            return key_of(each) == key_of(finding) if right or breaks else each.pattern == finding.pattern

        new = self._keep(case)
        trial = FailureProbe(self._asking.probe, same, MAX_REQUESTS, lambda: self.over)
        begun = await self._named_as_sent(case, sent, trial) if breaks else case
        if self.over or self._failures >= MAX_FAILURES or body_value(begun.request.body) is None:
            return None
        self._failures += 1
        smallest = await BodyReducer(self._build, begun, trial).simplest()
        if smallest is None:
            return None
        members = essence(self._contract, smallest) if right else {}
        shown = await self._asking.show(Culprit(key_of(finding), members, self._named(smallest, members)))
        if shown is not None:
            # What an earlier run kept is forgotten when it passes, and not before: this failure may be another.
            self._keep(smallest, instead=case if new else None)
            if right:
                self._known.append(shown)
        return shown

    async def _named_as_sent(self, case: Case, sent: Request, trial: FailureProbe) -> Case:
        """Return a case that can be reduced to a name that is all its own, where an odd name is to blame.

        Nothing was created under the name, so it can be sent again; and what is in it beside the slot may need a part
        of what the slot was filled with.
        """
        identity, body = self._contract.identity, body_value(case.request.body)
        if identity is None or Need.NAME_EDGES not in case.needs:
            return case
        for name in (SLOT, get(body_value(sent.body), identity)):
            tried = body_case(self._build, case.phase, with_value(body, identity, name), None)
            if tried.expectation is case.expectation and await trial.fails(tried):
                return tried
        return case

    def _keep(self, case: Case, instead: Case | None = None) -> bool:
        if self._examples is None:
            return False
        if instead is not None:
            self._examples.forget(instead)
        return self._examples.keep(case)

    def _named(self, case: Case, members: Mapping[str, Json]) -> Case:
        """Return the case that is shown, with its own story: what was asked about on the way had none yet."""
        if case.expectation is Expectation.ACCEPTED:
            known = self._reducer.known(case)
            if known is not None:
                return known
            case = told(case, members)
        return replace(case, id=f"{case.id}{MINIMAL}", reduced=True)


def concerns_body(case: Case, finding: Finding) -> bool:
    """Tell whether a failure may have the same reason with other bodies: not where what is wrong with one was taken."""
    return case.expectation is Expectation.ACCEPTED or rule_of(finding) in BREAKDOWNS
