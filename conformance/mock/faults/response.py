"""Faults of the response body, derived from its schema: a property is missing, or has a value that is invalid."""

from collections.abc import Callable, Iterator

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import changing_response
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.locations import Location, locations
from conformance.mock.faults.parts.witnesses import fullest
from conformance.mock.stages import Stage
from conformance.model.jsontext import Json, plain_json, write
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group
from conformance.strategies.values import classes

LEFT_OUT = frozenset({"false", "empty-string", "one-item-array", "quoted-null", "zero", "one", "prefix"})
"""Classes of invalid values that differ from another one only for a lax parser of requests."""


def response_faults(contract: Contract) -> Iterator[Fault]:
    """Yield a fault for each class of value that is invalid at a location of the response."""
    for location in locations(contract.response) if contract.response else ():
        for value in classes.invalid_values(location.node):
            if value.slug not in LEFT_OUT:
                yield _invalid(location, value)
        if location.node.required and location.node.path:
            sentence, broken = f"Omits `{location.label}` from the response.", (location.label, "required")
            yield _fault(location, "absent", sentence, broken, location.remove)
        for shape in location.node.shapes:
            if shape.type == "object" and shape.closed:
                yield _fault(
                    location,
                    "unknown-property",
                    f"Returns an unknown property in `{location.label}`.",
                    (shape.owner, "additionalProperties"),
                    _changing(location, _extended),
                )


def _invalid(location: Location, value: classes.Value) -> Fault:
    holder = location.node.shape("object")
    in_object = value.keyword == "type" and value.json is not None and holder is not None and holder.members
    owner = holder.owner if in_object and holder else location.label
    shown = f" (`{write(value.json)}`)" if value.keyword in {"enum", "format"} else ""
    sentence = f"Returns {value.kind} for `{location.label}`{shown}."
    instead = plain_json(value.json)
    return _fault(location, value.slug, sentence, (owner, value.keyword), _changing(location, lambda _: instead))


def _fault(
    location: Location, slug: str, sentence: str, broken: tuple[str, str], change: Callable[[Json], Json]
) -> Fault:
    return Fault(
        id=f"response.{location.label}.{slug}",
        sentence=sentence,
        requirement=requirement_id(Group.RESPONSE, *broken),
        stage=Stage.BUILD,
        effect=changing_response(lambda tx: change(tx.response)),
        witness=fullest,
    )


def _changing(location: Location, new: Callable[[Json], Json]) -> Callable[[Json], Json]:
    return lambda body: location.change(body, new)


def _extended(held: Json) -> Json:
    return {**held, "undeclared_member": 1} if isinstance(held, dict) else held
