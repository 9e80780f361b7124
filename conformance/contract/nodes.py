"""Nodes: every place of a request or response body that the schema speaks of."""

from collections.abc import Iterator

import msgspec

from conformance.contract.document import Document
from conformance.contract.shapes import Shape, shapes_of
from conformance.model.jsontext import Json
from conformance.model.pointer import join, split

ANY_ITEM = "*"
"""The token that stands for every index of an array in the path of a node."""


class Node(msgspec.Struct, frozen=True):
    """One place in a body.

    `path` is a JSON pointer into the body, with `*` for the items of an array. `owner` and `member` name the
    requirement's subject (`member` is empty for the root). `pointer` is where its schema stands in the document.
    """

    path: str
    owner: str
    member: str
    pointer: str
    required: bool
    shapes: tuple[Shape, ...]
    children: tuple["Node", ...] = ()

    @property
    def nullable(self) -> bool:
        """Whether null is allowed."""
        return self.shape("null") is not None

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that are allowed; `number` includes integers."""
        return frozenset(shape.type for shape in self.shapes)

    @property
    def label(self) -> str:
        """Owner and member, as in ids of requirements."""
        return f"{self.owner}.{self.member}" if self.member else self.owner

    def shape(self, type_: str) -> Shape | None:
        """Return the first shape of the given type, or None."""
        return next((shape for shape in self.shapes if shape.type == type_), None)

    def child(self, name: str) -> "Node | None":
        """Return the node of the declared member `name`, or None."""
        return next((node for node in self.children if node.path == join(self.path, name)), None)

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


def build_node(document: Document, pointer: str, owner: str) -> Node:
    """Return the tree of nodes for the schema at `pointer`; raises as `shapes_of`."""
    return _build(document, "", owner, "", (pointer,), required=True, above=())


def find(root: Node, path: str) -> Node | None:
    """Return the node for a pointer into a body (indices allowed), or None where the schema declares nothing."""
    node: Node | None = root
    for token in split(path):
        if node is None:
            return None
        node = node.child(token) or (node.child(ANY_ITEM) if token.isdecimal() or token == ANY_ITEM else None)
    return node


def occurrences(root: Node, body: Json) -> Iterator[tuple[Node, str, Json]]:
    """Yield each declared place that is present in `body`: its node, its pointer with indices, and its value."""
    yield from _occurrences(root, "", body)


def _occurrences(node: Node, pointer: str, value: Json) -> Iterator[tuple[Node, str, Json]]:
    yield node, pointer, value
    if isinstance(value, dict):
        for name, item in value.items():
            child = node.child(name)
            if child is not None:
                yield from _occurrences(child, join(pointer, name), item)
    elif isinstance(value, list):
        child = node.child(ANY_ITEM)
        for index, item in enumerate(value if child else ()):
            yield from _occurrences(child, join(pointer, index), item)  # type: ignore[arg-type]


def _build(
    document: Document,
    path: str,
    owner: str,
    member: str,
    pointers: tuple[str, ...],
    *,
    required: bool,
    above: tuple[str, ...],
) -> Node:
    shapes = shapes_of(document, pointers, owner)
    children: dict[str, Node] = {}
    for shape in shapes:
        for name, schemas in shape.members.items():
            if name not in children and schemas[0] not in above:
                children[name] = _build(
                    document,
                    join(path, name),
                    shape.owner,
                    name,
                    schemas,
                    required=name in shape.required,
                    above=(*above, schemas[0]),
                )
        if shape.items and ANY_ITEM not in children and shape.items[0] not in above:
            children[ANY_ITEM] = _build(
                document,
                join(path, ANY_ITEM),
                owner,
                f"{member}.items".lstrip("."),
                shape.items,
                required=False,
                above=(*above, shape.items[0]),
            )
    return Node(path, owner, member, pointers[0], required, shapes, tuple(children.values()))
