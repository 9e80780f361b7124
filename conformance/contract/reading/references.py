"""References of an OpenAPI document, resolved by the `referencing` library and written as pointers into one document.

`$id`, `$anchor`, `$dynamicRef` and files below the document's folder are understood here, and nowhere else: afterwards
every reference that leads somewhere is `#/...`, and what other files hold stands below `FILES`.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from referencing import Anchor, Registry, Resource, Specification
from referencing.exceptions import NoSuchResource, Unresolvable
from referencing.jsonschema import DRAFT202012, DynamicAnchor

from conformance.contract.reading.places import SCHEMA, held
from conformance.model.errors import ContractError
from conformance.model.json_values import MISSING, get
from conformance.model.jsontext import Json
from conformance.model.pointer import from_tokens, join

FILES = "x-conformance-files"
"""The member of the document that holds other files, by their path from its folder."""

IDENTIFIERS = ("$id", "$anchor", "$dynamicAnchor", "$schema")
"""Keywords that say how a schema is referred to, and nothing of a value."""

FRAGMENT = "/~!$&'()*+,;=:@?-._"
"""What a fragment may hold as it is (RFC 3986 section 3.5)."""

Read = Callable[[Path], Json]


class Resolved(Protocol):
    """What the library found behind a reference."""

    @property
    def contents(self) -> Json: ...  # noqa: D102
    @property
    def resolver(self) -> "Resolver": ...  # noqa: D102


class Resolver(Protocol):
    """What the library resolves references with, from one place."""

    def lookup(self, ref: str) -> Resolved: ...  # noqa: D102
    def in_subresource(self, subresource: Resource[Json]) -> "Resolver": ...  # noqa: D102


class _Place(NamedTuple):
    """An object of the document that may hold references; `root` is the pointer of the schema around it."""

    value: Json
    kind: str
    pointer: str
    resolver: Resolver
    root: str


class Resolution(NamedTuple):
    """All schemas of a document and of its other files, and what was wrong and could be read all the same."""

    schemas: list[dict[str, Json]]
    warnings: tuple[str, ...]


def resolve_references(content: dict[str, Json], path: Path | None, read: Read) -> Resolution:
    """Write the references of a document as pointers into it, in place.

    `path` is its file: other files of that folder and below are read with `read`, once each, and become part of it.
    What leads nowhere stays as it is: it matters only where the operation needs it.
    """
    return _References(content, path, read).resolve()


def _id(contents: Json) -> str | None:
    return DRAFT202012.id_of(contents) if isinstance(contents, dict) and "openapi" not in contents else None


def _schemas(contents: Json) -> Iterable[Json]:
    """Return the schemas directly in a schema, or all outermost ones of a document."""
    if isinstance(contents, dict) and "openapi" in contents:
        return _outermost(contents, "document")
    return (value for _, value, _ in held(contents, SCHEMA))


def _outermost(value: Json, kind: str) -> Iterator[Json]:
    for _, item, inner in held(value, kind):
        if inner == SCHEMA:
            yield item
        else:
            yield from _outermost(item, inner)


def _anchors(_: Specification[Json], contents: Json) -> Iterable[Anchor[Json] | DynamicAnchor]:
    document = not isinstance(contents, dict) or "openapi" in contents
    return () if document else DRAFT202012.anchors_in(contents)


def _entered(segments: object, resolver: Resolver, subresource: Resource[Json]) -> Resolver:
    del segments
    return resolver.in_subresource(subresource)


_OPENAPI: Specification[Json] = Specification(  # type: ignore[call-arg]
    name="OpenAPI",
    id_of=_id,
    subresources_of=_schemas,
    anchors_in=_anchors,
    maybe_in_subresource=_entered,
)
"""How the library finds the schemas, ids and anchors of an OpenAPI document."""


class _References:
    def __init__(self, content: dict[str, Json], path: Path | None, read: Read) -> None:
        self._content = content
        self._read = read
        self._folder = path.resolve().parent if path is not None else None
        self._base = path.resolve().as_uri() if path is not None else ""
        self._pointers: dict[int, str] = {}
        self._prefixes = {self._base: ""}
        self._visited: set[tuple[str, str]] = set()
        self._files: dict[str, Resource[Json]] = {}
        self._told: list[str] = []
        self._schemas: list[dict[str, Json]] = []
        self._index(content, "")
        root = _OPENAPI.create_resource(content)
        self._resolver: Resolver = (
            Registry(retrieve=self._retrieve).with_resource(self._base, root).resolver(self._base)  # type: ignore[call-arg]
        )

    def resolve(self) -> Resolution:
        waiting = [_Place(self._content, "document", "", self._resolver, "")]
        while waiting:
            waiting += self._visit(waiting.pop())
        for schema in self._schemas:
            for name in IDENTIFIERS:
                if isinstance(schema.get(name), str):
                    del schema[name]
        return Resolution(self._schemas, tuple(dict.fromkeys(self._told)))

    def _visit(self, place: _Place) -> Iterator[_Place]:
        """Resolve the references of one object; yields what it holds and refers to."""
        value, kind, pointer, resolver, root = place
        if (pointer, kind) in self._visited or not isinstance(value, dict):
            return
        self._visited.add((pointer, kind))
        if kind == SCHEMA:
            resolver = resolver.in_subresource(_OPENAPI.create_resource(value))
            root = root or pointer
            self._schemas.append(value)
            if isinstance(value.get("$dynamicRef"), str) and "$ref" not in value:
                value["$ref"] = value.pop("$dynamicRef")
        reference = value.get("$ref")
        if isinstance(reference, str):
            found = self._found(reference, resolver, pointer, root)
            if found is not None:
                value["$ref"] = f"#{quote(found.pointer, safe=FRAGMENT)}"
                yield found._replace(kind=kind)
        for tokens, item, inner in held(value, kind):
            yield _Place(item, inner, join(pointer, *tokens), resolver, root)

    def _found(self, reference: str, resolver: Resolver, at: str, root: str) -> _Place | None:
        """Return what a reference leads to, None where that is nothing."""
        try:
            found = resolver.lookup(reference)
        except (Unresolvable, ValueError):
            fallback = f"{root}{unquote(reference[1:])}"
            value = get(self._content, fallback, MISSING) if root and reference.startswith("#/") else MISSING
            if value is MISSING:
                return None
            self._told.append(f"#{at}/$ref: {reference!r} leads nowhere in the document; it is read as '#{fallback}'")
            return _Place(value, SCHEMA, fallback, resolver, root)
        value = found.contents
        pointer = self._pointers.get(id(value)) if isinstance(value, dict | list) else None
        if pointer is None:
            base, fragment = urldefrag(urljoin(self._base, reference))
            pointer = f"{self._prefixes.get(base, '')}{unquote(fragment)}"
        return _Place(value, SCHEMA, pointer, found.resolver, "")

    def _retrieve(self, uri: str) -> Resource[Json]:
        """Return another file of the folder, or below it."""
        if uri not in self._files:
            self._files[uri] = _OPENAPI.create_resource(self._file(uri))
        return self._files[uri]

    def _file(self, uri: str) -> Json:
        parts = urlsplit(uri)
        path = Path(unquote(parts.path)).resolve()
        if self._folder is None or parts.scheme != "file" or not path.is_relative_to(self._folder):
            raise NoSuchResource(ref=uri)  # type: ignore[call-arg]
        try:
            content = self._read(path)
        except ContractError as error:
            self._told.append(error.problem)
            raise NoSuchResource(ref=uri) from error  # type: ignore[call-arg]
        files = self._content.setdefault(FILES, {})
        name = path.relative_to(self._folder).as_posix()
        if isinstance(files, dict):
            files[name] = content
        self._prefixes[uri] = from_tokens([FILES, name])
        self._index(content, self._prefixes[uri])
        return content

    def _index(self, value: Json, pointer: str) -> None:
        """Note the pointer of each object and array."""
        waiting = [(value, pointer)]
        while waiting:
            value, pointer = waiting.pop()
            if isinstance(value, dict):
                self._pointers[id(value)] = pointer
                waiting += [(item, join(pointer, name)) for name, item in value.items()]
            elif isinstance(value, list):
                self._pointers[id(value)] = pointer
                waiting += [(item, join(pointer, index)) for index, item in enumerate(value)]
