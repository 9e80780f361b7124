"""Requests that the contract forbids, each with exactly one violation, in the smallest and in the fullest body."""

from collections.abc import Iterator, Sequence
from itertools import islice

from conformance.classify.kinds import MISSING, expected_kind, undeclared_kind
from conformance.classify.requirements import reject_id, undeclared_id
from conformance.classify.wording import says
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.case import Case, Story
from conformance.model.jsontext import Json, Literal, write
from conformance.model.pointer import join
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.sparing import LARGE
from conformance.strategies.values import bodies, classes
from conformance.strategies.values.wrong_types import wrong_type

BASES: tuple[bodies.Base, ...] = ("smallest", "fullest")


def rejected_cases(build: Builder) -> Iterator[Case]:
    """Yield rejected cases: wrong values, missing properties, and properties that are not declared."""
    for lineage in bodies.lineages(build.contract.request):
        # A full body of a large schema takes tens of kilobytes: the smallest shows the same.
        bases = BASES if build.contract.request.size <= LARGE else BASES[:1]
        wrong = tuple(classes.invalid_values(lineage[-1]))
        for base in bases:
            yield from _wrong_values(build, lineage, base, wrong)
            yield from _missing(build, lineage, base)
            yield from _undeclared(build, lineage, base)
    yield from _rounded(build)


def _wrong_values(
    build: Builder, lineage: bodies.Lineage, base: bodies.Base, wrong: Sequence[classes.Value]
) -> Iterator[Case]:
    node = lineage[-1]
    if not node.path and base == "fullest":
        return
    for value in wrong:
        requirement, kind = reject_id(node, value.rule), kind_of(node, value)
        if build.sparing.spares(requirement, kind):
            continue
        body = bodies.planted(lineage, value.json, base, build.defaults)
        became = write(value.json)
        told = says(node.path, value.keyword, became, value.kind, lineage[0])
        story = Story(node.path, value.keyword, _was(build, node, base), became, told, kind)
        id_ = f"reject.{path_slug(node.path)}.{value.slug}.{base}"
        yield build.rejected(id_, requirement, build.request(body), story)


def _rounded(build: Builder) -> Iterator[Case]:
    """Yield, at the first integer, more fractions that double precision rounds to an integer: large, and tiny."""
    integers = (each for each in bodies.lineages(build.contract.request) if _is_integer(each[-1]))
    for lineage in islice(integers, 1):
        large, tiny = ("large-fraction", Literal("9007199254740992.5")), ("tiny-fraction", Literal("1e-400"))
        yield from _wrong_values(build, lineage, "smallest", [wrong_type(lineage[-1], *each) for each in (large, tiny)])


def _is_integer(node: Node) -> bool:
    return "integer" in node.types and "number" not in node.types and bool(node.path)


def _missing(build: Builder, lineage: bodies.Lineage, base: bodies.Base) -> Iterator[Case]:
    node = lineage[-1]
    requirement = reject_id(node, "required")
    if not node.required or not node.path or build.sparing.spares(requirement, MISSING):
        return
    body = bodies.planted(lineage, bodies.ABSENT, base, build.defaults)
    told = says(node.path, "required", "", MISSING, lineage[0])
    story = Story(node.path, "required", _was(build, node, base), "", told, MISSING)
    id_ = f"reject.{path_slug(node.path)}.absent.{base}"
    yield build.rejected(id_, requirement, build.request(body), story)


def _undeclared(build: Builder, lineage: bodies.Lineage, base: bodies.Base) -> Iterator[Case]:
    node = lineage[-1]
    for branch, shape in enumerate(node.shapes):
        if shape.type != "object" or not shape.closed:
            continue
        requirement = undeclared_id(Group.REJECTION, shape)
        for slug, name, value in undeclared_names(shape):
            if build.sparing.spares(requirement, slug):
                continue
            body = bodies.with_member(lineage, branch, name, value, base, build.defaults)
            pointer, keyword, became = join(node.path, name), "additionalProperties", write(value)
            kind = undeclared_kind(shape, name, value)
            story = Story(pointer, keyword, "", became, says(pointer, keyword, became, kind, lineage[0]), kind)
            id_ = f"reject.{path_slug(node.path)}.{slug}.{base}"
            yield build.rejected(id_, requirement, build.request(body), story)


def undeclared_names(shape: Shape) -> Iterator[tuple[str, str, Json]]:
    """Yield names that a closed object forbids: nonsense, what a typing error makes, and what parsers trip over."""
    first = next(iter(shape.members), "member")
    words = first.split("_")
    candidates: tuple[tuple[str, str, Json], ...] = (
        ("unknown-property", "conformance_undeclared", 1),
        ("unknown-property-null", "conformance_undeclared", None),
        ("other-case", first.upper(), 1),
        ("misspelled", f"{first}s", 1),
        ("camel-case", words[0] + "".join(word.title() for word in words[1:]), 1),
        ("proto-property", "__proto__", 1),
        ("empty-name", "", 1),
    )
    for slug, name, value in candidates:
        if not shape.declares(name):
            yield slug, name, value


def _was(build: Builder, node: Node, base: bodies.Base) -> str:
    if not node.path or (base == "smallest" and not node.required):
        return ""
    return write(build.defaults.values.get(node.path, bodies.fullest(node, build.defaults)))


def kind_of(node: Node, value: classes.Value) -> str:
    """Return what was sent, and where a type is wrong what is due: the same for all properties of one type."""
    return expected_kind(node, value.kind) if value.keyword == "type" else value.kind
