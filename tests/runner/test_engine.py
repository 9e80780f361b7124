"""The engine: what it holds back, what it counts, and how often it says that something failed."""

import asyncio
from collections.abc import Callable, Iterable

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract, load_contract
from conformance.diagnosis.diagnoser import MOST_REPEATED, Diagnoser, DiagnosisOptions
from conformance.journal.events import AnyEvent, Creation, DoubtRaised, FindingMade, Judged, RequestSent, RunEnded
from conformance.journal.writing import MemorySink
from conformance.model.case import Case, Item, Relation, Request, Story
from conformance.model.errors import TargetLostError
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.finding import Doubt, Judgement, Symptom
from conformance.model.vocabulary import Expectation
from conformance.runner.budget import RunLimits
from conformance.runner.engine import Engine
from conformance.runner.plan import Plan
from conformance.runner.session import Session, SessionOptions
from conformance.targets.target import Target, Traits

Script = Callable[[int, Request], Response | Failure]

FOCUS = "reject.json-text"
PATH = "/v1/models/abc/environments"


class Scripted(Target):
    """A target that answers as a script says, given the number of the request."""

    name = "http://127.0.0.1:1"
    traits = Traits(loopback=True)

    def __init__(self, script: Script) -> None:
        self.script = script
        self.sent = 0

    async def send(self, request: Request, *, key: str = "", fresh: bool = False) -> Exchange:
        """Answer one request."""
        del key, fresh
        self.sent += 1
        answer = self.script(self.sent, request)
        if isinstance(answer, Failure):
            return Exchange(request, None, answer)
        return Exchange(request, answer)

    async def is_there(self, *, pause: bool) -> bool:
        """Be gone once a connection broke off."""
        del pause
        return False

    async def close(self) -> None:
        """Have nothing to close."""


def case(name: str, method: str = "POST", body: bytes | None = b"{}") -> Case:
    """Return a case that must be refused."""
    request = Request(method, PATH, (), body)
    return Case(name, Expectation.REJECTED, (FOCUS,), request, slotted=body is not None)


def carried_out(
    contract: Contract, items: Iterable[Item], script: Script, *, repeats: int = 0, limits: RunLimits | None = None
) -> list[AnyEvent]:
    """Carry out a plan of these items against a target with a script; returns the events."""
    sink = MemorySink()
    session = Session(contract, Scripted(script), sink, SessionOptions(run_id="0" * 8, limits=limits or RunLimits()))
    diagnoser = Diagnoser(session, DiagnosisOptions(repeats=repeats))
    asyncio.run(Engine(session, diagnoser, concurrency=1).run(Plan(tuple(items), {})))
    return list(sink.events)


RELATION = Relation("pair", "same-name", (FOCUS,), (case("one"), case("two")), same_name=True)


def findings(events: Iterable[AnyEvent], requirement: str = "") -> list[FindingMade]:
    """Return the findings, all or those of a requirement."""
    made = [event for event in events if isinstance(event, FindingMade)]
    return [event for event in made if requirement in {"", event.finding.requirement}]


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The published contract."""
    return load_contract()


FIELDS = (("Content-Type", "application/json"), ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"))
OK = Response(400, FIELDS, b'{"code": "BAD", "message": "no"}')
TAKEN = Response(200, FIELDS, b"{}")
NO = Response(500, FIELDS, b"{}")


def test_a_run_that_ctrl_c_ends_in_the_middle_says_so(contract: Contract) -> None:
    """A second one comes as an exception, wherever the run is: it is no run that has sent all that it was to send."""

    def script(number: int, _: Request) -> Response:
        if number == 2:
            raise KeyboardInterrupt
        return OK

    sink = MemorySink()
    session = Session(contract, Scripted(script), sink, SessionOptions(run_id="0" * 8))
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(Engine(session).run(Plan((case("one"), replace(case("two"), late=True)), {})))
    ended = sink.events[-1]
    assert isinstance(ended, RunEnded)
    assert (2, "interrupted") == (ended.requests, ended.reason)


@pytest.mark.parametrize("first", [case("single"), RELATION], ids=["case", "relation"])
def test_silence_at_the_beginning_is_judged_once_the_target_has_answered(contract: Contract, first: Item) -> None:
    """What was silent before the first answer is held back, cases and relations alike, and judged after it."""

    def script(number: int, _: Request) -> Response | Failure:
        return Failure.TIMEOUT if number < 3 else OK

    events = carried_out(contract, [first, case("more"), case("last")], script)
    dropped = findings(events, "transport.dropped")
    answered = next(place for place, event in enumerate(events) if isinstance(event, Judged))
    sent = [event.case.id for event in events[:answered] if isinstance(event, RequestSent)]
    assert 3 == len(sent)
    assert 2 == len(dropped)


def test_a_target_that_dies_of_a_request_loses_nothing_else(contract: Contract) -> None:
    """What ends some targets is sent when all else is judged: a target that it ends has lost only that."""
    fatal = replace(case("fatal"), expectation=Expectation.OBSERVED, request=Request("POST", "/v1/models/%zz/a"))
    dead = False

    def script(_: int, request: Request) -> Response | Failure:
        nonlocal dead
        before, dead = dead, dead or "%zz" in request.target
        return Failure.REFUSED if before else Failure.CLOSED if dead else OK

    items = [fatal, *(case(f"case-{number}") for number in range(9))]
    events = carried_out(contract, items, script)
    # The last one is the note about retries, which is made with the last request.
    *judged, _ = [event.send for event in events if isinstance(event, Judged)]
    sent = {event.send: event.case.id for event in events if isinstance(event, RequestSent)}
    assert [f"case-{number}" for number in range(9)] == [sent[number] for number in judged]
    assert "fatal" == sent[10]


class Gone(Diagnoser):
    """A diagnosis during which the target is lost."""

    async def explain(self, *_: object, **_options: object) -> tuple[list[Judgement | Doubt], str]:
        """Find nobody there."""
        raise TargetLostError("the target is gone", "start it")


def test_what_was_found_is_not_lost_with_the_target(contract: Contract) -> None:
    """A target that is gone while a failure is looked into has failed all the same."""
    sink = MemorySink()
    session = Session(contract, Scripted(lambda *_: NO), sink, SessionOptions(run_id="0" * 8))
    engine = Engine(session, Gone(session, DiagnosisOptions(repeats=1)), concurrency=1)
    ended = asyncio.run(engine.run(Plan((case("one"), case("two")), {})))
    assert [1] == [event.send for event in findings(sink.events, "error.server-error")]
    assert ended.lost


@pytest.mark.parametrize(
    ("method", "body", "counted"),
    [("POST", b"{}", True), ("POST", None, True), ("PUT", b"{}", True), ("GET", None, False), ("DELETE", None, False)],
)
def test_what_could_create_something_counts(
    contract: Contract, method: str, body: bytes | None, *, counted: bool
) -> None:
    """A request by a method that writes may create something, with a body or without: the limit holds for it."""
    items = [case(f"case-{number}", method, body) for number in range(4)]
    events = carried_out(contract, items, lambda *_: TAKEN, limits=RunLimits(creations=2))
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    expected = (2, "--max-creations 2 is reached") if counted else (4, "")
    assert expected == (ended.requests, ended.reason)
    assert (2 if counted else 0) == sum(isinstance(event, Creation) for event in events)


@pytest.mark.parametrize(
    ("always", "repeats", "pattern"),
    [
        (True, "4 of 4", "distinct objects | two creations with similar names | one object"),
        (False, "2 of 4", "flaky | distinct objects"),
    ],
)
def test_a_relation_that_fails_is_sent_again(contract: Contract, *, always: bool, repeats: str, pattern: str) -> None:
    """A relation that fails is sent three times more, all of it; the finding says how often it failed."""
    cases = tuple(replace(case(name), expectation=Expectation.OBSERVED) for name in ("one", "two"))
    relation = Relation("alike", "alike-names", ("semantics.distinct",), cases)

    def script(number: int, _: Request) -> Response:
        # Requests 3 to 5 are the first case alone, whose own failure is sent again as well.
        same = always or number in {1, 2, 6, 7}
        name = b"same" if same else b"%d" % number
        return Response(200, FIELDS, b'{"name": "%s"}' % name)

    events = carried_out(contract, [relation], script, repeats=3)
    told = [each for each in findings(events, "semantics.distinct") if each.case == "alike"]
    assert [(repeats, pattern)] == [(each.repeats, str(each.finding.pattern)) for each in told]
    attempts = [event.attempt for event in events if isinstance(event, RequestSent) and event.relation == "alike"]
    assert [1, 1, 2, 2, 3, 3, 4, 4] == attempts


def test_what_fails_now_and_then_is_not_sent_again_without_end(contract: Contract) -> None:
    """Once six kinds of requests failed once and not again, a kind that is new is taken for one of them."""
    kinds = [f"kind {number}" for number in range(20)]
    items = [replace(case(each), story=Story("/name", "type", "", "", "a story", each)) for each in kinds]

    def script(number: int, _: Request) -> Response:
        return NO if number > 4 * MOST_REPEATED or number % 4 == 1 else OK

    events = carried_out(contract, items, script, repeats=3)
    assert len(items) + 3 * MOST_REPEATED == sum(isinstance(event, RequestSent) for event in events)
    patterns = [event.finding.pattern for event in findings(events, "error.server-error")]
    assert [Symptom("server error", intermittent=True)] * len(items) == patterns


def test_a_wait_within_a_relation_is_recorded(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 429 that a request of a relation met is judged by itself, and the request is sent again."""
    monkeypatch.setattr("conformance.runner.patience.DEFAULT_WAIT", 0.0)
    events = carried_out(contract, [RELATION], lambda number, _: Response(429) if number == 1 else OK)
    assert [1] == [event.send for event in findings(events, "error.rate-limit")]
    assert not [event for event in events if isinstance(event, DoubtRaised)]


def test_an_answer_that_nobody_can_judge_says_nothing_of_how_often(contract: Contract) -> None:
    """A repeat that was not answered is no time at which the failure did not show."""

    def script(number: int, _: Request) -> Response | Failure:
        return NO if number < 3 else Failure.REFUSED if number == 3 else OK

    events = carried_out(contract, [case("a"), case("b")], script, repeats=2)
    (found,) = findings(events, "error.server-error")[:1]
    assert ("2 of 2", False) == (found.repeats, found.finding.pattern.intermittent)
