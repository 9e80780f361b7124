"""Relations about names: alike, the same twice, free after a rejection, and visible after a creation."""

from collections.abc import Iterator
from urllib.parse import quote

from msgspec.structs import replace

from conformance.classify.requirements import reject_id, undeclared_id
from conformance.classify.wording import name_of
from conformance.contract.operations.path_template import fill
from conformance.model.case import SLOT, Case, Need, Relation, RelationKind, Request, Story
from conformance.model.jsontext import Writable, write
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.values import bodies

TOP = 2
"""How long the lineage of a property of the body itself is."""


TRAILING = ("the body has characters after the JSON text", "a body with characters after the JSON text")
"""What is said of a body with more than a JSON text, and its class."""


def named_relations(build: Builder, identity: str) -> Iterator[Relation]:
    """Yield the relations that need an object with a name, which the property `identity` of the request gives it."""
    yield from _alike_names(build, identity)
    yield _same_name(build)
    yield _other_settings(build)
    yield from _leaves_nothing(build)
    yield from _visible(build)


def _alike_names(build: Builder, identity: str) -> Iterator[Relation]:
    """Yield pairs of names that differ in one way that a careless comparison overlooks."""
    lineage = next(each for each in bodies.lineages(build.contract.request) if each[-1].path == identity)

    def case(id_: str, name: str, says: str) -> Case:
        request = build.request(bodies.planted(lineage, name, "smallest", build.defaults))
        return _observed(build, id_, "semantics.distinct", request, says, Need.NAME_EDGES)

    for slug, one, other, says in (
        ("letter-case", f"{SLOT}-a", f"{SLOT}-A", "letter case"),
        ("spaces", f"{SLOT}", f"{SLOT} ", "a space at the end"),
        ("separators", f"{SLOT}-a", f"{SLOT}_a", "a separator"),
        ("last-character", f"{SLOT}{'a' * 46}a", f"{SLOT}{'a' * 46}b", "the last of 64 characters"),
    ):
        id_, differ = f"relate.alike-names.{slug}", f"differs from another only in {says}"
        pair = (case(f"{id_}.one", one, f"a name that {differ}"), case(f"{id_}.other", other, f"a name that {differ}"))
        yield Relation(id_, RelationKind.ALIKE_NAMES, ("semantics.distinct",), pair, same_name=True)


def _same_name(build: Builder) -> Relation:
    id_ = "relate.same-name"
    cases = (
        build.related(f"{id_}.first", build.smallest, "the first creation with a name"),
        _observed(build, f"{id_}.second", "error.duplicate", build.right, "the second creation with that name"),
    )
    return Relation(id_, RelationKind.SAME_NAME, ("semantics.same-name", "error.duplicate"), cases, same_name=True)


def _other_settings(build: Builder) -> Relation:
    id_, says = "relate.other-settings", "a second creation with that name and other settings"
    cases = (
        build.related(f"{id_}.first", build.smallest, "the first creation with a name"),
        _observed(build, f"{id_}.second", "semantics.same-name-settings", build.request(build.fullest), says),
    )
    return Relation(id_, RelationKind.OTHER_SETTINGS, ("semantics.same-name-settings",), cases, same_name=True)


def _leaves_nothing(build: Builder) -> Iterator[Relation]:
    """Yield a rejected request followed by a right one with the same name."""
    for slug, body, requirement, says, kind in rejected_bodies(build):
        id_ = f"relate.leaves-nothing.{slug}"
        story = Story("", "rejected first", "", write(body)[:200] if not isinstance(body, bytes) else "", says, kind)
        first = build.rejected(f"{id_}.rejected", requirement, build.request(body), story)
        then = build.related(f"{id_}.right", build.smallest, "a valid body with the name of a rejected one")
        cases = (first, replace(then, needs=(Need.STATE,)))
        requirements = ("error.leaves-nothing",)
        yield Relation(id_, RelationKind.LEAVES_NOTHING, requirements, cases, same_name=True, together_only=True)


def rejected_bodies(build: Builder) -> Iterator[tuple[str, Writable | bytes, str, str, str]]:
    """Yield bodies that name an object and must be rejected: by type, by an unknown property, by the bytes."""
    for lineage in bodies.lineages(build.contract.request):
        node, name = lineage[-1], name_of(lineage[-1].path, build.contract.request)
        held = "object" in node.types and "string" not in node.types
        if len(lineage) == TOP and node.path != build.contract.identity and held:
            body = bodies.planted(lineage, "abc", "smallest", build.defaults)
            yield (
                f"type-{path_slug(node.path)}",
                body,
                reject_id(node, "type"),
                f"{name} is a string",
                "a string where an object is required",
            )
        for branch, shape in enumerate(node.shapes):
            if shape.type == "object" and shape.closed:
                label = undeclared_id(Group.REJECTION, shape)
                body = bodies.with_member(lineage, branch, "conformance_undeclared", 1, "smallest", build.defaults)
                yield (
                    f"undeclared-{path_slug(node.path)}",
                    body,
                    label,
                    f"{name} has an unknown property",
                    "an unknown property in a closed object",
                )
    yield "trailing-characters", write(build.smallest).encode() + b" x", "reject.json-text", *TRAILING


def _visible(build: Builder) -> Iterator[Relation]:
    probe = build.contract.prose.read
    if probe is None:
        return
    values = {name: quote(value, safe="") for name, value in build.parameters.items()}
    target = fill(probe.path, {**values, "name": SLOT})
    request = Request(probe.method, target, build.headers_without("Content-Type"))
    id_, requirement, says = "relate.visible", "semantics.visible", "the request that reads the created object"
    created = build.related(f"{id_}.created", build.fullest, "the creation of an object that is then read")
    read = _observed(build, f"{id_}.read", requirement, request, says, Need.PROBES)
    yield Relation(id_, RelationKind.VISIBLE, (requirement,), (created, read), same_name=True)


def _observed(build: Builder, id_: str, requirement: str, request: Request, says: str, *needs: Need) -> Case:
    """Return a case of a relation that needs a target which remembers what it created."""
    story = Story("", "relation", "", "", says, says)
    return build.observed(id_, (requirement,), request, story, (Need.STATE, *needs))
