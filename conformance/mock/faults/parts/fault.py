"""Faults: one named way for the mock to be wrong, as a frozen value."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from conformance.contract.contract import Contract
from conformance.mock.stages import Stage
from conformance.mock.transaction import Step, Turn
from conformance.model.case import Request

Condition: TypeAlias = Callable[[Turn, int], bool]
"""Whether a fault shows on a turn; the number counts the turns that came to its stage, from 1."""

Effect: TypeAlias = Callable[[Turn, Step], bool]
"""What a fault does in place of its stage: it may call the stage, before or after its own work, or not at all.

It returns whether anything came out otherwise than it should, and may raise a deliberate `Refusal`.
"""

Witness: TypeAlias = Callable[[Contract], tuple[Request, ...]]
"""Makes requests that show a fault: sent in order to a mock with it, the answers differ from the reference's."""


def always(turn: Turn, count: int) -> bool:  # noqa: ARG001 (the shape of a condition)
    """Show on every turn that comes to the stage."""
    return True


class Trigger(msgspec.Struct, frozen=True):
    """When a fault shows; `says` completes the sentence "shows ..."."""

    says: str = "always"
    holds: Condition = always


ALWAYS = Trigger()


def every(count: int) -> Trigger:
    """Return a trigger that holds on every turn in so many that comes to the stage."""
    return Trigger(f"on every {count}th request", lambda _, turns: turns % count == 0)


class Fault(msgspec.Struct, frozen=True):
    """One named way for the mock to be wrong.

    Args:
        id: a slug, unique in the catalogue; its first part is the family.
        sentence: what the mock does wrong, for a person.
        requirement: the id of the requirement that is broken.
        stage: where it happens.
        effect: what happens there.
        witness: requests that show it.
        trigger: when it happens.
        concurrent: the requests of the witness must be in flight at once.

    """

    id: str
    sentence: str
    requirement: str
    stage: Stage
    effect: Effect
    witness: Witness
    trigger: Trigger = ALWAYS
    concurrent: bool = False

    @property
    def family(self) -> str:
        """The first part of the id."""
        return self.id.partition(".")[0]
