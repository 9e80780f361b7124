"""Crashes, derived from the request schema: on kinds of scalars, at single properties, on combinations of them."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle
from typing import cast

import msgspec

from conformance.classify.bounds import keeps_bounds
from conformance.classify.traits import defects
from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import Test, crashing
from conformance.mock.faults.parts.fault import Fault, Witness
from conformance.mock.faults.parts.kinds import NUMBERS, STRINGS, ScalarKind
from conformance.mock.faults.parts.locations import Location, locations
from conformance.mock.faults.parts.witnesses import holding, planted
from conformance.mock.stages import Stage
from conformance.mock.transaction import Transaction
from conformance.model.jsontext import Json, JsonFault, Writable, equal, plain_json
from conformance.strategies.values import bodies, classes

DROPPING = frozenset({"huge", "nul", "lone-surrogate", "very-long", "beyond-double"})
"""Kinds on which some servers drop the connection as well."""

COMBINATIONS = {2: "pair", 3: "triple"}


class Presence(msgspec.Struct, frozen=True):
    """One way for a property to be present or not, in combinations: a slug, the test, and a value of it."""

    slug: str
    test: Callable[[Location, Json], bool]
    example: Callable[[Location], Writable]


PRESENCES = (
    Presence("null", lambda location, body: location.any(body, lambda held: held is None), lambda _: None),
    Presence(
        "set",
        lambda location, body: location.any(body, lambda held: held is not None),
        lambda location: bodies.smallest(location.node),
    ),
    Presence("absent", lambda location, body: location.absent(body), lambda _: bodies.ABSENT),
)
"""The ways for every optional and nullable property."""


def crash_faults(contract: Contract) -> Iterator[Fault]:
    """Yield crashes on what a request holds."""
    known = locations(contract.request)
    numbers = [location for location in known if location.node.types & {"integer", "number"}]
    strings = [location for location in known if _is_free_string(location)]
    for kinds, holders, where in ((NUMBERS, numbers, "number"), (STRINGS, strings, "string")):
        for kind in (each for each in kinds if any(_may_hold(holder, each) for holder in holders)):
            yield _of_kind(kind, holders, where, dropped=False)
            if kind.slug in DROPPING:
                yield _of_kind(kind, holders, where, dropped=True)
    for location in known:
        if location.node.path:
            yield from _at_property(location)
    yield from _at_edges(contract, known)
    yield from _on_combinations(known)


def _at_edges(contract: Contract, known: Iterable[Location]) -> Iterator[Fault]:
    """Yield crashes at the edges of documented ranges; 0 is a fault of its own."""
    by_path = {location.node.path: location for location in known}
    for stated in contract.prose.ranges:
        for slug, number in stated.edges.items() if stated.pointer in by_path else ():
            if number:
                location = by_path[stated.pointer]
                test = partial(_holds, location, number)
                yield _at(location, slug, f"is {number}", test, number)


def _holds(location: Location, number: int, tx: Transaction) -> bool:
    return location.any(tx.sent, lambda held: equal(held, number))


def _of_kind(kind: ScalarKind, holders: list[Location], where: str, *, dropped: bool) -> Fault:
    does = "Closes the connection" if dropped else "Returns 500"
    return _fault(
        f"{where}.{kind.slug}",
        f"{does} when a property is {kind.says}.",
        lambda tx: any(location.any(tx.sent, kind.test) for location in holders),
        partial(planted, lineage=holders[-1].lineage, value=kind.example),
        dropped=dropped,
    )


def _at_property(location: Location) -> Iterator[Fault]:
    """Yield crashes at one property: on null, on an empty value, on its absence, on an invalid value."""
    node = location.node

    def at(slug: str, says: str, test: Callable[[Json], bool], example: Writable) -> Fault:
        return _at(location, slug, says, lambda tx: location.any(tx.sent, test), example)

    if node.nullable:
        yield at("null", "is null", lambda held: held is None, None)
    for type_, slug, says, falsy in (
        ("integer", "zero", "0", 0),
        ("boolean", "false", "false", False),
        ("object", "empty-object", "an empty object", {}),
    ):
        if node.shape(type_) is not None and not any(shape.required for shape in node.shapes):
            wanted = cast("Json", falsy)
            yield at(slug, f"is {says}", partial(equal, wanted), cast("Writable", falsy))
    if not node.required and node.name != "*":
        yield _at(location, "absent", "is absent", lambda tx: location.absent(tx.sent), bodies.ABSENT)
    wrong = next(iter(classes.invalid_values(node)), None)
    if wrong is not None:
        yield at("invalid", "is invalid", lambda held: any(defects(node, held)), wrong.json)


def _at(location: Location, slug: str, says: str, test: Test, example: Writable) -> Fault:
    sentence = f"Returns 500 when `{location.label}` {says}."
    return _fault(f"{location.label}.{slug}", sentence, test, partial(planted, lineage=location.lineage, value=example))


def _on_combinations(known: Iterable[Location]) -> Iterator[Fault]:
    """Yield crashes on two and on three properties together, each property in several combinations."""
    chosen = [location for location in known if _is_optional_scalar(location)]
    ways = cycle(range(len(PRESENCES)))
    for size, apart in ((2, 1), (2, 4), (3, 1), (3, 3)):
        for start in range(len(chosen) - apart * (size - 1)):
            together = chosen[start : start + apart * (size - 1) + 1 : apart]
            held = [PRESENCES[(next(ways) + index * 2) % len(PRESENCES)] for index in range(size)]
            yield _on_combination(list(zip(together, held, strict=True)))


def _on_combination(together: list[tuple[Location, Presence]]) -> Fault:
    named = ".".join(f"{location.node.member}-{presence.slug}" for location, presence in together)
    says = " and ".join(f"`{location.label}` is {presence.slug}" for location, presence in together)
    stated = {location.node.path: presence.example(location) for location, presence in together}

    def test(tx: Transaction) -> bool:
        return all(presence.test(location, tx.sent) for location, presence in together)

    sentence = f"Returns 500 when {says}."
    return _fault(f"{COMBINATIONS[len(together)]}.{named}", sentence, test, partial(holding, values=stated))


def _fault(slug: str, sentence: str, test: Test, witness: Witness, *, dropped: bool = False) -> Fault:
    prefix, requirement = ("drop", "transport.dropped") if dropped else ("crash", "error.server-error")
    return Fault(f"{prefix}.{slug}", sentence, requirement, Stage.VALIDATE, crashing(test, dropped=dropped), witness)


def _is_optional_scalar(location: Location) -> bool:
    """Return whether a property is a scalar that can be null, absent or a value."""
    node = location.node
    return bool(node.path) and node.nullable and not node.required and not node.children and "*" not in node.path


def _may_hold(location: Location, kind: ScalarKind) -> bool:
    """Tell whether the bounds at a property allow a kind of value: outside of them the bound is what is tested."""
    try:
        value = plain_json(kind.example)
    except JsonFault:
        return True
    types = {"string"} if isinstance(value, str) else {"integer", "number"}
    return any(keeps_bounds(shape, value) for shape in location.node.shapes if shape.type in types)


def _is_free_string(location: Location) -> bool:
    shape = location.node.shape("string")
    return shape is not None and not {"enum", "format", "pattern", "maxLength"} & shape.keywords.keys()
