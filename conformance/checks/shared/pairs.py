"""Pairs: the places of request and response that hold the same value, and what an exchange has at them."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby, repeat

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.requirements.derived import declared_default
from conformance.contract.schemas.nodes import Node
from conformance.model.finding import Pass
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, read_text
from conformance.model.pointer import last, parent
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group


class Pair(msgspec.Struct, frozen=True, eq=False):
    """A place of the request, and that of the response that repeats it.

    `echoed` is the pass of a value that was sent. `default` is what the response schema declares for an omitted one
    (`MISSING` where it declares nothing), and `defaulted` the pass of it.
    """

    sent: Node
    answered: Node
    echoed: Pass
    default: object
    defaulted: Pass


class _Side(msgspec.Struct, frozen=True):
    """Places of one body in one object: the pointer of the object, and the name and the pointer of each place."""

    holder: str
    names: tuple[str, ...]
    pointers: tuple[str, ...]
    absent: tuple[object, ...]

    def values(self, body: Json) -> Iterator[object]:
        """Return what a body has at each place, `MISSING` where it has nothing."""
        held = get(body, self.holder, MISSING)
        if type(held) is dict:
            return map(held.get, self.names, repeat(MISSING))
        if held is None or held is MISSING:
            return iter(self.absent)
        return (get(body, pointer, MISSING) for pointer in self.pointers)


class _Row(msgspec.Struct, frozen=True):
    """Pairs in a row whose places are in one object of the request, and in one of the response."""

    pairs: tuple[Pair, ...]
    sent: _Side
    answered: _Side


class Compared(msgspec.Struct, frozen=True):
    """What an exchange has at its pairs, in order: with the value that was sent, and where none or null was sent.

    The other value is that of the response, `MISSING` where it has none.
    """

    sent: list[tuple[Pair, object, object]]
    unsent: list[tuple[Pair, object]]


def default_of(node: Node) -> object:
    """Return the default that a response node declares, or `MISSING`."""
    stated = declared_default(node)
    return MISSING if stated is None else read_text(stated).value


def compared(contract: Contract, sent: Json, answer: Json) -> Compared:
    """Return what a request and the response to it have at the pairs of a contract."""
    found = Compared([], [])
    for row in _rows(contract):
        for pair, value, answered in zip(row.pairs, row.sent.values(sent), row.answered.values(answer), strict=True):
            if value is not None and value is not MISSING:
                found.sent.append((pair, value, answered))
            elif pair.default is not MISSING:
                found.unsent.append((pair, answered))
    return found


@lru_cache(maxsize=64)
def _rows(contract: Contract) -> tuple[_Row, ...]:
    pairs = [_pair(sent, answered) for sent, answered in contract.echoes]
    rows = groupby(pairs, key=lambda pair: (parent(pair.sent.path), parent(pair.answered.path)))
    return tuple(_row(tuple(row)) for _, row in rows)


def _pair(sent: Node, answered: Node) -> Pair:
    return Pair(
        sent,
        answered,
        Pass(requirement_id(Group.SEMANTICS, sent.label, "echo")),
        MISSING if sent.required else default_of(answered),
        Pass(requirement_id(Group.SEMANTICS, sent.label, "default")),
    )


def _row(pairs: tuple[Pair, ...]) -> _Row:
    return _Row(pairs, _side([pair.sent.path for pair in pairs]), _side([pair.answered.path for pair in pairs]))


def _side(pointers: list[str]) -> _Side:
    absent = (MISSING,) * len(pointers)
    return _Side(parent(pointers[0]), tuple(map(last, pointers)), tuple(pointers), absent)
