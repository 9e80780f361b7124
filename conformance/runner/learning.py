"""Learning: which relations between requests and responses hold, where neither document nor data says so.

OpenAPI cannot say that a response repeats a value of its request, or that a default is applied. Where the first
exchanges that show such a relation all keep it, it is observed from then on, and its later breaking is a note. Where
one of them breaks it, the target has no such relation, and nothing is said of it.
"""

from collections import Counter
from collections.abc import Iterable

from conformance.contract.contract import Contract
from conformance.model.finding import Doubt, Finding, Judgement, Pass
from conformance.model.requirement import is_stated

ENOUGH = 12
"""How many exchanges must keep a relation before it counts as one."""

RULES = (".echo", ".null-as-absent", ".default")
"""How the requirements about such relations end."""

NOT_LEARNED = "The document does not state this relation, and the first responses did not show it"


class LearnedRelations:
    """What a run has learned of the relations that a contract does not claim."""

    def __init__(self, contract: Contract) -> None:
        rows = () if contract.claims_relations else contract.requirements
        self._left = {row.id: ENOUGH for row in rows if is_learned(contract, row.id)}
        self._broken: Counter[str] = Counter()

    def admitted(self, found: Iterable[Judgement | Doubt]) -> tuple[Judgement | Doubt, ...]:
        """Return judgements without those of relations that are not learned yet, or never will be."""
        if not self._left:
            return tuple(found)
        return tuple(each for each in found if each.requirement not in self._left or self._admits(each))

    def _admits(self, each: Judgement | Doubt) -> bool:
        id_ = each.requirement
        if isinstance(each, Finding) and self._left[id_] > 0:
            self._broken[id_] += 1
        if isinstance(each, Pass) and not self._broken[id_]:
            self._left[id_] -= 1
        return self._left[id_] <= 0 and not self._broken[id_]


def is_learned(contract: Contract, requirement: str) -> bool:
    """Tell whether a requirement is about a relation that is learned."""
    row = contract.by_id[requirement]
    open_ = not contract.claims_relations and not is_stated(requirement)
    return open_ and row.compares and requirement.endswith(RULES)
