"""Trees of nodes: from a schema to every place that it speaks of, bounded in depth and in number.

A schema inside itself is followed once; what a value needs beyond that, or beyond the bounds, is a filler.
"""

from collections.abc import Iterator
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from conformance.contract.reading.document import Document
from conformance.contract.schemas.composition import shapes_of
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.pattern_texts import example
from conformance.contract.schemas.shapes import Keyword, Shape
from conformance.contract.schemas.text_checks import keeps_pattern
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.pointer import ANY_ITEM, join

MOST_NODES = 800
"""How many places of a body have cases at most."""

DEPTHS = (24, 12, 8, 6, 5, 4, 3, 2, 1)
"""How deep a tree is at most: the first of these with which it is not too large."""

GROUND = 8
"""How deep the value of a filler is at most."""

NAMES = ("conformance_1", "x-a", "a", "A", "key", "1", "abc", "a1", "A1", "x_a")
"""Names to choose from where a regular expression, or none, names a property."""


LONGEST_NAME = 1000
"""How long a name is made at most."""


class _TooLargeError(Exception):
    """The tree has more nodes than it may."""


class _Place(msgspec.Struct, frozen=True):
    """What a shape declares: a member by name or by regular expression, or items."""

    token: str
    member: str
    owner: str
    schemas: tuple[str, ...]
    needed: bool
    names: str | None = None
    pointer: str = ""
    indexed: bool = False


def build_node(document: Document, pointer: str, owner: str, hidden: str = "") -> Node:
    """Return the tree of nodes for the schema at `pointer`; raises as `shapes_of`.

    `hidden` is the keyword (`readOnly`, `writeOnly`) of properties that do not belong into this body: they are no
    places of it, and where they are required they are fillers.
    """
    root = _Place("", "", owner, (pointer,), needed=True)
    tree = _Tree(document, hidden if hidden in document.text else "")
    for depth in DEPTHS[:-1]:
        with suppress(_TooLargeError):
            tree.left = MOST_NODES
            return tree.node("", root, (), depth)
    tree.left = None
    return tree.node("", root, (), DEPTHS[-1])


class _Tree:
    """Builds the tree of a schema; `left` is how many more nodes it may have, None without a limit."""

    def __init__(self, document: Document, hidden: str) -> None:
        self._document = document
        self._hidden = hidden
        self.left: int | None = None
        self._shapes: dict[tuple[tuple[str, ...], str], tuple[Shape, ...]] = {}
        self._names: dict[str, BodyValidator] = {}
        self._grounded: dict[tuple[tuple[str, ...], int], Node | None] = {}

    def node(self, path: str, place: _Place, above: tuple[str, ...], depth: int) -> Node:
        """Return the node of a place, and those below it; `above` are the schemas that it lies in."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise _TooLargeError
        kept: list[Shape] = []
        children: list[Node] = []
        fillers: list[Node] = []
        contained: list[Node] = []
        hidden: list[str] = []
        for shape in self._shapes_of(place):
            branch = len(kept)
            below = self._below(path, place, shape, above, depth)
            if below is None:
                continue  # no value has this shape: a property that it requires cannot be
            held = self._contained(path, place, shape)
            kept.append(shape)
            hidden += [each.token for each in self._places(place, shape) if self._is_hidden(each)]
            children += [replace(each, branch=branch) for each in below[0]]
            fillers += [replace(each, branch=branch) for each in below[1]]
            contained += [replace(each, branch=branch) for each in held]
        return Node(
            path=path,
            owner=place.owner,
            member=place.member,
            pointer=place.schemas[0] if place.schemas else place.pointer,
            required=place.needed and not place.indexed,
            shapes=tuple(kept),
            children=tuple(children),
            names=place.names,
            indexed=place.indexed,
            fillers=tuple(fillers),
            contained=tuple(contained),
            hidden=frozenset(hidden),
        )

    def _below(
        self, path: str, place: _Place, shape: Shape, above: tuple[str, ...], depth: int
    ) -> tuple[list[Node], list[Node]] | None:
        """Return the children and the fillers of a shape; None where one that it needs cannot be made."""
        children: list[Node] = []
        fillers: list[Node] = []
        for each in self._places(place, shape):
            if self._is_hidden(each) or (each.schemas and (each.schemas[0] in above or depth <= 0)):
                filler = self._ground(join(path, each.token), each) if each.needed else None
                if filler is not None:
                    fillers.append(filler)
                elif each.needed:
                    return None
                continue
            schemas = (*above, each.schemas[0]) if each.schemas else above
            child = self.node(join(path, each.token), each, schemas, depth - 1)
            if each.needed and not child.shapes:
                return None
            children.append(child)
        return children, fillers

    def _places(self, place: _Place, shape: Shape) -> Iterator[_Place]:
        for name, schemas in shape.members.items():
            stated = "" if schemas else shape.keywords["required"].pointer
            yield _Place(name, name, shape.owner, schemas, name in shape.required, pointer=stated)
        called = f"{place.member}.values".lstrip(".")
        for regex, pointer in shape.patterns:
            key = self._name(shape, regex)
            if key is not None:
                yield _Place(key, called, place.owner, (pointer,), needed=False, names=regex)
        rule = self._pattern_of_names(shape)
        if rule is not None and not shape.closed and (key := self._name(shape, rule)) is not None:
            stated = shape.keywords["propertyNames"].pointer
            yield _Place(key, called, place.owner, shape.rest, needed=False, names=rule, pointer=stated)
        elif shape.rest and (key := self._name(shape, None)) is not None:
            yield _Place(key, called, place.owner, shape.rest, needed=False, names="")
        least, most = (shape.value(keyword) for keyword in ("minItems", "maxItems"))
        fewest = least if isinstance(least, int) else 0
        greatest = most if isinstance(most, int) else len(shape.prefix) + 1
        called = f"{place.member}.items".lstrip(".")
        for index, schemas in enumerate(shape.prefix[:greatest]):
            yield _Place(str(index), called, place.owner, schemas, needed=index < fewest, indexed=True)
        if shape.items and greatest > len(shape.prefix):
            needed = fewest > len(shape.prefix)
            yield _Place(ANY_ITEM, called, place.owner, shape.items, needed=needed, indexed=True)

    def _is_hidden(self, place: _Place) -> bool:
        if not self._hidden or place.names is not None or place.indexed:
            return False
        shapes = self._shapes_of(place)
        return bool(shapes) and all(shape.value(self._hidden) is True for shape in shapes)

    def _contained(self, path: str, place: _Place, shape: Shape) -> list[Node]:
        """Return the item that an array must hold, which keeps `items` as well; nothing where there is none."""
        if not shape.contains:
            return []
        schemas = shape.items + shape.contains
        found = self._ground(join(path, ANY_ITEM), _Place(ANY_ITEM, place.member, place.owner, schemas, needed=True))
        return [found] if found is not None else []

    def _ground(self, path: str, place: _Place) -> Node | None:
        """Return the node of the least deep value of a place; None where there is none, or it is too deep."""
        return next((found for limit in range(GROUND) if (found := self._grounds(path, place, limit))), None)

    def _grounds(self, path: str, place: _Place, limit: int) -> Node | None:
        key = (place.schemas, limit)
        if key in self._grounded:
            return self._grounded[key]
        kept: list[Shape] = []
        children: list[Node] = []
        for shape in self._shapes_of(place):
            needed = [each for each in self._places(place, shape) if each.needed]
            found = [self._grounds(join(path, each.token), each, limit - 1) if limit else None for each in needed]
            made = [each for each in found if each is not None]
            if len(made) == len(needed):
                children += [replace(each, branch=len(kept)) for each in made]
                kept.append(shape)
        pointer = place.schemas[0] if place.schemas else place.pointer
        node = Node(path, place.owner, place.member, pointer, place.needed, tuple(kept), tuple(children))
        self._grounded[key] = node if kept else None
        return self._grounded[key]

    def _name(self, shape: Shape, regex: str | None) -> str | None:
        """Return a name that a regular expression, or none, lets a property of an object have."""
        rule = shape.keywords.get("propertyNames")
        for name in (*NAMES, *self._stated_names(rule), *filter(None, [example(regex)] if regex else [])):
            fits = not shape.declares(name) if regex is None else keeps_pattern(regex, name)
            if name not in shape.members and fits and self._keeps_names(rule, name):
                return name
        return None

    def _stated_names(self, rule: Keyword | None) -> Iterator[str]:
        """Yield names that a schema of names lists, describes, or lets be long enough."""
        for shape in self._shapes_of_names(rule):
            yield from (each for each in shape.listed("enum") if isinstance(each, str))
            pattern, least = shape.value("pattern"), shape.value("minLength")
            if isinstance(pattern, str) and (found := example(pattern)) is not None:
                yield found
            if isinstance(least, int):
                yield NAMES[0].ljust(min(least, LONGEST_NAME), "a")

    def _keeps_names(self, rule: Keyword | None, name: str) -> bool:
        if rule is None:
            return True
        if rule.pointer not in self._names:
            self._names[rule.pointer] = BodyValidator(self._document, rule.pointer)
        return self._names[rule.pointer].holds(name)

    def _pattern_of_names(self, shape: Shape) -> str | None:
        """Return the regular expression of the names of an object's properties; None without one."""
        found = (each.value("pattern") for each in self._shapes_of_names(shape.keywords.get("propertyNames")))
        return next((each for each in found if isinstance(each, str)), None)

    def _shapes_of_names(self, rule: Keyword | None) -> Iterator[Shape]:
        shapes = shapes_of(self._document, (rule.pointer,), "") if rule is not None else ()
        return (shape for shape in shapes if shape.type == "string")

    def _shapes_of(self, place: _Place) -> tuple[Shape, ...]:
        key = (place.schemas, place.owner)
        if key not in self._shapes:
            self._shapes[key] = shapes_of(self._document, place.schemas, place.owner)
        return self._shapes[key]
