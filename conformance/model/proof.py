"""Proofs: what the suite saw of a server that is wrong in one known way."""

import msgspec

from conformance.model.vocabulary import Profile, Strength


class FaultProof(msgspec.Struct, frozen=True):
    """What the suite saw of one fault.

    `first` is the requirement that spoke first and `first_after` the number of the request at which it did; `own_after`
    is that at which the requirement that the fault breaks spoke, 0 where it did not. `group` is that requirement's.
    `shown` counts the answers on which the fault showed; `reason` says why the broken requirement did not speak.
    """

    id: str
    family: str
    sentence: str
    requirement: str
    group: str
    strength: Strength
    first: str = ""
    first_after: int = 0
    own_after: int = 0
    requests: int = 0
    shown: int = 0
    reason: str = ""

    @property
    def found(self) -> bool:
        """Whether anything spoke."""
        return self.first_after > 0

    @property
    def by_own(self) -> bool:
        """Whether the requirement that is broken spoke."""
        return self.own_after > 0


class Alarm(msgspec.Struct, frozen=True):
    """A finding on the reference server: it is right, so this is false."""

    requirement: str
    case: str
    sentence: str


class Proof(msgspec.Struct, frozen=True):
    """The whole of a proof; `requests` are those that the reference server answered."""

    suite_version: str
    sha256: str
    operation: str
    profile: Profile
    wire: bool
    requests: int
    alarms: tuple[Alarm, ...]
    faults: tuple[FaultProof, ...]
