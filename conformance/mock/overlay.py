"""What an answer owes to its request: values that were sent come back, what was not sent takes its default.

The tree of the request and that of the response are walked together once, when the mock is made. What the request
cannot say (deployments, times, identifiers) is left as the base answer has it.
"""

from itertools import product
from typing import TypeAlias, cast

import msgspec

from conformance.classify.keywords import nearest
from conformance.contract.contract import Contract
from conformance.contract.nodes import Node
from conformance.model.jsontext import Json, plain_json
from conformance.strategies.values import bodies, construction
from conformance.strategies.values.construction import NO_DEFAULTS


class Leaf(msgspec.Struct, frozen=True):
    """A member that is repeated as a whole; `default` is what it holds when it was not sent."""

    default: Json


class Union(msgspec.Struct, frozen=True):
    """An object that has alternatives: what it repeats depends on the one that was sent.

    `branches` are for each pair of alternatives, of the request and of the answer.
    """

    sent: Node
    answered: Node
    branches: dict[tuple[int, int], "Branch"]


class Branch(msgspec.Struct, frozen=True):
    """An object of which some members are repeated.

    `plain` is the object where neither request nor base answer says anything; `absent` what stands in its place when
    it was not sent: None for null, else it is built all the same.
    """

    members: tuple[tuple[str, "Part"], ...]
    plain: dict[str, Json]
    nullable: bool


Part: TypeAlias = Leaf | Branch | Union


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
    if isinstance(part, Union):
        return _apply_union(part, sent, base, full=full)
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


def _apply_union(part: Union, sent: Json, base: Json, *, full: bool) -> Json:
    """Return the alternative that was sent; where none was, null, or the one of the base answer with its defaults."""
    if sent is None:
        if part.answered.nullable and part.sent.path and not full:
            return None
        held = base if isinstance(base, dict) else plain_json(bodies.smallest(part.answered))
        meant = nearest(part.answered, held)
        alike = [branch for (_, answered), branch in part.branches.items() if answered == meant]
        # Of the alternatives that could have been sent, the one that has most in common with it.
        return apply(max(alike, key=lambda each: len(each.members)), {}, held, full=full) if alike else held
    if not isinstance(sent, dict):
        return sent
    meant = nearest(part.answered, sent)
    branch = part.branches.get((nearest(part.sent, sent), meant))
    # Members of another alternative than the one that was sent would make the answer neither.
    fitting = isinstance(base, dict) and nearest(part.answered, base) == meant
    return sent if branch is None else apply(branch, sent, base if fitting else None, full=full)


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


def _part(sent: Node, answered: Node, contract: Contract) -> Part | None:
    if sent.path in contract.prose.echo.without or not (sent.types & answered.types) - {"null"}:
        return None
    if sent.shape("object") is None or not sent.children or not answered.children:
        return Leaf(default_of(sent, answered, contract)) if sent.path else None
    pairs = list(product(_objects(sent), _objects(answered)))
    if not pairs:
        return Leaf(default_of(sent, answered, contract))
    branches = {pair: _branch(sent, answered, pair, contract) for pair in pairs}
    return Union(sent, answered, branches) if len(pairs) > 1 else branches[pairs[0]]


def _objects(node: Node) -> list[int]:
    """Return the indices of the shapes that are objects with declared members."""
    return [branch for branch, shape in enumerate(node.shapes) if shape.type == "object" and node.members(branch)]


def _branch(sent: Node, answered: Node, pair: tuple[int, int], contract: Contract) -> Branch:
    others = {child.name: child for child in answered.members(pair[1])}
    members: dict[str, Part] = {}
    for child in sent.members(pair[0]):
        part = _part(child, others[child.name], contract) if child.name in others else None
        if part is not None:
            members[child.name] = part
    smallest = cast("dict[str, Json]", plain_json(construction.members(answered, pair[1], "smallest", NO_DEFAULTS)))
    return Branch(tuple(members.items()), smallest, nullable=bool(sent.path) and answered.nullable)
