"""Traits of a body: what is wrong with it, or, where nothing is, what is odd about it."""

import re
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from conformance.classify.coercion import coerced, is_rounded_integer
from conformance.classify.keywords import broken, fitting, nearest
from conformance.classify.kinds import MISSING, kind_of, type_kind, undeclared_kind
from conformance.classify.requirements import PRECISION, accept_id, reject_id, schema_id, undeclared_id
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node, find
from conformance.contract.schemas.shapes import Shape
from conformance.contract.schemas.violation import Violation
from conformance.model.json_values import get
from conformance.model.jsontext import Json, is_integral
from conformance.model.pointer import escape, join, last, parent
from conformance.model.vocabulary import Group

PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
"""Strings that every server accepts where its document states no bound."""

PLAIN_INTEGERS = 2**31

STATED = frozenset({"enum", "format", "pattern", "maximum", "maxLength"})
"""Keywords by which a schema says itself which strings or numbers are valid."""

JSON_TEXT = "JSON text"
"""Stands for a keyword where the bytes themselves are wrong."""


class Trait(msgspec.Struct, frozen=True):
    """One thing in a body that a requirement speaks of: where, by which keyword, and what it is.

    `requirement` is its id by the rule of ids; a contract may have no such row.
    """

    pointer: str
    keyword: str
    kind: str
    requirement: str


def defects(node: Node, value: Json, pointer: str = "") -> list[Trait]:
    """Return each way in which a value breaks what its node and those below it state, in the order of the document.

    What has a wrong type breaks nothing else. What alternatives forbid is reported by the one that the value is
    nearest to.
    """
    found: list[Trait] = []
    _add_defects(node, value, pointer, found)
    return found


def _add_defects(node: Node, value: Json, pointer: str, found: list[Trait]) -> None:
    branches = fitting(node, value)
    if not branches:
        rule = "type" if coerced(node.types, value) is None else "coercible"
        rule = PRECISION if is_rounded_integer(node.types, value) else rule
        found.append(Trait(pointer, "type", kind_of(node, "type", value), reject_id(node, rule)))
        return
    branch = branches[0] if len(branches) == 1 else nearest(node, value)
    shape = node.shapes[branch]
    if isinstance(value, dict):
        _add_in_object(node, branch, value, pointer, found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            place = node.item(index)
            if place is not None and place.branch == branch:
                _add_defects(place, item, join(pointer, index), found)
    if not shape.bounded:
        return
    wrong = sorted(broken(shape, value) - {"additionalProperties"})
    found += [Trait(pointer, each, kind_of(node, each, value), reject_id(node, each)) for each in wrong]


def _add_in_object(node: Node, branch: int, value: dict[str, Json], pointer: str, found: list[Trait]) -> None:
    shape = node.shapes[branch]
    if shape.closed:
        found += [_undeclared(shape, name, item, pointer) for name, item in value.items() if not shape.declares(name)]
    for child in node.members(branch):
        if child.names is None:
            name = child.name
            # Of a free type nothing can be wrong.
            if name in value and type(value[name]) not in child.free_types:
                _add_defects(child, value[name], f"{pointer}/{escape(name)}", found)
            continue
        for name, item in value.items():
            if name == child.name or node.child(name) is child:
                _add_defects(child, item, f"{pointer}/{escape(name)}", found)
    for name in shape.required:
        if name not in value:
            missing = node.child(name)
            requirement = reject_id(missing, "required") if missing else ""
            found.append(Trait(join(pointer, name), "required", MISSING, requirement))


def _undeclared(shape: Shape, name: str, value: Json, pointer: str) -> Trait:
    kind = undeclared_kind(shape, name, value)
    return Trait(join(pointer, name), "additionalProperties", kind, undeclared_id(Group.REJECTION, shape))


def explained(contract: Contract, body: Json) -> Iterator[Trait]:
    """Yield what jsonschema finds wrong with a body: for what the nodes of a schema do not say."""
    for violation in contract.request_validator.violations(body):
        trait = _explained(contract.request, body, violation)
        if trait is not None and trait.requirement in contract.by_id:
            yield trait
        else:
            kind = f"a value against {violation.keyword}"
            yield Trait(violation.pointer, violation.keyword, kind, schema_id(contract.request))


def _explained(root: Node, body: Json, violation: Violation) -> Trait | None:
    pointer, keyword = violation.pointer, violation.keyword
    value = get(body, pointer)
    if keyword == "additionalProperties":
        holder = find(root, parent(pointer))
        closed = next((shape for shape in holder.shapes if shape.closed), None) if holder else None
        return _undeclared(closed, last(pointer), value, parent(pointer)) if closed else None
    node = find(root, pointer)
    if node is None:
        return None
    kind = MISSING if keyword == "required" else f"a value against {keyword}"
    return Trait(pointer, keyword, kind, reject_id(node, "enum" if keyword == "const" else keyword))


def oddities(root: Node, body: Json) -> list[Trait]:
    """Return each value in a valid body that a server may still reject: a weaker requirement speaks of it."""
    found: list[Trait] = []
    _add_oddities(root, body, "", found)
    return found


def _add_oddities(node: Node, value: Json, pointer: str, found: list[Trait]) -> None:
    if isinstance(value, dict):
        shape = node.shapes[nearest(node, value)] if node.branches("object") else None
        if shape is not None and not value.keys() <= shape.members.keys():
            requirement = undeclared_id(Group.ACCEPTANCE, shape)
            found.append(Trait(pointer, "additionalProperties", "an unknown property", requirement))
        for name, item in value.items():
            type_ = type(item)
            if (
                item is None
                or type_ is bool
                or (type_ is int and -PLAIN_INTEGERS <= item < PLAIN_INTEGERS)  # type: ignore[operator]
                or (type_ is str and PLAIN_TEXT.fullmatch(item))  # type: ignore[arg-type]
            ):
                continue  # as most values are
            child = node.child(name)
            if child is not None:
                _add_oddities(child, item, f"{pointer}/{escape(name)}", found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            place = node.item(index)
            if place is not None:
                _add_oddities(place, item, f"{pointer}/{index}", found)
    elif _is_odd(node, value):
        found.append(Trait(pointer, "type", type_kind(frozenset(), value), accept_id(node, "type")))


def _is_odd(node: Node, value: Json) -> bool:
    if isinstance(value, str):
        return not PLAIN_TEXT.fullmatch(value) and not _is_stated(node, "string")
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    if not isinstance(value, int) and is_integral(value):
        return True  # written with a fraction or an exponent
    if _is_plain_integer(value):
        return False
    return not _is_stated(node, "integer") and not _is_stated(node, "number")


def _is_plain_integer(number: float | Decimal) -> bool:
    return -PLAIN_INTEGERS <= number < PLAIN_INTEGERS


def _is_stated(node: Node, type_: str) -> bool:
    shape = node.shape(type_)
    return shape is not None and bool(STATED & shape.keywords.keys())
