"""Faults of the time of creation."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import changing_response
from conformance.mock.faults.parts.fault import Effect, Fault
from conformance.mock.faults.parts.witnesses import smallest
from conformance.mock.stages import CREATED_FORMAT, Stage
from conformance.model.json_values import with_value


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
