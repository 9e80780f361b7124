"""A change between two documents: what changed, where, and what it means for each of three readers."""

from enum import StrEnum

import msgspec

from conformance.model.jsontext import Json


class Part(StrEnum):
    """The part of the operation that a change is in."""

    OPERATION = "operation"
    PARAMETER = "parameter"
    SECURITY = "security"
    REQUEST = "request"
    RESPONSE = "response"


class Effect(StrEnum):
    """What a change does to the set of valid messages: fewer, more, some of both, or the same."""

    NARROWED = "narrowed"
    WIDENED = "widened"
    BOTH = "narrowed and widened"
    NONE = "none"


class Level(StrEnum):
    """What a change means for a reader, the most severe first."""

    BREAKING = "breaking"
    COMPATIBLE = "compatible"
    NOTE = "note"


class Levels(msgspec.Struct, frozen=True):
    """The level of a change for the author of a server, of a client, and of a mock server.

    A change breaks the author of a server or mock where a server that keeps the old document may violate the new one.
    It breaks the author of a client where a client that was written after the old document may send what is rejected
    now, or receive what it does not expect.
    """

    server: Level
    client: Level
    mock: Level

    @property
    def worst(self) -> Level:
        """The most severe of the three."""
        return min((self.server, self.client, self.mock), key=list(Level).index)


class Side(msgspec.Struct, frozen=True):
    """What one document states: its value, and the pointer at which it stands there (`#/...`)."""

    pointer: str
    value: Json


class Change(msgspec.Struct, frozen=True):
    """One change.

    `rule` names its kind. `scope` names the body or the parameter, `places` are the JSON pointers in it that the change
    applies to. `old` is None for what was added, `new` for what was removed.
    """

    rule: str
    part: Part
    scope: str
    places: tuple[str, ...]
    effect: Effect
    levels: Levels
    sentence: str
    old: Side | None = None
    new: Side | None = None


class Drift(msgspec.Struct, frozen=True):
    """All changes of an operation between two documents, named by what a user calls them and by their SHA-256."""

    operation: str
    old: str
    old_sha256: str
    new: str
    new_sha256: str
    changes: tuple[Change, ...]

    def level(self, reader: str) -> Level | None:
        """Return the most severe level for a reader (`server`, `client`, `mock`; any for ""); None without a change."""
        found = [getattr(each.levels, reader) if reader else each.levels.worst for each in self.changes]
        return min(found, key=list(Level).index, default=None)
