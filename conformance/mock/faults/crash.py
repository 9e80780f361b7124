"""Crashes, derived from the request schema: on kinds of scalars, at single members, on members together."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle
from typing import TypeAlias, cast

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.validators import BodyValidator
from conformance.mock.faults.parts.effects import crashing
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.kinds import NUMBERS, TEXTS, Kind
from conformance.mock.faults.parts.places import Site, sites
from conformance.mock.faults.parts.witnesses import holding, one, planted
from conformance.mock.stages import Stage
from conformance.mock.transaction import Turn
from conformance.mock.verdict import holds
from conformance.model.jsontext import Json, Writable, equal
from conformance.strategies.values import bodies, classes

CRASH = "error.server-error"
DROPPED = "transport.dropped"

SERIOUS = frozenset({"huge", "nul", "lone-surrogate", "very-long", "beyond-double"})
"""Kinds on which some servers break the connection off as well."""

COMPANY = {2: "pair", 3: "triple"}

Holds: TypeAlias = Callable[[Json], bool]


class Level(msgspec.Struct, frozen=True):
    """One thing that a member can be, in interactions: a slug, the test, and a value of it."""

    slug: str
    test: Callable[[Site, Json], bool]
    example: Callable[[Site], Writable]


LEVELS = (
    Level("null", lambda site, body: site.any(body, lambda held: held is None), lambda _: None),
    Level(
        "set", lambda site, body: site.any(body, lambda held: held is not None), lambda site: bodies.smallest(site.node)
    ),
    Level("absent", lambda site, body: site.absent(body), lambda _: bodies.ABSENT),
)
"""What every member that need not be there can be."""


def crash_faults(contract: Contract) -> Iterator[Fault]:
    """Yield crashes on what a request holds."""
    known = sites(contract.request)
    numeric = [site for site in known if site.node.types & {"integer", "number"}]
    textual = [site for site in known if _is_free_text(site)]
    for kinds, holders, where in ((NUMBERS, numeric, "number"), (TEXTS, textual, "text")):
        for kind in kinds if holders else ():
            yield _kind(kind, holders, where, dropped=False)
            if kind.slug in SERIOUS:
                yield _kind(kind, holders, where, dropped=True)
    for site in known:
        if site.node.path:
            yield from _member(contract, site)
    yield from _interactions(known)


def _kind(kind: Kind, holders: Iterable[Site], where: str, *, dropped: bool) -> Fault:
    places = tuple(holders)

    def test(turn: Turn) -> bool:
        return any(site.any(turn.sent, kind.test) for site in places)

    prefix, says = ("drop", "breaks the connection off") if dropped else ("crash", "answers 500")
    return Fault(
        id=f"{prefix}.{where}.{kind.slug}",
        sentence=f"The server {says} when a member is {kind.says}.",
        requirement=DROPPED if dropped else CRASH,
        stage=Stage.VALIDATE,
        effect=crashing(test, dropped=dropped),
        witness=one(partial(planted, lineage=places[-1].lineage, value=kind.example)),
    )


def _member(contract: Contract, site: Site) -> Iterator[Fault]:
    """Yield crashes at one member: on null, on an empty value, on its absence, on a value that its schema forbids."""
    node = site.node
    if node.nullable:
        yield _at(site, "null", "is null", partial(_any, site, lambda held: held is None), None)
    for type_, slug, falsy in (("integer", "zero", 0), ("boolean", "false", False), ("object", "empty-object", {})):
        if node.shape(type_) is not None and not any(shape.required for shape in node.shapes):
            yield _at(site, slug, f"is {slug.replace('-', ' ')}", partial(_any, site, partial(_same, falsy)), falsy)
    if not node.required and not node.path.endswith("*"):
        yield _at(site, "absent", "is absent", lambda turn: site.absent(turn.sent), bodies.ABSENT)
    wrong = next(iter(classes.invalid_values(node)), None)
    if wrong is not None:
        invalid = _Invalid(contract, site)
        yield _at(site, "invalid", "is a value that its schema forbids", partial(_any, site, invalid), wrong.json)


class _Invalid:
    """Tells whether a value is invalid at a site; its validator is made when it is first needed."""

    def __init__(self, contract: Contract, site: Site) -> None:
        self._contract = contract
        self._site = site
        self._validator: BodyValidator | None = None

    def __call__(self, held: Json) -> bool:
        if self._validator is None:
            self._validator = BodyValidator(self._contract.document, self._site.node.pointer)
        return not holds(self._validator, held)


def _at(site: Site, slug: str, says: str, test: Callable[[Turn], bool], example: Writable) -> Fault:
    return Fault(
        id=f"crash.{site.label}.{slug}",
        sentence=f"The server answers 500 when {site.label} {says}.",
        requirement=CRASH,
        stage=Stage.VALIDATE,
        effect=crashing(test),
        witness=one(partial(planted, lineage=site.lineage, value=example)),
    )


def _interactions(known: Iterable[Site]) -> Iterator[Fault]:
    """Yield crashes on two and on three members together, each member in several company."""
    chosen = [site for site in known if site.node.path and _varies(site)]
    levels = cycle(range(len(LEVELS)))
    for size, apart in ((2, 1), (2, 4), (3, 1), (3, 3)):
        for start in range(len(chosen) - apart * (size - 1)):
            company = chosen[start : start + apart * (size - 1) + 1 : apart]
            held = [LEVELS[(next(levels) + index * 2) % len(LEVELS)] for index in range(size)]
            yield _together(list(zip(company, held, strict=True)))


def _together(company: list[tuple[Site, Level]]) -> Fault:
    named = ".".join(f"{site.node.member}-{level.slug}" for site, level in company)
    says = ", ".join(f"{site.label} is {level.slug}" for site, level in company)
    stated = {site.node.path: level.example(site) for site, level in company}

    def test(turn: Turn) -> bool:
        return all(level.test(site, turn.sent) for site, level in company)

    return Fault(
        id=f"crash.{COMPANY[len(company)]}.{named}",
        sentence=f"The server answers 500 when {says} at once.",
        requirement=CRASH,
        stage=Stage.VALIDATE,
        effect=crashing(test),
        witness=one(partial(holding, values=stated)),
    )


def _varies(site: Site) -> bool:
    """Tell whether a member is a scalar that can be null, absent or a value; only then can it keep any company."""
    node = site.node
    return node.nullable and not node.required and not node.children and "*" not in node.path


def _is_free_text(site: Site) -> bool:
    shape = site.node.shape("string")
    return shape is not None and not {"enum", "format", "pattern", "maxLength"} & shape.keywords.keys()


def _any(site: Site, test: Holds, turn: Turn) -> bool:
    return site.any(turn.sent, test)


def _same(wanted: object, held: Json) -> bool:
    return equal(held, cast("Json", wanted))
