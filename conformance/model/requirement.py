"""Requirements: the numbered sentences that a run gives outcomes to."""

import msgspec

from conformance.model.vocabulary import Group, Strength

PREFIXES = {Group.ACCEPTANCE: "accept", Group.REJECTION: "reject"}
"""The first part of an id where it is not the name of the group."""


class Requirement(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sentence that the contract, a standard or a page lays down.

    `source` names where it stands: JSON pointers into the document (`#/...`), sections of RFCs, pages.
    `alias` is its number in the published list of requirements, where it has one; several may share a number. `echo`
    marks those that say of a value that it comes back as it was sent.
    """

    id: str
    title: str
    strength: Strength
    group: Group
    source: tuple[str, ...]
    alias: str | None = None
    echo: bool = False


def requirement_id(group: Group, *parts: str) -> str:
    """Return the id `group.part.part`; empty parts are left out."""
    return ".".join(part for part in (PREFIXES.get(group, group.value), *parts) if part)
