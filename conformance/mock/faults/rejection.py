"""Faults of rejecting what must be accepted, derived from the request schema: one class of valid value at one place."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias, cast

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import Test, rejecting
from conformance.mock.faults.parts.fault import Fault, Witness
from conformance.mock.faults.parts.kinds import KINDS
from conformance.mock.faults.parts.locations import Location, locations
from conformance.mock.faults.parts.witnesses import builder, planted, smallest, with_unknown_property
from conformance.mock.stages import Stage
from conformance.mock.transaction import Transaction
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
"""Classes of the catalogue that are rejected one by one, besides declared values and values at bounds."""

KIND_SLUGS = {"minus-one": "negative", "256-characters": "long", "10000-characters": "very-long"}
"""Kinds of scalars that have another slug than the class of the catalogue."""

MOST, DEEPEST = 100, 64
"""How many properties an object may have, and how deep a body may be, for a parser with the usual limits."""

ValueTest: TypeAlias = Callable[[Json], bool]


def rejection_faults(contract: Contract) -> Iterator[Fault]:
    """Yield a fault for each class of value that is valid in the request and that the mock rejects."""
    for location in locations(contract.request):
        if location.node.path:
            yield from _classes(contract, location)
        yield from _unknown_property(location)
    yield from _whole_bodies(contract)
    if any(shape.type == "object" and shape.open for shape in contract.request.shapes):
        yield _reserved()
        yield from _limits()


def _limits() -> Iterator[Fault]:
    """Yield limits of a parser that no document states."""
    for slug, says, test, extra in (
        ("many-unknown", "more than 100 properties in an object", lambda tx: _widest(tx.sent) > MOST, _many()),
        ("nested-unknown", "more than 64 nested levels", lambda tx: _brackets(tx.body) > DEEPEST, _nested()),
    ):

        def witness(contract: Contract, extra: bytes = extra) -> Request:
            request = smallest(contract)
            return replace(request, body=(request.body or b"").rstrip()[:-1] + extra + b"}")

        sentence, requirement = f"Rejects a body with {says}.", "accept.unknown-limits"
        yield Fault(f"rejects.{slug}", sentence, requirement, Stage.VALIDATE, rejecting(test), witness)


def _many() -> bytes:
    return b"".join(b', "undeclared%d": 1' % number for number in range(MOST + 1))


def _nested() -> bytes:
    return b', "undeclared": ' + b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1)


def _brackets(body: bytes) -> int:
    return body.count(b"[") + body.count(b"{")


def _widest(value: Json) -> int:
    """Return how many properties the largest object has; a text that was read is not deep."""
    if isinstance(value, dict):
        return max(len(value), *map(_widest, value.values()), 0)
    return max(map(_widest, value), default=0) if isinstance(value, list) else 0


def _reserved() -> Fault:
    def has_proto(tx: Transaction) -> bool:
        return b'"__proto__"' in tx.body

    def witness(contract: Contract) -> Request:
        request = smallest(contract)
        return replace(request, body=(request.body or b"").rstrip()[:-1] + b', "__proto__": "x"}')

    sentence, requirement = "Rejects the property `__proto__`.", "accept.reserved-property"
    return Fault("rejects.proto-property", sentence, requirement, Stage.VALIDATE, rejecting(has_proto), witness)


def _classes(contract: Contract, location: Location) -> Iterator[Fault]:
    label, node = location.label, location.node
    for value in classes.valid_values(node):
        listed = value.keyword != "type"
        # A typical number may be 0 itself.
        named = "zero" if value.slug == "ordinary" and KINDS["zero"].test(cast("Json", value.json)) else value.slug
        if value.undecided or not (listed or named in CHOSEN):
            continue
        kind = None if listed else KINDS.get(KIND_SLUGS.get(named, named))
        weak = value.edge or _outside_prose(contract, location, value.json)
        yield _fault(
            f"{label}.{kind.slug if kind else named}",
            f"Rejects {value.kind} for `{label}`{f' (`{write(value.json)}`)' if listed else ''}.",
            (label, "type" if weak else "" if value.keyword == "type" else value.keyword),
            _any(location, kind.test if kind else _equal_to(value.json)),
            partial(planted, lineage=location.lineage, value=value.json),
        )
    yield _present(contract, location)
    if not node.required and node.name != "*" and node.names is None:
        yield _fault(
            f"{label}.absent",
            f"Rejects a body without `{label}`.",
            (label, ""),
            lambda tx: location.absent(tx.sent),
            partial(planted, lineage=location.lineage, value=bodies.ABSENT),
        )


def _present(contract: Contract, location: Location) -> Fault:
    """Return the rejection of every value but null."""
    label, node, typical = location.label, location.node, bodies.smallest(location.node)
    test = _any(location, lambda held: held is not None)
    if node.path == contract.identity and node.required:
        # Nothing is accepted any more.
        root, sentence = contract.request.label, f"Rejects every body with `{label}`."
        return _fault(f"{root}.{node.member}-present", sentence, (root, "required"), test, smallest)
    enumerated = any(shape.value("enum") is not None for shape in node.shapes if shape.type != "null")
    keyword = "type" if _outside_prose(contract, location, typical) else "enum" if enumerated else ""
    sentence = f"Rejects every value of `{label}` except null."
    witness = partial(planted, lineage=location.lineage, value=typical)
    return _fault(f"{label}.present", sentence, (label, keyword), test, witness)


def _unknown_property(location: Location) -> Iterator[Fault]:
    for branch, shape in enumerate(location.node.shapes):
        if shape.type != "object" or shape.closed:
            continue
        declared = frozenset(shape.members)

        def has_unknown(held: Json, declared: frozenset[str] = declared) -> bool:
            return isinstance(held, dict) and not declared.issuperset(held)

        yield _fault(
            f"{shape.owner}.unknown-property",
            f"Rejects unknown properties in `{shape.owner}`, although the schema allows them.",
            (shape.owner, "additionalProperties"),
            _any(location, has_unknown),
            partial(with_unknown_property, lineage=location.lineage, branch=branch),
        )


def _whole_bodies(contract: Contract) -> Iterator[Fault]:
    """Yield rejections of whole bodies: the smallest, and those with the document's examples."""
    root = contract.request
    required = frozenset(root.shapes[0].required)
    least = builder(contract).smallest
    if root.shapes[0].type == "object" and isinstance(least, dict) and required.issuperset(least):
        sentence = "Rejects a body with only the required properties."

        def has_required_only(tx: Transaction) -> bool:
            return isinstance(tx.sent, dict) and required.issuperset(tx.sent)

        yield _fault(f"{root.label}.required-only", sentence, (root.label, "required"), has_required_only, smallest)
    examples = {path: found for path, found in _examples(contract).items() if path != contract.identity}
    if examples:

        def is_example(tx: Transaction) -> bool:
            sent = tx.sent
            return isinstance(sent, dict) and all(equal(sent.get(last(path)), each) for path, each in examples.items())

        def witness(contract: Contract) -> Request:
            stated = bodies.Defaults({**builder(contract).defaults.values, **cast("dict[str, Writable]", examples)})
            return builder(contract).request(bodies.fullest(root, stated))

        sentence = "Rejects the example in the document."
        yield _fault(f"{root.label}.example", sentence, (root.label, "example"), is_example, witness)


def _examples(contract: Contract) -> dict[str, Json]:
    """Return the first example of each property of the body that has one."""
    found: dict[str, Json] = {}
    for child in contract.request.children:
        for shape in child.shapes:
            if examples := shape.listed("examples"):
                found.setdefault(child.path, examples[0])
    return found


def _fault(slug: str, sentence: str, broken: tuple[str, str], test: Test, witness: Witness) -> Fault:
    requirement = requirement_id(Group.ACCEPTANCE, *broken)
    return Fault(f"rejects.{slug}", sentence, requirement, Stage.VALIDATE, rejecting(test), witness)


def _any(location: Location, test: ValueTest) -> Test:
    return lambda tx: location.any(tx.sent, test)


def _equal_to(value: Writable) -> ValueTest:
    wanted = plain_json(value)
    return lambda held: equal(held, wanted)


def _outside_prose(contract: Contract, location: Location, value: Writable) -> bool:
    """Return whether the documentation advises against a value that the schema allows."""
    body = bodies.planted(location.lineage, value, "smallest", builder(contract).defaults)
    try:
        return bool(contract.prose.beyond(plain_json(body)))
    except JsonFault:
        return isinstance(value, Literal)
