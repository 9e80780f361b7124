"""Later: the phases of a run that come after the catalogue."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from conformance.model.case import Case
from conformance.runner.feed import Feed
from conformance.runner.shrinking import Ask, Shrink

Replay: TypeAlias = Callable[[Ask], object]


def _all(_: Case) -> bool:
    return True


def _nothing() -> None:
    pass


class Later(msgspec.Struct, frozen=True):
    """What is sent after the catalogue, or before it where it failed in an earlier run.

    `feeds` make the cases, phase by phase; `admits` tells whether one may be sent to this target. `shrink` simplifies
    what failed, `replay` asks about what failed in earlier runs, `interrupt` stops either, from another thread.
    `close` ends the making of cases. After `seconds` no more cases are begun: the time of a campaign is no limit that
    cuts it short.
    """

    feeds: Sequence[Feed] = ()
    admits: Callable[[Case], bool] = _all
    shrink: Shrink | None = None
    replay: Replay | None = None
    interrupt: Callable[[], object] = _nothing
    close: Callable[[], object] = _nothing
    seconds: float | None = None
