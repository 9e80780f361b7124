"""Stories of random violations: what a place of a body was, and what it became."""

from conformance.classify.wording import says
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Story
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json, write
from conformance.model.pointer import join
from conformance.strategies.catalogue.rejected import kind_of
from conformance.strategies.random.places import ViolationPlace
from conformance.strategies.values import bodies
from conformance.strategies.values.value import Value


def story_of(root: Node, place: ViolationPlace, value: Value, body: Json) -> Story:
    """Return the story of a body in which a value was planted at a place; `body` is what it was before."""
    node = place.node
    if place.keyword == "additionalProperties":
        name = next(iter(value.json)) if isinstance(value.json, dict) else ""
        pointer, held = join(node.path, name), write(value.json[name]) if isinstance(value.json, dict) else ""
        return Story(pointer, value.keyword, "", held, says(pointer, value.keyword, held, value.kind, root), value.kind)
    before = get(body, place.first, MISSING)
    was = "" if before is MISSING or (place.keyword == "required" and not node.path) else write(before)
    if value.json is bodies.ABSENT:
        return Story(node.path, "required", was, "", says(node.path, "required", "", value.kind, root), value.kind)
    became = write(value.json)
    told = says(node.path, value.keyword, became, value.kind, root)
    return Story(node.path, value.keyword, was, became, told, kind_of(node, value))
