"""Merged relations: what several relations ask, in few creations; those of one thing tell which it was."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.classify.requirements import held_ids, undeclared_id
from conformance.model.case import SLOT, Case, Need, Relation, RelationKind, Story, renamed
from conformance.model.json_values import get, with_value
from conformance.model.jsontext import Writable, try_read
from conformance.model.pointer import join
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.accepted import UNDECLARED
from conformance.strategies.catalogue.documented import edges_at_once
from conformance.strategies.catalogue.together.merged import beyond_double
from conformance.strategies.catalogue.together.named_relations import rejected_bodies
from conformance.strategies.catalogue.together.relations import distinct_body, nullable_leaves, with_leaves
from conformance.strategies.values import bodies

LEAVES_NOTHING = "error.leaves-nothing"
ALIKE = "a name that differs from another only in"


def merged_relations(build: Builder) -> Iterator[Relation]:
    """Yield a series of creations with similar names, and two concurrent ones that differ wherever they can."""
    yield _series(build)
    yield _pair(build)


def _series(build: Builder) -> Relation:
    """Return a rejected request, and then creations: one with its name, and three whose names differ in one way each.

    Only the first of them must be accepted: whether unusual names are is no matter here.
    """
    root = build.contract.request
    absent, null = with_leaves(root, build, bodies.ABSENT), with_leaves(root, build, None)
    _, wrong, about, says, kind = next(rejected_bodies(build))
    story = Story("", "rejected first", "", "", says, kind)
    cases = [build.rejected("relate.series.rejected", about, build.request(wrong), story)]
    first = build.related("relate.series.first", absent, "a body with empty objects")
    cases.append(replace(first, requirements=build.contract.asked((*first.requirements, LEAVES_NOTHING))))
    for slug, body, says in (
        ("letter-case", _at_edges(build, distinct_body(build, 1), upper=True), f"{ALIKE} letter case"),
        ("spaces", null, f"{ALIKE} a space at the end"),
        ("separators", beyond_double(build), f"{ALIKE} a separator"),
    ):
        story, asked = Story("", "relation", "", "", says, says), ("semantics.isolation",)
        case = build.observed(f"relate.series.{slug}", asked, build.request(body), story, (Need.NAME_EDGES,))
        cases.append(replace(case, merged=True))
    names = ("-a", "-a", "-A", "-a ", "_a")
    nulls = (requirement_id(Group.SEMANTICS, label, "null-as-absent") for label in nullable_leaves(build))
    return Relation(
        "relate.series",
        RelationKind.SERIES,
        build.contract.asked((LEAVES_NOTHING, "semantics.distinct", "semantics.isolation", *nulls)),
        tuple(_named(case, f"{SLOT}{name}") for case, name in zip(cases, names, strict=True)),
        same_name=True,
    )


def _at_edges(build: Builder, body: Writable, *, upper: bool) -> Writable:
    """Return a body with its numbers at the edges of their documented ranges, where the documentation allows that."""
    for pointer, number in next(edges_at_once(build, upper=upper), {}).items():
        other = with_value(body, pointer, number)
        body = body if build.contract.prose.beyond(other) else other
    return body


def _named(case: Case, name: str) -> Case:
    return replace(case, request=renamed(case.request, SLOT, name))


def _pair(build: Builder) -> Relation:
    """Return two creations at once: one with unknown properties, one with null for every property."""
    null = with_leaves(build.contract.request, build, None)
    cases = (
        _unknown_properties(build, "relate.isolation.merged.one"),
        build.related("relate.isolation.merged.other", null, "a body with null for every property of its objects"),
    )
    merged = tuple(replace(_exercising(build, case), merged=True) for case in cases)
    asked = ("semantics.isolation", "semantics.distinct")
    return Relation("relate.isolation.merged", RelationKind.ISOLATION, asked, merged, concurrent=True)


def _exercising(build: Builder, case: Case) -> Case:
    """Return a case that exercises all that its body holds."""
    text = try_read(case.request.body)
    held = held_ids(build.contract.request, text.value) if text is not None and not case.beyond else ()
    return replace(case, requirements=build.contract.asked(dict.fromkeys((*case.requirements, *held))))


def _unknown_properties(build: Builder, id_: str) -> Case:
    """Return the fullest body with an unknown property in every object that allows one."""
    body, requirements = _at_edges(build, build.fullest, upper=False), dict[str, None]()
    for node in build.contract.request.walk():
        for shape in node.shapes:
            if (
                shape.type == "object"
                and shape.open
                and "*" not in node.path
                and isinstance(get(body, node.path), dict)
            ):
                body = with_value(body, join(node.path, UNDECLARED), "x")
                requirements[undeclared_id(Group.ACCEPTANCE, shape)] = None
    if not requirements:
        return build.related(id_, body, "a full body")
    if all(shape.open and not shape.declares("") for shape in build.contract.request.shapes):
        body = with_value(body, "/", "x")  # and one with an empty name
    kind = "an unknown property in every open object"
    story = Story("", "properties", "", "", f"the body has {kind}", kind)
    case = build.accepting(id_, tuple(requirements), body, story)
    return replace(case, request=replace(case.request, headers=build.headers_with("Accept", "application/*")))
