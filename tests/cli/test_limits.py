"""Limits of a run: they hold against every target, end it in order, and decide the exit status as they should."""

import asyncio
import json
import threading
import time
from pathlib import Path

import pytest

from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.mock.transmission import TRANSPORT

OUT = Path("conformance-report")
EMPTY = (200, {}, b"{}")


def test_requests_are_counted(command, serve, results_of):
    """`--max-requests` holds, whatever fails and is sent again; what was cut is said."""
    server = serve(lambda _, __: EMPTY)
    ended = command("run", "--target", server.url, "--max-requests", "20")
    assert 1 == ended.status
    assert "the run is incomplete: --max-requests 20 is reached" in ended.err
    assert server.requests <= 20
    # A request on a connection that was just closed is counted as sent, and never came.
    assert server.requests <= results_of(OUT)["counts"]["requests"] <= 20


def test_requests_that_are_paced_are_counted_as_well(command, serve):
    """A target that answers 429 to everything is not asked more often than `--max-requests` allows."""
    server = serve(lambda _, __: (429, {"Retry-After": "0"}, b"{}"))
    ended = command("run", "--target", server.url, "--max-requests", "10")
    assert 3 == ended.status
    assert server.requests <= 10


@pytest.mark.parametrize("limit", [1, 3, 15])
@pytest.mark.parametrize("status", [200, 201])
def test_creations_are_counted_as_the_target_does(command, serve, results_of, limit, status):
    """A server that takes everything creates no more than `--max-creations` allows, at any concurrency."""
    created = []
    lock = threading.Lock()

    def take(handler, body):
        if handler.command == "POST" and body:
            with lock:
                created.append(body)
        time.sleep(0.002)
        return status, {}, b"{}"

    server = serve(take)
    ended = command("run", "--target", server.url, "--max-creations", str(limit), "--concurrency", "8")
    assert 1 == ended.status
    assert f"--max-creations {limit} is reached" in ended.err
    assert len(created) <= limit
    assert results_of(OUT)["counts"]["creations"] <= limit


@pytest.mark.slow
def test_failures_end_a_run_when_that_is_asked_for(command, serve, results_of):
    """`--max-failures` ends the run; without it no finding does."""
    server = serve(lambda _, __: (500, {}, b"{}"))
    ended = command("run", "--target", server.url, "--max-failures", "3", "--concurrency", "1", "--repeats", "0")
    assert 1 == ended.status
    assert "--max-failures 3 is reached" in ended.err
    assert server.requests < 10
    whole = command("run", "--target", server.url, "--profile", "smoke", "--repeats", "0")
    assert 1 == whole.status
    assert "" == results_of(OUT)["reason"]


def test_the_time_is_up(command, serve, results_of):
    """`--time-budget` ends the run in the middle of an exchange; what was done is reported."""
    over = threading.Event()
    server = serve(lambda _, __: EMPTY if server.requests <= 5 else (over.wait(300), EMPTY)[1])
    ended = command("run", "--target", server.url, "--time-budget", "1", "--timeout", "300")
    over.set()
    assert "--time-budget 1 is reached" in ended.err
    assert results_of(OUT)["duration"] >= 0.9


def test_the_rate_is_kept(command, serve, results_of):
    """`--rate` spaces the requests evenly, at any concurrency."""
    times, began = [], time.monotonic()
    server = serve(lambda _, __: (times.append(time.monotonic()), EMPTY)[1])
    command("run", "--target", server.url, "--rate", "40", "--max-requests", "21", "--concurrency", "8")
    assert 21 >= len(times) >= 15
    # From before the run: a first request that was held up makes the others no faster.
    assert (times[-1] - began) / (len(times) - 1) >= 1 / 40 - 0.002
    assert len(times) <= results_of(OUT)["counts"]["requests"] <= 21


def test_patience_with_a_target_that_asks_for_it(command, serve, events_of, results_of):
    """An answer 429 is waited out for as long as it asks, with a fresh name, and is written down as pacing."""
    names = []

    def slow_down(_, body):
        names.append(json.loads(body)["name"])
        if len(names) == 1:
            return 429, {}, b'{"retry_after": 0.2}'
        return 200, {}, b"{}"

    server = serve(slow_down)
    began = time.monotonic()
    command("run", "--target", server.url, "--only", "accept.all.null", "--repeats", "0")
    assert time.monotonic() - began >= 0.2
    paced = events_of(OUT, "paced")
    assert [(0.2, "the target returned 429")] == [(each["wait_seconds"], each["reason"]) for each in paced]
    assert 2 == len(set(names)) == len(names)
    assert 2 == results_of(OUT)["counts"]["requests"]


def test_a_target_that_is_unavailable_for_a_while(command, contract, results_of):
    """A 503 with `Retry-After` is waited out and noted, and is no finding."""
    app, times = reference_app(contract), []

    async def away(scope, receive, send):
        if scope["type"] == "http":
            times.append(scope)
        if scope["type"] == "http" and len(times) in {2, 3}:
            headers = [(b"retry-after", b"0"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)

    with BackgroundServer(away) as server:
        ended = command("run", "--target", server.url, "--only", "accept.all.*", "--concurrency", "1")
    found = results_of(OUT)
    assert (0, {"the target returned 503": 2}) == (ended.status, found["waits"])
    assert found["counts"]["creations"] == len(times)
    assert "advisory notes, waited 2 times because the target returned 503\n" in ended.out
    assert "2 waits because the target returned 503." in (OUT / "summary.md").read_text(encoding="utf-8")


def test_a_target_that_is_never_ready(command, serve, results_of):
    """A case that is answered 429 to the last try is inconclusive, and no finding."""
    server = serve(lambda _, __: (429, {"Retry-After": "0"}, b"{}"))
    ended = command("run", "--target", server.url, "--only", "accept.all.null")
    assert 3 == ended.status
    assert 4 == server.requests
    found = results_of(OUT)
    assert ("inconclusive", []) == (
        found["verdict"],
        [each for each in found["findings"] if each["strength"] == "must"],
    )


def test_exit_statuses_of_a_right_target(command, right):
    """A target that keeps the contract ends with 0, and with 3 where a limit cut the plan."""
    where = ("run", "--target", right, "--skip", "authentication.*", "--profile", "smoke")
    assert 0 == command(*where).status
    assert 3 == command(*where, "--max-requests", "5").status


def test_exit_statuses_by_strength(command, serve, contract):
    """What breaks only a should ends with 0, and with 1 where `--fail-on should` is given; a must always with 1."""
    only = ("--only", "accept.smallest", "--only", "reject.json.*")
    app = reference_app(contract)

    async def lenient(scope, receive, send):
        """Answer a malformed body with 422 and a wrong media type of errors."""
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return

        async def changed(message):
            if message["type"] == "http.response.start" and message["status"] == 400:
                message = {**message, "status": 302}
            await send(message)

        await app(scope, receive, changed)

    with BackgroundServer(lenient) as server:
        assert 0 == command("run", "--target", server.url, *only).status
        strict = command("run", "--target", server.url, *only, "--fail-on", "should")
    assert 1 == strict.status
    assert "  should " in strict.out
    broken = serve(lambda _, __: (500, {}, b""))
    assert 1 == command("run", "--target", broken.url, *only).status


def test_a_connection_that_was_closed_while_idle(command, contract, results_of, events_of):
    """A server that closes connections after every answer, unannounced, is met again on a new one; nothing is found."""
    app = reference_app(contract)
    transports = []

    async def closing(scope, receive, send):
        await app(scope, receive, send)
        if scope["type"] == "http":
            transport = scope["extensions"][TRANSPORT]
            transports.append(transport)
            asyncio.get_running_loop().call_later(0.01, transport.close)

    with BackgroundServer(closing) as server:
        ended = command("run", "--target", server.url, "--only", "accept.all.*", "--rate", "40", "--concurrency", "1")
    assert transports
    assert 0 == ended.status, ended.out
    found = results_of(OUT)
    assert [] == [each for each in found["findings"] if "closed" in each["message"]]
    names = [event["name"] for event in events_of(OUT, "request.sent") if event.get("name")]
    assert len(set(names)) == len(names)


@pytest.mark.slow
def test_a_run_that_exercised_too_little_fails(command, right, results_of):
    """Below `--min-coverage` the exit status is 1, and a line says how much was exercised; at it, it is 0."""
    ended = command("run", "--target", right, "--only", "accept.all.*", "--min-coverage", "90")
    assert 1 == ended.status
    assert "% is below --min-coverage 90: " in ended.err
    assert "conforming" == results_of(OUT)["verdict"]
    assert 1 == command("report", str(OUT)).status
    enough = command("run", "--min-coverage", "100", "--phases", "catalogue")
    assert 0 == enough.status
    assert 100 == results_of(OUT)["coverage"]["request"]["percent"]
    assert {"strength": 2, "possible": 2834, "covered": 2834} == results_of(OUT)["coverage"]["combinations"][0]
    assert 2 == command("run", "--min-coverage", "101").status


@pytest.mark.slow
def test_keywords_that_no_rule_knows_are_named(command, right, tmp_path, contract):
    """What no case was made for is said on the screen and in the summary, and is not passed over."""
    document = tmp_path / "other.yaml"
    text = contract.document.text
    closed = "additionalProperties: false"
    assert closed in text
    document.write_text(text.replace(closed, f"{closed}\n      propertyNames: {{pattern: .}}", 1))
    ended = command("run", "--target", right, "--spec", str(document), "--profile", "smoke")
    assert "1 keyword of the request schema not tested: " in ended.out
    assert "propertyNames" in (OUT / "summary.md").read_text()


@pytest.mark.slow
def test_answers_longer_than_the_run_reads_leave_it_undecided(command, right, results_of):
    """With a limit below the size of every right answer, it is unknown whether the target conforms."""
    ended = command("run", "--target", right, "--skip", "authentication.*", "--profile", "smoke", "--max-body", "100")
    assert 3 == ended.status
    rows = {row["id"]: row for row in results_of(OUT)["requirements"]}
    assert "inconclusive" == rows["response.EnvironmentV1.type"]["outcome"]
    assert "--max-body" in rows["response.EnvironmentV1.type"]["reason"]
