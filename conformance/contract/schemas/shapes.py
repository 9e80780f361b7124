"""Shapes: what a schema allows, one JSON type at a time."""

import re
from collections.abc import Mapping
from functools import cached_property

import msgspec

from conformance.contract.reading.references import FILES
from conformance.contract.schemas.text_checks import keeps_pattern
from conformance.model.jsontext import Json

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

ANNOTATIONS = frozenset(
    "title description default examples example deprecated readOnly writeOnly discriminator xml externalDocs $comment "
    "$defs $id $schema $anchor $dynamicAnchor contentEncoding contentMediaType contentSchema definitions".split()
)
"""Keywords that assert nothing of a value."""

ASSERTIONS = frozenset(
    "type enum const properties required additionalProperties minimum maximum exclusiveMinimum exclusiveMaximum "
    "multipleOf minLength maxLength pattern format items minItems maxItems uniqueItems minProperties maxProperties "
    "anyOf oneOf allOf $ref".split()
)
"""Keywords that cases are derived from; a schema may hold others, which the report then names."""

APPLIES_TO: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), frozenset({"integer", "number"})
    ),
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), frozenset({"string"})),
    **dict.fromkeys(
        "items prefixItems contains minContains maxContains minItems maxItems uniqueItems unevaluatedItems".split(),
        frozenset({"array"}),
    ),
    **dict.fromkeys(
        "properties patternProperties propertyNames required dependentRequired dependentSchemas additionalProperties "
        "unevaluatedProperties minProperties maxProperties".split(),
        frozenset({"object"}),
    ),
}
"""The JSON types that a keyword says something of; a keyword that is not here speaks of all."""


BOUNDS = frozenset(
    "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern format enum minItems "
    "maxItems uniqueItems minProperties maxProperties additionalProperties unevaluatedProperties".split()
)
"""Keywords that bound a value of the right type by itself, whatever lies below it."""

OTHERS = ("additionalProperties", "unevaluatedProperties")
"""Keywords that speak of the members that are not declared."""

JOINED = frozenset(
    "type required enum minimum exclusiveMinimum maximum exclusiveMaximum minLength maxLength minItems maxItems "
    "minProperties maxProperties uniqueItems additionalProperties".split()
)
"""Keywords whose values in two schemas that both apply can be joined into one."""


class Keyword(msgspec.Struct, frozen=True):
    """A keyword in force: its value, and the document pointer where it stands."""

    value: Json
    pointer: str


class Shape(msgspec.Struct, frozen=True, dict=True):
    """One JSON type that a schema allows, with every keyword in force for it.

    `members` maps each declared member to the pointers of its schemas, `items` are those of an array's items, `prefix`
    those of its first ones; `patterns` are those of the members that a regular expression names, `rest` of all others,
    `contains` of an item that there must be. `owner` names the component (or the place) that the shape was found in.
    `loose` tells that the keywords do not say all: a value that keeps them may be forbidden, because alternatives of
    `oneOf` overlap or keywords of `allOf` could not be joined into one.
    """

    type: str
    owner: str
    keywords: Mapping[str, Keyword]
    members: Mapping[str, tuple[str, ...]] = {}
    items: tuple[str, ...] = ()
    loose: bool = False
    prefix: tuple[tuple[str, ...], ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()
    rest: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()

    def value(self, keyword: str) -> Json:
        """Return the value of `keyword`, or None where it is not in force."""
        found = self.keywords.get(keyword)
        return found.value if found else None

    def listed(self, keyword: str) -> list[Json]:
        """Return the values that `keyword` lists; none where it is not in force, or no list."""
        found = self.value(keyword)
        return found if isinstance(found, list) else []

    @cached_property
    def bounded(self) -> bool:
        """Whether a value of the type may be wrong by itself."""
        return not BOUNDS.isdisjoint(self.keywords)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The members that must be there."""
        return tuple(str(name) for name in self.listed("required"))

    @cached_property
    def closed(self) -> bool:
        """Whether members that are not declared are forbidden."""
        return any(self.value(keyword) is False for keyword in OTHERS)

    @cached_property
    def open(self) -> bool:
        """Whether members that are not declared may hold anything."""
        return all(self.value(keyword) in (None, True, {}) for keyword in OTHERS)

    def declares(self, name: str) -> bool:
        """Tell whether a member is declared, by its name or by a regular expression."""
        return name in self.members or any(keeps_pattern(pattern, name) for pattern, _ in self.patterns)

    @property
    def unmodelled(self) -> tuple[Keyword, ...]:
        """The keywords in force that no rule of the suite derives cases from."""
        found = [(name, keyword) for name, keyword in self.keywords.items() if not name.startswith("x-")]
        known = ANNOTATIONS | ASSERTIONS
        return tuple(
            keyword
            for name, keyword in found
            if name not in known or (name == "additionalProperties" and not (self.open or self.closed))
        )


COMPONENT = re.compile(
    rf"#/(?:components/schemas|{FILES}/[^/]+(?:/components/schemas|/\$defs|/definitions)?)/(?P<name>[^/]+)"
)
"""The pointers of schemas that have a name: components, and what other files hold."""


def owner_of(pointer: str) -> str:
    """Return the name of the component that `pointer` is, or a slug of the pointer."""
    component = COMPONENT.fullmatch(pointer)
    if component:
        return component["name"]
    words = "".join(c if c.isalnum() else " " for c in pointer.replace("~1", " ").replace("~0", " ")).split()
    return "-".join(words[-6:]) or "schema"
