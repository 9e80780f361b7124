"""Faults of the response body: a property is missing or invalid by the schema, or states a wrong time of creation."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import changing_response
from conformance.mock.faults.parts.fault import Effect, Fault
from conformance.mock.faults.parts.locations import Location, locations
from conformance.mock.faults.parts.witnesses import fullest, smallest
from conformance.mock.stages import CREATED_FORMAT, Stage
from conformance.model.json_values import with_value
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


def created_faults(contract: Contract) -> Iterator[Fault]:
    """Yield wrong times of creation; none where prose names no property for it."""
    if not contract.prose.created:
        return
    target = contract.prose.created

    def returning(change: Callable[[datetime], datetime]) -> Effect:
        def changed(received_at: datetime) -> str:
            return change(received_at.astimezone(UTC)).strftime(CREATED_FORMAT)

        return changing_response(lambda tx: with_value(tx.response, target, changed(tx.received_at)))

    for slug, says, change in (
        ("hours-ahead", "that is two hours ahead (local time declared as UTC)", lambda t: t + timedelta(hours=2)),
        ("hours-behind", "that is five hours behind", lambda t: t - timedelta(hours=5)),
        ("days-ahead", "that is three days ahead", lambda t: t + timedelta(days=3)),
        ("constant", "that is the same for every object", lambda _: datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("epoch", "of 1970-01-01T00:00:00Z", lambda _: datetime(1970, 1, 1, tzinfo=UTC)),
        ("year-only", "with 1 January as its day", lambda t: t.replace(day=1, month=1)),
    ):
        sentence = f"Returns a creation time {says}."
        yield Fault(f"created.{slug}", sentence, "semantics.created", Stage.BUILD, returning(change), smallest)
