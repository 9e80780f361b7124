"""Parameters of an operation, and header fields of its responses: name, place, style and schema."""

from collections.abc import Iterator
from typing import cast

import msgspec

from conformance.contract.operations.serialization import Style
from conformance.contract.reading.document import Document, follow, get
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json
from conformance.model.pointer import join

USUAL_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}

IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that OpenAPI ignores: other parts of the document speak of them."""


class Parameter(msgspec.Struct, frozen=True):
    """One parameter.

    `location` is `query`, `header`, `path` or `cookie`; `schema` the document pointer of its schema, empty where it has
    none; `examples` are the values that the document gives beside the schema.
    """

    name: str
    location: str
    required: bool
    style: Style
    schema: str
    pointer: str
    examples: tuple[Json, ...] = ()

    def __hash__(self) -> int:
        """Return a hash of what tells parameters apart: an example may be an object, which has none."""
        return hash(self.key)

    @property
    def key(self) -> tuple[str, str]:
        """What tells parameters of one operation apart: name and place, header names in any letter case."""
        return (self.name.lower() if self.location == "header" else self.name), self.location


def read_parameters(document: Document, *holders: str) -> tuple[Parameter, ...]:
    """Return the parameters of an operation; those of later holders replace those of earlier ones.

    `holders` are the pointers of the path item and the operation.

    Raises:
        ContractError: a reference leads nowhere, or a parameter has no name or place.

    """
    found: dict[tuple[str, str], Parameter] = {}
    for holder in holders:
        value = get(document, holder)
        stated = value.get("parameters") if isinstance(value, dict) else None
        for index in range(len(stated) if isinstance(stated, list) else 0):
            pointer, content = follow(document, join(holder, "parameters", index))
            if not isinstance(content, dict) or not {"name", "in"} <= content.keys():
                raise ContractError(f"{document.name}: {pointer} is not a parameter", "give it `name` and `in`")
            each = read_parameter(document, pointer, content, str(content["name"]), str(content["in"]))
            if each.location in USUAL_STYLES and not (each.location == "header" and each.key[0] in IGNORED_HEADERS):
                found[each.key] = each
    return tuple(found.values())


def read_parameter(document: Document, pointer: str, content: dict[str, Json], name: str, location: str) -> Parameter:
    """Return the parameter at a pointer, or the header field, whose name stands elsewhere."""
    usual = USUAL_STYLES.get(location, "simple")
    style = str(content.get("style", usual))
    schema: tuple[str, ...] = ("schema",) if "schema" in content else ()
    media_type = ""
    held = content.get("content")
    if not schema and isinstance(held, dict) and held:
        media_type = next(iter(held))
        inner = held[media_type]
        schema = ("content", media_type, "schema") if isinstance(inner, dict) and "schema" in inner else ()
    return Parameter(
        name=name,
        location=location,
        required=content.get("required") is True or location == "path",
        style=Style(
            name=style,
            explode=bool(content.get("explode", style == "form")),
            media_type=media_type,
            reserved=content.get("allowReserved") is True,
        ),
        schema=join(pointer, *schema) if schema else "",
        pointer=pointer,
        examples=tuple(_examples(document, pointer, content, media_type)),
    )


def _examples(document: Document, pointer: str, content: dict[str, Json], media_type: str) -> Iterator[Json]:
    """Yield the examples of a parameter, or of the media type that it is written in."""
    if media_type:
        pointer = join(pointer, "content", media_type)
        content = cast("dict[str, Json]", cast("dict[str, Json]", content["content"])[media_type] or {})
    if "example" in content:
        yield content["example"]
    named = content.get("examples")
    for name in named if isinstance(named, dict) else ():
        _, example = follow(document, join(pointer, "examples", name))
        if isinstance(example, dict) and "value" in example:
            yield example["value"]
