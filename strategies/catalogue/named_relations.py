"""Relations about names: alike, the same twice, free after a refusal, and visible after a creation."""

from collections.abc import Iterator
from urllib.parse import quote

from msgspec.structs import replace

from conformance.contract.path_template import fill
from conformance.model.case import SLOT, Need, Relation, RelationKind, Request, Story
from conformance.model.jsontext import Writable, write
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.catalogue.relation_parts import plain_case, relation_story
from conformance.strategies.values import bodies

TOP = 2
"""How long the lineage of a member of the body itself is."""


def named_relations(build: Builder, identity: str) -> Iterator[Relation]:
    """Yield the relations that need an object with a name, which the member `identity` of the request gives it."""
    yield from _alike_names(build, identity)
    yield from _same_name(build)
    yield from _leaves_nothing(build)
    yield from _visible(build)


def _alike_names(build: Builder, identity: str) -> Iterator[Relation]:
    """Yield pairs of names that differ in one way that a careless comparison overlooks."""
    lineage = next(each for each in bodies.lineages(build.contract.request) if each[-1].path == identity)
    for slug, one, other, says in (
        ("letter-case", f"{SLOT}-a", f"{SLOT}-A", "letter case"),
        ("spaces", f"{SLOT}", f"{SLOT} ", "a space at the end"),
        ("separators", f"{SLOT}-a", f"{SLOT}_a", "a separator"),
        ("last-character", f"{SLOT}{'a' * 46}a", f"{SLOT}{'a' * 46}b", "the last of 64 characters"),
    ):
        pair = tuple(
            build.observed(
                f"relate.alike-names.{slug}.{which}",
                ("semantics.distinct",),
                build.request(bodies.planted(lineage, name, "smallest", build.defaults)),
                relation_story(f"{which} of two names that differ only in {says}"),
                (Need.STATE, Need.NAME_EDGES),
            )
            for which, name in (("one", one), ("other", other))
        )
        yield Relation(
            f"relate.alike-names.{slug}", RelationKind.ALIKE_NAMES, ("semantics.distinct",), pair, same_name=True
        )


def _same_name(build: Builder) -> Iterator[Relation]:
    slug = "relate.same-name"
    again = plain_case(build, f"{slug}.second", build.smallest, "the same name again")
    yield Relation(
        slug,
        RelationKind.SAME_NAME,
        ("semantics.same-name", "error.duplicate"),
        (
            plain_case(build, f"{slug}.first", build.smallest, "a new name"),
            build.observed(
                again.id, ("error.duplicate",), again.request, relation_story("the same name again"), (Need.STATE,)
            ),
        ),
        same_name=True,
    )


def _leaves_nothing(build: Builder) -> Iterator[Relation]:
    """Yield a refused request followed by a right one with the same name."""
    for slug, body, requirement, says in _refusable(build):
        story = Story("", "refused first", "", write(body)[:200] if not isinstance(body, bytes) else "", says, says)
        first = build.refused(f"relate.leaves-nothing.{slug}.refused", requirement, build.request(body), story)
        then = plain_case(
            build, f"relate.leaves-nothing.{slug}.right", build.smallest, "then a valid body with that name"
        )
        yield Relation(
            f"relate.leaves-nothing.{slug}",
            RelationKind.LEAVES_NOTHING,
            ("error.leaves-nothing",),
            (first, replace(then, needs=(Need.STATE,))),
            same_name=True,
            together_only=True,
        )


def _refusable(build: Builder) -> Iterator[tuple[str, Writable | bytes, str, str]]:
    """Yield bodies that name an object and must be refused: by type, by an undeclared member, by the bytes."""
    for lineage in bodies.lineages(build.contract.request):
        node = lineage[-1]
        if len(lineage) == TOP and node.path != build.contract.identity and node.types & {"object"}:
            label = requirement_id(Group.REJECTION, node.label, "type")
            body = bodies.planted(lineage, "abc", "smallest", build.defaults)
            yield f"type-{path_slug(node.path)}", body, label, f"{node.path} of another type"
        for branch, shape in enumerate(node.shapes):
            if shape.type == "object" and shape.closed:
                label = requirement_id(Group.REJECTION, shape.owner, "additionalProperties")
                body = bodies.with_member(lineage, branch, "conformance_undeclared", 1, "smallest", build.defaults)
                yield f"undeclared-{path_slug(node.path)}", body, label, f"an unknown property in {node.path}"
    yield "trailing-text", write(build.smallest).encode() + b" x", "reject.json-text", "text after the JSON text"


def _visible(build: Builder) -> Iterator[Relation]:
    probe = build.contract.prose.read
    if probe is None:
        return
    values = {name: quote(value, safe="") for name, value in build.parameters.items()}
    target = fill(probe.path, {**values, "name": SLOT})
    request = Request(probe.method, target, build.headers_without("Content-Type"))
    slug = "relate.visible"
    story = relation_story("the object that was created, read by its name")
    read = build.observed(f"{slug}.read", ("semantics.visible",), request, story, (Need.STATE, Need.PROBES))
    created = plain_case(build, f"{slug}.created", build.fullest, "an object to be read")
    yield Relation(slug, RelationKind.VISIBLE, ("semantics.visible",), (created, read), same_name=True)
