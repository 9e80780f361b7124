"""What a run sends next, from the catalogue and then from the phases after it."""

import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import unquote_to_bytes

import msgspec

from conformance.journal.events import CaseCount, PhaseEnded
from conformance.model.case import Case, Item
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import creations
from conformance.strategies.random.examples import Examples
from conformance.strategies.random.labelling import fingerprint, fingerprint_of
from conformance.strategies.random.process.generator_process import GeneratorProcess
from conformance.strategies.random.process.messages import Ended, Generated, GeneratorConfig, SourceFailed
from conformance.strategies.random.process.recorded import CaseGenerator


class FollowUpPhases(msgspec.Struct, frozen=True):
    """What is sent after the catalogue, or before it where it failed in an earlier run.

    `generator` generates the cases, phase by phase; none that equals one of the items `elsewhere`, which others send,
    is sent. `admits` tells whether one may be sent to this target. Of a run that is shared, `mine` tells which cases
    are sent here; of the phases `apart` all are, as nobody else generates them. With `build` what fails is simplified.
    `examples` are what failed in earlier runs, and where failures of `phases` are kept. After `seconds` no more cases
    are begun: the time of a campaign is no limit that cuts it short. `requirement` is the one in doubt where a phase
    breaks.
    """

    generator: CaseGenerator = msgspec.field(default_factory=lambda: GeneratorProcess(GeneratorConfig()))
    elsewhere: Sequence[Item] = ()
    admits: Callable[[Case], bool] = lambda _: True
    mine: Callable[[str], bool] = lambda _: True
    apart: frozenset[str] = frozenset()
    build: Builder | None = None
    examples: Examples | None = None
    phases: Sequence[str] = ()
    seconds: float | None = None
    requirement: str = ""


REMEDY = "run without it (--phases), or report this as an error of the suite"
"""What to do where a library cannot go on."""


class CaseSource:
    """Hands out items to the workers of a run, each once, and no case that equals one which was handed out before.

    What ends some targets is held back until all else is done: requests that may take for ever, those whose target
    cannot be decoded, and those that say so.

    Args:
        planned: the items of the catalogue.
        later: the phases after it.
        ended: is told when a phase is over.
        creates_last: whether a case that creates is the very last one, because no creation is left over for those that
            should be rejected.

    """

    def __init__(
        self,
        planned: Iterable[Item],
        later: FollowUpPhases,
        ended: Callable[[PhaseEnded], None],
        *,
        creates_last: bool = False,
    ) -> None:
        own = tuple(planned)
        lasting = [item for item in own if any(case.seconds for case in item.cases)]
        undecodable = [item for item in own if any(_undecodable(case.request.target) for case in item.cases)]
        late = [item for item in own if any(case.late for case in item.cases)]
        last = [item for item in own if isinstance(item, Case) and creations(item)][-1:] if creates_last else []
        first = [item for item in (*lasting, *undecodable, *late) if item not in last]
        self._held = (*first, *last)
        held = {item.id for item in self._held}
        self._planned = iter([item for item in own if item.id not in held])
        self._all = (*own, *later.elsewhere)
        self._generator = later.generator
        self._phases = list(later.generator.phases)
        self._admits, self._mine, self._apart = later.admits, later.mine, later.apart
        self._ended = ended
        self._known: set[str] | None = None
        self._skipped = 0
        self._kinds: dict[str, CaseCount] = {}
        self._errors: list[str] = []
        self.reached = 0
        """Requests of the catalogue that were handed out."""

    async def next(self) -> Item | None:
        """Return the next item, None when there are no more."""
        for item in self._planned:
            self.reached += len(item.cases)
            return item
        while (result := await self._generator.next()) is not None:
            match result:
                case Generated(case=case):
                    if self._wanted(case):
                        return case
                case SourceFailed(error=error):
                    self._errors.append(error)
                case Ended(error=error):
                    self._end_phase(error)
        return None

    def release(self) -> None:
        """Hand out what was held back."""
        self._planned = iter(self._held)

    def finish(self) -> None:
        """Hand out what is left of the catalogue, and nothing after it."""
        self._generator.stop()

    def stop(self) -> None:
        """Hand out nothing more, and tell how far the phases came."""
        self._planned, self._held = iter(()), ()
        self._generator.stop()
        while self._phases:
            self._end_phase()

    def _end_phase(self, error: str = "") -> None:
        kinds, skipped, errors = self._kinds, self._skipped, [*self._errors, *filter(None, [error])]
        self._kinds, self._skipped, self._errors = {}, 0, []
        self._ended(
            PhaseEnded(
                phase=self._phases.pop(0),
                generated=sum(each.generated for each in kinds.values()),
                duplicates=sum(each.duplicates for each in kinds.values()),
                skipped=skipped,
                error="; ".join([*errors, REMEDY]) if errors else "",
                kinds=kinds,
            )
        )

    def _wanted(self, case: Case) -> bool:
        if self._known is None:
            self._known = {fingerprint(each.request) for item in self._all for each in item.cases}
        mark = fingerprint_of(case)
        repeated = mark in self._known
        kind = f"{case.phase}, {case.expectation.value}"
        before = self._kinds.get(kind, CaseCount(0, 0))
        self._kinds[kind] = CaseCount(before.generated + 1, before.duplicates + repeated)
        if repeated:
            return False
        self._known.add(mark)
        mine = self._phases[0] in self._apart or self._mine(case.id)
        if not mine or not self._admits(case):
            self._skipped += 1
            return False
        return True


def _undecodable(target: str) -> bool:
    """Tell whether a request target has invalid percent-encoding, or encodes what is not UTF-8."""
    try:
        unquote_to_bytes(target).decode()
    except UnicodeDecodeError:
        return True
    return re.search("%(?![0-9A-Fa-f]{2})", target) is not None
