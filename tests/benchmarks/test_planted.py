"""Ten faults that only random data meets: how soon a campaign meets and shrinks each, beside `schemathesis run`.

Both tools have the same time, document, seed and credential against the same servers, and requests are counted there.
Schemathesis needs to see nothing but status 500, so it has no other check, and no phase of several operations.

    CONFORMANCE_PLANTED=60 pytest tests/benchmarks/test_planted.py -s

gives each of them 60 seconds a fault, in the place of 30.
"""

import base64
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import pytest

from conformance.mock.server import BackgroundServer
from conformance.model.case import SLOT

from ..journals import events  # noqa: TID252 - test modules are found by path
from .planted import FAULTS, Faulty
from .processes import ours, theirs
from .serving import Counter

SECONDS = int(os.environ.get("CONFORMANCE_PLANTED", "30"))
TOOLS = ("conformance", "schemathesis")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool made of one fault: the request and the second in which it was met, and what was told of it.

    `shrunk` is the request after which the smallest body was known, where the tool says so; `bodies` are those it shows
    for the fault, one for each cause.
    """

    met: tuple[int, float] | None
    requests: int
    seconds: float
    bodies: tuple[Any, ...]
    shrunk: int | None = None


def run_conformance(faulty: Faulty, folder: Path) -> Outcome:
    """Carry out a campaign, and read what it tells in its results."""
    server = Counter(faulty)
    words = ours("run", "--profile", "fuzz", "--time-budget", str(SECONDS), "--seed", "1")
    with BackgroundServer(server) as at:
        words += ["--target", at.url, "--out", str(folder), "--report", "results", "--quiet"]
        subprocess.run(words, cwd=folder.parent, check=False, timeout=SECONDS + 60)  # noqa: S603  (our own command)
    seconds = server.elapsed()
    causes = [
        each for each in json.loads((folder / "results.json").read_text())["causes"] if each["strength"] == "must"
    ]
    sent = [each["case"] for each in events(folder, "request.sent")]
    shown = {each["id"]: (number, each) for number, each in enumerate(sent, 1)}
    smallest = [shown[cause["case"]] for cause in causes if cause["case"] in shown]
    return Outcome(
        met=server.met,
        requests=server.requests,
        seconds=seconds,
        bodies=tuple(_body(case) for _, case in smallest),
        shrunk=max((number for number, _ in smallest), default=None),
    )


def _body(case: dict[str, Any]) -> Any:
    body = json.loads(base64.b64decode(case["request"]["body"]))
    if case.get("slotted"):
        body["name"] = SLOT
    return body


def run_schemathesis(faulty: Faulty, folder: Path) -> Outcome:
    """Run `schemathesis run`, and read the body of the command with which it says that the failure is had again."""
    server = Counter(faulty)
    words = ["--phases", "examples,coverage,fuzzing", "--checks", "not_a_server_error", "--max-time", str(SECONDS)]
    folder.mkdir()
    with BackgroundServer(server) as at:
        command = theirs(at.url, *words, "--seed", "1")
        ended = subprocess.run(  # noqa: S603  (a command of a library)
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS + 120
        )
    return Outcome(met=server.met, requests=server.requests, seconds=server.elapsed(), bodies=_curled(ended.stdout))


def _curled(said: str) -> tuple[Any, ...]:
    if "Server error" not in said:
        return ()
    return tuple(_told(line.strip()) for line in said.splitlines() if line.strip().startswith("curl "))


def _told(command: str) -> Any:
    try:
        words = shlex.split(command)
        return json.loads(words[words.index("-d") + 1])
    except ValueError:
        return re.sub(r"\s+", " ", command)


RUN = {"conformance": run_conformance, "schemathesis": run_schemathesis}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Outcome]:
    """Return what both tools made of each fault, one after the other."""
    folder = tmp_path_factory.mktemp("planted")
    found = {}
    for number, (name, (faulty, _)) in enumerate(FAULTS.items()):
        for tool in TOOLS:
            found[tool, name] = RUN[tool](faulty, folder / f"{tool}-{number}")
    return found


def test_a_campaign_finds_ten_faults_that_only_random_data_meets(outcomes, capsys) -> None:
    """Each is found, as one cause, and its smallest body is the one that a person would write."""
    with capsys.disabled():
        show(outcomes)
    expected = {name: (essence,) for name, (_, essence) in FAULTS.items()}
    assert expected == {name: outcomes["conformance", name].bodies for name in FAULTS}


def show(outcomes: dict[tuple[str, str], Outcome]) -> None:
    """Print a line for each fault and tool, and the medians of what was met."""
    print(f"\n  {SECONDS} s each")  # noqa: T201  (what benchmarks are for)
    for (tool, name), each in outcomes.items():
        met = f"met by request {each.met[0]} in {each.met[1]:.1f} s" if each.met is not None else "not met"
        shrunk = f", shrunk by {each.shrunk}" if each.shrunk is not None else ""
        shown = json.dumps(each.bodies, ensure_ascii=True)[:200]
        print(f"  {name} | {tool}: {met}{shrunk}; {each.requests} requests in {each.seconds:.1f} s; {shown}")  # noqa: T201
    for tool in TOOLS:
        mine = [each for (which, _), each in outcomes.items() if which == tool]
        met = [each.met for each in mine if each.met is not None]
        told = sum(bool(each.bodies) for each in mine)
        requests, seconds = (median(each[at] for each in met) if met else 0 for at in (0, 1))
        print(  # noqa: T201
            f"  {tool}: {len(met)} of {len(mine)} met, {told} told; met by request {requests:g} in {seconds:.1f} s "
            f"(medians of those met); {median(each.requests for each in mine):g} requests in "
            f"{median(each.seconds for each in mine):.1f} s a run (medians)"
        )
