"""Faults of refusing what must be taken, derived from the request schema: one valid class at one place."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import refusing
from conformance.mock.faults.parts.fault import Fault, Witness
from conformance.mock.faults.parts.kinds import KINDS
from conformance.mock.faults.parts.places import Site, sites
from conformance.mock.faults.parts.witnesses import builder, one, planted, smallest
from conformance.mock.stages import Stage
from conformance.mock.transaction import Turn
from conformance.model.case import Request
from conformance.model.jsontext import Json, JsonFault, Literal, Writable, equal, plain_json, write
from conformance.model.pointer import last
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.values import bodies, classes

CHOSEN = frozenset(
    "null true false zero minus-one integral-float exponent beyond-int32 beyond-float beyond-int64 empty-object "
    "empty-array empty upper-case blank padded 256-characters 10000-characters non-ascii astral nul quotes slashes "
    "number-like one-character right-to-left line-break".split()
)
"""Classes of the catalogue that are refused one by one, besides declared values and values at bounds."""

ALIKE = {"minus-one": "negative", "256-characters": "long", "10000-characters": "very-long"}
"""Kinds of scalars that have another slug than the class of the catalogue."""

Holds = Callable[[Json], bool]


def rejection_faults(contract: Contract) -> Iterator[Fault]:
    """Yield a fault for each class of value that the request may hold and the mock refuses."""
    for site in sites(contract.request):
        if site.node.path:
            yield from _classes(contract, site)
        yield from _open(site)
    yield from _whole(contract)


def _classes(contract: Contract, site: Site) -> Iterator[Fault]:
    for value in classes.valid_values(site.node):
        listed = value.keyword != "type"
        # A typical number may be 0 itself.
        named = "zero" if value.slug == "typical" and KINDS["zero"].test(cast("Json", value.json)) else value.slug
        if value.undecided or not (listed or named in CHOSEN):
            continue
        kind = KINDS.get(ALIKE.get(named, named))
        said = f"{value.kind}, {write(value.json)}" if listed else value.kind
        test = kind.test if kind and not listed else _equal_to(value.json)
        slug = kind.slug if kind and not listed else named
        weak = value.edge or _beyond(contract, site, value.json)
        keyword = "type" if weak else "" if value.keyword == "type" else value.keyword
        yield _fault(site, slug, f"is {said}", keyword, partial(_any, site, test), value.json)
    yield from _present(contract, site)
    if not site.node.required and not site.node.path.endswith("*"):
        yield _fault(site, "absent", "is absent", "", partial(_absent, site), bodies.ABSENT)


def _present(contract: Contract, site: Site) -> Iterator[Fault]:
    """Yield the refusal of every value but null."""
    typical = bodies.smallest(site.node)
    test = partial(_any, site, _is_something)
    if site.node.path == contract.identity and site.node.required:
        # Nothing is taken any more.
        sentence = f"Every body that holds {site.label} is refused."
        yield _root_fault(contract, f"{site.node.member}-present", sentence, "required", test, one(smallest))
        return
    keyword = "type" if _beyond(contract, site, typical) else "enum" if _is_listed(site) else ""
    yield _fault(site, "present", "is there at all and not null", keyword, test, typical)


def _is_listed(site: Site) -> bool:
    return any(shape.value("enum") is not None for shape in site.node.shapes if shape.type != "null")


def _open(site: Site) -> Iterator[Fault]:
    for branch, shape in enumerate(site.node.shapes):
        if shape.type != "object" or shape.closed:
            continue
        declared = frozenset(shape.members)

        def extra(held: Json, declared: frozenset[str] = declared) -> bool:
            return isinstance(held, dict) and not declared.issuperset(held)

        def witness(contract: Contract, branch: int = branch) -> Request:
            stated = builder(contract).defaults
            body = bodies.with_member(site.lineage, branch, "undeclared_member", 1, "smallest", stated)
            return builder(contract).request(body)

        yield Fault(
            id=f"refuses.{shape.owner}.undeclared-member",
            sentence=f"A member of {shape.owner} that is not declared is refused, though the object is open.",
            requirement=requirement_id(Group.ACCEPTANCE, shape.owner, "additionalProperties"),
            stage=Stage.VALIDATE,
            effect=refusing(partial(_any, site, extra)),
            witness=one(witness),
        )


def _whole(contract: Contract) -> Iterator[Fault]:
    """Yield refusals of whole bodies: the smallest, and those with the document's examples."""
    root = contract.request
    shape = root.shapes[0]
    least = frozenset(shape.required)
    if shape.type == "object":
        yield _root_fault(
            contract,
            "required-alone",
            "A body with the required members alone is refused.",
            "required",
            lambda turn: isinstance(turn.sent, dict) and least.issuperset(turn.sent),
            one(smallest),
        )
    examples = {path: found for path, found in _examples(contract).items() if path != contract.identity}
    if examples:

        def is_example(turn: Turn) -> bool:
            return isinstance(turn.sent, dict) and all(
                equal(turn.sent.get(last(path)), found) for path, found in examples.items()
            )

        def witness(contract: Contract) -> Request:
            stated = bodies.Defaults({**builder(contract).defaults.values, **cast("dict[str, Writable]", examples)})
            return builder(contract).request(bodies.fullest(root, stated))

        sentence = "The document's own example is refused."
        yield _root_fault(contract, "example", sentence, "example", is_example, one(witness))


def _root_fault(
    contract: Contract, slug: str, sentence: str, keyword: str, test: Callable[[Turn], bool], witness: Witness
) -> Fault:
    label = contract.request.label
    requirement = requirement_id(Group.ACCEPTANCE, label, keyword)
    return Fault(f"refuses.{label}.{slug}", sentence, requirement, Stage.VALIDATE, refusing(test), witness)


def _examples(contract: Contract) -> dict[str, Json]:
    """Return the first example of each member of the body that has one."""
    found: dict[str, Json] = {}
    for child in contract.request.children:
        for shape in child.shapes:
            examples = shape.value("examples")
            if isinstance(examples, list) and examples:
                found.setdefault(child.path, examples[0])
    return found


def _fault(site: Site, slug: str, says: str, keyword: str, test: Callable[[Turn], bool], example: Writable) -> Fault:
    return Fault(
        id=f"refuses.{site.label}.{slug}",
        sentence=f"A body is refused when {site.label} {says}.",
        requirement=requirement_id(Group.ACCEPTANCE, site.label, keyword),
        stage=Stage.VALIDATE,
        effect=refusing(test),
        witness=one(partial(planted, lineage=site.lineage, value=example)),
    )


def _any(site: Site, test: Holds, turn: Turn) -> bool:
    return site.any(turn.sent, test)


def _absent(site: Site, turn: Turn) -> bool:
    return site.absent(turn.sent)


def _is_something(held: Json) -> bool:
    return held is not None


def _equal_to(value: Writable) -> Holds:
    wanted = plain_json(value)
    return lambda held: equal(held, wanted)


def _beyond(contract: Contract, site: Site, value: Writable) -> bool:
    """Tell whether pages speak against a value that the schema allows."""
    body = bodies.planted(site.lineage, value, "smallest", builder(contract).defaults)
    try:
        return bool(contract.prose.beyond(plain_json(body)))
    except JsonFault:
        return isinstance(value, Literal)
