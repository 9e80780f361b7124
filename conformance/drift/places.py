"""Places of a document: objects with their pointers, and the change that two of them make."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import msgspec

from conformance.contract.reading.document import Document, follow
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import owner_of
from conformance.contract.schemas.trees import build_node
from conformance.drift.changes import Change, Effect, Part, Side
from conformance.drift.levels import levels_of
from conformance.drift.schemas import Found, compare_nodes
from conformance.drift.sentences import sentence_of, subject_of
from conformance.model.jsontext import Json, equality_key
from conformance.model.pointer import join

Sides: TypeAlias = tuple[Side | None, Side | None]


class Place(msgspec.Struct, frozen=True):
    """An object of a document: where it stands (`#/...`, references followed), and what it holds."""

    document: Document
    pointer: str
    value: Mapping[str, Json]

    @property
    def required(self) -> bool:
        """Whether it says of itself that it is required: a parameter, a header, a request body."""
        return self.value.get("required") is True

    def side(self, name: str) -> Side | None:
        """Return a member as one side of a change, None where it is absent."""
        return Side(join(self.pointer, name), self.value[name]) if name in self.value else None

    def inner(self, name: str) -> "Place | None":
        """Return an object in this one, None where it is absent."""
        return place_at(self.document, join(self.pointer, name)) if name in self.value else None

    def entries(self, name: str) -> dict[str, "Place"]:
        """Return the objects of a map in this object."""
        value = self.value.get(name)
        names = value if isinstance(value, dict) else ()
        return {key: place_at(self.document, join(self.pointer, name, key)) for key in names}


Pair: TypeAlias = tuple[Place | None, Place | None]
"""An object in the older document and in the newer one; one of the two may be absent."""


def place_at(document: Document, pointer: str) -> Place:
    """Return the object at a pointer, references followed."""
    pointer, value = follow(document, pointer)
    return Place(document, pointer, value if isinstance(value, dict) else {})


def paired(old: Mapping[str, Place], new: Mapping[str, Place]) -> Iterator[tuple[str, Pair]]:
    """Yield each name that two maps have, with its object in each."""
    for name in dict.fromkeys((*old, *new)):
        yield name, (old.get(name), new.get(name))


class Scope(msgspec.Struct, frozen=True):
    """What changes are about: the part of the operation, and how a sentence names it."""

    part: Part
    name: str = ""

    def change(self, rule: str, effect: Effect, sentence: str, sides: Sides) -> Change:
        """Return a change of the scope as a whole."""
        levels = levels_of(self.part, rule, effect)
        return Change(rule, self.part, self.name, ("",), effect, levels, sentence, *sides)

    def come_or_gone(self, rule: str, effects: tuple[Effect, Effect], subject: str, pair: Pair) -> Change:
        """Return the change that something is in one document alone; `effects` are those of adding and removing it."""
        added = pair[0] is None
        sides = tuple(Side(each.pointer, subject) if each else None for each in pair)
        sentence = f"{'Adds' if added else 'Removes'} the {subject}"
        return self.change(rule, effects[0] if added else effects[1], sentence, (sides[0], sides[1]))

    def requirement(self, old: Place, new: Place) -> Iterator[Change]:
        """Yield the change that something became required, or optional."""
        if old.required != new.required:
            effect = Effect.NARROWED if new.required else Effect.WIDENED
            sentence = f"Makes the {self.name} {'required' if new.required else 'optional'}"
            yield self.change("required", effect, sentence, (old.side("required"), new.side("required")))

    def text(self, name: str, old: Place, new: Place) -> Iterator[Change]:
        """Yield the change of a text."""
        if old.value.get(name) != new.value.get(name):
            sentence = f"Changes the {name} of the {self.name}"
            yield self.change(name, Effect.NONE, sentence, (old.side(name), new.side(name)))

    def schemas(self, old: Place, new: Place) -> Iterator[Change]:
        """Yield what changed in the schemas of two media types, parameters or headers."""
        if "schema" in old.value or "schema" in new.value:
            yield from self._gathered(compare_nodes(_node(old), _node(new)))

    def _gathered(self, found: Iterable[Found]) -> Iterator[Change]:
        """Yield one change for each place of the documents: a component may stand at several places of a body."""
        groups: dict[str, list[Found]] = {}
        for each in found:
            sides = [(side.pointer, equality_key(side.value)) if side else None for side in (each.old, each.new)]
            groups.setdefault(repr((each.rule, sides)), []).append(each)
        for first, *others in groups.values():
            places = (first.place, *(each.place for each in others))
            subject = subject_of(self.part, self.name, places)
            sentence = sentence_of(first.rule, subject, first.effect, first.old, first.new)
            levels = levels_of(self.part, first.rule, first.effect, closed=first.closed)
            yield Change(first.rule, self.part, self.name, places, first.effect, levels, sentence, first.old, first.new)


def _node(holder: Place) -> Node:
    """Return the tree of nodes of a schema; where none is declared, anything is valid."""
    document = holder.document
    if "schema" not in holder.value:
        free = Document(document.text, {"schema": True}, document.sha256, document.name)
        return build_node(free, "#/schema", "schema")
    pointer = join(holder.pointer, "schema")
    return build_node(document, pointer, owner_of(pointer))
