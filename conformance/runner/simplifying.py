"""Simplifying: failures of random cases, told by the fewest members and the plainest values that bring them about."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from conformance.contract.contract import Contract
from conformance.model.case import Case
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.jsontext import Json
from conformance.model.vocabulary import Expectation
from conformance.runner.essence import essence, told, unburdened
from conformance.runner.minimising import Culprit, Minimiser
from conformance.runner.reducing import key_of
from conformance.runner.shrinking import Shrinker

Found: TypeAlias = Sequence[Judgement | Doubt]
Again: TypeAlias = Callable[[Case], Awaitable[Sequence[Finding] | None]]
Shown: TypeAlias = Callable[[Culprit], Awaitable[Culprit | None]]


class Simplifier:
    """Simplifies the failures of random cases, one at a time.

    A failure that an earlier one explains costs one request at most: the body without the members of that one, which
    must not fail.
    """

    def __init__(
        self, contract: Contract, minimiser: Minimiser, shrinker: Shrinker, again: Again, shown: Shown
    ) -> None:
        self._contract = contract
        self._minimiser = minimiser
        self._shrinker = shrinker
        self._again = again
        self._shown = shown
        self._culprits: list[Culprit] = []

    async def simplified(self, case: Case, found: Found, finding: Finding, *, fresh: frozenset[str]) -> Found:
        """Return what is to be recorded in the place of `found`; the simplest case is recorded by itself."""
        if case.expectation is not Expectation.ACCEPTED:
            if finding.pattern in fresh:
                async with self._shrinker.turn:
                    await self._simplest(case, finding)
            return found
        culprit = self._minimiser.explained(case, finding) or await self._explained(case, finding)
        if culprit is None:
            async with self._shrinker.turn:
                # Meanwhile another worker may have found it.
                culprit = await self._explained(case, finding) or await self._simplest(case, finding)
        return attributed(found, finding, culprit) if culprit is not None else found

    async def _explained(self, case: Case, finding: Finding) -> Culprit | None:
        for culprit in self._culprits:
            if culprit.key != key_of(finding):
                continue
            if not culprit.members:
                return culprit
            without = unburdened(self._contract, case, culprit.members)
            if without is None:
                continue
            again = await self._again(without)
            if again is not None and not any(key_of(each) == culprit.key for each in again):
                return culprit
        return None

    async def _simplest(self, case: Case, finding: Finding) -> Culprit | None:
        right = case.expectation is Expectation.ACCEPTED

        async def fails(smaller: Case) -> bool | None:
            again = await self._again(smaller)
            if again is None or smaller.expectation is not case.expectation:
                return None if again is None else False
            alike = (key_of(each) == key_of(finding) if right else each.pattern == finding.pattern for each in again)
            return any(alike)

        smallest = await self._shrinker.simplest(case, fails)
        if smallest is None:
            return None
        members = essence(self._contract, smallest) if right else {}
        shown = await self._shown(
            Culprit(key_of(finding), members, self._named(smallest, members) if right else smallest)
        )
        if shown is not None and right:
            self._culprits.append(shown)
        return shown

    def _named(self, case: Case, members: Mapping[str, Json]) -> Case:
        known = self._minimiser.known(case)
        return known if known is not None else told(case, members)


def attributed(found: Found, finding: Finding, culprit: Culprit) -> Found:
    """Return `found` with the finding replaced by what the smallest body shows."""
    if not culprit.findings:
        return found
    return [each for each in found if each is not finding] + list(culprit.findings)
