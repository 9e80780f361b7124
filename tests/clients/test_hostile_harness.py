"""Harnesses that are hostile, over real processes: memory, time, children, signals and the environment are bounded."""

import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from conformance.clients import harness as module
from conformance.clients.scenarios.catalogue import BASELINE
from conformance.model.errors import UsageError

from .test_harness import BEGIN, play, start

ENDS = 600.0
"""For how many seconds a harness would go on by itself."""


@pytest.fixture
def scenario(plan):
    """The scenario of the fullest response."""
    return next(each for each in plan if each.id == BASELINE)


CHILD = """sys.stdin.readline()
import subprocess
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdin=subprocess.DEVNULL)
sys.exit("gone")
"""

HOSTILE = {
    "a flood of lines": (
        "sys.stdin.readline()\nwhile True: os.write(1, b'noise\\n' * 1000)",
        "the harness wrote no result within 1 s",
    ),
    "a flood of blank lines": (
        "sys.stdin.readline()\nwhile True: os.write(1, b'\\n' * 10000)",
        "the harness wrote no result within 1 s",
    ),
    "a flood of errors": (
        "sys.stdin.readline()\nwhile True: os.write(2, b'noise ' * 1000)",
        "the harness wrote no result within 1 s",
    ),
    "a line of 100 MB": (
        "sys.stdin.readline()\nfor _ in range(100): os.write(1, b'x' * 2**20)\ntime.sleep(600)",
        "the harness wrote a line of more than 1,048,576 bytes",
    ),
    "an endless line": (
        "while True: os.write(1, b'x' * 2**16)",
        "the harness wrote a line of more than 1,048,576 bytes",
    ),
    "no reading": ("time.sleep(600)", "the harness wrote no result within 1 s"),
    "a child that holds the output": (
        CHILD,
        "the harness ended with status 1: gone",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_harness_costs_its_scenario_little_time_and_memory(tmp_path, scenario, kind):
    """The call ends in time with its reason, the process is gone, and few megabytes were held."""
    source, trouble = HOSTILE[kind]
    told = []
    tracemalloc.start()
    with start(tmp_path, source, told, timeout=1.0) as harness:
        before = time.monotonic()
        made = play(harness, scenario)
        seconds = time.monotonic() - before
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (trouble, True, True) == (made.trouble, seconds < ENDS, held < 2**24)
    assert len(told) <= module.MOST_REPORTED + 1


@pytest.mark.parametrize("flood", ["while True: os.write(1, b'noise\\n')", "while True: os.write(1, b'\\n' * 9)"])
def test_the_limit_of_the_start_holds(tmp_path, monkeypatch, flood):
    """Who writes much and never the first line is given up as one that writes nothing."""
    monkeypatch.setattr(module, "STARTUP_SECONDS", 0.5)
    before = time.monotonic()
    harness = start(tmp_path, flood, [], begin="import os\n")
    with pytest.raises(UsageError, match="wrote no first line within"), harness:
        pass
    assert time.monotonic() - before < ENDS


def test_a_line_without_an_end_ends_the_start(tmp_path):
    """The first line has a longest length as well."""
    harness = start(tmp_path, "while True: os.write(1, b'x' * 9999)", [], begin="import os\n")
    with pytest.raises(UsageError, match="wrote a line of more than 1,048,576 bytes before its first line"), harness:
        pass


def test_a_harness_has_no_variable_of_ours(tmp_path, scenario, monkeypatch):
    """The key of a server is none of the harness's business, whatever letter case its variable has."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "a-secret")
    monkeypatch.setenv("conformance_key", "a-secret")
    monkeypatch.setenv("OTHER", "kept")
    source = """
    for line in sys.stdin:
        held = [os.environ.get("OTHER"), *(name for name in os.environ if "CONFORMANCE" in name.upper())]
        say(id=json.loads(line)["id"], returned_json=json.dumps(held))
    """
    with start(tmp_path, source, []) as harness:
        assert '["kept"]' == play(harness, scenario).returned


SOON = 5.0
"""Within how many seconds of a signal a run ends on an idle machine."""

RUN = "import sys; from conformance.cli import main; sys.argv[0] = 'conformance'; main()"

STUBBORN = """
import signal
for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(each, signal.SIG_IGN)
import subprocess
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
first = json.loads(sys.stdin.readline())
say(id=first["id"], returned_json="{}")
sys.stdin.readline()
open("waiting", "w").close()
while True: time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_run_ends_soon_after_a_signal_with_its_reports(tmp_path, number):
    """A harness that ignores signals and the end of its input does not hold up the run, nor its reports."""
    (tmp_path / "harness.py").write_text(BEGIN + STUBBORN)
    command = (sys.executable, "-c", RUN, "client", "--timeout", "300", "--", sys.executable, "harness.py")
    run = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE)  # noqa: S603
    end = time.monotonic() + 60
    while not (tmp_path / "waiting").exists() and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(run.pid, number)
    run.communicate(timeout=SOON * 12)
    results = json.loads((tmp_path / "conformance-client" / "results.json").read_bytes())
    assert (3, "interrupted") == (run.returncode, results["reason"])
    assert {"report.html", "junit.xml"} <= {each.name for each in Path(tmp_path / "conformance-client").iterdir()}
