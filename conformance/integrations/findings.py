"""Findings on a response, for tests."""

from collections.abc import Sequence
from typing import overload

from conformance.contract.contract import Contract
from conformance.integrations.explaining import explained
from conformance.model.exchange import Exchange
from conformance.model.finding import Doubt, Finding, Judgement, Pass
from conformance.model.vocabulary import Strength


class NotConformingError(AssertionError):
    """A response violates the contract; the message has the requirements and the exchange."""


class Findings(Sequence[Finding]):
    """The findings on a response; empty, and so false, where there is none.

    `notes` are findings of advisory requirements, `passed` the ids of the requirements
    that the response satisfies; `doubts` what could not be judged.
    """

    def __init__(self, contract: Contract, exchanges: Sequence[Exchange], judged: Sequence[Judgement | Doubt]) -> None:
        self._contract = contract
        self._exchanges = exchanges
        found = [each for each in judged if isinstance(each, Finding)]
        failed = {each.requirement for each in found}
        self._found = sorted(
            (each for each in found if self.strength(each) is not Strength.ADVISORY),
            key=lambda each: self.strength(each).rank,
        )
        self.notes = tuple(each for each in found if self.strength(each) is Strength.ADVISORY)
        self.doubts = tuple(each for each in judged if isinstance(each, Doubt))
        self.passed = tuple(
            dict.fromkeys(e.requirement for e in judged if isinstance(e, Pass) and e.requirement not in failed)
        )

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Finding]: ...

    def __getitem__(self, index: int | slice) -> Finding | Sequence[Finding]:
        """Return a finding, the strongest first."""
        return self._found[index]

    def __len__(self) -> int:
        """Return how many findings there are."""
        return len(self._found)

    def __str__(self) -> str:
        """Return the findings with what was sent and what came; empty without findings."""
        return explained(self._contract, [*self._found, *self.doubts], self._exchanges)

    def strength(self, finding: Finding) -> Strength:
        """Return the strength of the requirement that a finding is about.

        Args:
            finding: one of these findings, or of `notes`.

        """
        return self._contract.by_id[finding.requirement].strength

    def at_least(self, strength: Strength | str) -> tuple[Finding, ...]:
        """Return the findings of requirements that weigh as much, or more.

        Args:
            strength: the least strength: `must`, `should` or `advisory`.

        Raises:
            ValueError: there is no such strength.

        """
        limit = Strength(strength).rank
        return tuple(each for each in (*self._found, *self.notes) if self.strength(each).rank <= limit)

    def raise_for(self, strength: Strength | str = Strength.MUST) -> None:
        """Raise where a requirement is broken that weighs as much as `strength`, or more.

        Args:
            strength: the least strength: `must`, `should` or `advisory`.

        Raises:
            NotConformingError: one is.
            ValueError: there is no such strength.

        """
        found = self.at_least(strength)
        if found:
            raise NotConformingError("\n" + explained(self._contract, found, self._exchanges))
