"""What a run has to show for its results: every case with the bytes that went and came."""

from functools import cached_property

import msgspec

from conformance.journal.events import ClientEnded, RunStarted
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.finding import Doubt
from conformance.model.vocabulary import JunitBy, Outcome
from conformance.reports.lines import Lines
from conformance.reports.results import FindingResult, RequirementResult, Results


class RecordedExchange(msgspec.Struct, frozen=True):
    """One sending of a case, by its number; it has not ended where the run stopped before that.

    `client` is what a client made of the response, where a client is what is tested.
    """

    send: int
    attempt: int
    exchange: Exchange
    client: ClientEnded | None = None


class CaseEvidence(msgspec.Struct, frozen=True):
    """A case that was sent: what was sent and answered, and what the checks said.

    `findings` come with the number of the send that they are about; `passed` counts the requirements that held.
    """

    case: Case
    outcome: Outcome
    sends: tuple[RecordedExchange, ...]
    relation: str
    findings: tuple[tuple[int, FindingResult], ...]
    doubts: tuple[Doubt, ...]
    passed: int

    def shown(self, finding: str = "") -> RecordedExchange:
        """Return the send to show: the one that `finding`, or else the first finding, is about, or the last ended."""
        if len(self.sends) == 1:
            return self.sends[0]
        wanted = [send for send, each in self.findings if not finding or each.id == finding]
        about = next((sent for sent in self.sends if wanted and sent.send == wanted[0]), None)
        ended = [sent for sent in self.sends if sent.exchange.ended]
        return about or (ended or self.sends)[-1]


class RunReport(msgspec.Struct, frozen=True, dict=True):
    """A whole run in memory, as the reports render it: results, the header of the journal, and each case's evidence.

    `unsent` are cases that were left out, with the reason; `waited` is how long pacing made the run wait, in seconds.
    `junit_by` is what a test case of the JUnit report stands for.
    """

    results: Results
    started: RunStarted
    cases: tuple[CaseEvidence, ...]
    unsent: tuple[tuple[str, str], ...]
    waited: float
    junit_by: JunitBy = JunitBy.CASE

    @cached_property
    def lines(self) -> Lines:
        """Where things stand in the text of the document."""
        return Lines(self.started.document)

    @cached_property
    def by_case(self) -> dict[str, CaseEvidence]:
        """The evidence by the id of the case."""
        return {each.case.id: each for each in self.cases}

    @cached_property
    def rows(self) -> dict[str, RequirementResult]:
        """The requirements' results by id."""
        return {row.id: row for row in self.results.requirements}

    @cached_property
    def by_finding(self) -> dict[str, FindingResult]:
        """The findings by id."""
        return {each.id: each for each in self.results.findings}
