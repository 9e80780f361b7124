"""What the engine asks of a diagnosis: what is to be recorded of a failure, in the order of the plan."""

from typing import Protocol

from conformance.model.case import Case, Relation
from conformance.model.exchange import Exchange
from conformance.runner.session import Found


class Diagnosis(Protocol):
    """Looks into what failed; it may send more requests, within the same budget."""

    def begin(self) -> None:
        """Number the item that this task has just been handed."""

    async def end(self) -> None:
        """Be done with it."""

    async def explain(self, case: Case, exchange: Exchange, found: Found, *, alone: bool = True) -> tuple[Found, str]:
        """Return what is to be recorded in the place of `found`, and how often the case failed (`3 of 4`).

        `exchange` has the request of the case as it went out. Unless the case can be sent `alone`, it means nothing
        without what was sent before it.
        """

    async def explain_relation(self, relation: Relation, found: Found) -> tuple[Found, str]:
        """As `explain`, for what was found on the exchanges of a relation together."""

    async def conclude(self) -> None:
        """Send what decides between explanations of what was found, after all else was sent."""

    def finish(self) -> None:
        """Look into nothing more: the time is over."""
