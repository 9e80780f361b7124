"""Values of a described place, proven by both validators: those of examples first, then constructed ones."""

from collections.abc import Iterable, Iterator

from conformance.contract.contract import Described
from conformance.contract.schemas.nodes import Node
from conformance.model.jsontext import Json, JsonFault, equal, plain_json
from conformance.strategies.values import bodies, classes


def valid_of(described: Described, examples: Iterable[Json] = ()) -> Iterator[Json]:
    """Yield different valid values: `examples` that are valid, the fullest and smallest one, one of each class."""
    found: list[Json] = []
    for value in (*examples, *_constructed(described.node)):
        if not any(equal(value, each) for each in found) and holds(described, value):
            found.append(value)
            yield value


def holds(described: Described, value: Json) -> bool:
    """Tell whether both validators find a value valid; of types alone one speaks for both: the other loads slowly."""
    validator = described.validator
    return validator.holds(value) and (validator.of_types or validator.is_valid_by_jsonschema(value))


def _constructed(node: Node) -> Iterator[Json]:
    if not node.shapes:
        return
    yield plain_json(bodies.fullest(node))
    yield plain_json(bodies.smallest(node))
    for each in classes.valid_values(node):
        try:
            yield plain_json(each.json)
        except JsonFault:
            continue
