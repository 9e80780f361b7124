"""One pass over a journal: events sorted by what they are about, nothing judged yet."""

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from conformance.journal import events
from conformance.journal.events import AnyEvent, DoubtRaised, ExchangeEnded, FindingMade, Judged, RequestSent
from conformance.model.case import CLEAN_UP, Case, could_create
from conformance.model.errors import JournalError
from conformance.model.exchange import Exchange, may_have_acted
from conformance.model.finding import Doubt
from conformance.model.jsontext import JsonText, try_read
from conformance.model.requirement import Requirement
from conformance.reports.evidence import RecordedExchange
from conformance.reports.folding.dropped_cases import DroppedCases, Way
from conformance.reports.folding.shared_values import SharedValues

CATALOGUE = "catalogue"

DROPPED = ""
"""In the place of the id of a case that only its number is kept of."""

KEPT = 1_000
"""How many random cases that hold are kept whole: a campaign sends hundreds of thousands."""

ALIKE = 100
"""How many random cases that fail in one way are kept whole; of the others only their number is."""

BODIES, BODY = 2_048, 10_000
"""How many bodies of requests are read once for all who look into them, and how many bytes one has at most."""

SPOKEN = (FindingMade, DoubtRaised)
"""What is said of a case, event by event."""


class JournalIndex:
    """What a journal tells, by case and by requirement; `add` takes the events in order."""

    def __init__(self) -> None:
        self.header: events.RunStarted | None = None
        self.rows: dict[str, Requirement] = {}
        self.ended: events.RunEnded | None = None
        self.last_time = 0.0
        self._created = 0
        self.waited = 0.0
        self.waits: Counter[str] = Counter()
        """How often the run waited, by the reason."""
        self.phases: list[events.PhaseEnded] = []
        self.cases: dict[str, Case] = {}
        self.relations: dict[str, str] = {}
        self.sends: dict[int, RecordedExchange] = {}
        self.case_of: dict[int, str] = {}
        self.passed: dict[str, int] = {}
        """Bits by case, numbered as the requirements: sets would take a hundred times the memory."""
        self.findings: list[FindingMade] = []
        self.doubts: list[tuple[str, Doubt]] = []
        self.judged: set[int] = set()
        """The requests whose exchanges were judged and are kept."""
        self.client = False
        """Whether a client was judged, and not a target."""
        self.interrupted: list[int] = []
        self.dropped = DroppedCases()
        self._sends_of: dict[str, list[int]] = {}
        """The requests of each random case that is kept so far."""
        self._holding: dict[str, None] = {}
        """Random cases that hold, the latest last."""
        self._against: set[str] = set()
        """Cases with a finding or doubt."""
        self._alike: Counter[Way] = Counter()
        self._creating: set[int] = set()
        """The requests in flight that could create something."""
        self._spoken: list[FindingMade | DoubtRaised] = []
        """What is said of one random case, until all of it is."""
        self._shared = SharedValues()
        self._read: dict[bytes, JsonText | None] = {}

    @property
    def started(self) -> events.RunStarted:
        """The header of the journal.

        Raises:
            JournalError: there is none.

        """
        if self.header is None:
            raise JournalError("the journal has no header", "it must begin with run.started")
        return self.header

    @property
    def creations(self) -> int:
        """How many requests may have created an object: all that could, but those that the target rejected."""
        return 0 if self.client else self._created

    def add(self, event: AnyEvent) -> None:
        """Take the next event.

        Raises:
            JournalError: it speaks of something that no event before it has named.

        """
        if isinstance(event, events.RunStarted):
            # A run that was resumed keeps the header it began with.
            if self.header is None:
                self.header = event
                self.rows = {row.id: row for row in event.requirements}
            return
        if event.time > self.last_time:  # noqa: PLR1730 (a call takes three times as long)
            self.last_time = event.time
        if isinstance(event, SPOKEN):
            # First, as most events of a long run are findings.
            self._said(event)
            return
        if self._spoken:
            self.settle()
        if isinstance(event, RequestSent):
            self._sent(event)
        elif isinstance(event, ExchangeEnded):
            self._ended(event)
        elif isinstance(event, Judged):
            self._judged(event)
        else:
            self._take_other(event)

    def _take_other(self, event: AnyEvent) -> None:
        match event:
            case events.ClientEnded():
                sent = self._known(event.send, "has a client result of")
                self.sends[event.send] = replace(sent, client=event)
                self.client = True
            case events.RunResumed():
                self._resumed(event)
            case events.Paced():
                self.waited += event.wait_seconds
                self.waits[event.reason] += 1
            case events.PhaseEnded():
                self.phases.append(event)
            case events.RunEnded():
                self.ended = event

    def case_for(self, event: FindingMade | DoubtRaised) -> str:
        """Return the id of the case that `event` is about: what it names, or the case of its send."""
        case = self.cases.get(event.case)
        return case.id if case is not None else self.case_of.get(event.send, event.case)

    def _known(self, send: int, told: str) -> RecordedExchange:
        sent = self.sends.get(send)
        if sent is None:
            raise _unknown(send, told)
        return sent

    def read(self, body: bytes | None) -> JsonText | None:
        """Return the body of a request as JSON, None where it is none; the first ones are kept for who asks next."""
        if body is None or len(body) > BODY:
            return try_read(body)
        if body in self._read:
            return self._read[body]
        text = try_read(body)
        if len(self._read) < BODIES:
            self._read[body] = text
        return text

    def _resumed(self, event: events.RunResumed) -> None:
        """Take back what was judged: it is judged anew below, from the same answers; the phases are made anew too."""
        self.ended = None
        self.phases = []
        self.passed = {case: bits for case, bits in self.passed.items() if self._is_clean_up(case)}
        self.findings = [each for each in self.findings if self._is_clean_up(each.case)]
        self.doubts = [each for each in self.doubts if self._is_clean_up(each[0])]
        self.judged.clear()
        self.dropped.clear()
        self._alike.clear()
        self.interrupted.extend(event.interrupted)

    def _is_clean_up(self, case: str) -> bool:
        return case in self.cases and self.cases[case].phase == CLEAN_UP

    def _sent(self, event: RequestSent) -> None:
        case, send = event.case, event.send
        is_random = case.phase != CATALOGUE
        if not is_random:
            case = self._shared.case(case)
        if case.phase != CLEAN_UP:
            # A footer that is followed by more was the footer of an earlier part of a resumed run.
            self.ended = None
        self.cases.setdefault(case.id, case)
        if event.relation:
            self.relations[case.id] = event.relation
        if could_create(case):
            self._created += 1
            self._creating.add(send)
        self.sends[send] = RecordedExchange(send, event.attempt, Exchange(case.request, started=event.time))
        self.case_of[send] = case.id
        if is_random:
            self._sends_of.setdefault(case.id, []).append(send)

    def _judged(self, event: Judged) -> None:
        bits, send = _bits(event, len(self.started.requirements)), event.send
        case = self.case_of.get(send)
        if case == DROPPED:
            self.dropped.passed(bits)
            return
        if case is None:
            raise _unknown(send, "judges")
        self.judged.add(send)
        self.passed[case] = self.passed[case] | bits if case in self.passed else bits
        if case not in self._sends_of:
            return
        self._holding[case] = None
        if len(self._holding) > KEPT:
            oldest = next(iter(self._holding))
            del self._holding[oldest]
            if oldest not in self._against:
                self._drop(oldest)

    def _drop(self, case: str) -> None:
        """Keep of a random case no more than its number, and what passed on it."""
        sends = self._sends_of.pop(case)
        for number in sends:
            del self.sends[number]
            self.judged.discard(number)
            self.case_of[number] = DROPPED
        del self.cases[case]
        self.dropped.passed(self.passed.pop(case, 0))
        self.dropped.cases += 1
        self.dropped.requests += len(sends)

    def _ended(self, event: ExchangeEnded) -> None:
        send = event.send
        sent = self._known(send, "ends")
        if send in self._creating:
            self._creating.remove(send)
            if not may_have_acted(event.response, event.failure):
                self._created -= 1
        whole = replace(sent, exchange=event.after(sent.exchange))
        self.sends[send] = self._shared.sending(whole) if self._is_kept(send) else whole

    def _said(self, event: FindingMade | DoubtRaised) -> None:
        before = self._spoken[0] if self._spoken else None
        if before is not None and event.send != before.send:
            self.settle()
            before = None
        requirement = (event.finding if isinstance(event, FindingMade) else event.doubt).requirement
        if requirement not in self.rows:
            raise JournalError(f"the journal has the requirement {requirement}, which is not in its header")
        if before is not None and event.case == before.case:
            self._spoken.append(event)
            return
        case = self.case_for(event)
        if case == DROPPED or case in self._sends_of:
            self._spoken.append(event)
        else:
            self._keep(event)

    def settle(self) -> None:
        """Keep what was said of a random case, or drop it with the case where enough others failed alike."""
        spoken, self._spoken = self._spoken, []
        if not spoken:
            return
        case = self.case_for(spoken[0])
        findings = [event.finding for event in spoken if isinstance(event, FindingMade)]
        # As `pattern` has it, which is asked for several times in each failing case.
        ways = [(each.requirement, each.grouped_under or each.symptom) for each in findings]
        rare = len(findings) < len(spoken) or any(self._alike[way] < ALIKE for way in ways)
        if case != DROPPED and (rare or case in self._against):
            _add(self._alike, ways)
            for event in spoken:
                self._keep(event)
            return
        _add(self.dropped.findings, ways)
        if case != DROPPED:
            self._holding.pop(case, None)
            self._drop(case)

    def _is_kept(self, send: int) -> bool:
        """Tell whether the case of a request is kept, whatever follows."""
        case = self.case_of[send]
        return case not in self._sends_of or case in self._against

    def _share(self, case: str) -> None:
        """Hold the parts of a random case once with those of others, now that it is kept."""
        before = self.cases[case].request
        shared = self.cases[case] = self._shared.case(self.cases[case])
        for send in self._sends_of[case]:
            sent = self._shared.sending(self.sends[send])
            same = sent.exchange.request is before
            request = shared.request if same else self._shared.request(sent.exchange.request)
            self.sends[send] = replace(sent, exchange=replace(sent.exchange, request=request))

    def _keep(self, event: FindingMade | DoubtRaised) -> None:
        case = self.case_for(event)
        if case in self._sends_of and case not in self._against:
            self._share(case)
        self._against.add(case)
        if isinstance(event, FindingMade):
            self.findings.append(self._shared.finding(event))
        else:
            self.doubts.append((case, event.doubt))


def _unknown(send: int, told: str) -> JournalError:
    return JournalError(f"the journal {told} request {send}, which has no request.sent event")


def _add(counts: Counter[Way], ways: Iterable[Way]) -> None:
    """As `Counter.update`, which takes several times as long for few."""
    for way in ways:
        counts[way] += 1


def _bits(event: Judged, known: int) -> int:
    """Return the numbers of the requirements that held, as bits; `known` is how many requirements there are."""
    held = event.held if not event.passed or all(0 <= number < known for number in event.passed) else -1
    if held >> known:
        raise JournalError(f"the journal judges a requirement that is not one of its {known}")
    return held


def index_journal(events: Iterable[AnyEvent]) -> JournalIndex:
    """Return what `events` tell.

    Raises:
        JournalError: they have no header, or speak of what they never named.

    """
    index = JournalIndex()
    for event in events:
        index.add(event)
    index.settle()
    _ = index.started
    return index
