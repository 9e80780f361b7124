"""What a body exercises of its schema: the requirements of each place that it has, and whether it has only such places.

A walk over every response of a run: what a place stands for is looked up, and no pointer is made.
"""

from functools import lru_cache

import msgspec

from conformance.checks.shared.settled import Settled
from conformance.contract.contract import Contract
from conformance.contract.requirements.derived import BOUNDS
from conformance.contract.schemas.nodes import Node
from conformance.model.finding import Pass
from conformance.model.jsontext import Json
from conformance.model.pointer import ANY_ITEM
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group

MOST_PARTS = 200
"""Of a body that is made of more parts it is not kept what they exercise together."""

MOST_KEPT = 256
"""For so many sequences of parts it is kept: most responses have the same properties, and null in the same places."""


class ExercisedPlaces(msgspec.Struct, frozen=True):
    """The passes of a body that is valid, and whether the document declares each of its properties."""

    passes: Settled
    all_declared: bool


class _Part:
    """What null, an object, or any other value exercises at a place; known by its identity."""

    __slots__ = ("passes",)

    def __init__(self, contract: Contract, *ids: str) -> None:
        self.passes = {each: Pass(each) for each in ids if each in contract.by_id}


def exercised(contract: Contract, root: Node, body: Json) -> ExercisedPlaces:
    """Return what a body with the tree `root` exercises."""
    places = _places(contract)
    place = places.get(id(root)) or _placed(contract, root, places)
    parts: list[_Part] = []
    declared = _exercise(place, body, parts)
    return ExercisedPlaces((_known if len(parts) <= MOST_PARTS else _together)(tuple(parts)), declared)


def _together(parts: tuple[_Part, ...]) -> Settled:
    """Return the passes of several parts, each once."""
    passes: dict[str, Pass] = {}
    for each in parts:
        passes |= each.passes
    return Settled(passes.values())


_known = lru_cache(MOST_KEPT)(_together)


class _Place:
    """What a value at a node exercises: null, an object, and any other value; passes are the same for all bodies."""

    __slots__ = ("alike", "members", "node", "null", "object", "other", "places")

    def __init__(self, contract: Contract, node: Node, places: dict[int, "_Place"]) -> None:
        def ids(about: str, *keywords: str) -> list[str]:
            return [requirement_id(Group.RESPONSE, about, keyword) for keyword in keywords]

        self.node = node  # kept, so that no other one gets its identity
        self.null = _Part(contract, *ids(node.label, "type"))
        other = ids(node.label, "type", "enum", *BOUNDS)
        self.other = _Part(contract, *other)
        owners = [shape.owner for shape in node.shapes if shape.type == "object"]
        own = [each for owner in owners for each in ids(owner, "type", "additionalProperties")]
        held = [each for child in node.children for each in ids(child.label, "required")]
        self.object = _Part(contract, *other, *own, *held)
        self.members: dict[str, _Place] = {}
        for child in node.children:
            self.members.setdefault(child.name, _placed(contract, child, places))
        self.places = places
        self.alike = self.members.keys() == {ANY_ITEM}

    def member(self, name: str) -> "_Place | None":
        """Return the place of a property that no place has the name of: one that a regular expression names."""
        child = self.node.child(name)
        return None if child is None else self.places[id(child)]

    def item(self, index: int) -> "_Place | None":
        """Return the place of the item at an index."""
        child = self.node.item(index)
        return None if child is None else self.places[id(child)]


@lru_cache(maxsize=64)
def _places(_: Contract) -> dict[int, _Place]:
    """Return the places of a contract that were met so far, by the identity of the node: its value has no hash."""
    return {}


def _placed(contract: Contract, node: Node, places: dict[int, _Place]) -> _Place:
    """Return the place of a node, and keep it and those below it."""
    place = places[id(node)] = _Place(contract, node, places)
    return place


def _exercise(place: _Place, value: Json, parts: list[_Part]) -> bool:
    """Add the parts of a value; tell whether the document declares each of its properties."""
    if isinstance(value, dict):
        return _exercise_object(place, value, parts)
    parts.append(place.null if value is None else place.other)
    return not isinstance(value, list) or _exercise_array(place, value, parts)


def _exercise_object(place: _Place, value: dict[str, Json], parts: list[_Part]) -> bool:
    parts.append(place.object)
    members, declared = place.members, True
    for name, each in value.items():
        member = members.get(name) or place.member(name)
        if member is None:
            declared = declared and not members
        elif each is None:
            parts.append(member.null)
        elif isinstance(each, dict):
            declared &= _exercise_object(member, each, parts)
        elif isinstance(each, list):
            declared &= _exercise(member, each, parts)
        else:
            parts.append(member.other)
    return declared


def _exercise_array(place: _Place, value: list[Json], parts: list[_Part]) -> bool:
    declared = True
    for index, each in enumerate(value if place.members else ()):
        item = place.item(index)
        if item is not None:
            declared &= _exercise(item, each, parts)
    return declared if place.alike else all_declared(place.node, value)


def all_declared(node: Node, value: Json) -> bool:
    """Tell whether the document declares every property of a value; where it declares none, it says nothing of them."""
    if isinstance(value, dict) and node.children:
        for name, item in value.items():
            child = node.child(name)
            if child is None or (isinstance(item, dict | list) and not all_declared(child, item)):
                return False
    elif isinstance(value, list):
        child = node.child(ANY_ITEM)
        return child is None or all(all_declared(child, item) for item in value)
    return True
