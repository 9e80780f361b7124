"""Discrimination: where several hypotheses fit what few requests show, cases are sent that decide between them."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec

from conformance.contract.contract import Contract
from conformance.diagnosis.bisection import Fails
from conformance.diagnosis.explanation import evidence_of
from conformance.diagnosis.facts.features import CREATION, REQUEST, USED_NAME, USED_START
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.diagnosis.hypotheses import Evidence, FactTable, Hypothesis
from conformance.diagnosis.observations import ACCEPTS, REJECTS, Explanation, Observation
from conformance.model.case import Case
from conformance.model.vocabulary import Expectation

DECIDED = 30
"""What so many requests show has no other explanation by chance."""

MOST_PROBES = 20
"""How many cases are sent for one fault at most."""

ENOUGH = 2
"""After so many cases for a hypothesis that has no rival, and none that refutes it, it is confirmed."""

REFUSED = 3
"""After so many cases that could not be sent, or not be judged, no more are tried for one fault."""

OF_THE_RUN = frozenset({CREATION, REQUEST, USED_NAME, USED_START})
"""What is said of the place of a request in the run: no other request has it."""


class Seen(msgspec.Struct, frozen=True):
    """The exchanges of a run so far, and the facts of their requests."""

    observations: Sequence[Observation]
    table: FactTable


class _Rival(msgspec.Struct, frozen=True):
    """A hypothesis that fits all that shows a fault; `spare` is the same of the cases that were not sent."""

    hypothesis: Hypothesis
    spare: Hypothesis


class Discriminator:
    """Decides between the hypotheses about the faults of one run.

    Args:
        contract: what the target is held to.
        cases: the cases that may be sent, and are not in the plan.

    """

    def __init__(self, contract: Contract, cases: Sequence[Case]) -> None:
        self._contract = contract
        self._cases = tuple(each for each in cases if not each.merged)
        self._tried: set[int] = set()
        self._confirmed: set[object] = set()
        self._spent: dict[object, int] = {}

    def spent(self, explanation: Explanation) -> int:
        """Return how many cases were sent for a fault: it is known by the first request that shows it."""
        return self._spent.get(_key(explanation), 0)

    async def decide(self, explanation: Explanation, seen: Seen, fails: Fails) -> int:
        """Send the cases that leave the fewest hypotheses, whatever comes of them; return how many.

        `fails` sends one and returns whether it shows the fault. What was sent and found is in the journal. An invalid
        request is accepted for what is invalid in it, so that there is nothing to decide.
        """
        decided = len(explanation.observations) >= DECIDED
        if decided or explanation.rule == ACCEPTS or not explanation.hypotheses or not self._cases:
            return 0
        evidence = evidence_of(self._contract, seen.observations, explanation.rule)
        before = self.spent(explanation)
        for hypothesis in explanation.hypotheses:
            if (explanation.rule, hypothesis.order) not in self._confirmed:
                rivals = list(self._rivals(seen.table, evidence, hypothesis))
                for each in await self._left(explanation, rivals, fails):
                    self._confirmed.add((explanation.rule, each.hypothesis.order))
        return self.spent(explanation) - before

    async def _left(self, explanation: Explanation, rivals: list[_Rival], fails: Fails) -> list[_Rival]:
        """Send cases until one hypothesis is left and confirmed, or none is; return those that are left.

        Where none is, the fault is explained anew with what was found.
        """
        confirming = refused = 0
        while rivals and confirming < ENOUGH and refused < REFUSED and self.spent(explanation) < MOST_PROBES:
            confirming += len(rivals) == 1
            index = self._dividing(explanation.rule, rivals)
            if index is None:
                break
            self._tried.add(index)
            failed = await fails(self._cases[index])
            if failed is None:
                refused += 1
                continue
            self._spent[_key(explanation)] = self.spent(explanation) + 1
            rivals = [each for each in rivals if self._is_left(each, index, failed=failed)]
        return rivals

    def _rivals(self, table: FactTable, evidence: Evidence, hypothesis: Hypothesis) -> Iterator[_Rival]:
        """Yield each hypothesis of one condition that fits all that another one covers, and is not refuted."""
        covered = hypothesis.mask & evidence.positives
        known: set[tuple[int, int]] = set()
        for each in (hypothesis, *table.singles(evidence)):
            if covered & ~each.mask or evidence.refutes(each):
                continue
            if any(condition.feature.name in OF_THE_RUN for condition in each.conditions):
                continue
            spare = self._table.fitting(each)
            if (spare.mask, spare.own) not in known:
                known.add((spare.mask, spare.own))
                yield _Rival(each, spare)

    @cached_property
    def _table(self) -> FactTable:
        reader = FactReader(self._contract)
        return FactTable([reader.read(each) for each in self._cases])

    def _dividing(self, rule: str, rivals: Sequence[_Rival]) -> int | None:
        """Return the case that leaves the fewest hypotheses, whatever comes of it; None where each leaves all.

        Of a hypothesis without a rival it is one that refutes it where it does not fail.
        """

        def left(index: int) -> int:
            if_failed, if_passed = (
                sum(self._is_left(each, index, failed=failed) for each in rivals) for failed in (True, False)
            )
            return max(if_failed, if_passed) if len(rivals) > 1 else if_passed

        fit = (index for index, case in enumerate(self._cases) if index not in self._tried and _shows(rule, case))
        counted = ((left(index), len(self._cases[index].request.body or b""), index) for index in fit)
        best = min(counted, default=None)
        return best[2] if best is not None and best[0] < len(rivals) else None

    def _is_left(self, rival: _Rival, index: int, *, failed: bool) -> bool:
        if failed:
            return bool(rival.spare.mask >> index & 1)
        accepted = self._cases[index].expectation is Expectation.ACCEPTED
        # What is rejected for its own fault refutes only what is said of it.
        return not (rival.spare.mask if accepted else rival.spare.own) >> index & 1


def _key(explanation: Explanation) -> tuple[str, int]:
    return explanation.rule, min(explanation.observations, default=-1)


def _shows(rule: str, case: Case) -> bool:
    """Tell whether the response to a case can show, or refute, that a rule is broken."""
    return case.expectation is Expectation.ACCEPTED or (rule != REJECTS and case.expectation is Expectation.REJECTED)
