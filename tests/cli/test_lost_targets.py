"""Targets that cannot be reached, never answer, or die: exit status 3, with journal and reports of what was done."""

import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest

from conformance.journal.writing import Journal
from conformance.reports.writing import REPORTS

OUT = Path("conformance-report")


def is_whole(names: set[str]) -> None:
    """See that the journal and every report are there."""
    assert {"journal.ndjson", *(each.filename for each in REPORTS.values())} <= names


def test_a_target_that_refuses_connections(command, closed, results_of):
    """Nobody listens: the run says so, is inconclusive, and blames no requirement."""
    ended = command("run", "--target", closed)
    assert 3 == ended.status
    said = (
        f"{closed} cannot be reached: connection refused, 3 consecutive times; "
        "check that it is running and that the address is correct"
    )
    assert said in ended.err
    is_whole({path.name for path in OUT.iterdir()})
    found = results_of(OUT)
    assert ("inconclusive", True, []) == (found["verdict"], found["lost"], found["findings"])
    assert said == found["reason"]
    # Three, and what was in flight beside them: four items, one of them two requests at once.
    assert found["counts"]["requests"] <= 7


def test_a_host_that_has_no_address(command, monkeypatch, results_of):
    """A name that cannot be resolved is a target that cannot be reached."""
    monkeypatch.setenv("KEY", "a-key-long-enough")
    host = "no-such-host.invalid"
    where = ("--target", f"http://{host}", "--allow-host", host, "--allow-plaintext")
    ended = command("run", *where, "--model-id", "m", "--api-key-env", "KEY")
    assert 3 == ended.status
    assert "cannot be reached" in ended.err
    assert results_of(OUT)["lost"]


def test_a_target_that_never_answers(command, silent, results_of):
    """Silence ends the run after a handful of requests, whatever is planned, and is held against whoever took them."""
    ended = command("run", "--target", silent, "--timeout", "0.3")
    assert 1 == ended.status
    assert (
        "sent no response in time to 5 consecutive requests; check that it is running; --timeout sets the timeout"
        in ended.err
    )
    found = results_of(OUT)
    assert ("not conforming", True) == (found["verdict"], found["lost"])
    assert {"transport.dropped"} == {each["requirement"] for each in found["findings"]}
    # Five in a row, and what the other workers had in flight: each one request, or the two of a concurrent relation.
    assert found["counts"]["requests"] <= 12


NO_SIGINT = pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) == signal.SIG_IGN, reason="a shell in the background has programs ignore SIGINT"
)


@pytest.mark.slow
@pytest.mark.parametrize("concurrency", ["1", "8"])
def test_a_target_that_dies_in_the_middle(command, spawn, monkeypatch, results_of, concurrency):
    """What was in flight when the server was killed is held against nobody; what was done before is reported."""
    monkeypatch.setenv("KEY", "the-one-right-key")
    server = spawn("mock", "--port", "0", "--responses", "varied", "--api-key-env", "KEY")
    assert server.stdout is not None
    url = re.search(r"http://\S+?(?=;)", server.stdout.readline())
    assert url is not None
    killed = []

    def kill_later(step) -> None:
        if step.sent > 60 and not killed:
            killed.append(step.sent)
            os.kill(server.pid, signal.SIGKILL)

    monkeypatch.setattr("conformance.cli.screen.Screen.progress", lambda _, step: kill_later(step))
    ended = command("run", "--target", url[0], "--api-key-env", "KEY", "--concurrency", concurrency)
    assert killed
    assert 3 == ended.status, ended.out
    told = re.search(r"cannot be reached: [a-z ]+, (\d+) consecutive times, after (\d+) responses; check", ended.err)
    assert told is not None, ended.err
    assert int(told[1]) >= 3
    assert int(told[2]) > 50
    is_whole({path.name for path in OUT.iterdir()})
    found = results_of(OUT)
    assert "inconclusive" == found["verdict"]
    assert told[0] in found["reason"]
    assert found["counts"]["requirements"]["passed"] > 10
    assert 0 == found["counts"]["requirements"]["failed"]


@pytest.mark.slow
@NO_SIGINT
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted(spawn, wait_for, right, results_of, events_of, number):
    """Ctrl-C and SIGTERM end the run in order: its journal has a footer, its reports are there, the status is 3."""
    process = spawn("run", "--target", right, "--rate", "50")
    journal = OUT / "journal.ndjson"
    for _ in range(1000):
        if journal.exists() and journal.read_bytes().count(b"\n") > 20:
            break
        time.sleep(0.02)
    process.send_signal(number)
    ended = wait_for(process)
    assert 3 == ended.status, ended
    assert "the run is incomplete: interrupted" in ended.err
    assert "Traceback" not in ended.err
    is_whole({path.name for path in OUT.iterdir()})
    assert "interrupted" == events_of(OUT, "run.ended")[-1]["reason"]
    found = results_of(OUT)
    assert ("inconclusive", "interrupted") == (found["verdict"], found["reason"])


def test_a_run_that_is_interrupted_twice(command, monkeypatch):
    """Ctrl-C while the end of a run that was interrupted is tidied up: what was sent is told all the same."""

    def interrupted(self: object, *_: object, **__: object) -> None:
        if isinstance(self, Journal):
            self.close()
        raise KeyboardInterrupt

    monkeypatch.setattr("conformance.workflow.run.report_again", interrupted)
    monkeypatch.setattr(Journal, "__exit__", interrupted)
    ended = command("run", "--profile", "smoke", "--only", "transport.*")
    assert 3 == ended.status
    assert re.search(r"^conformance: interrupted; \d+ requests sent, .*--resume goes on", ended.err, re.MULTILINE)
    assert "before anything was sent" not in ended.err


@pytest.mark.slow
@NO_SIGINT
def test_an_interruption_before_anything_was_sent(spawn, wait_for):
    """Ctrl-C before the first request is one line, and exit status 3."""
    Path("waiting.py").write_text("import os, time\nopen('loading', 'w').close()\ntime.sleep(60)\n")
    process = spawn("run", "--target", "asgi:waiting:app")
    for _ in range(1000):
        if Path("loading").exists():
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    ended = wait_for(process)
    assert 3 == ended.status
    assert "conformance: interrupted before anything was sent" in ended.err
    assert "Traceback" not in ended.err


def test_the_mock_of_a_killed_run_ends_with_it(spawn):
    """The server that a run starts is gone soon after the run was killed, however rudely."""
    process = spawn("run", "--rate", "20")
    assert process.stdout is not None
    port = re.search(r"http://127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert port is not None
    assert is_open(int(port[1]))
    process.kill()
    process.wait()
    for _ in range(500):
        if not is_open(int(port[1])):
            return
        time.sleep(0.02)
    pytest.fail("the server still takes connections")


def is_open(port: int) -> bool:
    """Tell whether somebody listens on a port of this machine."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
