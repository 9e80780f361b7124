"""The examples of a body: wherever the document gives one, each with its place."""

from collections.abc import Iterator

import msgspec

from conformance.contract.reading.document import Document, follow, get
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.validators import BodyValidator
from conformance.model.jsontext import Json
from conformance.model.pointer import join, parent

MOST = 20
"""How many examples of a body, and of its properties, are held against their schemas."""

WRONG = "this example breaks its schema; it is not sent"


class Example(msgspec.Struct, frozen=True):
    """An example, and where it stands."""

    pointer: str
    value: Json


def body_examples(document: Document, schema: str) -> Iterator[Example]:
    """Yield the examples of the body whose schema is at a pointer: those beside the schema, then those in it."""
    yield from _beside(document, parent(schema))
    pointer, _ = follow(document, schema)
    for each in dict.fromkeys((schema, pointer)):
        yield from _inside(document, each)


def wrong_examples(document: Document, schema: str, root: Node) -> Iterator[str]:
    """Yield a sentence for each example of a body, or of a property of it, that breaks its schema."""
    validator = BodyValidator(document, schema)
    for each in list(body_examples(document, schema))[:MOST]:
        if not validator.holds(each.value):
            yield f"{each.pointer}: {WRONG}"
    of_properties = [(node, each) for node in root.walk() if node.path for each in _inside(document, node.pointer)]
    for node, each in of_properties[:MOST]:
        if not BodyValidator(document, node.pointer).holds(each.value):
            yield f"{each.pointer}: {WRONG}"


def _beside(document: Document, pointer: str) -> Iterator[Example]:
    holder = get(document, pointer)
    if not isinstance(holder, dict):
        return
    if "example" in holder:
        yield Example(join(pointer, "example"), holder["example"])
    named = holder.get("examples")
    for name in named if isinstance(named, dict) else ():
        place, example = follow(document, join(pointer, "examples", name))
        if isinstance(example, dict) and "value" in example:
            yield Example(join(place, "value"), example["value"])


def _inside(document: Document, pointer: str) -> Iterator[Example]:
    schema = get(document, pointer)
    if not isinstance(schema, dict):
        return
    listed = schema.get("examples")
    for index, value in enumerate(listed if isinstance(listed, list) else ()):
        yield Example(join(pointer, "examples", index), value)
    if "example" in schema:
        yield Example(join(pointer, "example"), schema["example"])
