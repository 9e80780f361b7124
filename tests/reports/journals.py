"""Synthetic journals: whole runs as lists of events, small enough to reason about or as large as asked for."""

import json
from collections.abc import Iterable, Sequence

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
    RequestSent,
    RunEnded,
    RunStarted,
)
from conformance.model.case import Case, Request, Story
from conformance.model.exchange import Failure, Response
from conformance.model.finding import Doubt, Finding, Symptom
from conformance.model.proof import Alarm, FaultProof, Proof
from conformance.model.requirement import Requirement
from conformance.model.vocabulary import Expectation, Group, Profile, Strength

START = 1_760_000_000.0

HOSTILE = (
    "</script><script>alert(1)</script><!-- \u2028\u2029 \x00\x07\x1b[31m \u202e"
    "|`*_[x](http://evil.example/)\r\n# @all &amp; ]]>"
)
"""What a target, or a document, might send to break whatever shows it."""

MUST = Requirement(
    "reject.Settings.min_replica.type",
    "a `min_replica` that is no integer is refused",
    Strength.MUST,
    Group.REJECTION,
    ("#/components/schemas/Settings/properties/min_replica/type",),
    "REQ-REJ-001",
)
SHOULD = Requirement(
    "accept.Settings.min_replica.integral",
    "an integer written with a fraction of zero is accepted",
    Strength.SHOULD,
    Group.ACCEPTANCE,
    ("JSON Schema 2020-12 section 6.1.1",),
    "REQ-ACC-001, REQ-ACC-002",
)
ADVISORY = Requirement(
    "advisory.Settings.min_replica.range",
    "values beyond the range in the prose are noted",
    Strength.ADVISORY,
    Group.ADVISORY,
    ("https://docs.example/range",),
)
RESPONSE = Requirement(
    "response.Environment.name.type",
    "`name` in the answer is a string",
    Strength.MUST,
    Group.RESPONSE,
    ("#/components/schemas/Environment/properties/name/type",),
    "REQ-RES-001",
)
ROWS = (MUST, SHOULD, ADVISORY, RESPONSE)

FINDING_TEXTS = (
    "message", "rule", "kind", "observed", "place", "sentence", "pointer", "expected", "actual", "note"
)  # fmt: skip
"""The texts of a finding."""

ANSWER = Response(200, (("Content-Type", "application/json"),), b'{"name": 1, "settings": {"min_replica": 1.50}}')


class Journal:
    """Builds the events of one run, numbering them and letting time pass."""

    def __init__(self, rows: Sequence[Requirement] = ROWS, **header: object) -> None:
        """Begin a run that knows the requirements `rows`."""
        self.rows = tuple(rows)
        self.events: list[AnyEvent] = []
        self._index = {row.id: place for place, row in enumerate(self.rows)}
        self._sends = self._findings = 0
        facts: dict[str, object] = {
            "suite_version": "0.1.0",
            "run_id": "1a2b3c4d",
            "document": "openapi: 3.1.0",
            "sha256": "5f" * 32,
            "operation": "POST /v1/models/{model_id}/environments",
            "path": "/v1/models/{model_id}/environments",
            "target": "http://127.0.0.1:8000",
            "profile": "standard",
            "seed": 7,
            "requirements": self.rows,
        }
        self._add(RunStarted(seq=0, time=START, **(facts | header)))  # type: ignore[arg-type]

    def send(
        self,
        case: Case,
        response: Response | None = ANSWER,
        failure: Failure | None = None,
        *,
        passed: Iterable[str] = (),
        relation: str = "",
        ended: bool = True,
    ) -> int:
        """Send a case, answer it, judge the requirements `passed`; return the number of the send."""
        self._sends += 1
        self._add(RequestSent(seq=self._seq, time=self._time, send=self._sends, case=case, relation=relation))
        if ended:
            detail = "read timed out" if failure else ""
            event = ExchangeEnded(send=self._sends, response=response, failure=failure, detail=detail, seconds=0.0234)
            self._add(event)
            self._add(Judged(send=self._sends, passed=tuple(self._index[each] for each in passed)))
        if response is not None and response.status == 200 and ended:
            self._add(Creation(send=self._sends, name=f"cfm-1a2b3c4d-{self._sends:04}", target=case.request.target))
        return self._sends

    def find(self, case: Case, row: Requirement, **parts: str) -> str:
        """Record a finding about the last send; return its id."""
        self._findings += 1
        name = f"f{self._findings}"
        texts = {
            "message": "the value was accepted",
            "rule": "type",
            "kind": "string",
            "observed": "accepted",
            "place": "",
            "sentence": "accepts a string where an integer is required",
            "pointer": "/settings/min_replica",
            "expected": "a status that is not 2xx",
            "actual": "200",
        } | parts
        repeats = texts.pop("repeats", "")
        symptom = Symptom(texts.pop("rule"), texts.pop("kind"), texts.pop("observed"))
        finding = Finding(requirement=row.id, symptom=symptom, **texts)
        self._add(FindingMade(id=name, send=self._sends, case=case.id, finding=finding, repeats=repeats))
        return name

    def doubt(
        self, case: Case, row: Requirement, reason: str = "two validators disagree", *, ours: bool = False
    ) -> None:
        """Record a doubt about the last send."""
        self._add(DoubtRaised(send=self._sends, case=case.id, doubt=Doubt(row.id, reason, ours)))

    def wait(self, seconds: float) -> None:
        """Record that the run waited."""
        self._add(Paced(wait_seconds=seconds, reason="429"))

    def end(self, reason: str = "", *, lost: bool = False) -> list[AnyEvent]:
        """End the run and return its events."""
        self._add(RunEnded(requests=self._sends, creations=0, seconds=12.5, reason=reason, lost=lost))
        return self.events

    @property
    def _seq(self) -> int:
        return len(self.events)

    @property
    def _time(self) -> float:
        return START + len(self.events) * 0.25

    def _add(self, event: AnyEvent) -> None:
        self.events.append(event)


def case(
    name: str = "reject.Settings.min_replica.type.string",
    *,
    requirements: tuple[str, ...] = (MUST.id,),
    expectation: Expectation = Expectation.REJECTED,
    body: bytes | None = b'{"name": "cfm-1a2b3c4d-0001", "settings": {"min_replica": "abc"}}',
    story: Story | None = None,
    phase: str = "catalogue",
) -> Case:
    """Return a case that sends `body`."""
    told = Story(
        "/settings/min_replica",
        "type",
        "1",
        '"abc"',
        '`min_replica` is the string "abc" instead of an integer',
        "string",
    )
    headers = (("Authorization", "Api-Key $API_KEY"), ("Content-Type", "application/json"))
    request = Request("POST", "/v1/models/abcd1234/environments", headers, body)
    return Case(name, expectation, requirements, request, story or told, phase, slotted=True)


def passing() -> list[AnyEvent]:
    """Return a run in which every mandatory requirement holds."""
    journal = Journal()
    journal.send(case(), Response(400, (), b'{"error": "min_replica must be an integer"}'), passed=[MUST.id])
    accepted = case("accept.minimal", requirements=(SHOULD.id, RESPONSE.id), expectation=Expectation.ACCEPTED)
    journal.send(accepted, passed=[SHOULD.id, RESPONSE.id])
    return journal.end()


def failing() -> list[AnyEvent]:
    """Return a run with a finding of each strength and a doubt of each kind."""
    journal = Journal()
    refused = case()
    journal.send(refused)
    journal.find(refused, MUST)
    accepted = case("accept.integral", requirements=(SHOULD.id,), expectation=Expectation.ACCEPTED)
    journal.send(accepted, Response(422, (), b'{"error": "no"}'))
    journal.find(accepted, SHOULD, rule="integral refused", sentence="refuses 1.0 where an integer is allowed")
    beyond = case("advisory.range", requirements=(ADVISORY.id,), expectation=Expectation.OBSERVED)
    journal.send(beyond)
    journal.find(beyond, ADVISORY, rule="range taken", sentence="takes a value beyond its range")
    unclear = case("accept.unclear", requirements=(RESPONSE.id,), expectation=Expectation.ACCEPTED)
    journal.send(unclear)
    journal.doubt(unclear, RESPONSE)
    journal.doubt(unclear, RESPONSE, "a check failed: KeyError", ours=True)
    return journal.end()


def hostile() -> list[AnyEvent]:
    """Return a run in which every text that a target or a document can choose is hostile."""
    row = Requirement("reject.hostile", HOSTILE, Strength.MUST, Group.REJECTION, (HOSTILE,), "REQ-X")
    journal = Journal([row], target=HOSTILE, skipped={"case-" + HOSTILE: HOSTILE}, profile=HOSTILE)
    story = Story(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    bodies = [
        json.dumps({"a": HOSTILE}).encode(),
        HOSTILE.encode(),
        b"\x00\xff\xfe" * 400,
        b"a" * 1_000_000,
        b"\xff abc",
    ]
    for number, body in enumerate(bodies):
        one = case(f"hostile-{number}-{HOSTILE}", requirements=(row.id,), body=body, story=story, phase=HOSTILE)
        answer = Response(200, ((HOSTILE, HOSTILE),), body, HOSTILE)
        journal.send(one, answer)
        journal.find(one, row, **dict.fromkeys(FINDING_TEXTS, HOSTILE), repeats=HOSTILE)
        journal.doubt(one, row, HOSTILE)
    long = HOSTILE + "<b>x" * 250_000
    one = case("hostile-long", requirements=(row.id,), body=json.dumps({long: long}).encode(), story=Story(*[long] * 5))
    request = Request("POST", "/" + long, ((long, long),), one.request.body)
    one = replace(one, request=request)
    journal.send(one, Response(200, ((long, long),), one.request.body or b"", long))
    journal.find(one, row, **dict.fromkeys(FINDING_TEXTS, long))
    journal.doubt(one, row, long)
    return journal.end(HOSTILE)


def hostile_client() -> list[AnyEvent]:
    """Return a run in which a client is tested, and all that it returns or raises is hostile."""
    events = []
    for event in hostile():
        if isinstance(event, RunStarted):
            event = replace(event, options={"client": HOSTILE})  # noqa: PLW2901 - the event as it is to be
        events.append(event)
        if isinstance(event, ExchangeEnded):
            told = {"returned": json.dumps(HOSTILE)} if event.send % 2 else {"raised": HOSTILE, "message": HOSTILE}
            events.append(ClientEnded(send=event.send, **told))
    return [replace(event, seq=number) for number, event in enumerate(events, 1)]


def hostile_proof() -> Proof:
    """Return a proof whose every text is hostile."""
    missed = FaultProof(HOSTILE, HOSTILE, HOSTILE, HOSTILE, "response", Strength.MUST, reason=HOSTILE)
    other = replace(missed, id="other", first=HOSTILE, first_after=3)
    wide = replace(missed, id="a" * 200, sentence="b" * 200)
    alarm = Alarm(HOSTILE, HOSTILE, HOSTILE * 10_000)
    return Proof("0", "f" * 64, HOSTILE, Profile.SMOKE, False, 60, (alarm,), (missed, other, wide))  # noqa: FBT003


MEMBERS = tuple(f"member_{number}" for number in range(30))
"""The members that a large run is about."""

GROUPS = (
    ("accept", Group.ACCEPTANCE, "enum"),
    ("reject", Group.REJECTION, "type"),
    ("response", Group.RESPONSE, "type"),
    ("semantics", Group.SEMANTICS, "echo"),
    ("advisory", Group.ADVISORY, "range"),
)
"""Its groups of requirements, each with a row a member: how their ids begin, and which keyword they are about."""

SERVED = (("Content-Type", "application/json"), ("Server", "uvicorn"))


def large(cases: int) -> list[AnyEvent]:
    """Return a run of `cases` cases over many members, one in ten at fault, by a handful of causes."""
    rows = [_row(about, number) for about in GROUPS for number in range(len(MEMBERS))]
    journal = Journal(rows, skipped={f"wire.case.{number}": "the target has no wire" for number in range(5)})
    accept, reject = rows[:30], rows[30:60]
    response = [row.id for row in rows[60:120]]
    for number in range(cases):
        place, refused, faulty = number % 30, number % 2 == 0, number % 10 == 4
        row = (reject if refused else accept)[place]
        one = _numbered(number, row, refused=refused)
        journal.send(
            one,
            _denied(place) if refused and not faulty else Response(200, SERVED, one.request.body or b""),
            passed=[] if faulty else [row.id, *(response if not refused else [])],
        )
        if faulty:
            member = MEMBERS[place]
            journal.find(
                one,
                row,
                message=f"`{member}` was accepted although it is a string",
                pointer=f"/settings/{member}",
                place=f"/settings/{member}",
                observed=f"accepted {place % 3}",
            )
        if number % 101 == 7:
            journal.find(one, accept[2], rule="integral refused", sentence="refuses `1.0` where an integer is allowed")
        if number == 11:
            journal.doubt(one, rows[61])
    return journal.end()


def _row(about: tuple[str, Group, str], number: int) -> Requirement:
    """Return the requirement of a group about a member."""
    (prefix, group, keyword), member = about, MEMBERS[number]
    strengths = (Strength.MUST, Strength.MUST, Strength.SHOULD, Strength.ADVISORY)
    return Requirement(
        f"{prefix}.UpdateAutoscalingSettingsV1.{member}.{keyword}",
        f"`{member}` keeps its `{keyword}`",
        strengths[number % 4] if group is not Group.ADVISORY else Strength.ADVISORY,
        group,
        (f"#/components/schemas/UpdateAutoscalingSettingsV1/properties/{member}/{keyword}",),
        f"REQ-{prefix[:3].upper()}-{number:03}",
    )


def _numbered(number: int, row: Requirement, *, refused: bool) -> Case:
    """Return the case of a large run with a number: wrong or right at one member, with all others."""
    member = MEMBERS[number % 30]
    value = json.dumps(f"value {number}") if refused else str(number)
    sent = ", ".join([f'"{each}": {index}' for index, each in enumerate(MEMBERS) if each != member])
    body = f'{{"name": "cfm-1a2b3c4d-{number:04}", "settings": {{{sent}, "{member}": {value}}}}}'.encode()
    says = f"`{member}` is the value numbered {number} of its kind"
    return case(
        f"{row.id}.{'string' if refused else 'value'}-{number}",
        requirements=(row.id,),
        expectation=Expectation.REJECTED if refused else Expectation.ACCEPTED,
        body=body,
        story=Story(f"/settings/{member}", "type", "1", value, says, "string"),
        phase="catalogue" if number % 3 else "combinations",
    )


def _denied(place: int) -> Response:
    """Return the answer that refuses a member."""
    error = {"error": {"message": f"{MEMBERS[place]} is not an integer", "code": "invalid"}}
    return Response(422, SERVED, json.dumps(error).encode())
