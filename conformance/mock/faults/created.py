"""Faults of the time of creation."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import answering
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.faults.parts.witnesses import one, smallest
from conformance.mock.stages import CREATED_FORMAT, Stage
from conformance.mock.transaction import Turn
from conformance.model.json_values import with_value
from conformance.model.jsontext import Json


def created_faults(contract: Contract) -> Iterator[Fault]:
    """Yield wrong times of creation; none where prose names no member that holds it."""
    if contract.prose.created:
        yield from _times(contract.prose.created)


def _times(target: str) -> Iterator[Fault]:
    def moved(hours: float) -> Callable[[Turn], Json]:
        def change(turn: Turn) -> Json:
            told = turn.arrived.astimezone(UTC) + timedelta(hours=hours)
            return with_value(turn.answer, target, told.strftime(CREATED_FORMAT))

        return change

    def constant(turn: Turn) -> Json:
        return with_value(turn.answer, target, "2020-01-02T03:04:05Z")

    def epoch(turn: Turn) -> Json:
        return with_value(turn.answer, target, datetime(1970, 1, 1, tzinfo=UTC).strftime(CREATED_FORMAT))

    def swapped(turn: Turn) -> Json:
        told = turn.arrived.astimezone(UTC)
        return with_value(turn.answer, target, told.replace(day=1, month=1).strftime(CREATED_FORMAT))

    for slug, says, change in (
        ("hours-ahead", "is two hours ahead, as local time that claims to be UTC", moved(2)),
        ("hours-behind", "is five hours behind", moved(-5)),
        ("days-ahead", "lies in the future", moved(72)),
        ("constant", "is the same for every object", constant),
        ("epoch", "is the beginning of 1970", epoch),
        ("year-alone", "has the first of January for its day", swapped),
    ):
        sentence = f"The time of creation {says}."
        yield Fault(f"created.{slug}", sentence, "semantics.created", Stage.ANSWER, answering(change), one(smallest))
