"""Base responses: what the mock returns beyond what it echoes of the request, in as many ways as the schema allows."""

from collections.abc import Iterator
from typing import Literal as OneOf
from typing import TypeAlias

from conformance.classify.bounds import limits
from conformance.contract.contract import Contract
from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Json, Writable, plain_json
from conformance.model.pointer import last
from conformance.strategies.responses import DATE_TIMES
from conformance.strategies.values import bodies, classes, construction
from conformance.strategies.values.search import proper

ResponseStyle: TypeAlias = OneOf["varied", "fresh", "full"]

ODD = 5
"""An object is null, or a property absent, in one of so many responses: in the others its content shows."""

MOST = 200
"""The most varied responses, whatever the schema."""


def base_responses(contract: Contract, style: ResponseStyle) -> Iterator[Json]:
    """Yield valid response bodies, the fullest first; only None where the document declares no JSON response.

    `fresh`: that of a new object, with null where prose says that a value comes later. `full`: one with every declared
    property. `varied`: the full one, the smallest, then as many as it takes for every property to have had every class
    of value, many classes in each body.
    """
    root = contract.response
    if root is None:
        yield None
        return
    candidates = {"fresh": _fresh, "full": _full, "varied": _varied}[style](contract, root)
    valid = (body for body in candidates if _is_valid(contract, body))
    yield next(valid, None) or _searched(contract, root)
    yield from valid


def _searched(contract: Contract, root: Node) -> Json:
    """Return a valid response that is not constructed; the fullest where none is found: no server can do better."""
    validator = contract.response_validator
    found = proper(root, validator, "fullest") if validator is not None else None
    return plain_json(bodies.fullest(root) if found is None else found)


def _fresh(contract: Contract, root: Node) -> Iterator[Json]:
    quiet = frozenset(contract.prose.fresh)
    yield plain_json(bodies.fullest(root, bodies.Defaults(quiet=quiet)))
    yield from _full(contract, root)


def _full(_: Contract, root: Node) -> Iterator[Json]:
    yield plain_json(bodies.fullest(root))
    yield plain_json(bodies.smallest(root))


def _varied(contract: Contract, root: Node) -> Iterator[Json]:
    yield from _full(contract, root)
    rotation = _Rotation(root)
    for _ in range(MOST):
        yield plain_json(rotation.value(root))
        if rotation.complete:
            return


class _Rotation:
    """Makes values in which every node takes its next class of value each time that it is present."""

    def __init__(self, root: Node) -> None:
        self._classes = {id(node): _classes(node) for node in root.walk()}
        # Out of step from the start, so that not everything is null or absent at once.
        self._visits = {id(node): index for index, node in enumerate(root.walk())}
        self._chances = dict(self._visits)
        self._wanted = {key: index + len(self._classes[key]) for key, index in self._visits.items()}

    @property
    def complete(self) -> bool:
        """Whether every node has had all its classes."""
        return all(self._visits[key] >= wanted for key, wanted in self._wanted.items())

    def value(self, node: Node) -> Writable:
        """Return a value of `node`, and advance it to the next class."""
        visit = self._visits[id(node)]
        self._visits[id(node)] += 1
        objects = [index for index, shape in enumerate(node.shapes) if shape.members]
        if objects:
            branch = objects[visit % len(objects)]
            return None if node.nullable and visit % ODD == 0 else self._object(node, branch, visit)
        array = next((index for index, shape in enumerate(node.shapes) if shape.items), None)
        if array is not None:
            return self._items(node, array, visit)
        classes = self._classes[id(node)]
        return classes[visit % len(classes)] if classes else bodies.fullest(node)

    def _object(self, node: Node, branch: int, visit: int) -> Writable:
        shape = node.shapes[branch]
        result: dict[str, Writable] = {}
        for child in node.members(branch):
            self._chances[id(child)] += 1
            if child.required or self._chances[id(child)] % ODD:
                result[last(child.path)] = self.value(child)
        if not shape.closed and visit % ODD == 1:
            result["undeclared_member"] = {"a": 1}
        return result

    def _items(self, node: Node, branch: int, visit: int) -> Writable:
        _, most = limits(node.shapes[branch], "minItems", "maxItems")
        count = min(max(construction.fewest_items(node, branch), visit % 3), most)
        usual = construction.first_items(node, branch, count, "smallest")
        places = [child if (child := node.item(index)) and child.branch == branch else None for index in range(count)]
        return [self.value(place) if place else held for place, held in zip(places, usual, strict=True)]


def _classes(node: Node) -> list[Writable]:
    found = [value.json for value in classes.valid_values(node) if not value.undecided]
    if node.has_format("date-time"):
        found += [spelling for _, spelling, _ in DATE_TIMES]
    holders = all(shape.type in {"object", "array"} and shape.members for shape in node.shapes)
    return [] if holders else found


def _is_valid(contract: Contract, body: Json) -> bool:
    validator = contract.response_validator
    return validator is None or validator.agreed(body)
