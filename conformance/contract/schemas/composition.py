"""Composition: from schemas with references, `allOf`, `anyOf` and `oneOf` to the shapes that they allow together."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from conformance.contract.reading.document import Document, get, resolve
from conformance.contract.schemas.ecma import both_patterns
from conformance.contract.schemas.shapes import ANNOTATIONS, APPLIES_TO, JOINED, OTHERS, TYPES, Keyword, Shape, owner_of
from conformance.contract.schemas.text_checks import keeps_pattern
from conformance.model.errors import ContractError
from conformance.model.jsontext import Json, equal, type_name
from conformance.model.pointer import join


class _Draft(msgspec.Struct, frozen=True):
    """A shape in the making: `types` is None as long as nothing limits them."""

    owner: str
    types: frozenset[str] | None = None
    keywords: Mapping[str, Keyword] = {}
    members: Mapping[str, tuple[str, ...]] = {}
    items: tuple[str, ...] = ()
    loose: bool = False
    prefix: tuple[tuple[str, ...], ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()
    rest: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()

    def item(self, index: int) -> tuple[str, ...]:
        """Return the pointers of the schemas of the item at an index."""
        return self.prefix[index] if index < len(self.prefix) else self.items


MOST_DEPENDENT = 3
"""Of so many entries of `dependentSchemas` the members are known."""

MOST_DRAFTS = 64
"""How many combinations of alternatives one place is given at most."""


def shapes_of(document: Document, pointers: Iterable[str], owner: str) -> tuple[Shape, ...]:
    """Return the shapes that the schemas at `pointers` allow together, in the order of the document.

    Raises:
        ContractError: a reference is dangling, remote, or leads back to itself; a schema is no object or boolean.

    """
    drafts = [_Draft(owner)]
    for pointer in pointers:
        drafts = _both(drafts, _expand(document, pointer, owner, frozenset()))
    return tuple(_unique(shape for draft in drafts for shape in _split(draft)))


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
        expanded = [_expand(document, join(pointer, keyword, i), owner, above) for i in range(len(branches))]
        if keyword == "allOf":
            for branch in expanded:
                drafts = _both(drafts, branch)
        else:
            union = [draft for branch in expanded for draft in branch]
            if keyword == "oneOf":
                union = [replace(draft, loose=draft.loose or _overlaps(draft, union)) for draft in union]
            drafts = _both(drafts, union)
    for union in _conditional(document, schema, pointer, owner, above):
        drafts = _both(drafts, union)
    return drafts


def _conditional(
    document: Document, schema: dict[str, Json], pointer: str, owner: str, above: frozenset[str]
) -> Iterator[list[_Draft]]:
    """Yield what `if` and `dependentSchemas` let one choose from; what else holds then is left to the validators."""
    free = _Draft(owner, loose=True)

    def expanded(*tokens: str) -> list[_Draft]:
        return [replace(draft, loose=True) for draft in _expand(document, join(pointer, *tokens), owner, above)]

    if "if" in schema and ("then" in schema or "else" in schema):
        then = expanded("then") if "then" in schema else [free]
        yield [*_both(expanded("if"), then), *(expanded("else") if "else" in schema else [free])]
    dependent = schema.get("dependentSchemas")
    for name in list(dependent)[:MOST_DEPENDENT] if isinstance(dependent, dict) else ():
        held = replace(free, keywords={"required": Keyword([name], join(pointer, "dependentSchemas", name))})
        yield [free, *_both(expanded("dependentSchemas", name), [held])]


def _own(schema: dict[str, Json], pointer: str, owner: str) -> _Draft:
    types = schema.get("type")
    names = frozenset({types} if isinstance(types, str) else map(str, types) if isinstance(types, list) else ())
    properties = schema.get("properties")
    members = (
        {name: (join(pointer, "properties", name),) for name in properties} if isinstance(properties, dict) else {}
    )
    items = (join(pointer, "items"),) if "items" in schema else ()
    skip = {"$ref", "allOf", "anyOf", "oneOf", "type", "properties", "items"}
    keywords = {k: Keyword(v, join(pointer, k)) for k, v in schema.items() if k not in skip}
    if names:
        keywords["type"] = Keyword(types, join(pointer, "type"))
    if "example" in schema and "examples" not in schema:
        keywords["examples"] = Keyword([schema["example"]], join(pointer, "example"))
    own = owner if not members and "additionalProperties" not in schema else owner_of(pointer)
    return _Draft(
        own,
        names or None,
        keywords,
        members,
        items,
        prefix=tuple((join(pointer, "prefixItems", index),) for index, _ in enumerate(_list(schema, "prefixItems"))),
        patterns=tuple((regex, join(pointer, "patternProperties", regex)) for regex in _names(schema)),
        rest=tuple(join(pointer, keyword) for keyword in OTHERS if isinstance(schema.get(keyword) or None, dict)),
        contains=(join(pointer, "contains"),) if "contains" in schema else (),
    )


def _list(schema: dict[str, Json], keyword: str) -> list[Json]:
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


def _names(schema: dict[str, Json]) -> Iterable[str]:
    found = schema.get("patternProperties")
    return found if isinstance(found, dict) else ()


def _both(left: list[_Draft], right: list[_Draft]) -> list[_Draft]:
    found = [_merge(one, other) for one in left for other in right if _types(one, other) != frozenset()]
    if len(found) <= MOST_DRAFTS:
        return found
    return [replace(draft, loose=True) for draft in found[:MOST_DRAFTS]]


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
    joined = all(
        _joins(name, keyword.value, inner.keywords[name].value)
        for name, keyword in outer.keywords.items()
        if name in inner.keywords
    )
    members = dict(inner.members)
    for name, pointers in outer.members.items():
        members[name] = pointers + members.get(name, ())
    return _Draft(
        owner=inner.owner if inner.members or not outer.members else outer.owner,
        types=_types(outer, inner),
        keywords=keywords,
        members=members,
        items=outer.items + inner.items,
        prefix=tuple(
            outer.item(index) + inner.item(index) for index in range(max(len(outer.prefix), len(inner.prefix)))
        ),
        patterns=outer.patterns + inner.patterns,
        rest=outer.rest + inner.rest,
        contains=outer.contains + inner.contains,
        loose=outer.loose or inner.loose or not joined or _shuts_out(outer, inner) or _shuts_out(inner, outer),
    )


def _joins(name: str, one: Json, other: Json) -> bool:
    """Tell whether two values of a keyword can be joined into one that says the same."""
    if name == "multipleOf" and isinstance(one, int) and isinstance(other, int):
        return True
    if name == "pattern" and isinstance(one, str) and isinstance(other, str):
        return re.search(r"\\[1-9k]", one + other) is None or one == other  # a reference counts the groups before it
    return name in JOINED or name in ANNOTATIONS or name.startswith("x-") or equal(one, other)


def _shuts_out(one: _Draft, other: _Draft) -> bool:
    """Tell whether one side forbids members that the other declares: each side knows its own alone."""
    return "additionalProperties" in one.keywords and bool(other.members.keys() - one.members.keys())


def _overlaps(draft: _Draft, union: list[_Draft]) -> bool:
    """Tell whether a value may fit `draft` and another alternative as well."""
    return any(other is not draft and _types(draft, other) != frozenset() for other in union)


def _stricter(name: str, outer: Keyword, inner: Keyword) -> Keyword:
    one, other = outer.value, inner.value
    numeric = isinstance(one, int | float) and isinstance(other, int | float)
    if numeric and name.startswith(("min", "exclusiveMin")):
        return outer if one >= other else inner  # type: ignore[operator]
    if numeric and name.startswith(("max", "exclusiveMax")):
        return outer if one <= other else inner  # type: ignore[operator]
    if name == "uniqueItems":
        return outer if one is True else inner
    if name == "additionalProperties":
        return inner if other is False else outer
    joined = _joined(name, one, other)
    return outer if joined is None else Keyword(joined, outer.pointer)


def _joined(name: str, one: Json, other: Json) -> Json:
    """Return the value of a keyword that says what two of them say, None where there is none."""
    if isinstance(one, list) and isinstance(other, list):
        if name == "required":
            return [*other, *(item for item in one if item not in other)]
        if name == "enum":
            return [item for item in one if any(equal(item, each) for each in other)]
    if name == "multipleOf" and isinstance(one, int) and isinstance(other, int):
        return math.lcm(one, other)
    if name == "pattern" and isinstance(one, str) and isinstance(other, str) and one != other:
        return both_patterns(one, other)
    return None


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
        array = name == "array"
        shape = Shape(
            type=name,
            owner=draft.owner,
            keywords=keywords,
            members=draft.members if name == "object" else {},
            items=draft.items if array else (),
            loose=draft.loose,
            prefix=draft.prefix if array else (),
            contains=draft.contains if array else (),
        )
        yield from _with_names(shape, draft) if name == "object" else (shape,)


def _with_names(shape: Shape, draft: _Draft) -> Iterable[Shape]:
    """Yield an object with all the schemas that its members must keep: none where a required one is forbidden."""
    shape = replace(shape, patterns=draft.patterns, rest=draft.rest)
    members = dict(shape.members)
    for name in shape.required:
        if name not in members:
            if shape.closed and not shape.declares(name):
                return
            members[name] = () if shape.declares(name) else draft.rest
    for name in members:
        members[name] += tuple(pointer for regex, pointer in draft.patterns if keeps_pattern(regex, name))
    yield replace(shape, members=members)


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
