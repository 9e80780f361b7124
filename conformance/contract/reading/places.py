"""The places of an OpenAPI document: which member of which object holds a schema, a parameter, a response."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from conformance.model.jsontext import Json

Place: TypeAlias = tuple[tuple[str, ...], Json, str]
"""The tokens from an object to one in it, that one, and its kind."""

ONE, MAP, LIST = "one", "map", "list"
SCHEMA = "schema"

_HELD: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "document": {"paths": (MAP, "path"), "webhooks": (MAP, "path"), "components": (ONE, "components")},
    "components": {
        "schemas": (MAP, SCHEMA),
        "responses": (MAP, "response"),
        "parameters": (MAP, "parameter"),
        "requestBodies": (MAP, "body"),
        "headers": (MAP, "parameter"),
        "callbacks": (MAP, "callback"),
        "pathItems": (MAP, "path"),
        "securitySchemes": (MAP, "security scheme"),
        "examples": (MAP, "example"),
        "mediaTypes": (MAP, "media type"),
    },
    "path": {
        **dict.fromkeys("get put post delete options head patch trace query".split(), (ONE, "operation")),
        "parameters": (LIST, "parameter"),
        "additionalOperations": (MAP, "operation"),
    },
    "operation": {
        "parameters": (LIST, "parameter"),
        "requestBody": (ONE, "body"),
        "responses": (MAP, "response"),
        "callbacks": (MAP, "callback"),
    },
    "callback": {"*": (ONE, "path")},
    "parameter": {"schema": (ONE, SCHEMA), "content": (MAP, "media type"), "examples": (MAP, "example")},
    "body": {"content": (MAP, "media type")},
    "response": {"content": (MAP, "media type"), "headers": (MAP, "parameter")},
    "media type": {
        "schema": (ONE, SCHEMA),
        "itemSchema": (ONE, SCHEMA),
        "encoding": (MAP, "encoding"),
        "examples": (MAP, "example"),
    },
    "encoding": {"headers": (MAP, "parameter")},
    SCHEMA: {
        **dict.fromkeys("properties patternProperties dependentSchemas $defs definitions".split(), (MAP, SCHEMA)),
        **dict.fromkeys("allOf anyOf oneOf prefixItems".split(), (LIST, SCHEMA)),
        **dict.fromkeys(
            "items contains additionalProperties propertyNames unevaluatedItems unevaluatedProperties not if then else "
            "contentSchema".split(),
            (ONE, SCHEMA),
        ),
    },
}
"""By kind of object: its members that hold objects, how they do, and of which kind these are."""


def held(value: Json, kind: str) -> Iterator[Place]:
    """Yield the objects that one of a kind holds directly; what is of another form than it should be is passed over."""
    if not isinstance(value, dict):
        return
    rules = _HELD.get(kind, {})
    for name, item in value.items():
        how, inner = rules.get(name) or rules.get("*") or ("", "")
        if how == ONE:
            yield (name,), item, inner
        elif how == MAP and isinstance(item, dict):
            yield from (((name, key), each, inner) for key, each in item.items())
        elif how == LIST and isinstance(item, list):
            yield from (((name, str(index)), each, inner) for index, each in enumerate(item))
