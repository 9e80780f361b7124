"""Sending: what is tried again, what is not judged, and when a target is given up."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from conformance.contract.contract import load_contract
from conformance.journal.events import Creation, ExchangeEnded, Paced, RequestSent
from conformance.journal.writing import MemorySink
from conformance.model.case import SLOT, Case, Request
from conformance.model.errors import TargetLostError
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.vocabulary import Expectation
from conformance.runner import patience
from conformance.runner.budget import Budget, RunLimits
from conformance.runner.credentials import Credentials
from conformance.runner.sending import Sender
from conformance.targets.target import IDLE_CLOSED, Target, Traits

CASE = Case("c", Expectation.ACCEPTED, ("r",), Request("POST", "/", (), SLOT.encode()), slotted=True)

Answer = Response | Failure | Exception | tuple[Failure, str]


class Scripted(Target):
    """A target that gives the answers of a list, the last one for ever."""

    name = "scripted"
    traits = Traits(loopback=True)
    lives = True

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.fresh: list[bool] = []

    async def send(self, request: Request, *, key: str = "", fresh: bool = False) -> Exchange:
        """Give the next answer."""
        del key
        self.requests.append(request)
        self.fresh.append(fresh)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Response):
            return Exchange(request, answer)
        failure, detail = answer if isinstance(answer, tuple) else (answer, "")
        return Exchange(request, None, failure, detail)

    async def is_there(self, *, pause: bool) -> bool:
        """Tell what the test says."""
        del pause
        return self.lives

    async def close(self) -> None:
        """Do nothing."""


CONTRACT = load_contract()

OK = Response(200, (), b"{}")
IDLE = (Failure.CLOSED, IDLE_CLOSED)


def sender_for(target: Scripted, limits: RunLimits | None = None, key: str = "") -> tuple[Sender, MemorySink]:
    """Return a sender for a target, and what it writes to."""
    sink = MemorySink()
    return Sender(CONTRACT, target, sink, Budget(limits or RunLimits()), Credentials(key), "0a1b2c3d"), sink


def carried_out(job: Callable):
    """Carry out a coroutine function."""
    return asyncio.run(job())


def test_every_send_has_a_name_of_its_own():
    """The slot is filled anew for every send, with names of one width that tell the run."""
    target = Scripted(OK)

    async def job():
        sender, sink = sender_for(target)
        for _ in range(50):
            await sender.send(CASE)
        await sender.send(CASE, name="cfm-ffffffff-gggg")
        return sink

    sink = carried_out(job)
    names = [event.name for event in sink.events if isinstance(event, RequestSent)]
    assert 51 == len(set(names))
    assert {len(SLOT)} == {len(name) for name in names}
    assert all(name.startswith("cfm-0a1b2c3d-") for name in names[:-1])
    assert [name.encode() for name in names] == [request.body for request in target.requests]
    assert names == [event.name for event in sink.events if isinstance(event, Creation)]


def test_an_idle_connection_that_was_closed_is_nobodys_fault():
    """The request is sent once more, on a fresh connection and with a fresh name, and that exchange counts."""
    target = Scripted(IDLE, OK)

    async def job():
        sender, _ = sender_for(target)
        return await sender.send(CASE)

    sent = carried_out(job)
    assert (OK, "", 2) == (sent.exchange.response, sent.unjudged, sent.number)
    assert [False, True] == target.fresh
    assert target.requests[0].body != target.requests[1].body


def test_a_connection_that_is_closed_again_is_a_dropped_one():
    """The second time the exchange is judged as it is."""
    target = Scripted(IDLE, Failure.CLOSED)

    async def job():
        sender, _ = sender_for(target)
        return await sender.send(CASE)

    sent = carried_out(job)
    assert (Failure.CLOSED, "", 2) == (sent.exchange.failure, sent.unjudged, len(target.requests))


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """Have a clock that only waits move; returns the waits."""
    waits: list[float] = []

    async def sleep(delay: float) -> None:
        waits.append(delay)

    monkeypatch.setattr(patience.asyncio, "sleep", sleep)
    monkeypatch.setattr(patience.time, "monotonic", lambda: 1_000.0 + sum(waits))
    return waits


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ((), b'{"retry_after": 0.01}', [0.01]),
        ((("Retry-After", "0.02"),), b"", [0.02]),
        ((("Retry-After", "7"),), b'{"retry_after": 0.01}', [0.01]),
        ((("Retry-After", "Thu, 01 Jan 1970 00:00:00 GMT"),), b"", []),
        ((("Retry-After", "-5"),), b'{"retry_after": "soon"}', [patience.DEFAULT_WAIT]),
        ((("Retry-After", "nan"),), b'{"retry_after": true}', [patience.DEFAULT_WAIT]),
        ((("Retry-After", "inf"),), b"[1]", [patience.LONGEST_WAIT]),
        ((), b'{"retry_after": 1e400}', [patience.LONGEST_WAIT]),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_is_asked_for(clock, headers, body, seconds, status):
    """The body's word counts before the header's; what is no time is a second, and no wait is longer than a minute.

    A 503 asks for it only by the header.
    """
    target = Scripted(Response(status, headers, body), OK)

    async def job():
        sender, sink = sender_for(target)
        return await sender.send(CASE), sink

    sent, sink = carried_out(job)
    paced = [(event.wait_seconds, event.reason) for event in sink.events if isinstance(event, Paced)]
    if status == 503 and not headers:
        assert ([], 503) == (paced, sent.exchange.response.status)
        return
    assert OK == sent.exchange.response
    assert seconds == [pytest.approx(each) for each in clock]
    assert [(sum(clock), f"the target returned {status}")] == [(pytest.approx(each), why) for each, why in paced]


@pytest.mark.parametrize(
    "date", ["Sun, 06 Nov 2044 08:49:37 GMT", "Sunday, 06-Nov-44 08:49:37 GMT", "Sun Nov  6 08:49:37 2044"]
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_three_forms_of_dates_are_in_utc(monkeypatch, date, zone):
    """Wherever the suite runs, a date of HTTP is that of UTC."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        monkeypatch.setattr(patience.time, "time", lambda: datetime(2044, 11, 6, 8, 49, 7, tzinfo=UTC).timestamp())
        assert 30.0 == patience.asked_wait(Response(503, (("Retry-After", date),)))
    finally:
        monkeypatch.undo()
        time.tzset()


def test_waits_of_a_run_add_up(clock):
    """Requests wait together, each second counts once; beyond the bound the run has to end."""
    target = Scripted(Response(429, (("Retry-After", "1000000"),)))

    async def job():
        sender, _ = sender_for(target)
        sent = await asyncio.gather(*(sender.send(CASE) for _ in range(3)))
        return [*sent, await sender.send(CASE)], sender.watch.breakdown

    sent, breakdown = carried_out(job)
    assert patience.LONGEST_IN_ALL >= sum(clock)
    reason = "the target asks for patience: the target returned 429, and the run has waited 300 s for it in all"
    assert (reason, reason) == (breakdown, sent[-1].unjudged)


def test_a_503_to_the_last_try_is_judged():
    """A target that is never available does not carry out requests: that is no matter of patience."""
    target = Scripted(Response(503, (("Retry-After", "0"),)))

    async def job():
        sender, _ = sender_for(target)
        return await sender.send(CASE)

    sent = carried_out(job)
    assert ("", 4, 3) == (sent.unjudged, len(target.requests), len(sent.asked_to_wait))


def test_patience_has_an_end():
    """After the last try the exchange is not judged, and the reason says so."""
    target = Scripted(Response(429, (("Retry-After", "0"),)))

    async def job():
        sender, _ = sender_for(target)
        return await sender.send(CASE)

    sent = carried_out(job)
    assert "the target returned 429 to 4 tries" == sent.unjudged
    assert 4 == len(target.requests)


@pytest.mark.parametrize("first", [Response(429, (("Retry-After", "0"),)), IDLE])
def test_no_try_is_beyond_the_budget(first):
    """What would be sent again is not, where no request is left; it is not judged then."""
    target = Scripted(first)

    async def job():
        sender, _ = sender_for(target, RunLimits(requests=0))
        return await sender.send(CASE)

    sent = carried_out(job)
    assert sent.unjudged.endswith(", and there is no retry: --max-requests 0 is reached")
    assert 1 == len(target.requests)


def test_a_request_that_cannot_be_sent_is_our_fault():
    """The suite made something that is no HTTP: a doubt of its own, written down, without the key."""
    target = Scripted(ValueError("not a value of header X: 'the-key\\n'"))

    async def job():
        sender, sink = sender_for(target, key="the-key")
        return await sender.send(CASE), sink

    sent, sink = carried_out(job)
    assert sent.ours
    assert "the suite created a request that cannot be sent: not a value of header X: '$API_KEY\\n'" == sent.unjudged
    ended = [event for event in sink.events if isinstance(event, ExchangeEnded)]
    assert [(None, None, sent.unjudged)] == [(each.response, each.failure, each.detail) for each in ended]


def test_a_target_that_is_not_reached_is_given_up():
    """After three consecutive failures the run is over; before, the exchange is not judged."""
    target = Scripted(Failure.REFUSED)

    async def job():
        sender, _ = sender_for(target)
        told = [(await sender.send(CASE)).unjudged for _ in range(2)]
        with pytest.raises(TargetLostError, match="cannot be reached: connection refused"):
            await sender.send(CASE)
        return told, sender.watch.reached

    assert (["the target was not reached: connection refused"] * 2, False) == carried_out(job)


def test_a_silent_target_is_given_up():
    """After five consecutive requests without a response the run is over; a response restarts the count."""
    target = Scripted(*[Failure.TIMEOUT] * 4, OK, *[Failure.TIMEOUT] * 5)

    async def job():
        sender, _ = sender_for(target)
        for _ in range(9):
            await sender.send(CASE)
        with pytest.raises(TargetLostError, match="sent no response in time to 5 consecutive requests"):
            await sender.send(CASE)

    carried_out(job)


@pytest.mark.parametrize("failure", [Failure.CLOSED, Failure.TRUNCATED])
@pytest.mark.parametrize("lives", [True, False])
def test_a_broken_exchange_is_held_against_a_living_target_alone(failure, lives):
    """A connection that breaks off is judged while the target still takes connections, and not once it is gone."""
    target = Scripted(failure)
    target.lives = lives

    async def job():
        sender, _ = sender_for(target)
        return (await sender.send(CASE)).unjudged, sender.watch.reached

    unjudged = "" if lives else f"the target was not reached: {failure}"
    assert (unjudged, lives) == carried_out(job)
