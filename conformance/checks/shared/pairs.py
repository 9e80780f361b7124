"""Pairs: the places of request and response that hold the same value, and what an exchange has at them."""

from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from conformance.checks.shared.settled import Settled
from conformance.contract.contract import Contract
from conformance.contract.requirements.derived import declared_default
from conformance.contract.schemas.nodes import Node
from conformance.model.finding import Doubt, Judgement, Pass
from conformance.model.json_values import MISSING, Places
from conformance.model.jsontext import SURROGATE, Json, equal, read_text
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

MAX_DIGITS = 4_300
"""Numbers of more digits are not computed with: an exponent is short to write and long to carry out."""


_PLAIN = frozenset({int, bool})
"""The types of values that are equal as Python says, and of which all readers of JSON make the same."""


class Pair(msgspec.Struct, frozen=True, eq=False):
    """A place of the request, and that of the response that repeats it.

    `echoed` is the requirement of a value that was sent. `default` is what the response schema declares for an omitted
    one (`MISSING` where it declares nothing), and `defaulted` the requirement of it. Both have their pass with them.
    """

    sent: Node
    answered: Node
    echoed: str
    default: Any
    defaulted: str
    echo_pass: Pass
    default_pass: Pass


Passes: TypeAlias = tuple[Judgement | Doubt, ...]


class Compared(msgspec.Struct, frozen=True):
    """What an exchange has at its pairs, in order.

    `sent` has the values that were sent, each with that of the response, `MISSING` where it has none. `unsent` has the
    values of the response that are not null where none or null was sent, and the response schema declares a default.
    """

    sent: list[tuple[Pair, object, object]]
    unsent: list[tuple[Pair, object]]


class Held(msgspec.Struct, frozen=True):
    """What holds of an exchange whose values are all as they must be: those that were sent, and defaults."""

    echoed: Passes
    defaulted: Passes


def default_of(node: Node) -> object:
    """Return the default that a response node declares, or `MISSING`."""
    stated = declared_default(node)
    return MISSING if stated is None else read_text(stated).value


def computable(number: Decimal) -> bool:
    """Tell whether a number can be computed with in no time: few enough digits before and after the point."""
    return abs(number.adjusted()) <= MAX_DIGITS


def interoperable(value: object) -> bool:
    """Tell whether all readers of JSON make the same of a value (RFC 8259 sections 6 and 8.2)."""
    if isinstance(value, str):
        return value.isascii() or SURROGATE.search(value) is None
    return not isinstance(value, Decimal) or computable(value)


def held(contract: Contract, sent: Json, answer: Json) -> Held | None:
    """Return what holds at the pairs of a contract; None where something does not, and each is to be looked at."""
    pairs, own, other, made = _places(contract)
    echoed: list[Pass] = []
    defaulted: list[Pass] = []
    for pair, value, answered in zip(pairs, own.values(sent), other.values(answer), strict=True):
        if value is not None and value is not MISSING:
            kind = type(value)
            if kind is type(answered) and (kind in _PLAIN or (kind is str and value.isascii())):
                if value != answered:
                    return None
            elif not equal(value, answered) or not interoperable(value):
                return None
            echoed.append(pair.echo_pass)
        elif answered is not None and answered is not MISSING and pair.default is not MISSING:
            kind = type(answered)
            if kind in _PLAIN and kind is type(pair.default):
                if answered != pair.default:
                    return None
            elif not equal(answered, pair.default):
                return None
            defaulted.append(pair.default_pass)
    return Held(made(echoed), made(defaulted))


def compared(contract: Contract, sent: Json, answer: Json) -> Compared:
    """Return what a request and the response to it have at the pairs of a contract."""
    pairs, own, other, _ = _places(contract)
    found = Compared([], [])
    for pair, value, answered in zip(pairs, own.values(sent), other.values(answer), strict=True):
        if value is not None and value is not MISSING:
            found.sent.append((pair, value, answered))
        elif answered is not None and answered is not MISSING and pair.default is not MISSING:
            found.unsent.append((pair, answered))
    return found


@lru_cache(maxsize=64)
def _places(contract: Contract) -> tuple[tuple[Pair, ...], Places, Places, type[Passes]]:
    """Return the pairs of a contract, their places in request and response, and what their passes are made into."""
    pairs = tuple(_pair(sent, answered) for sent, answered in contract.echoes)
    named = {requirement for pair in pairs for requirement in (pair.echoed, pair.defaulted)}
    made: type[Passes] = Settled if named <= contract.by_id.keys() else tuple
    return pairs, Places(pair.sent.path for pair in pairs), Places(pair.answered.path for pair in pairs), made


def _pair(sent: Node, answered: Node) -> Pair:
    echoed = requirement_id(Group.SEMANTICS, sent.label, "echo")
    defaulted = requirement_id(Group.SEMANTICS, sent.label, "default")
    default = MISSING if sent.required else default_of(answered)
    return Pair(sent, answered, echoed, default, defaulted, Pass(echoed), Pass(defaulted))
