"""Base answers: what the mock says beyond what it repeats of the request, in as many ways as the schema allows."""

from collections.abc import Iterator
from typing import Literal as OneOf
from typing import TypeAlias

from conformance.contract.contract import Contract
from conformance.contract.nodes import Node
from conformance.contract.shapes import Shape
from conformance.mock.verdict import holds
from conformance.model.jsontext import Json, Writable, plain_json
from conformance.model.pointer import ANY_ITEM, last
from conformance.strategies.responses import DATE_TIMES
from conformance.strategies.values import bodies, classes

Answers: TypeAlias = OneOf["varied", "fresh", "full"]

ODD = 5
"""A given object is null, a given member left out, once in so many answers: what lies in it is mostly seen."""

MOST = 200
"""The most varied answers, whatever the schema."""


def base_answers(contract: Contract, answers: Answers) -> Iterator[Json]:
    """Yield valid answers, the fullest first; where the document declares no JSON answer, None alone.

    `fresh`: one answer of a new object, with null where prose says that something comes later. `full`: one with every
    declared member. `varied`: the full one, the smallest, then as many as it takes for every member to have held every
    class of value, each answer with many classes at once.
    """
    root = contract.response
    if root is None:
        yield None
        return
    candidates = _fresh(contract, root) if answers == "fresh" else _full(root)
    if answers == "varied":
        candidates = _varied(root)
    sound = (body for body in candidates if _sound(contract, body))
    # A schema that the strategies cannot satisfy still gets an answer.
    yield next(sound, plain_json(bodies.fullest(root)))
    yield from sound


def _fresh(contract: Contract, root: Node) -> Iterator[Json]:
    quiet = frozenset(contract.prose.fresh)
    yield plain_json(bodies.fullest(root, bodies.Defaults(quiet=quiet)))
    yield from _full(root)


def _full(root: Node) -> Iterator[Json]:
    yield plain_json(bodies.fullest(root))
    yield plain_json(bodies.smallest(root))


def _varied(root: Node) -> Iterator[Json]:
    yield from _full(root)
    rotation = _Rotation(root)
    for _ in range(MOST):
        yield plain_json(rotation.value(root))
        if rotation.whole:
            return


class _Rotation:
    """Makes values in which every place moves on to its next class each time that it is there."""

    def __init__(self, root: Node) -> None:
        self._classes = {id(node): _classes(node) for node in root.walk()}
        # Out of step from the start, so that not everything is null or left out at once.
        self._visits = {id(node): index for index, node in enumerate(root.walk())}
        self._chances = dict(self._visits)
        self._wanted = {key: index + len(self._classes[key]) for key, index in self._visits.items()}

    @property
    def whole(self) -> bool:
        """Whether every place has been through all its classes."""
        return all(self._visits[key] >= wanted for key, wanted in self._wanted.items())

    def value(self, node: Node) -> Writable:
        """Return a value of `node`, and move on."""
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
        least = node.shapes[branch].value("minItems")
        item = next((child for child in node.members(branch) if last(child.path) == ANY_ITEM), None)
        count = max(least if isinstance(least, int) else 0, visit % 3)
        return [self.value(item) if item else index for index in range(count)]


def _classes(node: Node) -> list[Writable]:
    found = [value.json for value in classes.valid_values(node) if not value.undecided]
    text = node.shape("string")
    if text is not None and text.value("format") == "date-time":
        found += [spelling for _, spelling, _ in DATE_TIMES]
    return found if not _only_empty(node.shapes) else []


def _only_empty(shapes: tuple[Shape, ...]) -> bool:
    return all(shape.type in {"object", "array"} and shape.members for shape in shapes)


def _sound(contract: Contract, body: Json) -> bool:
    validator = contract.response_validator
    return validator is None or (holds(validator, body) and validator.second_voice(body))
