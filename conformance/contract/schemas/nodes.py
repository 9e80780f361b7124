"""Nodes: every place of a request or response body that the schema speaks of."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TypeAlias

import msgspec

from conformance.contract.schemas.shapes import Shape
from conformance.contract.schemas.text_checks import keeps_pattern
from conformance.model.grouping import grouped
from conformance.model.jsontext import TYPE_NAMES, Json
from conformance.model.pointer import ANY_ITEM, escape, is_index, last, parent, split

COUNTS = frozenset({"minProperties", "maxProperties"})
"""Keywords that speak of all members together: what changes one member may break them."""


class Node(msgspec.Struct, frozen=True, dict=True):
    """One place in a body.

    `path` is a JSON pointer into the body, with `*` for the items of an array. `owner` and `member` name the
    requirement's subject (`member` is empty for the root). `pointer` is where its schema stands in the document.
    `branch` is the index of the shape of the parent that declares it: alternatives of `oneOf` have children apart.

    A node stands for all properties whose names match `names`, where that is not None; its path has one such name.
    `indexed` tells an item of an array.
    `fillers` are the required properties and items whose schemas the tree follows no further, each with a value that
    can be made; `contained` is the item that an array must hold. Both are there to be built, and are no places.
    `hidden` are the properties that do not belong into this body, by `readOnly` or `writeOnly`.
    """

    path: str
    owner: str
    member: str
    pointer: str
    required: bool
    shapes: tuple[Shape, ...]
    children: tuple["Node", ...] = ()
    branch: int = 0
    names: str | None = None
    indexed: bool = False
    fillers: tuple["Node", ...] = ()
    contained: tuple["Node", ...] = ()
    hidden: frozenset[str] = frozenset()

    @cached_property
    def name(self) -> str:
        """The last token of the path: the name of the member, `*` for items, empty for the root."""
        return last(self.path)

    @property
    def nullable(self) -> bool:
        """Whether null is allowed."""
        return self.shape("null") is not None

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that are allowed; `number` includes integers."""
        return frozenset(shape.type for shape in self.shapes)

    @cached_property
    def label(self) -> str:
        """Owner and member, as in ids of requirements."""
        return f"{self.owner}.{self.member}" if self.member else self.owner

    @cached_property
    def hides(self) -> bool:
        """Whether a property here or below does not belong into this body."""
        return any(node.hidden for node in self.walk())

    @cached_property
    def size(self) -> int:
        """How many nodes there are from here on."""
        return sum(1 for _ in self.walk())

    @cached_property
    def repeated_names(self) -> frozenset[str]:
        """The names that more than one property below has: a message says the whole path of such a property."""
        counts = Counter(node.name for node in self.walk() if node.path)
        return frozenset(name for name, count in counts.items() if count > 1)

    @cached_property
    def unmodelled(self) -> tuple[str, ...]:
        """`pointer keyword` for each keyword here and below that no rule of the suite derives cases from."""
        found = [keyword.pointer for node in self.walk() for shape in node.shapes for keyword in shape.unmodelled]
        return tuple(dict.fromkeys(f"{parent(each)} {last(each)}" for each in found))

    @cached_property
    def modelled(self) -> bool:
        """Whether the nodes from here on say all that the schema says: what is derived from them needs no proof."""
        shapes = [node.shapes for node in self.walk()]
        alone = all(len({shape.type.replace("integer", "number") for shape in each}) == len(each) for each in shapes)
        plain = not any(
            shape.loose
            or COUNTS & shape.keywords.keys()
            or (shape.type in {"object", "array"} and "enum" in shape.keywords)
            for each in shapes
            for shape in each
        )
        return alone and plain and all(shapes) and not self.unmodelled

    def shape(self, type_: str) -> Shape | None:
        """Return the first shape of the given type, or None."""
        return self._by_type.get(type_)

    @cached_property
    def _by_type(self) -> dict[str, Shape]:
        return {shape.type: shape for shape in reversed(self.shapes)}

    def branches(self, type_: str) -> tuple[int, ...]:
        """Return the indices of the shapes that a value of a type has; an integer is a number as well."""
        return self._branches.get(type_, ())

    @cached_property
    def free_types(self) -> frozenset[type]:
        """The types of Python for scalars of which every value is valid here."""
        branches = {type_: self.branches(name) for type_, name in TYPE_NAMES.items() if type_ not in {list, dict}}
        return frozenset(
            type_ for type_, found in branches.items() if len(found) == 1 and not self.shapes[found[0]].bounded
        )

    @cached_property
    def _branches(self) -> dict[str, tuple[int, ...]]:
        found = grouped((shape.type, branch) for branch, shape in enumerate(self.shapes))
        numbers = sorted((*found.get("integer", ()), *found.get("number", ())))
        return {type_: tuple(each) for type_, each in {**found, "integer": numbers}.items()}

    def has_format(self, name: str) -> bool:
        """Tell whether a string here must have a format."""
        shape = self.shape("string")
        return shape is not None and shape.value("format") == name

    def child(self, name: str) -> "Node | None":
        """Return the node of the declared member `name`, or None."""
        found = self._by_name.get(name)
        if found is not None or not self._by_pattern:
            return found
        return next((node for node in self._by_pattern if keeps_pattern(node.names or "", name)), None)

    def item(self, index: int) -> "Node | None":
        """Return the node of the item at an index, or None."""
        return self._by_name.get(str(index)) or self._by_name.get(ANY_ITEM)

    def at(self, token: str) -> "Node | None":
        """Return the node of the member or item that a token of a pointer names, or None."""
        item = self._by_name.get(ANY_ITEM) if is_index(token) else None
        return self._by_name.get(token) or item or self.child(token)

    @cached_property
    def _by_pattern(self) -> tuple["Node", ...]:
        return tuple(node for node in self.children if node.names is not None)

    @cached_property
    def _by_name(self) -> dict[str, "Node"]:
        return {node.name: node for node in reversed(self.children)}

    def members(self, branch: int) -> tuple["Node", ...]:
        """Return the children that the shape with index `branch` declares."""
        return self._by_branch.get(branch, ())

    @cached_property
    def _by_branch(self) -> dict[int, tuple["Node", ...]]:
        return {each: tuple(found) for each, found in grouped((node.branch, node) for node in self.children).items()}

    def needed(self, branch: int) -> tuple["Node", ...]:
        """Return the nodes of the properties that an object of a branch must have, fillers last."""
        if branch not in self._needed:
            names = self.shapes[branch].required
            places = (*self.members(branch), *(each for each in self.fillers if each.branch == branch))
            self._needed[branch] = tuple(each for each in places if each.name in names)
        return self._needed[branch]

    @cached_property
    def _needed(self) -> dict[int, tuple["Node", ...]]:
        return {}

    def filler(self, branch: int, name: str) -> "Node | None":
        """Return the node to build a required property, or an item, from that is no place of its own."""
        return next((node for node in self.fillers if node.branch == branch and node.name == name), None)

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


Occurrence: TypeAlias = tuple[Node, str, Json]
"""A place that is present in a body: its node, its pointer with indices, and its value."""


def find(root: Node, path: str) -> Node | None:
    """Return the node for a pointer into a body (indices allowed), or None where the schema declares nothing."""
    node, declared = nearest(root, path)
    return node if declared else None


def nearest(root: Node, path: str) -> tuple[Node, bool]:
    """Return the node of the deepest declared place at or above a pointer, and whether it is the place itself."""
    node = root
    for token in split(path):
        child = node.at(token)
        if child is None:
            return node, False
        node = child
    return node, True


def is_hidden(root: Node, pointer: str) -> bool:
    """Tell whether a place of a body is one that does not belong into it, or lies in one."""
    node = root
    for token in split(pointer):
        if token in node.hidden:
            return True
        child = node.at(token)
        if child is None:
            return False
        node = child
    return False


def has_hidden(root: Node, body: Json) -> bool:
    """Tell whether a body has a property that does not belong into it, or lacks one that its schema requires."""
    for node, _, value in occurrences(root, body) if root.hides else ():
        if node.hidden and isinstance(value, dict):
            needed = {name for shape in node.shapes for name in shape.required}
            if any((name in value) is not (name in needed) for name in node.hidden):
                return True
    return False


def name_in(root: Node, pointer: str) -> str:
    """Return how a message names a property: its last name, or its whole path where `root` has two of that name.

    A place that is no property of its own, such as an item, has its whole path; the root is "the body".
    """
    tokens = split(pointer)
    if not tokens:
        return "the body"
    named = find(root, pointer) is not None and not is_index(tokens[-1]) and tokens[-1] != ANY_ITEM
    if named and tokens[-1] not in root.repeated_names:
        tokens = tokens[-1:]
    return "`" + ".".join(token or '""' for token in tokens) + "`"


def occurrences(root: Node, body: Json) -> list[Occurrence]:
    """Return each declared place that is present in `body`: its node, its pointer with indices, and its value."""
    found: list[Occurrence] = []
    _add_occurrences(root, "", body, found)
    return found


def _add_occurrences(node: Node, pointer: str, value: Json, found: list[Occurrence]) -> None:
    # A list that is handed down: generators of generators pass each place through every level above it.
    found.append((node, pointer, value))
    if isinstance(value, dict):
        for name, item in value.items():
            child = node.child(name)
            if child is not None:
                _add_occurrences(child, f"{pointer}/{escape(name)}", item, found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            child = node.item(index)
            if child is not None:
                _add_occurrences(child, f"{pointer}/{index}", item, found)
