"""Campaigns against a server with faults: the same seed finds the same, interrupted or not, over real processes."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.mock.server import BackgroundServer
from conformance.model.case import SLOT

from ..benchmarks.planted import FAULTS, planted  # noqa: TID252 - test modules are found by path
from ..journals import events  # noqa: TID252 - test modules are found by path
from .conftest import MAIN, finished

MET: tuple[Callable[[Any], bool], ...] = (
    FAULTS["two members equal and odd"][0],
    FAULTS["a negative even number"][0],
    lambda body: isinstance(body, dict) and not str(body.get("name", "")).isascii(),
)
"""Faults that any seed meets within some hundred requests."""

ESSENCES = [
    {"autoscaling_settings": {"concurrency_target": 1, "scale_down_delay": 1}},
    {"name": "\x80"},
    {"promotion_settings": {"ramp_up_duration_seconds": -2}},
]

CAMPAIGN = ("--profile", "fuzz", "--phases", "hypothesis", "--time-budget", "300", "--max-requests", "600")
CAMPAIGN += ("--seed", "1", "--report", "results", "--quiet")
pytestmark = pytest.mark.slow
NO_SIGINT = signal.getsignal(signal.SIGINT) == signal.SIG_IGN


class Faulty:
    """A server with several faults, which can strike when one was met so often."""

    def __init__(self) -> None:
        self.met = 0
        self.strike: Callable[[], object] | None = None
        self.strikes_at = 0

    def fails(self, body: Any) -> bool:
        """Tell whether a body meets a fault."""
        found = any(meets(body) for meets in MET)
        self.met += found
        if self.strike is not None and self.met >= self.strikes_at:
            strike, self.strike = self.strike, None
            strike()
        return found


@pytest.fixture
def faulty() -> Iterator[tuple[Faulty, str]]:
    """Return a server with faults, and its URL."""
    made = Faulty()
    with BackgroundServer(planted(made.fails)) as server:
        yield made, server.url


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an unbroken campaign: what it kept is in `db`, what it found in `out`."""
    folder = tmp_path_factory.mktemp("whole")
    with BackgroundServer(planted(Faulty().fails)) as server:
        words = [sys.executable, "-c", MAIN, "run", "--target", server.url, *CAMPAIGN]
        ended = subprocess.run([*words, "--example-db", "db", "--out", "out"], cwd=folder, check=False, timeout=120)  # noqa: S603  (our own command)
    assert 1 == ended.returncode
    return folder


def kept(folder: Path) -> list[Any]:
    """Return what a folder of examples holds, but for what the limit cut short."""
    bodies = [json.loads(each.read_bytes()) for each in folder.rglob("*.body")]
    found = [{name: item for name, item in body.items() if (name, item) != ("name", SLOT)} for body in bodies]
    return sorted((each for each in found if each in ESSENCES), key=list)


def body_of(case: dict[str, Any]) -> Any:
    """Return the body of a case that was sent, without the name where that was a fresh one."""
    body = json.loads(base64.b64decode(case["request"]["body"]))
    if case.get("slotted"):
        del body["name"]
    return body


def told(out: Path) -> list[tuple[str, ...]]:
    """Return what a run tells: requirement, place, symptom, and the smallest case with its body and its story."""
    results = json.loads((out / "results.json").read_text())
    sent = {each["case"]["id"]: each["case"] for each in events(out, "request.sent")}
    found = set()
    for each in results["findings"]:
        # What the limit cut short was not looked into.
        if each["strength"] == "must" and each["case"].endswith(".minimal"):
            case = sent[each["case"]]
            found.add(
                (each["requirement"], each["cause"], case["id"], json.dumps(body_of(case)), case["story"]["says"])
            )
    return sorted(found)


def order(out: Path) -> list[str]:
    """Return what broke the server in a run, in the order in which it was told."""
    # What the limit cut short was not looked into.
    looked_into = (each for each in events(out, "finding") if each["case"].endswith(".minimal"))
    found = (each["finding"] for each in looked_into if each["finding"]["symptom"]["rule"] == "server error")
    return list(dict.fromkeys(json.dumps([each["requirement"], each["place"], each["symptom"]]) for each in found))


def test_the_same_seed_tells_the_same_twice(whole, faulty, spawn) -> None:
    """With more requests in flight as well: the same causes by the same smallest cases, found in the same order."""
    _, url = faulty
    assert 1 == finished(spawn("run", "--target", url, *CAMPAIGN, "--concurrency", "8", "--out", "two"), 120).status
    one, two = whole / "out", Path("two")
    assert told(one) == told(two)
    assert order(one) == order(two)
    assert ESSENCES == sorted((json.loads(each[3]) for each in told(one)), key=list)


@pytest.mark.parametrize(
    ("number", "met", "out"),
    [
        pytest.param(signal.SIGINT, 12, "part", marks=pytest.mark.skipif(NO_SIGINT, reason="SIGINT is ignored here")),
        (signal.SIGKILL, 12, "again"),
        (signal.SIGKILL, 25, "part"),
        (signal.SIGKILL, 40, "part"),
    ],
)
def test_an_interrupted_campaign_finds_the_same_when_it_is_had_again(whole, faulty, spawn, number, met, out) -> None:
    """By its seed and what was kept, or by going on with it; cut off in the middle of what it finds."""
    server, url = faulty
    campaign = ("run", "--target", url, *CAMPAIGN, "--example-db", "db")
    process = spawn(*campaign, "--out", "part")
    server.strikes_at, server.strike = met, lambda: os.kill(process.pid, number)
    assert finished(process, 120).status in {1, 3, -number}
    assert None is server.strike
    before = told(Path("part")) if number is signal.SIGINT else []
    assert len(before) < len(ESSENCES)
    assert list(Path("db").rglob("*.body"))

    assert 1 == finished(spawn(*campaign, "--out", out, *(["--resume"] if out == "part" else [])), 120).status
    assert told(whole / "out") == told(Path(out))
    assert kept(whole / "db") == kept(Path("db"))


def test_what_failed_before_is_sent_first_and_forgotten_when_it_is_mended(whole, spawn) -> None:
    """The folder holds the smallest bodies; against a right server they are sent once more and are gone."""
    shutil.copytree(whole / "db", "db")
    assert ESSENCES == kept(Path("db"))
    words = ("--target", "mock", "--example-db", "db", "--out", "two", "--max-requests", "40")
    ended = finished(spawn("run", *CAMPAIGN, *words), 120)
    assert ended.status in {0, 3}
    again = [body_of(each["case"]) for each in events(Path("two"), "request.sent")]
    assert ESSENCES == sorted(again[:3], key=list)
    assert [] == list(Path("db").rglob("*.body"))


@pytest.mark.parametrize("status", [None, 429, 401], ids=["silence", "not now", "who are you"])
def test_what_was_not_judged_again_is_kept(whole, spawn, status) -> None:
    """A target that closes, asks for patience or refuses the credential has not shown that anything is mended."""
    shutil.copytree(whole / "db", "db")

    async def app(scope: Any, _: Any, send: Any) -> None:
        if scope["type"] == "http" and status is not None:
            headers = [(b"content-type", b"application/json"), (b"retry-after", b"0")]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"{}"})
        elif scope["type"] == "http":
            raise ConnectionError

    with BackgroundServer(app) as server:
        words = ("--target", server.url, "--example-db", "db", "--out", "two", "--max-requests", "30")
        assert finished(spawn("run", *CAMPAIGN, *words), 120).status in {1, 3}
    left = kept(Path("db"))
    assert ESSENCES == left


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_suite(faulty, spawn) -> None:
    """One line says what to do, and the journal tells why the run ended."""
    _, url = faulty
    Path("db").mkdir()
    Path("db/hypothesis").write_text("")
    ended = finished(spawn("run", "--target", url, *CAMPAIGN, "--example-db", "db", "--out", "out"), 120)
    assert 3 == ended.status
    assert "name a folder that can be read and written with --example-db" in ended.complaint
    (last,) = events(Path("out"), "run.ended")
    assert "name a folder that can be read and written with --example-db" in last["reason"]
