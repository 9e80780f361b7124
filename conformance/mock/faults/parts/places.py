"""Places in bodies: every occurrence of a member, to be looked at or changed; values themselves are never altered."""

from collections.abc import Callable, Iterator

import msgspec

from conformance.contract.nodes import Node
from conformance.model.json_values import all_at, changed, without
from conformance.model.jsontext import Json
from conformance.model.pointer import last, parent
from conformance.strategies.values import bodies


class Site(msgspec.Struct, frozen=True):
    """A node and the pointer of every place of the body where it occurs; `lineage` leads to the first."""

    node: Node
    lineage: bodies.Lineage
    places: tuple[str, ...]

    @property
    def label(self) -> str:
        """The label of the node, as in ids of requirements."""
        return self.node.label

    def find(self, body: Json) -> Iterator[Json]:
        """Yield each value that stands at a place of the site."""
        for pointer in self.places:
            yield from all_at(body, pointer)

    def any(self, body: Json, test: Callable[[Json], bool]) -> bool:
        """Tell whether a value at a place of the site passes `test`."""
        return any(map(test, self.find(body)))

    def absent(self, body: Json) -> bool:
        """Tell whether an object that could hold the member is there without it."""
        name = last(self.node.path)
        return any(
            isinstance(holder, dict) and name not in holder
            for pointer in self.places
            for holder in all_at(body, parent(pointer))
        )

    def change(self, body: Json, new: Callable[[Json], Json]) -> Json:
        """Return `body` with each value at a place of the site changed; the very same body where none is."""
        for pointer in self.places:
            body = changed(body, pointer, new)
        return body

    def remove(self, body: Json) -> Json:
        """Return `body` with nothing at the places of the site; the very same body where nothing was."""
        for pointer in self.places:
            body = without(body, pointer)
        return body

    def fill(self, body: Json, value: Json) -> Json:
        """Return `body` with the member put into every object that lacks it."""
        name = last(self.node.path)

        def filled(holder: Json) -> Json:
            return {**holder, name: value} if isinstance(holder, dict) and name not in holder else holder

        for pointer in self.places:
            body = changed(body, parent(pointer), filled)
        return body


def sites(root: Node) -> tuple[Site, ...]:
    """Return one site a label, parents first."""
    found: dict[str, list[bodies.Lineage]] = {}
    for lineage in bodies.lineages(root):
        found.setdefault(lineage[-1].label, []).append(lineage)
    return tuple(
        Site(lineages[0][-1], lineages[0], tuple(dict.fromkeys(lineage[-1].path for lineage in lineages)))
        for lineages in found.values()
    )
