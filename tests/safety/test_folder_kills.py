"""Runs, resumed runs and cleanups in one folder, each killed with SIGKILL at a random moment: nothing stays behind.

There are a few of them: `CONFORMANCE_KILLS=50 pytest -m slow tests/safety/test_folder_kills.py` makes fifty sequences
of four kills, and `CONFORMANCE_KILLS_FROM` says with which seed to begin.
"""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer

from .killing import KEY, MAIN, events

COUNT, FIRST = int(os.environ.get("CONFORMANCE_KILLS", "3")), int(os.environ.get("CONFORMANCE_KILLS_FROM", "0"))
pytestmark = pytest.mark.slow

# One name cannot be part of a path, so that its object cannot be removed: it is left out.
FEW = ("--profile", "smoke", "--skip", "observe.merged.beyond-double")
RUN = ("run", *FEW, "--report", "results", "--rate", "40", "--out", "out", "--quiet", "--target")
CLEANUP = ("cleanup", "out")


def started(*arguments: str) -> "subprocess.Popen[bytes]":
    """Start a command in a process of its own."""
    return subprocess.Popen(  # noqa: S603 (our own command)
        [sys.executable, "-c", MAIN, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CONFORMANCE_API_KEY": KEY},
    )


def ended(*arguments: str) -> tuple[int, bytes, bytes]:
    """Return how a command ends that nobody kills."""
    process = started(*arguments)
    said, complained = process.communicate(timeout=120)
    return process.returncode, said, complained


def test_kills_in_one_folder(contract, tmp_path, monkeypatch, capsys):
    """After whatever was killed, the next command finds the folder free, and a cleanup removes all that was created."""
    begun = time.monotonic()
    assert 0 == ended("--version")[0]
    start, kills, asides = time.monotonic() - begun, 0, 0
    for seed in range(FIRST, FIRST + COUNT):
        chosen = random.Random(seed)  # noqa: S311 (no secret)
        here = tmp_path / str(seed)
        here.mkdir()
        monkeypatch.chdir(here)
        app = reference_app(contract, key=KEY)
        with BackgroundServer(app) as server:
            run = (*RUN, server.url)
            for arguments in [run, *(chosen.choice([run, (*run, "--resume"), CLEANUP]) for _ in range(3))]:
                process = started(*arguments)
                try:
                    _, complained = process.communicate(timeout=start + chosen.uniform(0.1, 5.0))
                    assert b"another run" not in complained
                    assert b"Traceback" not in complained
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
                    kills += 1
            asides += sum(path.name.startswith("out.") for path in Path().iterdir())
            status, said, complained = ended(*CLEANUP)
            left = sorted(name for _, name in app.stored)
            began = Path("out/journal.ndjson").exists() and Path("out/journal.ndjson").read_bytes().count(b"\n")
            if status == 2:
                # The very first line was never written.
                assert (0, b"is empty" in complained or b"cannot read" in complained) == (began, True), complained
            elif status == 3:
                # A request without a name was in flight: nobody can know what came of it.
                assert b"removed" in said
                assert {b"its name is unknown"} == {line.rpartition(b": ")[2] for line in said.splitlines()[1:]}
            else:
                assert (0, b"") == (status, complained), said
                assert {"out"} >= {path.name for path in Path().iterdir()}
            assert [] == left
            if began:
                assert ended("report", "out", "--report", "results")[0] in {0, 1, 3}
                found = json.loads(Path("out/results.json").read_bytes())["findings"]
                assert [] == [each for each in found if each["requirement"] == "drift.clean-up"]
                assert events(Path("out"))[0]["event"] == "run.started"
    with capsys.disabled():
        print(f"\n  {COUNT} sequences, {kills} killed, {asides} journals set aside, nothing left")  # noqa: T201 (the figure)
