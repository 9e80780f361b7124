"""What a response echoes of its request: values that were sent, and defaults for those that were not.

The schemas of request and response are walked together once, when the mock is made. What the request cannot set
(deployments, times, identifiers) stays as in the base response.
"""

from itertools import product
from typing import TypeAlias, cast

import msgspec

from conformance.classify.keywords import nearest
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Json, plain_json
from conformance.strategies.values import bodies, construction
from conformance.strategies.values.construction import NO_DEFAULTS


class EchoedValue(msgspec.Struct, frozen=True):
    """A property that is echoed as a whole; `default` is its value when it was not sent."""

    default: Json


class EchoedUnion(msgspec.Struct, frozen=True):
    """An object that has alternatives: what is echoed depends on the one that was sent.

    `branches` are by pairs of alternatives, that of the request and that of the response.
    """

    sent: Node
    returned: Node
    branches: dict[tuple[int, int], "EchoedObject"]


class EchoedObject(msgspec.Struct, frozen=True):
    """An object of which some properties are echoed.

    `plain` is the object where neither request nor base response has one. An object that was not sent is null where it
    is `nullable`, else it is made of defaults.
    """

    members: tuple[tuple[str, "Echo"], ...]
    plain: dict[str, Json]
    nullable: bool


Echo: TypeAlias = EchoedValue | EchoedObject | EchoedUnion


def compile_overlay(contract: Contract) -> Echo | None:
    """Return what the contract's responses echo of its requests, or None where they echo nothing."""
    if contract.response is None:
        return None
    return _echo(contract.request, contract.response, contract)


def apply(part: Echo, sent: Json, base: Json, *, full: bool) -> Json:
    """Return `base` with what was sent, and with defaults where nothing was.

    `full` builds objects that were not sent, instead of null.
    """
    if isinstance(part, EchoedValue):
        return part.default if sent is None else sent
    if isinstance(part, EchoedUnion):
        return _apply_union(part, sent, base, full=full)
    if sent is not None and not isinstance(sent, dict):
        return sent
    if sent is None:
        if part.nullable and not full:
            return None
        sent = {}
    result = dict(base) if isinstance(base, dict) else dict(part.plain)
    for name, child in part.members:
        value = sent.get(name)
        if isinstance(child, EchoedValue):  # most are, and a call for each takes longer than all else here
            result[name] = child.default if value is None else value
        else:
            result[name] = apply(child, value, result.get(name), full=full)
    return result


def _apply_union(part: EchoedUnion, sent: Json, base: Json, *, full: bool) -> Json:
    """Return the alternative that was sent; where none was, null, or the one of the base response with its defaults."""
    if sent is None:
        if part.returned.nullable and part.sent.path and not full:
            return None
        held = base if isinstance(base, dict) else plain_json(bodies.smallest(part.returned))
        meant = nearest(part.returned, held)
        alike = [branch for (_, index), branch in part.branches.items() if index == meant]
        # Of the alternatives that could have been sent, the one that has most in common with it.
        return apply(max(alike, key=lambda each: len(each.members)), {}, held, full=full) if alike else held
    if not isinstance(sent, dict):
        return sent
    meant = nearest(part.returned, sent)
    branch = part.branches.get((nearest(part.sent, sent), meant))
    # Properties of another alternative than the one that was sent would make the response match neither.
    fitting = isinstance(base, dict) and nearest(part.returned, base) == meant
    return sent if branch is None else apply(branch, sent, base if fitting else None, full=full)


def default_of(sent: Node, returned: Node, contract: Contract) -> Json:
    """Return the value in a response of a property that was not sent.

    That is the default of the response schema, else the one that prose states, else null, else a typical value.
    """
    declared = next((s.value("default") for s in returned.shapes if s.value("default") is not None), None)
    if declared is not None:
        return declared
    if sent.path in contract.prose.defaults:
        return contract.prose.defaults[sent.path]
    return None if returned.nullable else plain_json(bodies.smallest(returned))


def _echo(sent: Node, returned: Node, contract: Contract) -> Echo | None:
    if sent.path in contract.prose.echo.without or not (sent.types & returned.types) - {"null"}:
        return None
    if sent.shape("object") is None or not sent.children or not returned.children:
        return EchoedValue(default_of(sent, returned, contract)) if sent.path else None
    pairs = list(product(_objects(sent), _objects(returned)))
    if not pairs:
        return EchoedValue(default_of(sent, returned, contract))
    branches = {pair: _branch(sent, returned, pair, contract) for pair in pairs}
    return EchoedUnion(sent, returned, branches) if len(pairs) > 1 else branches[pairs[0]]


def _objects(node: Node) -> list[int]:
    """Return the indices of the shapes that are objects with declared properties."""
    return [branch for branch, shape in enumerate(node.shapes) if shape.type == "object" and node.members(branch)]


def _branch(sent: Node, returned: Node, pair: tuple[int, int], contract: Contract) -> EchoedObject:
    others = {child.name: child for child in returned.members(pair[1])}
    members: dict[str, Echo] = {}
    for child in sent.members(pair[0]):
        part = _echo(child, others[child.name], contract) if child.name in others else None
        if part is not None:
            members[child.name] = part
    smallest = cast("dict[str, Json]", plain_json(construction.members(returned, pair[1], "smallest", NO_DEFAULTS)))
    return EchoedObject(tuple(members.items()), smallest, nullable=bool(sent.path) and returned.nullable)
