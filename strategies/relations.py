"""Relations: requests whose answers say something only together."""

from collections.abc import Iterator

from msgspec.structs import replace

from conformance.contract.nodes import Node
from conformance.model.case import SLOT, Case, Need, Relation, Request, Story
from conformance.model.jsontext import Writable, write
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies import bodies, values
from conformance.strategies.building import Builder, path_slug

TOP = 2
"""How long the lineage of a member of the body itself is."""

PAIRS = 3
"""How often a pair of requests is sent at once: mixed-up answers are a matter of chance."""


def relations(build: Builder) -> Iterator[Relation]:
    """Yield the relations of a contract; those that need an object with a name only where there is one."""
    yield _null_beside_absent_below(build)
    yield from _null_beside_absent(build)
    yield from _isolation(build)
    yield from _in_turn(build)
    if build.contract.identity is None:
        return
    yield from _alike_names(build)
    yield from _same_name(build)
    yield from _leaves_nothing(build)
    yield from _visible(build)


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
                "null-beside-absent",
                tuple(each for each in requirements if each in build.contract.by_id),
                (
                    _plain(build, f"{slug}.absent", absent, f"every member of {node.path or 'the body'} absent"),
                    _plain(build, f"{slug}.null", nulls, f"every member of {node.path or 'the body'} null"),
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
        "null-beside-absent",
        tuple(dict.fromkeys(each for each in requirements if each in build.contract.by_id)),
        (
            _plain(
                build, f"{slug}.absent", _bare(root, build, leaf=bodies.ABSENT), "every object there, nothing in it"
            ),
            _plain(build, f"{slug}.null", _bare(root, build, leaf=None), "every object there, every leaf null"),
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
            "isolation",
            ("semantics.isolation", "semantics.distinct"),
            (
                _plain(build, f"{slug}.one", one, "one of two requests at once"),
                _plain(build, f"{slug}.other", other, "the other of two requests at once"),
            ),
            concurrent=True,
        )


def _in_turn(build: Builder) -> Iterator[Relation]:
    """Yield full bodies with different values, each followed by the smallest: nothing of the first may stay."""
    slug = "relate.in-turn"
    bodies_ = (_distinct_body(build, 0), build.smallest, _distinct_body(build, 1), build.smallest)
    says = ("a full body", "the smallest body after it", "another full body", "the smallest body after that")
    cases = tuple(
        _plain(build, f"{slug}.{number}", body, what)
        for number, (body, what) in enumerate(zip(bodies_, says, strict=True), 1)
    )
    yield Relation(slug, "in-turn", ("semantics.isolation",), cases)


def _alike_names(build: Builder) -> Iterator[Relation]:
    """Yield pairs of names that differ in one way that a careless comparison overlooks."""
    identity = build.contract.identity
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
                _story(f"{which} of two names that differ only in {says}"),
                (Need.STATE, Need.NAME_EDGES),
            )
            for which, name in (("one", one), ("other", other))
        )
        yield Relation(f"relate.alike-names.{slug}", "alike-names", ("semantics.distinct",), pair, same_name=True)


def _distinct_body(build: Builder, which: int) -> Writable:
    """Return a full body that differs from its neighbour wherever a member takes more than one plain value."""
    chosen: dict[str, Writable] = {}
    for node in build.contract.request.walk():
        if node.path == build.contract.identity or node.children or "*" in node.path:
            continue
        plain = [value for value in values.valid_values(node) if not value.edge and value.slug != "null"]
        inside = [value for value in plain if not _beyond(build, node, value)]
        if len(inside) > 1:
            chosen[node.path] = inside[which].json
    defaults = bodies.Defaults({**build.defaults.values, **chosen}, build.defaults.quiet)
    return bodies.fullest(build.contract.request, defaults)


def _beyond(build: Builder, node: Node, value: values.Value) -> bool:
    body: Writable = value.json
    for token in reversed(node.path.split("/")[1:]):
        body = {token: body}
    return bool(build.contract.prose.beyond(body))


def _same_name(build: Builder) -> Iterator[Relation]:
    slug = "relate.same-name"
    again = _plain(build, f"{slug}.second", build.smallest, "the same name again")
    yield Relation(
        slug,
        "same-name",
        ("semantics.same-name", "error.duplicate"),
        (
            _plain(build, f"{slug}.first", build.smallest, "a new name"),
            build.observed(again.id, ("error.duplicate",), again.request, _story("the same name again"), (Need.STATE,)),
        ),
        same_name=True,
    )


def _leaves_nothing(build: Builder) -> Iterator[Relation]:
    """Yield a refused request followed by a right one with the same name."""
    for slug, body, requirement, says in _refusable(build):
        story = Story("", "refused first", "", write(body)[:200] if not isinstance(body, bytes) else "", says, says)
        first = build.refused(f"relate.leaves-nothing.{slug}.refused", requirement, build.request(body), story)
        then = _plain(build, f"relate.leaves-nothing.{slug}.right", build.smallest, "then a right body with that name")
        yield Relation(
            f"relate.leaves-nothing.{slug}",
            "leaves-nothing",
            ("error.leaves-nothing",),
            (first, replace(then, needs=(Need.STATE,))),
            same_name=True,
        )


def _refusable(build: Builder) -> Iterator[tuple[str, Writable | bytes, str, str]]:
    """Yield bodies that name an object and must be refused: by type, by an undeclared member, by the bytes."""
    for lineage in bodies.lineages(build.contract.request):
        node = lineage[-1]
        if len(lineage) == TOP and node.path != build.contract.identity and node.types & {"object"}:
            label = requirement_id(Group.REJECTION, node.label, "type")
            body = bodies.planted(lineage, "abc", "smallest", build.defaults)
            yield f"type-{path_slug(node.path)}", body, label, f"{node.path} of the wrong type"
        for branch, shape in enumerate(node.shapes):
            if shape.type == "object" and shape.closed:
                label = requirement_id(Group.REJECTION, shape.owner, "additionalProperties")
                body = bodies.with_member(lineage, branch, "conformance_undeclared", 1, "smallest", build.defaults)
                yield f"undeclared-{path_slug(node.path)}", body, label, f"an undeclared member in {node.path}"
    yield "trailing-text", write(build.smallest).encode() + b" x", "reject.json-text", "text after the JSON text"


def _visible(build: Builder) -> Iterator[Relation]:
    probe = build.contract.prose.read
    if probe is None:
        return
    target = probe.path
    for name, value in build.parameters.items():
        target = target.replace("{" + name + "}", value)
    request = Request(probe.method, target.replace("{name}", SLOT), build.headers_without("Content-Type"))
    slug = "relate.visible"
    story = _story("the object that was created, read by its name")
    read = build.observed(f"{slug}.read", ("semantics.visible",), request, story, (Need.STATE, Need.PROBES))
    created = _plain(build, f"{slug}.created", build.fullest, "an object to be read")
    yield Relation(slug, "visible", ("semantics.visible",), (created, read), same_name=True)


def _plain(build: Builder, id_: str, body: Writable, says: str) -> Case:
    requirement = requirement_id(Group.ACCEPTANCE, build.contract.request.label, "combination")
    return build.accepting(id_, (requirement,), body, _story(says))


def _story(says: str) -> Story:
    return Story("", "relation", "", "", says, says)
