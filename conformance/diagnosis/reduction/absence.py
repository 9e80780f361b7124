"""Absence: members whose being left out brings a failure about, and bodies with and without them.

Taking members away never shows that one was missed; so what a body lacks is put in, and taken out again one by one.
"""

from collections.abc import Iterator, Mapping

from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node, find
from conformance.model.json_values import get, without
from conformance.model.jsontext import Json, Writable
from conformance.model.pointer import join, last, parent
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder
from conformance.strategies.values import bodies


def bodies_without(contract: Contract, lacking: frozenset[str]) -> Iterator[Writable]:
    """Yield right bodies that lack the members at `lacking`: the fullest, and for one member the smallest as well."""
    defaults = _defaults(contract)
    whole = bodies.fullest(contract.request, defaults)
    for pointer in lacking:
        whole = without(whole, pointer)
    yield whole
    if len(lacking) == 1:
        path = next(iter(lacking))
        for lineage in bodies.lineages(contract.request):
            if lineage[-1].path == path:
                yield bodies.planted(lineage, bodies.ABSENT, "smallest", defaults)
                return


def filled(contract: Contract, body: Writable, lacking: frozenset[str]) -> Writable:
    """Return a body with typical values for all members that its objects lack, but for those at `lacking`."""
    return _filled(contract.request, "", body, lacking, _defaults(contract))


def gaps(root: Node, body: Writable) -> list[str]:
    """Return the members that the objects of a body could hold and do not."""
    return [pointer for pointer, _ in _gaps(root, "", body)]


def gaps_of_empty(root: Node, body: Writable) -> list[list[str]]:
    """Return the gaps of each object within a body that holds nothing at all."""
    found: dict[str, list[str]] = {}
    for pointer in gaps(root, body):
        found.setdefault(parent(pointer), []).append(pointer)
    return [inside for holder, inside in found.items() if holder and not get(body, holder)]


def lacks(body: Json, pointer: str) -> bool:
    """Tell whether the object that could hold a member is there without it."""
    holder = get(body, parent(pointer))
    return isinstance(holder, dict) and last(pointer) not in holder


def requirement_of(contract: Contract, pointer: str) -> str:
    """Return the requirement that lets a member be absent; empty where there is none."""
    node = find(contract.request, pointer)
    requirement = requirement_id(Group.ACCEPTANCE, node.label) if node is not None else ""
    return requirement if requirement in contract.by_id else ""


def _defaults(contract: Contract) -> bodies.Defaults:
    return Builder(contract, {}).defaults


def _gaps(node: Node, pointer: str, value: Writable) -> Iterator[tuple[str, Node]]:
    if not isinstance(value, Mapping):
        return
    for name, item in value.items():
        child = node.child(name)
        if child is not None:
            yield from _gaps(child, join(pointer, name), item)
    branch = next((index for index, shape in enumerate(node.shapes) if shape.type == "object"), None)
    for child in node.members(branch) if branch is not None else ():
        if child.name not in value and child.shapes:
            yield join(pointer, child.name), child


def _filled(node: Node, pointer: str, value: Writable, lacking: frozenset[str], defaults: bodies.Defaults) -> Writable:
    if not isinstance(value, Mapping):
        return value
    result: dict[str, Writable] = {}
    for name, item in value.items():
        child = node.child(name)
        result[name] = _filled(child, join(pointer, name), item, lacking, defaults) if child is not None else item
    for gap, child in _gaps(node, pointer, value):
        if parent(gap) == pointer and gap not in lacking:
            result[child.name] = bodies.fullest(child, defaults)
    return result
