"""Recording: judgements of exchanges into events of the journal, and the counts of a run."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from conformance.contract.contract import Contract
from conformance.journal.events import DoubtRaised, FindingMade, Judged
from conformance.journal.writing import Sink
from conformance.model.finding import Doubt, Finding, Judgement, Pass
from conformance.model.vocabulary import Strength

Stop: TypeAlias = Callable[[int, Finding], bool]
"""Given the number of the request and each finding, tells whether the run has seen enough."""


class Recorder:
    """Writes what checks say to the journal; `enough` is set once `stop` said so.

    `counts` are the findings by strength, `doubts` how often a requirement could not be judged, `last` the request that
    was judged last, and its case.
    """

    def __init__(self, contract: Contract, journal: Sink, stop: Stop | None = None) -> None:
        self._journal = journal
        self._stop = stop
        self._bit = {row.id: 1 << number for number, row in enumerate(contract.requirements)}
        self._strength = {row.id: row.strength for row in contract.requirements}
        self._findings = 0
        self.enough = False
        self.counts = dict.fromkeys(Strength, 0)
        self.doubts = 0
        self.last: tuple[int, str] | None = None

    def record(self, send: int, case: str, found: Sequence[Judgement | Doubt], repeats: str = "") -> None:
        """Write what was found on an exchange; a requirement that failed on it did not pass on it."""
        held = failed = 0
        against: list[Finding | Doubt] = []
        bit = self._bit
        for each in found:
            if type(each) is Pass:  # a campaign has a hundred of them a case
                held |= bit[each.requirement]
            elif isinstance(each, Finding):
                against.append(each)
                failed |= bit[each.requirement]
            elif isinstance(each, Doubt):
                against.append(each)
        self._journal.append(Judged.of(send, held & ~failed))
        self.last = send, case
        if against:
            self._journal.append_all([self._told(send, case, said, repeats) for said in against])
        if self._stop is not None:
            for said in against:
                self.enough |= isinstance(said, Finding) and self._stop(send, said)

    def doubt(self, send: int, case: str, doubt: Doubt) -> None:
        """Write that a requirement could not be judged on an exchange."""
        self.doubts += 1
        self._journal.append(DoubtRaised(send=send, case=case, doubt=doubt))

    def strength(self, finding: Finding) -> Strength:
        """Return the strength of a finding's requirement."""
        return self._strength[finding.requirement]

    def _told(self, send: int, case: str, said: Finding | Doubt, repeats: str) -> FindingMade | DoubtRaised:
        """Count what was found on an exchange; returns its event."""
        if isinstance(said, Doubt):
            self.doubts += 1
            return DoubtRaised(send=send, case=case, doubt=said)
        self._findings += 1
        self.counts[self.strength(said)] += 1
        return FindingMade(id=f"f{self._findings}", send=send, case=case, finding=said, repeats=repeats)
