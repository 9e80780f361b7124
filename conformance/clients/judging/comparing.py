"""What became of a JSON value on its way through a client: every place where it is no longer the same."""

from collections.abc import Iterator

import msgspec

from conformance.checks.shared.differences import LEFT_OUT, default_of, difference, same, type_word
from conformance.checks.shared.findings import below
from conformance.clients.judging.moments import moment
from conformance.contract.nodes import Node
from conformance.model.json_values import MISSING
from conformance.model.jsontext import Json
from conformance.model.pointer import ANY_ITEM

ADDED = "added"
SHORTENED = "its fraction cut short"
OTHER_MOMENT = "another moment"
NO_DATE_TIME = "no date-time any more"


class Difference(msgspec.Struct, frozen=True):
    """One place that is not the same.

    `was` and `now` are values or `MISSING`; `node` is the place in the schema, None where the document declares
    nothing; `holder` is the node of the object that a member was added to or is missing from. `way` says how it
    differs in words that hold no value.
    """

    pointer: str
    was: object
    now: object
    node: Node | None
    holder: Node | None
    way: str

    @property
    def dropped_null(self) -> bool:
        """Whether a null is gone."""
        return self.was is None and self.now is MISSING

    @property
    def added_null(self) -> bool:
        """Whether a null came in."""
        return self.was is MISSING and self.now is None

    @property
    def defaulted(self) -> bool:
        """Whether a member that was left out holds its declared default now, or null where it may."""
        if self.was is not MISSING or self.node is None:
            return False
        return same(self.now, default_of(self.node)) or (self.now is None and self.node.nullable)

    @property
    def word(self) -> str:
        """The type of what was there, or of what came in."""
        if self.node is not None and _dated(self.node) and isinstance(self.was, str):
            return "date-time"
        return type_word(self.now if self.was is MISSING else self.was)


def differences(was: Json, now: Json, node: Node | None) -> tuple[Difference, ...]:
    """Return where `now` is not the same as `was`, both being bodies whose schema `node` is the root of."""
    return tuple(_differences("", was, now, node, None))


def _differences(pointer: str, was: Json, now: Json, node: Node | None, holder: Node | None) -> Iterator[Difference]:
    if isinstance(was, dict) and isinstance(now, dict):
        for name, value in was.items():
            child, at = (node.child(name) if node else None), below(pointer, name)
            if name in now:
                yield from _differences(at, value, now[name], child, node)
            else:
                yield Difference(at, value, MISSING, child, node, LEFT_OUT)
        for name in now.keys() - was.keys():
            child = node.child(name) if node else None
            yield Difference(below(pointer, name), MISSING, now[name], child, node, ADDED)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        child = node.child(ANY_ITEM) if node else None
        for index, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _differences(f"{pointer}/{index}", one, other, child, node)
    elif not same(was, now):
        way = _way(was, now, node)
        if way:
            yield Difference(pointer, was, now, node, holder, way)


def _way(was: Json, now: Json, node: Node | None) -> str:
    """Return how two values that are not equal differ; empty where they name the same moment."""
    if isinstance(was, str) and isinstance(now, str) and node is not None and _dated(node):
        one, other = moment(was), moment(now)
        if one is not None and one == other:
            return ""
        if one is not None:
            return NO_DATE_TIME if other is None else SHORTENED if int(one) == int(other) else OTHER_MOMENT
    if now == {} and not isinstance(was, dict):
        return "an empty object in its place"
    return difference(was, now)


def _dated(node: Node) -> bool:
    shape = node.shape("string")
    return shape is not None and shape.value("format") == "date-time"
