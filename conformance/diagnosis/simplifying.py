"""Simplifying: failures of random cases, told by the fewest members and the plainest values that bring them about."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.diagnosis.absence import without
from conformance.diagnosis.essence import essence, told, unburdened
from conformance.diagnosis.examples import Examples
from conformance.diagnosis.minimizing import Culprit, Minimiser
from conformance.diagnosis.reducing import Key, key_of, rule_of
from conformance.diagnosis.shrinking import Probe, Shrinker, replaced, value_of
from conformance.model.case import MINIMAL, SLOT, Case, Need, Request
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.jsontext import Json
from conformance.model.pointer import lookup, split
from conformance.model.vocabulary import Expectation
from conformance.strategies.random.labelling import body_case

Found: TypeAlias = Sequence[Judgement | Doubt]
Again: TypeAlias = Callable[[Case], Awaitable[Sequence[Finding] | None]]
Shown: TypeAlias = Callable[[Culprit], Awaitable[Culprit | None]]

BREAKDOWNS = frozenset({"server error", "no answer"})
"""The rules that hold for every body, right or wrong; where they are broken, nothing is created."""

MOST_VIOLATIONS = 8
"""How many things that are wrong with a body are taken out of it at most."""


class Simplifier:
    """Simplifies the failures of random cases, one at a time.

    A failure that an earlier one explains costs one request at most: the body without the members of that one, which
    must not fail. What breaks the server is looked for in right bodies first, whatever body it was met with.
    """

    def __init__(
        self,
        contract: Contract,
        minimiser: Minimiser,
        shrinker: Shrinker,
        again: Again,
        shown: Shown,
        examples: Examples | None = None,
    ) -> None:
        self._contract = contract
        self._minimiser = minimiser
        self._shrinker = shrinker
        self._again = again
        self._shown = shown
        self._examples = examples
        self._culprits: list[Culprit] = []

    def subject(self, case: Case, failures: Sequence[Finding]) -> Finding:
        """Return which failure of a case is to be simplified: the one that breaks the server before all others."""
        broken = (each for each in failures if rule_of(each) in BREAKDOWNS)
        return next(broken, None) or self._minimiser.applies(case, failures) or failures[0]

    async def explained(self, case: Case, finding: Finding) -> Culprit | None:
        """Return what was found before and explains this failure as well; asks the target where that is open."""
        if not _concerns(case, finding):
            return None
        return self._minimiser.explained(case, finding) or await self._explained(case, finding)

    async def simplified(self, case: Case, sent: Request, finding: Finding, *, fresh: bool) -> Culprit | None:
        """Return what a failure comes down to, None where nothing simpler was found; the simplest case is recorded.

        Args:
            case: what failed.
            sent: its request as it went out, with the name that it had.
            finding: what is to be simplified.
            fresh: whether its pattern is new; a wrong body of a known one is not looked into.

        """
        if not _concerns(case, finding):
            if fresh:
                await self._simplest(case, sent, finding)
            return None
        if case.expectation is not Expectation.ACCEPTED:
            case = await self._righted(case, finding) or case
        if case.expectation is Expectation.ACCEPTED or fresh:
            return await self._simplest(case, sent, finding)
        return None

    async def _explained(self, case: Case, finding: Finding) -> Culprit | None:
        """Return the culprit without which a body fails no more; where it holds several, the first of them."""
        alike = [each for each in self._culprits if each.key == key_of(finding)]
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

    async def _passes(self, case: Case, members: Mapping[str, Json], key: Key) -> bool:
        """Tell whether a case without some members fails no more in that way."""
        free = unburdened(self._contract, case, members)
        again = await self._again(free) if free is not None else None
        return again is not None and not any(key_of(each) == key for each in again)

    async def _righted(self, case: Case, finding: Finding) -> Case | None:
        """Return a right body that is left of a wrong one and fails as that does; None where there is none."""
        body = value_of(case)
        for _ in range(MOST_VIOLATIONS):
            wrong = next(iter(self._contract.request_validator.violations(body)), None)
            if wrong is None:
                break
            body = without(body, split(wrong.pointer)) if wrong.pointer else None  # type: ignore[assignment]
        if not isinstance(body, dict):
            return None
        made = body_case(self._shrinker.build, case.phase, body, None)
        if made.expectation is not Expectation.ACCEPTED or (made.beyond and not case.beyond):
            return None
        again = await self._again(made)
        return made if again and any(key_of(each) == key_of(finding) for each in again) else None

    async def _simplest(self, case: Case, sent: Request, finding: Finding) -> Culprit | None:
        right, breaks = case.expectation is Expectation.ACCEPTED, rule_of(finding) in BREAKDOWNS

        async def fails(smaller: Case) -> bool | None:
            again = await self._again(smaller)
            if again is None:
                return None
            return any(
                key_of(each) == key_of(finding) if right or breaks else each.pattern == finding.pattern
                for each in again
            )

        new = self._keep(case)
        begun = await self._named_as_sent(case, sent, fails) if breaks else case
        smallest = await self._shrinker.simplest(begun, fails)
        if smallest is None:
            return None
        members = essence(self._contract, smallest) if right else {}
        culprit = Culprit(key_of(finding), members, self._named(smallest, members))
        shown = await self._shown(culprit)
        if shown is None:
            return None
        # What an earlier run kept is forgotten when it passes, and not before: this failure may be another.
        self._keep(smallest, instead=case if new else None)
        if right:
            self._culprits.append(shown)
        return shown

    async def _named_as_sent(self, case: Case, sent: Request, fails: Probe) -> Case:
        """Return a case that can be shrunk to a name that is all its own, where an odd name is to blame.

        Nothing was created under the name, so it can be sent again; and what is in it beside the slot may need a part
        of what the slot was filled with.
        """
        identity, body = self._contract.identity, value_of(case)
        if identity is None or Need.NAME_EDGES not in case.needs:
            return case
        for name in (SLOT, _at(value_of(replace(case, request=sent)), identity)):
            tried = body_case(self._shrinker.build, case.phase, replaced(body, [identity], name), None)
            if tried.expectation is case.expectation and await fails(tried):
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
            known = self._minimiser.known(case)
            if known is not None:
                return known
            case = told(case, members)
        return replace(case, id=f"{case.id}{MINIMAL}")


def _concerns(case: Case, finding: Finding) -> bool:
    """Tell whether a failure may have the same reason with other bodies: not where what is wrong with one was taken."""
    return case.expectation is Expectation.ACCEPTED or rule_of(finding) in BREAKDOWNS


def _at(body: Json, pointer: str) -> Json:
    try:
        return lookup(body, pointer)
    except KeyError:
        return None


def attributed(found: Found, finding: Finding, culprit: Culprit) -> Found:
    """Return `found` with the finding replaced by what the smallest body shows."""
    if not culprit.findings:
        return found
    return [each for each in found if each is not finding] + list(culprit.findings)
