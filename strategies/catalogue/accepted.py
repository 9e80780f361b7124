"""Requests that the contract allows: the document's example, each class of value, and covering combinations."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import TypeAlias, cast

from msgspec.structs import replace

from conformance.classify.bounds import keeps_bounds
from conformance.classify.keywords import broken, fits
from conformance.classify.requirements import BEYOND_PROSE, accept_id, held_ids, undeclared_id
from conformance.classify.wording import SEVERAL, name_of, says
from conformance.contract.schemas.nodes import Node, occurrences
from conformance.model.case import SLOT, Case, Need, Story
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json, Literal, Writable, plain_json, write
from conformance.model.pointer import join
from conformance.model.vocabulary import Group
from conformance.strategies.case_builder import Builder, path_slug
from conformance.strategies.covering import combinations
from conformance.strategies.sparing import LARGE
from conformance.strategies.values import bodies, classes

Extra: TypeAlias = tuple[str, str, Writable, str]
"""An unknown property: the slug of its cases, its name, its value, its kind."""

ABSENCE = "an absent optional property"
UNKNOWN = "an unknown property"
MOST_EXAMPLES = 10
"""How many examples of a document are sent at most."""

SMALLEST = "the body has only the required properties"

UNDECLARED = "conformance_undeclared"
"""The name of an unknown property."""

MANY, DEEP = 101, 65
"""More unknown properties, and more levels, than the usual limits of parsers: 100 and 64."""

NESTED = "[" * DEEP + "]" * DEEP

LIMITS = "accept.unknown-limits"

PLAIN: Extra = ("unknown-property", UNDECLARED, "x", UNKNOWN)

EXTRAS: tuple[Extra, ...] = (
    PLAIN,
    ("unknown-object", UNDECLARED, {"a": [1, None]}, "an unknown property that holds an object"),
    ("empty-name", "", "x", "a property with an empty name"),
)

RESERVED: Extra = ("proto-property", "__proto__", "x", "the property __proto__")
"""What parsers of JavaScript reject, or drop, on purpose."""


def accepted_cases(build: Builder, strength: int) -> Iterator[Case]:
    """Yield accepted cases; `strength` is that of the covering array (2 pairs, 3 triples)."""
    yield from whole_bodies(build)
    for lineage in bodies.lineages(build.contract.request):
        for value in build.valid(lineage[-1]) if len(lineage) > 1 else ():
            yield from class_case(build, lineage, value)
        yield from absence_case(build, lineage)
    yield from classes_together(build)
    yield from open_objects(build)
    yield from many_and_deep(build)
    yield from combined(build, strength)


def whole_bodies(build: Builder) -> Iterator[Case]:
    """Yield the smallest body, the document's own example, and the fullest body."""
    root = build.contract.request
    story = Story("", "required", "", write(build.smallest), SMALLEST, "the smallest valid body")
    yield build.accepting("accept.smallest", (accept_id(root, "required"),), build.smallest, story)
    for number, example in enumerate(_examples(build), start=1):
        told = "the body is the example of the document"
        story = Story("", "examples", "", write(example), told, "the example of the document")
        id_ = "accept.example" if number == 1 else f"accept.example.{number}"
        yield build.accepting(id_, (accept_id(root, "example"),), example, story)
    text = write(build.fullest)
    story = Story("", "properties", "", text, "the body has every declared property", "the fullest valid body")
    yield _row(build, "accept.fullest", build.fullest, story, text)


def _examples(build: Builder) -> Iterator[Writable]:
    """Yield the valid examples of the whole body, else one of those of its properties, each with a fresh name."""
    contract, identity = build.contract, build.contract.identity
    found: list[Writable] = list(contract.examples[:MOST_EXAMPLES])
    if not found and contract.request.shapes[0].type == "object":
        body = build.smallest
        for child in contract.request.members(0):
            listed = [each for shape in child.shapes for each in shape.listed("examples")]
            trials = (with_value(body, child.path, each) for each in listed)
            body = next((each for each in trials if contract.request_validator.holds(plain_json(each))), body)
        found = [body] if body is not build.smallest else []
    for body in found:
        yield body if identity is None else with_value(body, identity, SLOT)


def absence_case(build: Builder, lineage: bodies.Lineage) -> Iterator[Case]:
    """Yield the fullest body without an optional property."""
    node = lineage[-1]
    if len(lineage) == 1 or node.required or node.indexed or lineage[0].size > LARGE:
        return
    body = bodies.planted(lineage, bodies.ABSENT, "fullest", build.defaults)
    if not _clashes(lineage, body):
        story = Story(node.path, "required", "", "", f"{name_of(node.path, lineage[0])} is absent", ABSENCE)
        yield build.accepting(f"accept.{path_slug(node.path)}.absent", (accept_id(node),), body, story)


def class_case(build: Builder, lineage: bodies.Lineage, value: classes.Value) -> Iterator[Case]:
    """Yield the smallest body with a value of a class at a property."""
    node = lineage[-1]
    identity = node.path == build.contract.identity
    sent = _named(value) if identity else value.json
    if identity and (value.slug == "ordinary" or not _fits(node, sent)):
        return
    keyword = "" if value.keyword == "type" else value.keyword
    about = accept_id(node, "type" if value.edge else keyword)
    if build.sparing.spares(about, value.kind):
        return
    body = bodies.planted(lineage, sent, "smallest", build.defaults)
    if _clashes(lineage, body):
        return
    became = write(value.json)
    told = says(node.path, value.keyword, became, value.kind, lineage[0])
    story = Story(node.path, value.keyword, "", became, told, value.kind)
    id_ = f"accept.{path_slug(node.path)}.{value.slug}"
    needs = (Need.NAME_EDGES,) if identity else ()
    if value.undecided:
        yield build.observed(id_, ("error.server-error",), build.request(body), story, needs)
        return
    case = build.accepting(id_, (), body, story, needs)
    weak = value.edge or bool(case.beyond)
    focus = accept_id(node, "type") if weak else accept_id(node, keyword)
    more = () if weak else (accept_id(node),)
    if not weak and value.slug != "null" and not any(each.edge for each in build.valid(node)):
        more = (*more, accept_id(node, "type"))  # there is no odder value that says it
    yield replace(case, requirements=build.contract.asked((focus, *more)))


def _clashes(lineage: bodies.Lineage, body: Writable) -> bool:
    """Tell whether an array of different items holds one twice beside what was planted, or found too few others."""
    if not any(shape.value("uniqueItems") is True for node in lineage for shape in node.shapes):
        return False
    return any(
        broken(shape, value) & {"minItems", "uniqueItems"}
        for node, _, value in occurrences(lineage[0], cast("Json", body))
        for shape in node.shapes
        if shape.type == "array" and fits(shape, value)
    )


def _fits(node: Node, name: Writable) -> bool:
    """Tell whether a name, with the slot in it, keeps the bounds of its property; one spelled by hand is as long."""
    shape = node.shape("string")
    return shape is not None and (not isinstance(name, str) or keeps_bounds(shape, name))


def _named(value: classes.Value) -> Writable:
    """Return a name of a class that is yet new at every send, where the class leaves room for the slot."""
    if value.slug == "10000-characters":
        return SLOT + "a" * (10_000 - len(SLOT))
    if value.slug.endswith("-characters") and isinstance(value.json, str):
        return SLOT + "a" * (len(value.json) - len(SLOT))
    if value.slug in {"empty", "one-character", "blank", "json-like", "number-like", "null-like"}:
        return value.json
    if isinstance(value.json, str):
        return value.json + SLOT if value.slug != "padded" else f" {SLOT} "
    text = write(value.json)
    return replace(value.json, text=f'{text[:-1]}{SLOT}"') if isinstance(value.json, Literal) else value.json


def classes_together(build: Builder) -> Iterator[Case]:
    """Yield, for each class of value, a body in which every property that has the class holds it."""
    grouped: dict[str, list[tuple[Node, classes.Value]]] = {}
    for node in build.contract.request.walk():
        if node.path in {"", build.contract.identity} or "*" in node.path:
            continue
        for value in build.valid(node):
            if not value.undecided and not node.children and value.slug != "ordinary":
                slug = value.slug if value.keyword == "type" else f"declared-{value.slug}"
                grouped.setdefault(slug, []).append((node, value))
    for slug, chosen in grouped.items():
        if len(chosen) == 1:
            continue  # a case of its own says the same
        overrides = {node.path: value.json for node, value in chosen}
        defaults = bodies.Defaults({**build.defaults.values, **overrides})
        body = bodies.fullest(build.contract.request, defaults)
        kind = chosen[0][1].kind
        text = write(body)
        story = Story("", SEVERAL, "", text, f"the value of {len(chosen)} properties is {kind}", kind)
        case = build.accepting(f"accept.all.{slug}", (), body, story, text=text)
        edge = chosen[0][1].edge or bool(case.beyond)
        focus = BEYOND_PROSE if edge else build.combination
        held = tuple(accept_id(node, "type" if edge else "") for node, _ in chosen)
        yield replace(case, requirements=build.contract.asked((focus, *held)))


def open_objects(build: Builder, extras: Iterable[Extra] = (*EXTRAS, RESERVED)) -> Iterator[Case]:
    """Yield the smallest body with each of `extras` in each object that allows unknown properties."""
    for lineage in bodies.lineages(build.contract.request):
        node = lineage[-1]
        for branch, shape in enumerate(node.shapes):
            if shape.type != "object" or not shape.open or shape.value("enum") is not None:
                continue
            requirement = undeclared_id(Group.ACCEPTANCE, shape)
            plain = bodies.with_member(lineage, branch, UNDECLARED, "x", "smallest", build.defaults)
            if _clashes(lineage, plain):
                continue
            for extra in extras:
                slug, name, value, kind = extra
                if shape.declares(name) or build.sparing.spares(requirement, kind):
                    continue
                body = bodies.with_member(lineage, branch, name, value, "smallest", build.defaults)
                pointer, keyword, became = join(node.path, name), "additionalProperties", write(value)
                story = Story(pointer, keyword, "", became, says(pointer, keyword, became, kind, lineage[0]), kind)
                slug = f"{path_slug(node.path)}.{slug}"
                case = build.accepting(f"accept.{slug}", (requirement,), body, story)
                if extra == RESERVED:
                    about = ("accept.reserved-property",)
                    case = build.observed(f"observe.{slug}", about, case.request, story)
                # Where a plain unknown property is rejected as well, it is not the odd one that is.
                yield case if extra == PLAIN else replace(case, control=build.request(plain))


def many_and_deep(build: Builder) -> Iterator[Case]:
    """Yield, for each object that allows unknown properties, more of them than some parsers take, and a deeper one."""
    for lineage in bodies.lineages(build.contract.request):
        node, name = lineage[-1], name_of(lineage[-1].path, lineage[0])
        for branch, shape in enumerate(node.shapes):
            if shape.type != "object" or not shape.open or build.sparing.spares(LIMITS, LIMITS):
                continue
            plain = bodies.with_member(lineage, branch, UNDECLARED, "x", "smallest", build.defaults)
            deep = bodies.with_member(lineage, branch, UNDECLARED, Literal(NESTED), "smallest", build.defaults)
            wide: Writable = plain
            for number in range(MANY - 1):
                wide = with_value(wide, join(node.path, f"{UNDECLARED}_{number}"), number)
            for slug, body, kind in (
                ("many-unknown", wide, f"an object with {MANY} unknown properties"),
                ("nested-unknown", deep, f"an unknown property nested {DEEP} levels deep"),
            ):
                if _clashes(lineage, body):
                    continue
                story = Story(node.path, "additionalProperties", "", "", f"{name} has {kind}", kind)
                id_ = f"accept.{path_slug(node.path)}.{slug}"
                case = build.accepting(id_, (LIMITS,), body, story)
                yield replace(case, control=build.request(plain))


def combined(build: Builder, strength: int) -> Iterator[Case]:
    """Yield the rows of a covering array of the values of properties."""
    model = combinations.model(build)
    for row in combinations.rows(model, strength):
        body = combinations.body(build, model, row)
        text = write(body)
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        story = Story("", "properties", "", text, "the body combines valid values", "a combination of valid values")
        yield _row(build, f"accept.combination.{digest}", body, story, text)


def _row(build: Builder, id_: str, body: Writable, story: Story, text: str) -> Case:
    """Return a case that exercises whatever its body, written as `text`, holds."""
    case = build.accepting(id_, (), body, story, text=text)
    focus = BEYOND_PROSE if case.beyond else build.combination
    held = () if case.beyond else held_ids(build.contract.request, cast("Json", body))
    return replace(case, requirements=build.contract.asked((focus, *held)))
