"""Locations in bodies: every occurrence of a schema node, to be tested or changed, never in place."""

from collections.abc import Callable

import msgspec

from conformance.contract.schemas.nodes import Node
from conformance.model import json_values
from conformance.model.grouping import grouped
from conformance.model.jsontext import Json
from conformance.model.pointer import parent
from conformance.strategies.values import bodies


class Location(msgspec.Struct, frozen=True):
    """A schema node and the pointer of every place where it occurs in the body; `lineage` leads to the first."""

    node: Node
    lineage: bodies.Lineage
    pointers: tuple[str, ...]

    @property
    def label(self) -> str:
        """The label of the node, as in ids of requirements."""
        return self.node.label

    def any(self, body: Json, test: Callable[[Json], bool]) -> bool:
        """Return whether a value at this location passes `test`."""
        return any(test(held) for pointer in self.pointers for held in json_values.all_at(body, pointer))

    def absent(self, body: Json) -> bool:
        """Return whether there is an object that could hold the property and does not."""
        holders = (holder for pointer in self.pointers for holder in json_values.all_at(body, parent(pointer)))
        return any(isinstance(holder, dict) and self.node.name not in holder for holder in holders)

    def change(self, body: Json, new: Callable[[Json], Json]) -> Json:
        """Return `body` with each value at this location changed; the same object where none is."""
        for pointer in self.pointers:
            body = json_values.changed(body, pointer, new)
        return body

    def remove(self, body: Json) -> Json:
        """Return `body` without the values at this location."""
        for pointer in self.pointers:
            body = json_values.without(body, pointer)
        return body

    def fill(self, body: Json, value: Json) -> Json:
        """Return `body` with the property added to every object that lacks it."""

        def filled(holder: Json) -> Json:
            if not isinstance(holder, dict) or self.node.name in holder:
                return holder
            return {**holder, self.node.name: value}

        for pointer in self.pointers:
            body = json_values.changed(body, parent(pointer), filled)
        return body


def locations(root: Node) -> tuple[Location, ...]:
    """Return one location per label, parents first."""
    by_label = grouped((lineage[-1].label, lineage) for lineage in bodies.lineages(root))
    return tuple(
        Location(each[0][-1], each[0], tuple(dict.fromkeys(lineage[-1].path for lineage in each)))
        for each in by_label.values()
    )
