"""One pass over a journal: events sorted by what they are about, nothing judged yet."""

from collections import Counter
from collections.abc import Iterable
from typing import assert_never

from msgspec.structs import replace

from conformance.journal.events import (
    AnyEvent,
    ClientEnded,
    Creation,
    DoubtRaised,
    ExchangeEnded,
    FindingMade,
    Judged,
    Paced,
    PhaseEnded,
    Removal,
    RequestSent,
    RunEnded,
    RunResumed,
    RunStarted,
)
from conformance.model.case import CLEAN_UP, Case
from conformance.model.errors import JournalError
from conformance.model.finding import Doubt, Symptom
from conformance.model.requirement import Requirement
from conformance.reports.evidence import Sent

CATALOGUE = "catalogue"

FORGOTTEN = ""
"""In the place of the id of a case that only its number is kept of."""

KEPT = 1_000
"""How many random cases that hold are kept whole: a campaign sends hundreds of thousands."""


ALIKE = 100
"""How many random cases that fail in one way are kept whole; of the others only their number is."""


class Forgotten:
    """Random cases that are too many to be kept: how many they were, and what passed and failed on them.

    `findings` counts by requirement and pattern what is not kept, `alike` what is.
    """

    def __init__(self) -> None:
        self.cases = 0
        self.requests = 0
        self.passes: Counter[int] = Counter()
        self.findings: Counter[tuple[str, Symptom]] = Counter()
        self.alike: Counter[tuple[str, Symptom]] = Counter()
        self.recent: dict[str, None] = {}
        self.spoken: set[str] = set()
        self.sends: dict[str, list[int]] = {}


class Gathered:
    """What a journal tells, by case and by requirement; `add` takes the events in order."""

    def __init__(self) -> None:
        self.header: RunStarted | None = None
        self.rows: dict[str, Requirement] = {}
        self.ended: RunEnded | None = None
        self.last_time = 0.0
        self.creations = 0
        self.waited = 0.0
        self.phases: list[PhaseEnded] = []
        self.cases: dict[str, Case] = {}
        self.relations: dict[str, str] = {}
        self.sends: dict[int, Sent] = {}
        self.case_of: dict[int, str] = {}
        self.passed: dict[str, int] = {}
        """Bits by case, numbered as the requirements: sets would take a hundred times the memory."""
        self.findings: list[FindingMade] = []
        self.doubts: list[tuple[str, Doubt]] = []
        self.interrupted: list[int] = []
        self.forgotten = Forgotten()
        self._spoken: list[FindingMade | DoubtRaised] = []
        """What is said of one random case, until all of it is."""

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
        if self._spoken and not (isinstance(event, FindingMade | DoubtRaised) and event.send == self._spoken[0].send):
            self.settle()
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
            case Creation() | Paced() | PhaseEnded() | Removal():
                self._aside(event)
            case RunResumed():
                self._resumed(event)
            case RunEnded():
                self.ended = event
            case _:
                assert_never(event)

    def case_for(self, event: FindingMade | DoubtRaised) -> str:
        """Return the id of the case that `event` is about: what it names, or the case of its send."""
        return event.case if event.case in self.cases else self.case_of.get(event.send, event.case)

    def _aside(self, event: Creation | Paced | PhaseEnded | Removal) -> None:
        if isinstance(event, Creation):
            self.creations += 1
        elif isinstance(event, Paced):
            self.waited += event.wait_seconds
        elif isinstance(event, PhaseEnded):
            self.phases.append(event)

    def _resumed(self, event: RunResumed) -> None:
        """Forget what was judged: it is judged anew below, from the same answers; the phases are made anew as well."""
        self.ended = None
        self.phases = []
        self.passed = {case: bits for case, bits in self.passed.items() if self._is_clean_up(case)}
        self.findings = [each for each in self.findings if self._is_clean_up(each.case)]
        self.doubts = [each for each in self.doubts if self._is_clean_up(each[0])]
        self.forgotten.passes.clear()
        self.forgotten.findings.clear()
        self.forgotten.alike.clear()
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
        if event.case.phase != CATALOGUE:
            self.forgotten.sends.setdefault(event.case.id, []).append(event.send)

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
        if case == FORGOTTEN:
            self.forgotten.passes.update(event.passed)
            return
        bits = self.passed.get(case, 0)
        for index in event.passed:
            bits |= 1 << index
        self.passed[case] = bits
        if case in self.forgotten.sends:
            self._remember(case)

    def _remember(self, case: str) -> None:
        """Keep the latest random cases that hold; of those before them only their number is kept."""
        recent = self.forgotten.recent
        recent[case] = None
        if len(recent) <= KEPT:
            return
        oldest = next(iter(recent))
        del recent[oldest]
        if oldest in self.forgotten.spoken:
            return
        self._forget(oldest)

    def _forget(self, case: str) -> None:
        """Keep of a random case no more than its number, and what passed on it."""
        sends = self.forgotten.sends.pop(case)
        for number in sends:
            del self.sends[number]
            self.case_of[number] = FORGOTTEN
        del self.cases[case]
        bits = self.passed.pop(case, 0)
        self.forgotten.passes.update(index for index in range(bits.bit_length()) if bits >> index & 1)
        self.forgotten.cases += 1
        self.forgotten.requests += len(sends)

    def _against(self, event: FindingMade | DoubtRaised) -> None:
        about = event.finding if isinstance(event, FindingMade) else event.doubt
        if about.requirement not in self.rows:
            requirement = about.requirement
            raise JournalError(f"the journal speaks of the requirement {requirement}, which its header does not name")
        case = self.case_for(event)
        if case == FORGOTTEN or case in self.forgotten.sends:
            self._spoken.append(event)
        else:
            self._keep(event)

    def settle(self) -> None:
        """Keep what was said of a random case, or forget it with the case where enough others failed alike."""
        spoken, self._spoken = self._spoken, []
        if not spoken:
            return
        case, forgotten = self.case_for(spoken[0]), self.forgotten
        findings = [event.finding for event in spoken if isinstance(event, FindingMade)]
        ways = [(each.requirement, each.pattern) for each in findings]
        rare = len(findings) < len(spoken) or any(forgotten.alike[way] < ALIKE for way in ways)
        if case != FORGOTTEN and (rare or case in forgotten.spoken):
            forgotten.alike.update(ways)
            for event in spoken:
                self._keep(event)
            return
        forgotten.findings.update(ways)
        if case != FORGOTTEN:
            forgotten.recent.pop(case, None)
            self._forget(case)

    def _keep(self, event: FindingMade | DoubtRaised) -> None:
        self.forgotten.spoken.add(self.case_for(event))
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
    gathered.settle()
    _ = gathered.started
    return gathered
