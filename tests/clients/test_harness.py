"""Harnesses that behave and harnesses that do not: each gets a clear line, and the rest goes on."""

import sys
import textwrap

import pytest

from conformance.clients import harness as module
from conformance.clients.harness import Harness
from conformance.clients.scenarios.catalogue import BASELINE
from conformance.model.errors import TargetLostError, UsageError

BEGIN = """
import json, os, sys, time
sys.stdin.readline()
def say(**members): print(json.dumps(members), flush=True)
say(protocol=1, client="tried")
"""


@pytest.fixture
def scenario(plan):
    """The scenario of the fullest answer."""
    return next(each for each in plan if each.id == BASELINE)


def start(tmp_path, text, told, *, timeout=20.0, begin=BEGIN):
    """Return a harness with the given source."""
    path = tmp_path / "harness.py"
    path.write_text(begin + textwrap.dedent(text))
    return Harness((sys.executable, str(path)), "POST /", timeout=timeout, warn=told.append)


def play(harness, scenario):
    """Play a scenario to an address that nothing serves."""
    return harness.play(scenario, "http://127.0.0.1:1", "key")


def test_answers_are_taken_as_they_are(tmp_path, scenario):
    """What a client returned is kept as text, so that no digit is lost; what it raised by type and message."""
    source = """
    for line in sys.stdin:
        asked = json.loads(line)
        call = asked["call"]
        if "conformance" == call["model_id"]:
            say(id=asked["id"], returned_json=call["body_json"], types={"": "Thing"})
    """
    told = []
    with start(tmp_path, source, told) as harness:
        made = play(harness, scenario)
    assert ("tried", scenario.body, {"": "Thing"}, []) == (harness.client, made.returned, made.types, told)


def test_what_a_client_raises_is_told(tmp_path, scenario):
    """An exception is a type and a text."""
    source = """
    for line in sys.stdin:
        say(id=json.loads(line)["id"], raised={"type": "Odd", "message": "no"})
    """
    with start(tmp_path, source, []) as harness:
        made = play(harness, scenario)
    assert ("Odd", "no", None) == (made.raised.type, made.raised.message, made.returned)


def test_noise_and_answers_out_of_order_are_told_and_passed_over(tmp_path, scenario):
    """Lines that are no answers, and answers to something else, do not come between."""
    source = """
    for line in sys.stdin:
        id = json.loads(line)["id"]
        print("DEBUG \\x1b[31mconnecting")
        print('{"id": 3}')
        say(id="another", returned_json="1")
        say(id=id, returned_json="1", raised={"type": "both"})
        say(id=id, returned_json="2")
    """
    told = []
    with start(tmp_path, source, told) as harness:
        made = play(harness, scenario)
    assert "2" == made.returned
    assert f"{BASELINE}: the harness wrote a line that is not in the protocol: DEBUG ?[31mconnecting" == told[0]
    assert f"{BASELINE}: the harness wrote a result for another call: another" == told[2]
    assert 4 == len(told)


def test_noise_before_the_first_line_is_passed_over(tmp_path, scenario):
    """A language that greets its user on standard output is told of, and heard none the less."""
    told = []
    source = "for line in sys.stdin: say(id=json.loads(line)['id'], returned_json='1')"
    with start(tmp_path, source, told, begin="print('Welcome', flush=True)\n" + BEGIN) as harness:
        assert "1" == play(harness, scenario).returned
    assert ["the harness wrote a line that is not in the protocol: Welcome"] == told


def test_a_harness_that_hangs_is_started_anew(tmp_path, scenario):
    """A call that never ends costs its own scenario, and no other."""
    mark = tmp_path / "hung"
    source = f"""
    for line in sys.stdin:
        if not os.path.exists({str(mark)!r}):
            open({str(mark)!r}, "w").close()
            time.sleep(600)
        say(id=json.loads(line)["id"], returned_json="1")
    """
    told = []
    with start(tmp_path, source, told, timeout=1.0) as harness:
        hung, after = play(harness, scenario), play(harness, scenario)
    assert ("the harness wrote no result within 1 s", "1") == (hung.trouble, after.returned)
    assert [f"{BASELINE}: the harness wrote no result within 1 s"] == told


def test_a_harness_that_dies_is_started_anew_until_that_is_in_vain(tmp_path, scenario):
    """A death costs a scenario; three in a row end the run."""
    source = """
    sys.stdin.readline()
    print("out of memory", file=sys.stderr)
    os._exit(7)
    """
    with start(tmp_path, source, []) as harness:
        assert "the harness ended with status 7: out of memory" == play(harness, scenario).trouble
        assert play(harness, scenario).trouble
        with pytest.raises(TargetLostError, match="3 consecutive times: ended with status 7: out of memory"):
            play(harness, scenario)


@pytest.mark.parametrize(
    ("begin", "said"),
    [
        (
            "import sys; sys.exit('no module named client')",
            "ended with status 1: no module named client before its first line",
        ),
        ('import sys; sys.stdin.readline(); print(\'{"protocol": 9, "client": "x"}\', flush=True)', "version 9"),
    ],
)
def test_a_harness_that_does_not_begin_is_one_clear_line(tmp_path, begin, said):
    """What is no harness at all is a wrong call."""
    harness = start(tmp_path, "", [], begin=begin + "\n")
    with pytest.raises(UsageError, match=said), harness:
        pass


def test_a_harness_that_says_nothing_is_one_clear_line(tmp_path, monkeypatch):
    """Waiting for the first line ends."""
    monkeypatch.setattr(module, "STARTUP_SECONDS", 0.5)
    harness = start(tmp_path, "time.sleep(600)", [], begin="import time\n")
    with pytest.raises(UsageError, match="wrote no first line within"), harness:
        pass


def test_a_command_that_is_not_there_is_one_clear_line():
    """A program that cannot be started is a wrong call."""
    with (
        pytest.raises(UsageError, match="cannot start no-such-program: No such file"),
        Harness(("no-such-program",), "POST /", timeout=1),
    ):
        pass
