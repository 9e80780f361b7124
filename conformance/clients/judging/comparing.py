"""Differences between a JSON value and what a client made of it, place by place."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import msgspec

from conformance.checks.shared.differences import difference, quoted, same, type_word
from conformance.checks.shared.findings import below
from conformance.checks.shared.pairs import default_of
from conformance.classify.wording import LONGEST_VALUE, name_of
from conformance.clients.judging.messages import type_of, with_value
from conformance.contract.schemas.nodes import Node
from conformance.model.json_values import MISSING
from conformance.model.jsontext import Json
from conformance.model.pointer import ANY_ITEM

ADDED = "added"
OMITTED = "omitted"
SHORTENED = "its fraction truncated"
OTHER_MOMENT = "a different instant"
NO_DATE_TIME = "not a date-time"


class BodyDifference(msgspec.Struct, frozen=True):
    """One place where two bodies differ.

    `was` and `now` are values or `MISSING`; `node` is the place in the schema, None where the document declares
    nothing; `holder` is the node of the object that a property was added to or removed from. `way` names the class of
    the difference, without any value.
    """

    pointer: str
    was: object
    now: object
    node: Node | None
    holder: Node | None
    way: str

    @property
    def dropped_null(self) -> bool:
        """Whether a null was removed."""
        return self.was is None and self.now is MISSING

    @property
    def added_null(self) -> bool:
        """Whether a null was added where null is allowed."""
        return self.was is MISSING and self.now is None and self.node is not None and self.node.nullable

    @property
    def defaulted(self) -> bool:
        """Whether an absent property has its declared default now, or null where that is allowed."""
        if self.was is not MISSING or self.node is None:
            return False
        return same(self.now, default_of(self.node)) or (self.now is None and self.node.nullable)

    @property
    def kind(self) -> str:
        """The type of the value, or of the added one, with its article."""
        if self.node is not None and self.node.has_format("date-time") and isinstance(self.was, str):
            return "a date-time"
        return type_of(self.now if self.was is MISSING else self.was)

    @property
    def other_type(self) -> bool:
        """Whether a value was replaced by one of another type."""
        return self.was is not MISSING and self.now is not MISSING and type_word(self.was) != type_word(self.now)

    @property
    def rounded(self) -> bool:
        """Whether a number was rounded to double precision."""
        return type_word(self.was) == "number" and self.way == "rounded"

    def described(self, root: Node | None) -> dict[str, str]:
        """Return the texts that a message names: the property, both values, and the new type."""
        name = name_of(self.pointer, root)
        longest = LONGEST_VALUE if len(name) <= LONGEST_VALUE else LONGEST_VALUE // 2
        added = self.was is MISSING
        return {
            "name": name,
            "was": quoted(self.was, longest),
            "now": with_value(self.pointer, self.now, root) if added else quoted(self.now, longest),
            "type": "nothing" if self.now is MISSING else type_of(self.now),
        }


def differences(was: Json, now: Json, node: Node | None) -> tuple[BodyDifference, ...]:
    """Return where `now` differs from `was`; `node` is the root of the schema of both."""
    return tuple(_differences("", was, now, node, None))


def _differences(
    pointer: str, was: Json, now: Json, node: Node | None, holder: Node | None
) -> Iterator[BodyDifference]:
    # What is in an object that the document does not declare belongs to the nearest one that it does.
    inside = node or holder
    if isinstance(was, dict) and isinstance(now, dict):
        for name, value in was.items():
            child, at = (node.child(name) if node else None), below(pointer, name)
            if name in now:
                yield from _differences(at, value, now[name], child, inside)
            else:
                yield BodyDifference(at, value, MISSING, child, inside, OMITTED)
        for name in now.keys() - was.keys():
            child = node.child(name) if node else None
            yield BodyDifference(below(pointer, name), MISSING, now[name], child, inside, ADDED)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        child = node.child(ANY_ITEM) if node else None
        for index, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _differences(f"{pointer}/{index}", one, other, child, inside)
    elif not same(was, now):
        way = _way(was, now, node)
        if way:
            yield BodyDifference(pointer, was, now, node, holder, way)


def _way(was: Json, now: Json, node: Node | None) -> str:
    """Return how two unequal values differ; empty where they name the same instant."""
    if isinstance(was, str) and isinstance(now, str) and node is not None and node.has_format("date-time"):
        one, other = moment(was), moment(now)
        if one is not None and one == other:
            return ""
        if one is not None:
            return NO_DATE_TIME if other is None else SHORTENED if int(one) == int(other) else OTHER_MOMENT
    if now == {} and not isinstance(was, dict):
        return "an empty object instead"
    if type_word(was) != type_word(now):
        return f"{type_of(now)} instead"
    return difference(was, now)


_DATE_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(?:[.,](\d+))?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> Fraction | None:
    """Return the seconds between 1970 and a date-time of RFC 3339 or ISO 8601, exactly; None where it is none."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    seconds, fraction, offset = match.groups()
    try:
        at = datetime.fromisoformat(f"{seconds}{offset}".upper())
        # Thousands of digits are more than Python makes a number of, and no moment either.
        part = Fraction(int(fraction), 10 ** len(fraction)) if fraction else Fraction(0)
    except (ValueError, OverflowError):
        return None
    return (at - _EPOCH) // timedelta(seconds=1) + part
