"""What an answer owes to its request: values that were sent come back, what was not sent takes its default.

The tree of the request and that of the response are walked together once, when the mock is made. What the request
cannot say (deployments, times, identifiers) is left as the base answer has it.
"""

from typing import TypeAlias, cast

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node
from conformance.model.jsontext import Json, encode, read
from conformance.model.pointer import last
from conformance.strategies import bodies


class Leaf(msgspec.Struct, frozen=True):
    """A member that is repeated as a whole; `default` is what it holds when it was not sent."""

    default: Json


class Branch(msgspec.Struct, frozen=True):
    """An object of which some members are repeated.

    `plain` is the object where neither request nor base answer says anything; `absent` what stands in its place when
    it was not sent: None for null, else it is built all the same.
    """

    members: tuple[tuple[str, "Part"], ...]
    plain: dict[str, Json]
    nullable: bool


Part: TypeAlias = Leaf | Branch


def compile_overlay(contract: Contract) -> Part | None:
    """Return what the contract's answers repeat of its requests, or None where they repeat nothing."""
    if contract.response is None:
        return None
    return _part(contract.request, contract.response, contract)


def apply(part: Part, sent: Json, base: Json, *, full: bool) -> Json:
    """Return `base` with what was sent, and with defaults where nothing was.

    `full` builds objects that were not sent, instead of null.
    """
    if isinstance(part, Leaf):
        return part.default if sent is None else sent
    if sent is not None and not isinstance(sent, dict):
        return sent
    if sent is None:
        if part.nullable and not full:
            return None
        sent = {}
    result = dict(base) if isinstance(base, dict) else dict(part.plain)
    for name, child in part.members:
        result[name] = apply(child, sent.get(name), result.get(name), full=full)
    return result


def default_of(sent: Node, answered: Node, contract: Contract) -> Json:
    """Return what an answer holds at a leaf that was not sent.

    That is the default of the response schema, else the one that prose states, else null, else a typical value.
    """
    declared = next((s.value("default") for s in answered.shapes if s.value("default") is not None), None)
    if declared is not None:
        return declared
    if sent.path in contract.prose.defaults:
        return contract.prose.defaults[sent.path]
    return None if answered.nullable else plain_json(bodies.smallest(answered))


def plain_json(value: object) -> Json:
    """Return a value that may hold literal texts as plain JSON, numbers exact."""
    return read(encode(cast("Json", value))).value


def _part(sent: Node, answered: Node, contract: Contract) -> Part | None:
    if sent.path in contract.prose.echo.without or not (sent.types & answered.types) - {"null"}:
        return None
    if sent.shape("object") is None or not sent.children or not answered.children:
        return Leaf(default_of(sent, answered, contract)) if sent.path else None
    members: dict[str, Part] = {}
    for child in sent.children:
        name = last(child.path)
        other = answered.child(name)
        part = _part(child, other, contract) if other is not None else None
        if part is not None:
            members.setdefault(name, part)
    plain = plain_json(bodies.smallest(answered))
    return Branch(
        members=tuple(members.items()),
        plain=plain if isinstance(plain, dict) else {},
        nullable=bool(sent.path) and answered.nullable,
    )
