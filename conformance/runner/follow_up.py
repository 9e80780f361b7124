"""The phases of a run that come after the catalogue."""

from collections.abc import Callable, Sequence

import msgspec

from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import Item
from conformance.strategies.random.case_queue import CaseQueue
from conformance.strategies.random.examples import Examples


def _all(_: Case) -> bool:
    return True


def _nothing() -> None:
    pass


class FollowUpPhases(msgspec.Struct, frozen=True):
    """What is sent after the catalogue, or before it where it failed in an earlier run.

    `feeds` make the cases, phase by phase; none that equals one of the items `elsewhere`, which others send, is sent.
    `admits` tells whether one may be sent to this target. With `build` what fails is simplified. `examples` are what
    failed in earlier runs, and where failures of `phases` are kept. `close` ends the making of cases. After `seconds`
    no more cases are begun: the time of a campaign is no limit that cuts it short.
    """

    feeds: Sequence[CaseQueue] = ()
    elsewhere: Sequence[Item] = ()
    admits: Callable[[Case], bool] = _all
    build: Builder | None = None
    examples: Examples | None = None
    phases: Sequence[str] = ()
    close: Callable[[], object] = _nothing
    seconds: float | None = None
