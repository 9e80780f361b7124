"""The parts of a body: what can be taken away by itself, what is left then, and where single values stand."""

from collections.abc import Iterator
from typing import TypeVar

from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Json, Writable
from conformance.model.pointer import join, within

Value = TypeVar("Value", Json, Writable)


def leaves(value: Json, node: Node | None = None, pointer: str = "") -> Iterator[str]:
    """Yield what can be taken away of a body: properties that hold no other, and empty objects.

    With the `node` of a schema, only those that it declares and does not require.
    """
    if not isinstance(value, dict) or not value:
        yield from () if node is not None and (node.required or not pointer) else (pointer,)
        return
    inner = False
    for name, item in value.items():
        child = node.child(name) if node is not None else None
        if node is None or child is not None:
            inner = True
            yield from leaves(item, child, join(pointer, name))
    if not inner and pointer and not (node is not None and node.required):
        yield pointer


def keeping(value: Value, kept: frozenset[str], node: Node | None = None, pointer: str = "") -> Value:
    """Return a body with the properties at `kept` alone, and what they lie in.

    With the `node` of a schema, what it requires and what it does not declare stays as well.
    """
    if not isinstance(value, dict):
        return value
    found = {}
    for name, item in value.items():
        here = join(pointer, name)
        child = node.child(name) if node is not None else None
        stays = node is not None and (child is None or child.required)
        if stays or any(within(each, here) for each in kept):
            found[name] = keeping(item, kept, child, here) if node is None or child is not None else item
    return found


def scalars(value: Json, pointer: str = "") -> Iterator[str]:
    """Yield every place of a body that holds no other, and every array."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from scalars(item, join(pointer, name))
        return
    yield pointer
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from scalars(item, join(pointer, index))


def objects(value: Json, pointer: str = "") -> Iterator[str]:
    """Yield every object of a body that holds something."""
    if isinstance(value, dict) and value:
        yield pointer
        for name, item in value.items():
            yield from objects(item, join(pointer, name))
