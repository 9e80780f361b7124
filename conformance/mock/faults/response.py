"""Faults of the answer's shape, derived from the response schema: members missing, or of a value that it forbids."""

from collections.abc import Callable, Iterator
from functools import partial

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import answering
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.places import Site, sites
from conformance.mock.faults.parts.witnesses import fullest, one
from conformance.mock.stages import Stage
from conformance.mock.transaction import Turn
from conformance.model.jsontext import Json, plain_json, write
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.values import classes

LEFT_OUT = frozenset({"false", "empty-text", "array-of-one", "text-null", "zero", "one", "prefix"})
"""Classes of wrong values that differ from another one only for a lax parser of requests."""


def response_faults(contract: Contract) -> Iterator[Fault]:
    """Yield a fault for each class of value that a place of the answer must not hold."""
    if contract.response is None:
        return
    for site in sites(contract.response):
        yield from _wrong_values(site)
        if site.node.required and site.node.path:
            yield _fault(site, "missing", "is missing", _id(site.label, "required"), partial(_removed, site))
        yield from _undeclared(site)


def _wrong_values(site: Site) -> Iterator[Fault]:
    for value in classes.invalid_values(site.node):
        if value.slug in LEFT_OUT:
            continue
        requirement = _id(site.label, value.keyword)
        holder = site.node.shape("object")
        if value.keyword == "type" and value.json is not None and holder is not None and holder.members:
            requirement = _id(holder.owner, "type")
        change = partial(_everywhere, site, plain_json(value.json))
        shown = f"{value.kind}, {write(value.json)}" if value.keyword in {"enum", "format"} else value.kind
        yield _fault(site, value.slug, f"is {shown}", requirement, change)


def _undeclared(site: Site) -> Iterator[Fault]:
    for shape in site.node.shapes:
        if shape.type == "object" and shape.closed:
            yield _fault(
                site,
                "undeclared-member",
                "holds a member that is not declared",
                _id(shape.owner, "additionalProperties"),
                partial(_extended, site),
            )


def _fault(site: Site, slug: str, says: str, requirement: str, change: Callable[[Turn], Json]) -> Fault:
    return Fault(
        id=f"response.{site.label}.{slug}",
        sentence=f"In answers, {site.label} {says}.",
        requirement=requirement,
        stage=Stage.ANSWER,
        effect=answering(change),
        witness=one(fullest),
    )


def _everywhere(site: Site, value: Json, turn: Turn) -> Json:
    return site.change(turn.answer, lambda _: value)


def _removed(site: Site, turn: Turn) -> Json:
    return site.remove(turn.answer)


def _extended(site: Site, turn: Turn) -> Json:
    return site.change(turn.answer, lambda held: {**held, "undeclared_member": 1} if isinstance(held, dict) else held)


def _id(label: str, keyword: str) -> str:
    return requirement_id(Group.RESPONSE, label, keyword)
