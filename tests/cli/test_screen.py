"""What a command shows: how far a run is, by the plan; and to whom: readers who may go before the end."""

import re
from collections import Counter

import pytest

from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY

STEP = re.compile(r"(\d+) of (\d+) planned requests(?:, (\d+) requests sent)?(?:, |$)")


def test_repeats_do_not_count_against_the_plan(command, serve, monkeypatch):
    """A run that sends failures again never shows more requests than it planned; the others are counted apart."""
    monkeypatch.setattr("conformance.cli.screen.LINE_EVERY_SECONDS", 0.0)
    server = serve(lambda _, __: (500, {}, b"{}"))
    ended = command("run", "--target", server.url, "--only", "accept.merged.*", "--profile", "smoke", "--repeats", "2")
    steps = [found for line in ended.out.splitlines() if (found := STEP.match(line))]
    planned = re.search(r"^smoke: (\d+) planned requests", ended.out, re.MULTILINE)
    assert planned is not None
    assert {planned[1]} == {step[2] for step in steps}
    assert int(planned[1]) == max(int(step[1]) for step in steps)
    in_all = max(int(step[3] or 0) for step in steps)
    assert int(planned[1]) < in_all <= server.requests


def test_a_run_without_repeats_counts_the_plan_alone(command, right, monkeypatch):
    """Where nothing is sent beyond the plan, nothing but the plan is told."""
    monkeypatch.setattr("conformance.cli.screen.LINE_EVERY_SECONDS", 0.0)
    ended = command("run", "--target", right, "--only", "accept.merged.*", "--profile", "smoke", "--concurrency", "1")
    planned = re.search(r"^smoke: (\d+) planned requests", ended.out, re.MULTILINE)
    assert planned is not None
    expected = [f"{number} of {planned[1]} planned requests" for number in range(1, int(planned[1]) + 1)]
    assert expected == [line for line in ended.out.splitlines() if STEP.match(line)]


def test_the_screen_and_the_results_agree_on_what_was_sent_and_found(command, serve, results_of, elsewhere):
    """The last lines of a run name the counts of `results.json`, each with what it counts."""
    server = serve(lambda _, __: (500, {}, b"{}"))
    ended = command("run", "--target", server.url, "--only", "accept.merged.*", "--profile", "smoke", "--repeats", "2")
    counts = results_of(elsewhere / "conformance-report")["counts"]
    assert server.requests >= counts["requests"]
    shown = f"{counts['requests']} requests, {counts['creations']} creations, {counts['findings']} findings, "
    assert f"\n{shown}{counts['notes']} advisory notes\n" in ended.out


@pytest.mark.slow
def test_a_plan_counts_what_the_random_phases_send(command, contract, events_of, elsewhere):
    """`--plan` tells of each phase how many requests it has: as many as the run then sends."""
    asked = ("--phases", "schemathesis,hypothesis", "--seed", "3", "--only", "reject.*", "--only", "accept.*")
    app = reference_app(contract, key=LOCAL_KEY)
    with BackgroundServer(app) as server:
        planned = command("run", "--target", server.url, "--plan", *asked)
        assert (0, []) == (app.requests, list(elsewhere.iterdir()))
        ended = command("run", "--target", server.url, "--report", "results", *asked)
    assert 0 == ended.status
    sent = Counter(each["case"].get("phase") for each in events_of(elsewhere / "conformance-report", "request.sent"))
    told = re.findall(r"^(schemathesis|hypothesis): (\d+) requests$", planned.out, re.MULTILINE)
    assert sent == {phase: int(requests) for phase, requests in told}
    assert "creations" not in planned.out
    counted = r"^(\w+): (\d+) cases generated, (\d+) duplicates, (\d+) skipped, (\d+) sent$"
    shown = re.findall(counted, ended.out, re.MULTILINE)
    assert sent == {phase: int(count) for phase, *_, count in shown}
    assert all(int(made) == int(repeated) + int(left) + int(count) for _, made, repeated, left, count in shown)
    assert any(int(made) > int(count) for _, made, *_, count in shown)


def test_a_plan_of_a_campaign_has_no_end(command, right):
    """What goes on until its time is over is not counted, nor made."""
    planned = command("run", "--target", right, "--plan", "--profile", "fuzz")
    assert "then random cases until the time budget ends: sampler, schemathesis, hypothesis (seed 0)" in planned.out


@pytest.mark.slow
@pytest.mark.parametrize("arguments", ["spec cases", "spec requirements --json", "mock --list-faults", "--help"])
@pytest.mark.parametrize("lines", [0, 1])
def test_a_list_that_is_cut_off_by_its_reader(spawn, arguments, lines):
    """A reader that goes early (`| head -1`) has the command end quietly, and as well as it would have otherwise."""
    process = spawn(*arguments.split())
    for _ in range(lines):
        assert process.stdout.readline()
    process.stdout.close()
    assert "" == process.stderr.read()
    assert 0 == process.wait(30)


@pytest.mark.slow
def test_a_reader_who_goes_changes_no_verdict(spawn, serve, results_of, elsewhere):
    """A run whose reader has gone is carried out to its end, and its status tells what it found."""
    server = serve(lambda _, __: (500, {}, b"{}"))
    process = spawn("run", "--target", server.url, "--only", "accept.merged.*", "--profile", "smoke")
    process.stdout.close()
    assert "" == process.stderr.read()
    assert 1 == process.wait(60)
    assert "not conforming" == results_of(elsewhere / "conformance-report")["verdict"]


def test_a_reader_of_complaints_who_goes(spawn):
    """Nobody needs to hear why a call is wrong: the status tells that it is."""
    process = spawn("run", "--no-such-option")
    process.stderr.close()
    assert "" == process.stdout.read()
    assert 2 == process.wait(30)
