"""Relations: requests whose answers say something only together."""

from collections.abc import Iterator

from conformance.classify.bounds import keeps_bounds
from conformance.contract.nodes import Node
from conformance.model.case import Relation, RelationKind
from conformance.model.jsontext import Writable
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.catalogue.named_relations import named_relations
from conformance.strategies.catalogue.relation_parts import plain_case
from conformance.strategies.values import bodies

PAIRS = 3
"""How often a pair of requests is sent at once: mixed-up answers are a matter of chance."""


def relations(build: Builder) -> Iterator[Relation]:
    """Yield the relations of a contract; those that need an object with a name only where there is one."""
    yield _null_beside_absent_below(build)
    yield from _null_beside_absent(build)
    yield from _isolation(build)
    yield from _in_turn(build)
    if build.contract.identity is not None:
        yield from named_relations(build, build.contract.identity)


def _null_beside_absent(build: Builder) -> Iterator[Relation]:
    """Yield, for each object, a body with all its optional members null and one with all of them absent."""
    for lineage in bodies.lineages(build.contract.request):
        node = lineage[-1]
        for branch, shape in enumerate(node.shapes):
            optional = [child for child in node.members(branch) if child.nullable and not child.required]
            if shape.type != "object" or not optional:
                continue
            held = {c.name: bodies.smallest(c, build.defaults) for c in node.members(branch) if c.required}
            absent = bodies.planted(lineage, held, "smallest", build.defaults)
            null = {**held, **{child.name: None for child in optional}}
            nulls = bodies.planted(lineage, null, "smallest", build.defaults)
            slug = f"relate.null-beside-absent.{path_slug(node.path)}"
            below = {child.label for each in optional for child in each.walk()}
            requirements = tuple(requirement_id(Group.SEMANTICS, label, "null-as-absent") for label in sorted(below))
            yield Relation(
                slug,
                RelationKind.NULL_BESIDE_ABSENT,
                build.contract.asked(requirements),
                (
                    plain_case(build, f"{slug}.absent", absent, f"every member of {node.path or 'the body'} absent"),
                    plain_case(build, f"{slug}.null", nulls, f"every member of {node.path or 'the body'} null"),
                ),
            )


def _null_beside_absent_below(build: Builder) -> Relation:
    """Return two bodies with every object there: in one all optional leaves are absent, in the other all are null."""
    root = build.contract.request
    slug = "relate.null-beside-absent.leaves"
    leaves = [node for node in root.walk() if node.path and not node.children and not node.required and node.nullable]
    requirements = tuple(requirement_id(Group.SEMANTICS, node.label, "null-as-absent") for node in leaves)
    return Relation(
        slug,
        RelationKind.NULL_BESIDE_ABSENT,
        build.contract.asked(requirements),
        (
            plain_case(
                build,
                f"{slug}.absent",
                _bare(root, build, leaf=bodies.ABSENT),
                "every object present and empty",
            ),
            plain_case(
                build, f"{slug}.null", _bare(root, build, leaf=None), "every object present, every property null"
            ),
        ),
    )


def _bare(node: Node, build: Builder, leaf: Writable) -> Writable:
    """Return the body with every object there and `leaf` at every optional leaf that takes null."""
    branch = next((i for i, shape in enumerate(node.shapes) if shape.type == "object"), None)
    if branch is None:
        return bodies.smallest(node, build.defaults)
    result: dict[str, Writable] = {}
    for child in node.members(branch):
        if child.children and child.shape("object"):
            result[child.name] = _bare(child, build, leaf)
        elif child.required:
            result[child.name] = bodies.smallest(child, build.defaults)
        elif child.nullable and leaf is not bodies.ABSENT:
            result[child.name] = leaf
    return result


def _isolation(build: Builder) -> Iterator[Relation]:
    """Yield pairs in flight at once, each with values of its own at every member."""
    one = _distinct_body(build, 0)
    other = _distinct_body(build, 1)
    for number in range(1, PAIRS + 1):
        slug = f"relate.isolation.{number}"
        yield Relation(
            slug,
            RelationKind.ISOLATION,
            ("semantics.isolation", "semantics.distinct"),
            (
                plain_case(build, f"{slug}.one", one, "the first of two concurrent requests"),
                plain_case(build, f"{slug}.other", other, "the second of two concurrent requests"),
            ),
            concurrent=True,
        )


def _in_turn(build: Builder) -> Iterator[Relation]:
    """Yield full bodies with different values, each followed by the smallest: nothing of the first may stay."""
    slug = "relate.in-turn"
    bodies_ = (_distinct_body(build, 0), build.smallest, _distinct_body(build, 1), build.smallest)
    says = ("a full body", "the smallest body after it", "another full body", "the smallest body after that")
    cases = tuple(
        plain_case(build, f"{slug}.{number}", body, what)
        for number, (body, what) in enumerate(zip(bodies_, says, strict=True), 1)
    )
    yield Relation(slug, RelationKind.IN_TURN, ("semantics.isolation",), cases)


def _distinct_body(build: Builder, which: int) -> Writable:
    """Return a full body that differs from its neighbour wherever a member takes more than one plain value."""
    chosen: dict[str, Writable] = {}
    body, prose = build.fullest, build.contract.prose
    for node in build.contract.request.walk():
        if node.path == build.contract.identity or node.children or "*" in node.path:
            continue
        plain = [value.json for value in build.valid(node) if not value.edge and value.slug != "null"]
        inside = [value for value in [*plain, *_at_range(build, node)] if not prose.forbids(node.path, value)]
        if len(inside) > 1:
            stated = {**build.defaults.values, **chosen, node.path: inside[which]}
            other = bodies.fullest(build.contract.request, bodies.Defaults(stated, build.defaults.quiet))
            # What is right alone may be wrong beside the others.
            if not prose.beyond(other):
                chosen[node.path], body = inside[which], other
    return body


def _at_range(build: Builder, node: Node) -> list[Writable]:
    """Return the ends of the range that prose states for a number."""
    stated, shape = build.contract.prose.range_at(node.path), node.shape("integer") or node.shape("number")
    ends = (stated.minimum, stated.maximum) if stated and shape else ()
    return [end for end in ends if end is not None and shape and keeps_bounds(shape, end)]
