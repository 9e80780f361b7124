"""Base answers: what the mock says beyond what it repeats of the request, in as many ways as the schema allows."""

from collections.abc import Iterator
from typing import Literal as OneOf
from typing import TypeAlias

from conformance.contract.contract import Contract
from conformance.contract.nodes import ANY_ITEM, Node
from conformance.contract.shapes import Shape
from conformance.mock.overlay import plain_json
from conformance.mock.verdict import holds
from conformance.model.jsontext import Json, Writable
from conformance.model.pointer import last
from conformance.strategies import bodies, values
from conformance.strategies.responses import DATE_TIMES

Answers: TypeAlias = OneOf["varied", "fresh", "full"]

ODD = 5
"""One answer in so many leaves out or nulls a given object, so that what lies in it is mostly seen."""


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
    turns = max(len(_classes(node)) for node in root.walk())
    number = {id(node): index for index, node in enumerate(root.walk())}
    for turn in range(max(turns, 2 * ODD)):
        yield plain_json(_combined(root, turn, number))


def _combined(node: Node, turn: int, number: dict[int, int]) -> Writable:
    """Return a value of `node` in which every place holds the class whose turn it is; places are out of step."""
    step = turn + number[id(node)]
    branch = next((index for index, shape in enumerate(node.shapes) if shape.type == "object"), None)
    if branch is None or not node.shapes[branch].members:
        listed = next((index for index, shape in enumerate(node.shapes) if shape.items), None)
        if listed is not None:
            return _items(node, listed, step, number, turn)
        classes = _classes(node)
        return classes[step % len(classes)] if classes else bodies.fullest(node)
    if node.nullable and step % ODD == ODD - 1:
        return None
    shape = node.shapes[branch]
    result: dict[str, Writable] = {
        last(child.path): _combined(child, turn, number)
        for child in node.members(branch)
        if child.required or (turn + number[id(child)]) % ODD != 1
    }
    if not shape.closed and step % ODD == 2:  # noqa: PLR2004 (out of step with the two above)
        result["undeclared_member"] = {"a": 1}
    return result


def _items(node: Node, branch: int, step: int, number: dict[int, int], turn: int) -> Writable:
    shape = node.shapes[branch]
    item = next((child for child in node.members(branch) if last(child.path) == ANY_ITEM), None)
    least = shape.value("minItems")
    count = max(least if isinstance(least, int) else 0, step % 3)
    return [_combined(item, turn + index, number) if item else index for index in range(count)]


def _classes(node: Node) -> list[Writable]:
    found = [value.json for value in values.valid_values(node) if not value.undecided]
    text = node.shape("string")
    if text is not None and text.value("format") == "date-time":
        found += [spelling for _, spelling, _ in DATE_TIMES]
    return found if not _only_empty(node.shapes) else []


def _only_empty(shapes: tuple[Shape, ...]) -> bool:
    return all(shape.type in {"object", "array"} and shape.members for shape in shapes)


def _sound(contract: Contract, body: Json) -> bool:
    validator = contract.response_validator
    return validator is None or (holds(validator, body) and validator.second_voice(body))
