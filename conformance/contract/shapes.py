"""Shapes: what a schema allows, one JSON type at a time, references and compositions worked out."""

from collections.abc import Iterable, Mapping

import msgspec

from conformance.contract.document import Document, below, get, resolve
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json, equal, type_name

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")

ANNOTATIONS = frozenset(
    "title description default examples example deprecated readOnly writeOnly discriminator xml externalDocs $comment "
    "$defs $id $schema $anchor $dynamicAnchor contentEncoding contentMediaType contentSchema".split()
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
    **dict.fromkeys(("items", "minItems", "maxItems", "uniqueItems"), frozenset({"array"})),
    **dict.fromkeys(
        ("properties", "required", "additionalProperties", "minProperties", "maxProperties"), frozenset({"object"})
    ),
}
"""The JSON types that a keyword says something of; a keyword that is not here speaks of all."""


class Keyword(msgspec.Struct, frozen=True):
    """A keyword in force: its value, and the document pointer where it stands."""

    value: Json
    pointer: str


class Shape(msgspec.Struct, frozen=True):
    """One JSON type that a schema allows, with every keyword in force for it.

    `members` maps each declared member to the pointers of its schemas, `items` are those of an array's items;
    `owner` names the component (or the place) that the shape was found in.
    """

    type: str
    owner: str
    keywords: Mapping[str, Keyword]
    members: Mapping[str, tuple[str, ...]] = {}
    items: tuple[str, ...] = ()
    exclusive: bool = False

    def value(self, keyword: str) -> Json:
        """Return the value of `keyword`, or None where it is not in force."""
        found = self.keywords.get(keyword)
        return found.value if found else None

    @property
    def required(self) -> tuple[str, ...]:
        """The members that must be there."""
        value = self.value("required")
        return tuple(str(name) for name in value) if isinstance(value, list) else ()

    @property
    def closed(self) -> bool:
        """Whether members that are not declared are forbidden."""
        return self.value("additionalProperties") is False


class _Draft(msgspec.Struct, frozen=True):
    """A shape in the making: `types` is None as long as nothing limits them."""

    owner: str
    types: frozenset[str] | None = None
    keywords: Mapping[str, Keyword] = {}
    members: Mapping[str, tuple[str, ...]] = {}
    items: tuple[str, ...] = ()
    exclusive: bool = False


def shapes_of(document: Document, pointers: Iterable[str], owner: str) -> tuple[Shape, ...]:
    """Return the shapes that the schemas at `pointers` allow together, in the order of the document.

    Raises:
        ContractError: a reference is dangling, remote, or leads back to itself; a schema is no object or boolean.

    """
    drafts = [_Draft(owner)]
    for pointer in pointers:
        drafts = _both(drafts, _expand(document, pointer, owner, frozenset()))
    return tuple(_unique(shape for draft in drafts for shape in _split(draft)))


def unmodelled(document: Document, pointer: str) -> tuple[str, ...]:
    """Return the keywords at `pointer` that no rule of the suite derives cases from."""
    schema = get(document, pointer)
    if not isinstance(schema, dict):
        return ()
    return tuple(sorted(k for k in schema if k not in ANNOTATIONS | ASSERTIONS and not k.startswith("x-")))


def owner_of(pointer: str) -> str:
    """Return the name of the component that `pointer` is, or a slug of the pointer."""
    prefix = "#/components/schemas/"
    if pointer.startswith(prefix) and "/" not in pointer.removeprefix(prefix):
        return pointer.removeprefix(prefix)
    words = "".join(c if c.isalnum() else " " for c in pointer.replace("~1", " ").replace("~0", " ")).split()
    return "-".join(words[-6:]) or "schema"


def _expand(document: Document, pointer: str, owner: str, above: frozenset[str]) -> list[_Draft]:
    if pointer in above:
        raise ContractError(f"{document.name}: the schema at {pointer} refers to itself without end")
    above |= {pointer}
    schema = get(document, pointer)
    if schema is True:
        return [_Draft(owner)]
    if schema is False:
        return []
    if not isinstance(schema, dict):
        raise ContractError(f"{document.name}: the schema at {pointer} is neither an object nor a boolean")
    drafts = [_own(schema, pointer, owner)]
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target = resolve(document, reference, pointer)
        drafts = _both(drafts, _expand(document, target, owner_of(target), above))
    for keyword in ("allOf", "anyOf", "oneOf"):
        branches = schema.get(keyword)
        if not isinstance(branches, list):
            continue
        expanded = [_expand(document, below(pointer, keyword, i), owner, above) for i in range(len(branches))]
        if keyword == "allOf":
            for branch in expanded:
                drafts = _both(drafts, branch)
        else:
            union = [draft for branch in expanded for draft in branch]
            if keyword == "oneOf":
                union = [msgspec.structs.replace(draft, exclusive=True) for draft in union]
            drafts = _both(drafts, union)
    return drafts


def _own(schema: dict[str, Json], pointer: str, owner: str) -> _Draft:
    types = schema.get("type")
    names = frozenset({types} if isinstance(types, str) else map(str, types) if isinstance(types, list) else ())
    properties = schema.get("properties")
    members = (
        {name: (below(pointer, "properties", name),) for name in properties} if isinstance(properties, dict) else {}
    )
    items = (below(pointer, "items"),) if "items" in schema else ()
    skip = {"$ref", "allOf", "anyOf", "oneOf", "type", "properties", "items"}
    keywords = {k: Keyword(v, below(pointer, k)) for k, v in schema.items() if k not in skip}
    if names:
        keywords["type"] = Keyword(types, below(pointer, "type"))
    own = owner if not members and "additionalProperties" not in schema else owner_of(pointer)
    return _Draft(own, names or None, keywords, members, items)


def _both(left: list[_Draft], right: list[_Draft]) -> list[_Draft]:
    return [_merge(one, other) for one in left for other in right if _types(one, other) != frozenset()]


def _types(one: _Draft, other: _Draft) -> frozenset[str] | None:
    if one.types is None or other.types is None:
        return one.types if other.types is None else other.types
    common = one.types & other.types
    if ("number" in one.types and "integer" in other.types) or ("number" in other.types and "integer" in one.types):
        common |= {"integer"}
    return common


def _merge(outer: _Draft, inner: _Draft) -> _Draft:
    keywords = dict(inner.keywords)
    for name, keyword in outer.keywords.items():
        keywords[name] = _stricter(name, keyword, keywords[name]) if name in keywords else keyword
    members = dict(inner.members)
    for name, pointers in outer.members.items():
        members[name] = pointers + members.get(name, ())
    return _Draft(
        owner=inner.owner if inner.members or not outer.members else outer.owner,
        types=_types(outer, inner),
        keywords=keywords,
        members=members,
        items=outer.items + inner.items,
        exclusive=outer.exclusive or inner.exclusive,
    )


def _stricter(name: str, outer: Keyword, inner: Keyword) -> Keyword:
    one, other = outer.value, inner.value
    if isinstance(one, list) and isinstance(other, list):
        if name == "required":
            return Keyword([*other, *(item for item in one if item not in other)], outer.pointer)
        if name == "enum":
            return Keyword([item for item in one if any(equal(item, each) for each in other)], outer.pointer)
    numeric = isinstance(one, int | float) and isinstance(other, int | float)
    if numeric and name.startswith(("min", "exclusiveMin")):
        return outer if one >= other else inner  # type: ignore[operator]
    if numeric and name.startswith(("max", "exclusiveMax")):
        return outer if one <= other else inner  # type: ignore[operator]
    if name == "additionalProperties":
        return inner if other is False else outer
    return outer


def _split(draft: _Draft) -> Iterable[Shape]:
    listed = _listed(draft.keywords)
    types = draft.types
    if types is None:
        types = frozenset(map(type_name, listed)) if listed is not None else frozenset(TYPES) - {"integer"}
    for name in TYPES:
        if name not in types or (name == "integer" and "number" in types):
            continue
        keywords = {k: v for k, v in draft.keywords.items() if name in APPLIES_TO.get(k, {name})}
        if listed is not None:
            fitting = {name, "integer"} if name == "number" else {name}
            own = [value for value in listed if type_name(value) in fitting]
            if not own:
                continue
            key = "enum" if "enum" in keywords else "const"
            keywords["enum"] = Keyword(list(own), keywords[key].pointer)
        yield Shape(
            type=name,
            owner=draft.owner,
            keywords=keywords,
            members=draft.members if name == "object" else {},
            items=draft.items if name == "array" else (),
            exclusive=draft.exclusive,
        )


def _listed(keywords: Mapping[str, Keyword]) -> list[Json] | None:
    if "const" in keywords:
        return [keywords["const"].value]
    values = keywords["enum"].value if "enum" in keywords else None
    return values if isinstance(values, list) else None


def _unique(shapes: Iterable[Shape]) -> Iterable[Shape]:
    seen: list[Shape] = []
    for shape in shapes:
        if shape not in seen:
            seen.append(shape)
            yield shape
