"""Levels: what a change means for whom, by its part, its rule and its effect.

The rules are those of JSON Schema and of Postel's side of HTTP: who sends may send less, who receives may accept more.
A server must do all that its document states, so that a request schema that changes in either direction asks for work.
What a rule says of itself (an added property, a default, a text) is in `BY_RULE`; everything else follows from the
effect.
"""

from collections.abc import Mapping

from conformance.drift.changes import Effect, Level, Levels, Part

BREAKING, COMPATIBLE, NOTE = Level.BREAKING, Level.COMPATIBLE, Level.NOTE

NOTED = Levels(NOTE, NOTE, NOTE)
ALL = Levels(BREAKING, BREAKING, BREAKING)

SENT: Mapping[Effect, Levels] = {
    Effect.NARROWED: ALL,
    Effect.WIDENED: Levels(BREAKING, COMPATIBLE, BREAKING),
    Effect.BOTH: ALL,
    Effect.NONE: NOTED,
}
"""Of what clients send: a server has to accept what became valid, and to reject what became invalid."""

RETURNED: Mapping[Effect, Levels] = {
    Effect.NARROWED: Levels(BREAKING, COMPATIBLE, BREAKING),
    Effect.WIDENED: Levels(COMPATIBLE, BREAKING, NOTE),
    Effect.BOTH: ALL,
    Effect.NONE: NOTED,
}
"""Of what servers return: a client has to read what became valid; a mock that never returns it is only incomplete."""

BY_RULE: Mapping[tuple[str, Part], Levels] = {
    # No client sends a property that no document named; a server has to read it.
    ("property-added", Part.REQUEST): Levels(BREAKING, COMPATIBLE, BREAKING),
    # Clients ignore properties that they do not know, and servers need not return an optional one.
    ("property-added", Part.RESPONSE): Levels(COMPATIBLE, COMPATIBLE, NOTE),
    # The property of an open object is still valid: it is ignored.
    ("property-removed", Part.REQUEST): Levels(NOTE, NOTE, NOTE),
    ("property-removed", Part.RESPONSE): Levels(COMPATIBLE, NOTE, NOTE),
    ("parameter-added", Part.PARAMETER): Levels(BREAKING, COMPATIBLE, BREAKING),
    # An absent property has another meaning, which is what a server implements.
    ("default", Part.REQUEST): Levels(BREAKING, NOTE, BREAKING),
    ("default", Part.RESPONSE): Levels(BREAKING, NOTE, BREAKING),
    ("default", Part.PARAMETER): Levels(BREAKING, NOTE, BREAKING),
    ("response-error", Part.RESPONSE): NOTED,
    ("operation-removed", Part.OPERATION): ALL,
}
"""Rules whose level does not follow from the set of valid messages alone."""

OPEN_ONLY = frozenset({("property-added", Part.RESPONSE), ("property-removed", Part.REQUEST)})
"""Rules that hold for an object that allows unknown properties; for a closed one the effect decides."""


def levels_of(part: Part, rule: str, effect: Effect, *, closed: bool = False) -> Levels:
    """Return the levels of a change; `closed` says that the object it is in forbids unknown properties."""
    stated = BY_RULE.get((rule, part))
    if stated is not None and not (closed and (rule, part) in OPEN_ONLY):
        return stated
    return (RETURNED if part is Part.RESPONSE else SENT)[effect]
