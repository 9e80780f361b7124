"""Runs against every hostile server: each ends in time and in little memory, with the documented exit status.

`python -m tests.safety.hostile_runs` makes a table of the same runs.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .hostile import serving
from .hostile_runs import ALLOWANCE, MOST_MEMORY, PATIENCE, Outcome, attack, command, environment, line
from .servers import SERVERS

BY_NAME = {each.name: each for each in SERVERS}
ROOT = Path(__file__).parent.parent.parent


def test_there_are_many() -> None:
    """More than eighty servers are met, each under a name of its own."""
    assert len(SERVERS) == len(BY_NAME) > 80


@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_a_hostile_server(name, elsewhere):
    """The run ends by itself: 300 MB, 20 MB of files, the documented exit status, no key and no error of the suite."""
    outcome = attack(BY_NAME[name], elsewhere)
    assert () == outcome.broken
    # The command tells what is late by the clock: here it would be late when the machine is busy.
    assert outcome.seconds < outcome.promised * PATIENCE


def test_the_table_says_what_is_broken() -> None:
    """A row has the figures and the documented exit status, or every promise that was not kept."""
    server = BY_NAME["gzip bomb"]
    kept = Outcome(server, 4.25, 23.0, 95.6, 0.5, 3, ())
    start = "| gzip bomb | sends 50 MB of zeros in gzip |"
    assert f"{start} 4.2 | 23 | 96 | 3 | yes (3) |" == line(kept)
    killed = Outcome(server, 140.0, 23.0, MOST_MEMORY + 1, 0.5, None, ("was killed", "more than 300 MB of memory"))
    assert f"{start} 140.0 | 23 | 301 | killed | no (3): was killed; more than 300 MB of memory; late |" == line(killed)


@pytest.mark.slow
def test_the_table_is_made_by_a_command(elsewhere):
    """The command prints the table and writes it; a name that it does not know is an error."""
    out = elsewhere / "table.md"
    made = [sys.executable, "-m", "tests.safety.hostile_runs"]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": ""}
    ended = subprocess.run(  # noqa: S603 (our own command)
        [*made, "nothing", "gateway 502", "--out", str(out)],
        cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ("", out.read_text()) == (ended.stderr, ended.stdout)
    rows = [each.split(" | ")[0] for each in ended.stdout.splitlines()]
    assert ["| server", "| ---", "| nothing", "| gateway 502"] == rows
    unknown = subprocess.run([*made, "none"], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    assert (2, "error: no server is called none") == (
        unknown.returncode,
        unknown.stderr.splitlines()[-1].partition(": ")[2],
    )


STOPPED = {signal.SIGTERM: "interrupted", signal.SIGINT: "interrupted", None: "--time-budget 1 is reached"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["495,000 members", "backslashes", "9 MB of escapes", "9 MB of empty arrays"])
@pytest.mark.parametrize("stop", STOPPED, ids=["SIGTERM", "SIGINT", "--time-budget"])
def test_a_run_can_be_stopped(name, stop, elsewhere):
    """A signal, or the end of the time budget, ends the run within its plan, whatever it is busy with."""
    with serving(BY_NAME[name].behave()) as url:
        run = subprocess.Popen(  # noqa: S603 (our own command)
            command(url, *(() if stop else ("--time-budget", "1"))),
            env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            journal = elsewhere / "out" / "journal.ndjson"
            while not (journal.exists() and b'"exchange"' in journal.read_bytes()) and run.poll() is None:
                time.sleep(0.05)
            if stop is not None:
                run.send_signal(stop)
            run.wait(ALLOWANCE * PATIENCE)
        finally:
            run.kill()
    assert STOPPED[stop] == json.loads((elsewhere / "out" / "results.json").read_bytes())["reason"]
