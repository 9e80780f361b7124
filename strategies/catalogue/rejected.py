"""Requests that the contract forbids, each with exactly one violation, in the smallest and in the fullest body."""

from collections.abc import Iterator

from conformance.contract.nodes import Node
from conformance.contract.shapes import Shape
from conformance.model.case import Case, Story
from conformance.model.jsontext import Writable, write
from conformance.model.pointer import join
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.values import bodies, classes

BASES: tuple[bodies.Base, ...] = ("smallest", "fullest")


def refused_cases(build: Builder) -> Iterator[Case]:
    """Yield refused cases: wrong values, missing members, and members that are not declared."""
    for lineage in bodies.lineages(build.contract.request):
        for base in BASES:
            yield from _wrong_values(build, lineage, base)
            yield from _missing(build, lineage, base)
            yield from _undeclared(build, lineage, base)


def reject_id(node: Node, value: classes.Value) -> str:
    """Return the id of the requirement that a server refuses `value` at `node`."""
    return requirement_id(Group.REJECTION, node.label, "coercible" if value.coercible else value.keyword)


def _wrong_values(build: Builder, lineage: bodies.Lineage, base: bodies.Base) -> Iterator[Case]:
    node = lineage[-1]
    if not node.path and base == "fullest":
        return
    for value in build.invalid(node):
        body = bodies.planted(lineage, value.json, base, build.defaults)
        says = f"{node.path or 'the body'} is {value.kind}"
        story = Story(node.path, value.keyword, _was(build, node, base), write(value.json), says, kind_of(node, value))
        id_ = f"refuse.{path_slug(node.path)}.{value.slug}.{base}"
        yield build.refused(id_, reject_id(node, value), build.request(body), story)


def _missing(build: Builder, lineage: bodies.Lineage, base: bodies.Base) -> Iterator[Case]:
    node = lineage[-1]
    if not node.required or not node.path:
        return
    body = bodies.planted(lineage, bodies.ABSENT, base, build.defaults)
    says = f"{node.path} is missing"
    story = Story(node.path, "required", _was(build, node, base), "", says, "a missing required member")
    requirement = requirement_id(Group.REJECTION, node.label, "required")
    yield build.refused(f"refuse.{path_slug(node.path)}.missing.{base}", requirement, build.request(body), story)


def _undeclared(build: Builder, lineage: bodies.Lineage, base: bodies.Base) -> Iterator[Case]:
    node = lineage[-1]
    for branch, shape in enumerate(node.shapes):
        if shape.type != "object" or not shape.closed:
            continue
        requirement = requirement_id(Group.REJECTION, shape.owner, "additionalProperties")
        for slug, name, value in undeclared_names(shape):
            body = bodies.with_member(lineage, branch, name, value, base, build.defaults)
            says = f"{node.path or 'the body'} holds a member {name!r}, which is not declared"
            became = write({name: value})
            story = Story(join(node.path, name), "additionalProperties", "", became, says, UNDECLARED[slug])
            id_ = f"refuse.{path_slug(node.path)}.{slug}.{base}"
            yield build.refused(id_, requirement, build.request(body), story)


UNDECLARED = {
    "undeclared-member": "an undeclared member in a closed object",
    "undeclared-null": "an undeclared member with the value null in a closed object",
    "other-case": "a declared member in other letter case in a closed object",
    "near-miss": "a near miss of a declared member in a closed object",
    "camel-case": "a declared member in camel case in a closed object",
    "proto-member": "a member __proto__ in a closed object",
    "empty-name": "a member with an empty name in a closed object",
}


def undeclared_names(shape: Shape) -> Iterator[tuple[str, str, Writable]]:
    """Yield names that a closed object forbids: nonsense, what a typing error makes, and what parsers trip over."""
    first = next(iter(shape.members), "member")
    words = first.split("_")
    candidates: tuple[tuple[str, str, Writable], ...] = (
        ("undeclared-member", "conformance_undeclared", 1),
        ("undeclared-null", "conformance_undeclared", None),
        ("other-case", first.upper(), 1),
        ("near-miss", f"{first}s", 1),
        ("camel-case", words[0] + "".join(word.title() for word in words[1:]), 1),
        ("proto-member", "__proto__", 1),
        ("empty-name", "", 1),
    )
    for slug, name, value in candidates:
        if name not in shape.members:
            yield slug, name, value


def _was(build: Builder, node: Node, base: bodies.Base) -> str:
    if not node.path or (base == "smallest" and not node.required):
        return ""
    return write(build.defaults.values.get(node.path, bodies.fullest(node, build.defaults)))


def kind_of(node: Node, value: classes.Value) -> str:
    """Return what was sent where what is due: the same for all members of one type."""
    if value.keyword != "type":
        return value.kind
    due = " or ".join(sorted(node.types - {"null"})) or "null"
    return f"{value.kind} where {'an' if due[0] in 'aeiou' else 'a'} {due} is due"
