"""Members of a body that can be taken away."""

from collections.abc import Iterator

from conformance.contract.nodes import Node
from conformance.model.jsontext import Json, Writable
from conformance.model.pointer import join


def leaves(node: Node, pointer: str, value: Json) -> Iterator[tuple[str, Node]]:
    """Yield the members of a body that can be taken away by themselves: leaves, and objects that hold none."""
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        child = node.child(name)
        if child is None:
            continue
        here = join(pointer, name)
        inner = list(leaves(child, here, item))
        if inner:
            yield from inner
        else:
            yield here, child


def pruned(node: Node, pointer: str, value: Writable, kept: frozenset[str]) -> Writable:
    """Return a body with the members at `kept`, and with what is required beside them; what is unknown stays."""
    if not isinstance(value, dict):
        return value
    result: dict[str, Writable] = {}
    for name, item in value.items():
        here = join(pointer, name)
        child = node.child(name)
        holds_kept = any(each == here or each.startswith(f"{here}/") for each in kept)
        if child is None or child.required or holds_kept:
            result[name] = pruned(child, here, item, kept) if child is not None else item
    return result
