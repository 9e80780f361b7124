"""Discrimination: where several predicates fit what few requests show, requests that tell them apart are sent."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec

from conformance.contract.contract import Contract
from conformance.diagnosis.bisection import Fails
from conformance.diagnosis.explanation import evidence_of, facts_of
from conformance.diagnosis.facts.features import CREATION, REQUEST, USED_NAME, USED_START
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.diagnosis.hypotheses import Evidence, FactTable, Hypothesis
from conformance.diagnosis.observations import ACCEPTS, REJECTS, Explanation, Observation
from conformance.model.case import Case
from conformance.model.vocabulary import Expectation

DECIDED = 30
"""What so many requests show has no other explanation by chance."""

MOST_PROBES = 10
"""How many requests tell the predicates of one fault apart at most."""

ENOUGH = 2
"""So many requests that fit a predicate without a rival, and show the fault, confirm it."""

OF_THE_RUN = frozenset({CREATION, REQUEST, USED_NAME, USED_START})
"""What is said of the place of a request in the run: no other request has it."""


class _Rival(msgspec.Struct, frozen=True):
    """A predicate that fits all that shows a fault; `spare` is the same of the requests that were not sent."""

    hypothesis: Hypothesis
    spare: Hypothesis


class Discriminator:
    """Tells the predicates of the faults of one run apart.

    Args:
        contract: what the target is held to.
        cases: the cases that may be sent, and are not in the plan.

    """

    def __init__(self, contract: Contract, cases: Sequence[Case]) -> None:
        self._contract = contract
        self._cases = tuple(each for each in cases if not each.merged)
        self._sent: set[int] = set()

    @cached_property
    def _table(self) -> FactTable:
        reader = FactReader(self._contract)
        return FactTable([reader.read(each) for each in self._cases])

    async def tell_apart(
        self, explanation: Explanation, observations: Sequence[Observation], fails: Fails, most: int
    ) -> int:
        """Send at most so many cases, each of which most evenly divides the predicates left; return how many.

        `fails` sends one and tells whether it shows the fault. What was sent and found is in the journal. An invalid
        request is accepted for what is invalid in it, so that there is nothing to tell apart.
        """
        decided = len(explanation.observations) >= DECIDED
        if decided or explanation.rule == ACCEPTS or not explanation.hypotheses or not self._cases:
            return 0
        table = FactTable(facts_of(self._contract, observations))
        evidence = evidence_of(self._contract, observations, explanation.rule)
        sent = 0
        for hypothesis in explanation.hypotheses:
            rivals = list(self._rivals(table, evidence, hypothesis))
            tried = 0
            while rivals and tried < ENOUGH and sent < min(most, MOST_PROBES):
                tried += len(rivals) == 1
                index = self._dividing(explanation.rule, rivals)
                if index is None:
                    break
                self._sent.add(index)
                failed = await fails(self._cases[index])
                if failed is None:
                    return sent
                sent += 1
                rivals = [each for each in rivals if self._is_left(each, index, failed=failed)]
        return sent

    def _rivals(self, table: FactTable, evidence: Evidence, hypothesis: Hypothesis) -> Iterator[_Rival]:
        """Yield each predicate of one condition that fits all that a hypothesis covers, and is not refuted."""
        covered = hypothesis.mask & evidence.positives
        seen: set[tuple[int, int]] = set()
        for each in (hypothesis, *table.singles(evidence)):
            if covered & ~each.mask or evidence.refutes(each):
                continue
            if any(condition.feature.name in OF_THE_RUN for condition in each.conditions):
                continue
            spare = self._table.fitting(each)
            if (spare.mask, spare.own) not in seen:
                seen.add((spare.mask, spare.own))
                yield _Rival(each, spare)

    def _dividing(self, rule: str, rivals: Sequence[_Rival]) -> int | None:
        """Return the case that leaves the fewest predicates, whatever comes of it; None where none tells any apart.

        One that has no rival is tried.
        """

        def left(index: int) -> int:
            failed, passed = (sum(self._is_left(each, index, failed=told) for each in rivals) for told in (True, False))
            return max(failed, passed) if len(rivals) > 1 else passed

        fit = (index for index, case in enumerate(self._cases) if index not in self._sent and _tells(rule, case))
        counted = ((left(index), len(self._cases[index].request.body or b""), index) for index in fit)
        best = min(counted, default=None)
        return best[2] if best is not None and best[0] < len(rivals) else None

    def _is_left(self, rival: _Rival, index: int, *, failed: bool) -> bool:
        if failed:
            return bool(rival.spare.mask >> index & 1)
        accepted = self._cases[index].expectation is Expectation.ACCEPTED
        # What is rejected for its own fault refutes only what is said of it.
        return not (rival.spare.mask if accepted else rival.spare.own) >> index & 1


def _tells(rule: str, case: Case) -> bool:
    """Tell whether the response to a case can show, or refute, that a rule is broken."""
    return case.expectation is Expectation.ACCEPTED or (rule != REJECTS and case.expectation is Expectation.REJECTED)
