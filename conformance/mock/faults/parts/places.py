"""Places in bodies: every occurrence of a member, to be looked at or changed; values themselves are never altered."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import msgspec

from conformance.contract.nodes import Node
from conformance.model.jsontext import Json
from conformance.model.pointer import ANY_ITEM, last, split
from conformance.strategies.values import bodies

Tokens: TypeAlias = tuple[str, ...]


class Absence:
    """The type of `MISSING`."""


MISSING: Final = Absence()
"""In the place of a value: there is none."""

Change: TypeAlias = Callable[[Json], "Json | Absence"]


class Site(msgspec.Struct, frozen=True):
    """A node and every place of the body where it occurs; `lineage` leads to the first."""

    node: Node
    lineage: bodies.Lineage
    places: tuple[Tokens, ...]

    @property
    def label(self) -> str:
        """The label of the node, as in ids of requirements."""
        return self.node.label

    def find(self, body: Json) -> Iterator[Json]:
        """Yield each value that stands at a place of the site."""
        for tokens in self.places:
            yield from found(body, tokens)

    def any(self, body: Json, test: Callable[[Json], bool]) -> bool:
        """Tell whether a value at a place of the site passes `test`."""
        return any(map(test, self.find(body)))

    def absent(self, body: Json) -> bool:
        """Tell whether an object that could hold the member is there without it."""
        name = last(self.node.path)
        return any(
            isinstance(holder, dict) and name not in holder
            for tokens in self.places
            for holder in found(body, tokens[:-1])
        )

    def change(self, body: Json, new: Change) -> Json:
        """Return `body` with each value at a place of the site changed; the very same body where none is."""
        for tokens in self.places:
            body = changed(body, tokens, new)
        return body

    def fill(self, body: Json, value: Json) -> Json:
        """Return `body` with the member put into every object that lacks it."""
        name = last(self.node.path)

        def filled(holder: Json) -> Json:
            return {**holder, name: value} if isinstance(holder, dict) and name not in holder else holder

        for tokens in self.places:
            body = _kept(changed(body, tokens[:-1], filled), body)
        return body


def sites(root: Node) -> tuple[Site, ...]:
    """Return one site a label, parents first."""
    found_: dict[str, list[bodies.Lineage]] = {}
    for lineage in bodies.lineages(root):
        found_.setdefault(lineage[-1].label, []).append(lineage)
    return tuple(
        Site(each[0][-1], each[0], tuple(dict.fromkeys(split(lineage[-1].path) for lineage in each)))
        for each in found_.values()
    )


def found(body: Json, tokens: Tokens) -> Iterator[Json]:
    """Yield each value at `tokens`, `*` standing for every index."""
    if not tokens:
        yield body
    elif isinstance(body, dict) and tokens[0] in body:
        yield from found(body[tokens[0]], tokens[1:])
    elif isinstance(body, list) and tokens[0] == ANY_ITEM:
        for item in body:
            yield from found(item, tokens[1:])


def changed(body: Json, tokens: Tokens, new: Change) -> Json:
    """Return `body` with each value at `tokens` changed; the very same body where none is."""
    return _kept(_changed(body, tokens, new), body)


def _changed(body: Json, tokens: Tokens, new: Change) -> "Json | Absence":
    if not tokens:
        return new(body)
    if isinstance(body, dict) and tokens[0] in body:
        item = _changed(body[tokens[0]], tokens[1:], new)
        if item is body[tokens[0]]:
            return body
        rest = {name: held for name, held in body.items() if name != tokens[0] or not isinstance(item, Absence)}
        return rest if isinstance(item, Absence) else {**rest, tokens[0]: item}
    if isinstance(body, list) and tokens[0] == ANY_ITEM:
        items = [_changed(item, tokens[1:], new) for item in body]
        if all(one is other for one, other in zip(items, body, strict=True)):
            return body
        return [item for item in items if not isinstance(item, Absence)]
    return body


def _kept(value: "Json | Absence", otherwise: Json) -> Json:
    return otherwise if isinstance(value, Absence) else value
