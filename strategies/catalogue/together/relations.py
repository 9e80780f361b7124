"""Relations: requests whose responses say something only together."""

from collections.abc import Iterable, Iterator
from itertools import islice

from conformance.classify.bounds import keeps_bounds
from conformance.classify.wording import name_of
from conformance.contract.schemas.nodes import Node
from conformance.model.case import Relation, RelationKind
from conformance.model.jsontext import Writable
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.catalogue.together.named_relations import named_relations
from conformance.strategies.values import bodies
from conformance.strategies.values.construction import required

MOST_DISTINCT = 30
"""In how many properties two bodies differ at most: that is enough to tell them apart."""

PAIRS = 3
"""How often a pair of requests is sent at once: mixed-up responses are a matter of chance."""


def relations(build: Builder) -> Iterator[Relation]:
    """Yield the relations of a contract; those that need an object with a name only where there is one."""
    yield _null_beside_absent_leaves(build)
    yield from _null_beside_absent(build)
    yield from _isolation(build)
    yield _in_turn(build)
    if build.contract.identity is not None:
        yield from named_relations(build, build.contract.identity)


def _null_beside_absent(build: Builder) -> Iterator[Relation]:
    """Yield, for each object, a body with all its optional properties null and one with all of them absent."""
    for lineage in bodies.lineages(build.contract.request):
        node = lineage[-1]
        for branch, shape in enumerate(node.shapes):
            optional = [child for child in node.members(branch) if child.nullable and not child.required]
            if shape.type != "object" or not optional:
                continue
            held = required(node, branch, "smallest", build.defaults)
            absent = bodies.planted(lineage, held, "smallest", build.defaults)
            null = {**held, **{child.name: None for child in optional}}
            nulls = bodies.planted(lineage, null, "smallest", build.defaults)
            name = name_of(node.path, build.contract.request)
            bare = f"a body without optional properties in {name}"
            empty = f"a body with null for the optional properties of {name}"
            below = sorted({child.label for each in optional for child in each.walk()})
            yield _nulls(build, path_slug(node.path), below, (absent, bare), (nulls, empty))


def _null_beside_absent_leaves(build: Builder) -> Relation:
    """Return two bodies with every object there: in one all optional leaves are absent, in the other all are null."""
    root = build.contract.request
    absent = (with_leaves(root, build, bodies.ABSENT), "a body with empty objects")
    null = (with_leaves(root, build, None), "a body with null for every property of its objects")
    return _nulls(build, "leaves", nullable_leaves(build), absent, null)


def nullable_leaves(build: Builder) -> list[str]:
    """Return the labels of the optional properties that can be null and hold no others."""
    nodes = build.contract.request.walk()
    return [each.label for each in nodes if each.path and not each.children and not each.required and each.nullable]


def _nulls(
    build: Builder, slug: str, labels: Iterable[str], absent: tuple[Writable, str], null: tuple[Writable, str]
) -> Relation:
    """Return the relation of two bodies, each with what is said of it, for the nodes of some labels."""
    id_ = f"relate.null-beside-absent.{slug}"
    requirements = build.contract.asked(requirement_id(Group.SEMANTICS, label, "null-as-absent") for label in labels)
    cases = (build.related(f"{id_}.absent", *absent), build.related(f"{id_}.null", *null))
    return Relation(id_, RelationKind.NULL_BESIDE_ABSENT, requirements, cases)


def with_leaves(node: Node, build: Builder, leaf: Writable) -> Writable:
    """Return the body with every object there and `leaf` at every optional leaf that can be null."""
    branch = next((i for i, shape in enumerate(node.shapes) if shape.type == "object"), None)
    if branch is None:
        return bodies.smallest(node, build.defaults)
    needed = required(node, branch, "smallest", build.defaults)
    result: dict[str, Writable] = {}
    for child in node.members(branch):
        if child.children and child.shape("object"):
            result[child.name] = with_leaves(child, build, leaf)
        elif child.required:
            result[child.name] = needed[child.name]
        elif child.nullable and leaf is not bodies.ABSENT:
            result[child.name] = leaf
    return {**result, **{name: value for name, value in needed.items() if name not in result}}


def _isolation(build: Builder) -> Iterator[Relation]:
    """Yield pairs in flight at once, each with values of its own at every property."""
    one, other = distinct_body(build, 0), distinct_body(build, 1)
    for number in range(1, PAIRS + 1):
        id_ = f"relate.isolation.{number}"
        cases = (
            build.related(f"{id_}.one", one, "the first of two concurrent requests"),
            build.related(f"{id_}.other", other, "the second of two concurrent requests"),
        )
        yield Relation(
            id_, RelationKind.ISOLATION, ("semantics.isolation", "semantics.distinct"), cases, concurrent=True
        )


def _in_turn(build: Builder) -> Relation:
    """Return full bodies with different values, each followed by the smallest: nothing of the first may stay."""
    sent = (
        (distinct_body(build, 0), "a full body"),
        (build.smallest, "the smallest body after it"),
        (distinct_body(build, 1), "another full body"),
        (build.smallest, "the smallest body after that"),
    )
    cases = tuple(build.related(f"relate.in-turn.{number}", *each) for number, each in enumerate(sent, 1))
    return Relation("relate.in-turn", RelationKind.IN_TURN, ("semantics.isolation",), cases)


def distinct_body(build: Builder, which: int) -> Writable:
    """Return a full body that differs from its neighbour wherever a property can have more than one plain value."""
    if which not in build.distinct:
        build.distinct[which] = _distinct_body(build, which)
    return build.distinct[which]


def _distinct_body(build: Builder, which: int) -> Writable:
    chosen: dict[str, Writable] = {}
    body, prose = build.fullest, build.contract.prose
    leaves = (node for node in build.contract.request.walk() if not node.children and "*" not in node.path)
    for node in islice(leaves, MOST_DISTINCT):
        if node.path == build.contract.identity:
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
