"""Faults: one named way for the mock to be wrong, as a frozen value."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from conformance.contract.contract import Contract
from conformance.mock.stages import Stage
from conformance.mock.transaction import Step, Transaction
from conformance.model.case import Request

Effect: TypeAlias = Callable[[Transaction, Step], bool]
"""What a fault does in place of its stage: it may call the stage, before or after its own work, or not at all.

It returns whether it changed anything, and may raise a deliberate `Rejection`.
"""

Witness: TypeAlias = Callable[[Contract], Request | tuple[Request, ...]]
"""Makes requests that show a fault: sent in order, the responses differ from those of the reference server."""


class Fault(msgspec.Struct, frozen=True):
    """One named way for the mock to be wrong.

    Args:
        id: a slug, unique in the catalogue; its first part is the family.
        sentence: what the mock does wrong.
        requirement: the id of the requirement that is broken.
        stage: where it happens.
        effect: what happens there.
        witness: requests that show it.
        every: it happens in every nth transaction that reaches the stage.
        concurrent: the requests of the witness must be in flight at once.

    """

    id: str
    sentence: str
    requirement: str
    stage: Stage
    effect: Effect
    witness: Witness
    every: int = 1
    concurrent: bool = False

    @property
    def family(self) -> str:
        """The first part of the id."""
        return self.id.partition(".")[0]

    def requests(self, contract: Contract) -> tuple[Request, ...]:
        """Return the requests that show the fault."""
        found = self.witness(contract)
        return (found,) if isinstance(found, Request) else found
