"""Requirements: the sentences that a run gives outcomes to, and relations that a file states as such."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import TypeAlias

import msgspec

from conformance.model.vocabulary import Group, Strength

PREFIXES = {Group.ACCEPTANCE: "accept", Group.REJECTION: "reject"}
"""The first part of an id where it is not the name of the group."""

Scalar: TypeAlias = bool | int | float | str | None
Stated: TypeAlias = Scalar | list[Scalar] | dict[str, Scalar]

STATED = "relation"
"""The part of an id that tells that a file states it."""

EXPRESSION = re.compile(r"\$request\.(path|query|header)\.(.+)", re.DOTALL)
"""How a relation names a parameter: a runtime expression of OpenAPI."""


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


@lru_cache(4096)
def requirement_id(group: Group, *parts: str) -> str:
    """Return the id `group.part.part`; empty parts are left out."""
    return ".".join(part for part in (PREFIXES.get(group, group.value), *parts) if part)


class StatedRelationKind(StrEnum):
    """How a value of the response follows from the request."""

    EQUAL = "equal"
    """It is the value that was sent."""
    CONTAINS = "contains"
    """It is an array with the value that was sent, or a string with it."""
    DEFAULT = "default"
    """It is `value` where the request omits the property or parameter."""


class StatedRelation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One relation between a place of the request and a place of the response.

    `request` is a JSON pointer into the body, or names a parameter as `$request.path.NAME`, `$request.query.NAME` or
    `$request.header.NAME`; `response` is a JSON pointer into the body. `value` is that of a default.
    """

    request: str
    response: str
    kind: StatedRelationKind = StatedRelationKind.EQUAL
    value: Stated = None
    strength: Strength = Strength.MUST

    @property
    def parameter(self) -> tuple[str, str] | None:
        """Place and name of the parameter; None where the relation is about the body."""
        found = EXPRESSION.fullmatch(self.request)
        return (found[1], found[2]) if found else None

    @property
    def id(self) -> str:
        """The id of the requirement that it is."""
        sent = ".".join(self.parameter or (_slug(self.request),))
        same = sent == _slug(self.response)
        between = (sent,) if same else (sent, "to", _slug(self.response))
        return requirement_id(Group.SEMANTICS, STATED, *between, self.kind.value)


class RelationFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of relations, and the operation that they are about."""

    operation: str
    relations: tuple[StatedRelation, ...] = ()


def is_stated(requirement: str) -> bool:
    """Tell whether a requirement is one that a file of relations states."""
    return requirement.startswith(f"{Group.SEMANTICS.value}.{STATED}.")


def _slug(pointer: str) -> str:
    return pointer.strip("/").replace("/", ".") or "body"
