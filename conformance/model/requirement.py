"""Requirements: the numbered sentences that a run gives outcomes to."""

import msgspec

from conformance.model.vocabulary import Group, Strength

PREFIXES = {Group.ACCEPTANCE: "accept", Group.REJECTION: "reject"}
"""The first part of an id where it is not the name of the group."""


class Requirement(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sentence that the document, a standard or a documentation page states.

    `source` names where it is stated: JSON pointers into the document (`#/...`), sections of RFCs, pages.
    `alias` is its number in the published list of requirements, where it has one; several may share a number. `echo`
    marks those about the echo of a value.
    """

    id: str
    title: str
    strength: Strength
    group: Group
    source: tuple[str, ...]
    alias: str | None = None
    echo: bool = False

    @property
    def compares(self) -> bool:
        """Whether it compares a response with its request: judged alone, it presumes that no other is in flight."""
        return self.group is Group.SEMANTICS

    @property
    def about_credential(self) -> bool:
        """Whether it is about the credential, so that 401, 403 and 404 are responses to it."""
        return self.group is Group.AUTHENTICATION


def requirement_id(group: Group, *parts: str) -> str:
    """Return the id `group.part.part`; empty parts are left out."""
    return ".".join(part for part in (PREFIXES.get(group, group.value), *parts) if part)
