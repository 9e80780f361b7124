"""One pass over a journal: events sorted by what they are about, nothing judged yet."""

from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from conformance.model.case import CLEAN_UP, Case
from conformance.model.errors import JournalError
from conformance.model.events import (
    AnyEvent,
    ClientEnded,
    Creation,
    DoubtRaised,
    ExchangeEnded,
    FindingMade,
    Judged,
    Paced,
    Removal,
    RequestSent,
    RunEnded,
    RunResumed,
    RunStarted,
)
from conformance.model.finding import Doubt
from conformance.model.requirement import Requirement
from conformance.reports.evidence import Sent


class Gathered:
    """What a journal tells, by case and by requirement; `add` takes the events in order."""

    def __init__(self) -> None:
        self.header: RunStarted | None = None
        self.rows: dict[str, Requirement] = {}
        self.ended: RunEnded | None = None
        self.last_time = 0.0
        self.creations = 0
        self.waited = 0.0
        self.cases: dict[str, Case] = {}
        self.relations: dict[str, str] = {}
        self.sends: dict[int, Sent] = {}
        self.case_of: dict[int, str] = {}
        self.passed: dict[str, int] = {}
        """Bits by case, numbered as the requirements: sets would take a hundred times the memory."""
        self.findings: list[FindingMade] = []
        self.doubts: list[tuple[str, Doubt]] = []
        self.interrupted: list[int] = []

    @property
    def started(self) -> RunStarted:
        """The header of the journal.

        Raises:
            JournalError: there is none.

        """
        if self.header is None:
            raise JournalError("the journal has no header", "it must begin with a run.started event")
        return self.header

    def add(self, event: AnyEvent) -> None:
        """Take the next event.

        Raises:
            JournalError: it speaks of something that no event before it has named.

        """
        if isinstance(event, RunStarted):
            # A run that was resumed keeps the header it began with.
            if self.header is None:
                self.header = event
                self.rows = {row.id: row for row in event.requirements}
            return
        known = len(self.started.requirements)
        self.last_time = max(self.last_time, event.time)
        match event:
            case RequestSent():
                self._sent(event)
            case ExchangeEnded():
                self._exchange(event)
            case ClientEnded():
                self._client(event)
            case Judged():
                self._judged(event, known)
            case FindingMade() | DoubtRaised():
                self._against(event)
            case Creation():
                self.creations += 1
            case Paced() | Removal():
                self.waited += event.wait_seconds if isinstance(event, Paced) else 0.0
            case RunResumed():
                self._resumed(event)
            case RunEnded():
                self.ended = event
            case _:
                assert_never(event)

    def case_for(self, event: FindingMade | DoubtRaised) -> str:
        """Return the id of the case that `event` is about: what it names, or the case of its send."""
        return event.case if event.case in self.cases else self.case_of.get(event.send, event.case)

    def _resumed(self, event: RunResumed) -> None:
        """Forget what was judged: it is judged anew below, from the same answers."""
        self.ended = None
        self.passed = {case: bits for case, bits in self.passed.items() if self._is_clean_up(case)}
        self.findings = [each for each in self.findings if self._is_clean_up(each.case)]
        self.doubts = [each for each in self.doubts if self._is_clean_up(each[0])]
        self.interrupted.extend(event.interrupted)

    def _is_clean_up(self, case: str) -> bool:
        return case in self.cases and self.cases[case].phase == CLEAN_UP

    def _sent(self, event: RequestSent) -> None:
        if event.case.phase != CLEAN_UP:
            # A footer that is followed by more was the footer of an earlier part of a resumed run.
            self.ended = None
        self.cases.setdefault(event.case.id, event.case)
        if event.relation:
            self.relations[event.case.id] = event.relation
        self.sends[event.send] = Sent(event.send, event.case.request, event.attempt, event.time)
        self.case_of[event.send] = event.case.id

    def _exchange(self, event: ExchangeEnded) -> None:
        sent = self.sends.get(event.send)
        if sent is None:
            raise JournalError(f"the journal tells the end of request {event.send}, which it never saw leave")
        self.sends[event.send] = Sent(
            sent.send,
            sent.request,
            sent.attempt,
            sent.started,
            event.response,
            event.failure,
            event.detail,
            event.seconds,
        )

    def _client(self, event: ClientEnded) -> None:
        sent = self.sends.get(event.send)
        if sent is None:
            raise JournalError(
                f"the journal tells what a client made of request {event.send}, which it never saw leave"
            )
        self.sends[event.send] = replace(sent, client=event)

    def _judged(self, event: Judged, known: int) -> None:
        if event.passed and max(event.passed) >= known:
            raise JournalError(f"the journal judges requirement number {max(event.passed)} of {known}")
        case = self.case_of.get(event.send)
        if case is None:
            raise JournalError(f"the journal judges request {event.send}, which it never saw leave")
        bits = self.passed.get(case, 0)
        for index in event.passed:
            bits |= 1 << index
        self.passed[case] = bits

    def _against(self, event: FindingMade | DoubtRaised) -> None:
        about = event.finding if isinstance(event, FindingMade) else event.doubt
        if about.requirement not in self.rows:
            requirement = about.requirement
            raise JournalError(f"the journal speaks of the requirement {requirement}, which its header does not name")
        if isinstance(event, FindingMade):
            self.findings.append(event)
        else:
            self.doubts.append((self.case_for(event), event.doubt))


def gather(events: Iterable[AnyEvent]) -> Gathered:
    """Return what `events` tell.

    Raises:
        JournalError: they have no header, or speak of what they never named.

    """
    gathered = Gathered()
    for event in events:
        gathered.add(event)
    _ = gathered.started
    return gathered
