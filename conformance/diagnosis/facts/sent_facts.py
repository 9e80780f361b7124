"""Facts of requests in the order of their sending: besides each request, what was sent and accepted before it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.diagnosis.facts.features import CREATION, REQUEST, USED_NAME, USED_START, Facts, Feature
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.diagnosis.facts.used_names import UsedNames
from conformance.diagnosis.observations import Observation


class SentFacts:
    """The facts of requests that were sent in this order, read when they are asked for.

    Args:
        contract: the contract.
        observations: what was sent.
        reader: one that knows the cases which it has read, if it is used again.

    """

    def __init__(
        self, contract: Contract, observations: Sequence[Observation], reader: FactReader | None = None
    ) -> None:
        self._identity = contract.identity or ""
        self._observations = observations
        self._reader = reader or FactReader(contract, most=0)
        self._alone: dict[int, Facts] = {}
        self._groups: dict[frozenset[Feature], frozenset[Feature]] = {}

    def __len__(self) -> int:
        """Return how many requests there are."""
        return len(self._observations)

    def __iter__(self) -> Iterator[Facts]:
        """Yield the facts of all, with the place of each in the run."""
        creations, names = 0, UsedNames()
        for number, each in enumerate(self._observations, 1):
            facts = self._reader.read(each.case)
            place = {(REQUEST, ""): Decimal(number), (CREATION, ""): Decimal(creations + 1)}
            groups = (*facts.groups, self._used) if facts.name in names else facts.groups
            if start := names.start(facts.name):
                place[USED_START, self._identity] = Decimal(start)
            if _is_success(each):
                creations += 1
                names.add(facts.name)
            yield replace(facts, groups=groups, measures={**facts.measures, **place})

    def __getitem__(self, index: int) -> Facts:
        """Return the facts of one, without what was measured; all others are left unread."""
        facts = self._alone.get(index)
        if facts is None:
            facts = self._reader.read(self._observations[index].case)
            groups = (*facts.groups, self._used) if index in self._repeated else facts.groups
            # What is equal is held once.
            shared = tuple([self._groups.setdefault(group, group) for group in groups])
            facts = self._alone[index] = replace(facts, groups=shared, measures={})
        return facts

    @cached_property
    def _used(self) -> frozenset[Feature]:
        return frozenset({Feature(USED_NAME, self._identity)})

    @cached_property
    def _repeated(self) -> frozenset[int]:
        """The requests with a name that was accepted before."""
        names: set[str] = set()
        found = []
        for index, each in enumerate(self._observations):
            name = self._reader.name(each.case)
            if name in names:
                found.append(index)
            if name and _is_success(each):
                names.add(name)
        return frozenset(found)


def _is_success(observation: Observation) -> bool:
    return 200 <= observation.status < 300
