"""A campaign on a Dask cluster: targets at the same time, each in parts, and the results of a campaign without one."""

import importlib.util
import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from tests.acceptance.dask_cluster import Cluster, cluster_in
from tests.safety.calling import call
from tests.safety.killing import KEY, Recording, comparable, events, sent_again, serving, started

pytestmark = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed")

WRONG = ("echo.*.min_replica.other",)
CREATIONS = {"one": 6, "two": 4, "wrong": 5}
"""The most that each target may be made to create, where a test limits it."""


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Return a cluster whose workers have the key."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    with cluster_in(tmp_path / "cluster") as found:
        yield found


@pytest.fixture
def servers(contract: Contract) -> dict[str, Recording]:
    """Return two servers that are right, and one that is wrong."""
    return {name: Recording(contract, WRONG if name == "wrong" else ()) for name in CREATIONS}


class Campaign:
    """The file of a campaign against some servers, and what came of it."""

    def __init__(self, folder: Path, servers: dict[str, Recording], stack: ExitStack, more: str = "") -> None:
        self.folder = folder
        self.file = folder / "targets.toml"
        lines = ["[defaults]", "profile = 'smoke'", "repeats = 0", more]
        for name, recording in servers.items():
            lines += [f"[targets.{name}]", f"target = '{stack.enter_context(serving(recording))}'"]
        self.text = "\n".join(lines)

    def begin(self, out: str, *options: str) -> "subprocess.Popen[bytes]":
        """Start it in a process of its own."""
        self.file.write_text(f"out = '{out}'\n{self.text}", encoding="utf-8")
        return started(self.folder, "campaign", str(self.file), "--quiet", *options)

    def test(self, out: str, *options: str) -> tuple[int, dict[str, str]]:
        """Carry it out; returns its status, and the verdict of each target."""
        process = self.begin(out, *options)
        told, said = process.communicate(timeout=180)
        assert process.returncode in {0, 1, 3}, said.decode()
        return process.returncode, dict(line.split(": ", 1) for line in told.decode().splitlines())


def on(cluster: Cluster) -> tuple[str, ...]:
    """Return the options of a campaign on a cluster, with two tasks for each target."""
    return ("--executor", "dask", "--scheduler", cluster.address, "--workers", "2")


def test_targets_are_tested_at_the_same_time(cluster: Cluster, servers: dict[str, Recording], tmp_path: Path) -> None:
    """The results of each are those of a campaign one after the other, and so is the matrix; none has the key."""
    with ExitStack() as stack:
        campaign = Campaign(tmp_path, servers, stack)
        alone = campaign.test("alone")
        together = campaign.test("together", *on(cluster))
    assert 1 == alone[0]
    assert alone[0] == together[0]
    assert {**alone[1], "matrix": ""} == {**together[1], "matrix": ""}
    for name in ("one", "two"):
        assert _outcomes(tmp_path / "alone" / name) == _outcomes(tmp_path / "together" / name)
    spans = [_span(tmp_path / "together" / name) for name in CREATIONS]
    assert any(one[0] < other[1] and other[0] < one[1] for one in spans for other in spans if one is not other)
    page = (tmp_path / "together/matrix.html").read_text()
    assert all(name in page for name in CREATIONS)
    assert [] == [path for path in cluster.logs.glob("*.log") if KEY in path.read_text()]
    assert not list(tmp_path.glob("together/*/workers"))


def _outcomes(out: Path) -> dict[str, str]:
    return {row["id"]: row["outcome"] for row in comparable(out)["requirements"]}


def _span(out: Path) -> tuple[float, float]:
    told = [event["time"] for event in events(out)]
    return told[0], told[-1]


def test_limits_hold_for_each_target(cluster: Cluster, servers: dict[str, Recording], tmp_path: Path) -> None:
    """At each server: no more creations than its own limit, which its parts share; one part is a task as well."""
    with ExitStack() as stack:
        campaign = Campaign(tmp_path, servers, stack)
        for name, most in CREATIONS.items():
            workers = "\nworkers = '1'" if name == "two" else ""
            campaign.text = campaign.text.replace(
                f"[targets.{name}]", f"[targets.{name}]\nmax-creations = {most}{workers}"
            )
        status, told = campaign.test("out", *on(cluster))
    assert status in {1, 3}
    assert {"one", "two"} == {name for name, verdict in told.items() if verdict.startswith("inconclusive")} - {"wrong"}
    for name, most in CREATIONS.items():
        assert servers[name].creations <= most
        results = json.loads((tmp_path / "out" / name / "results.json").read_bytes())
        assert f"--max-creations {most} is reached" in results["reason"]


def test_a_worker_that_dies_and_an_interruption_lose_nothing(
    cluster: Cluster, servers: dict[str, Recording], tmp_path: Path
) -> None:
    """Other workers continue its parts; Ctrl-C ends all, and --resume continues all. Nothing is sent twice."""
    with ExitStack() as stack:
        campaign = Campaign(tmp_path, servers, stack, "rate = 40")
        one = servers["one"]
        process = campaign.begin("out", *on(cluster))

        def interrupt_next() -> None:
            one.kill_at, one.process, one.signal, one.then = 90, process, signal.SIGINT, None

        one.process, one.then, one.kill_at = cluster.workers[0], interrupt_next, 40
        told, said = process.communicate(timeout=180)
        assert process.returncode in {1, 3}, said.decode()
        assert cluster.workers[0].poll() is not None
        assert b"interrupted" in told
        one.kill_at = 0
        status, verdicts = campaign.test("out", *on(cluster), "--resume")
    assert 1 == status
    assert ["conforming", "conforming", "not conforming"] == [verdicts[name] for name in CREATIONS]
    assert [] == [again for name in CREATIONS for again in sent_again(tmp_path / "out" / name)]
    assert not list(tmp_path.glob("out/*/workers"))


def test_a_campaign_starts_a_cluster_of_its_own(
    servers: dict[str, Recording], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the targets that are named; one that is down keeps no other from its test."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    with ExitStack() as stack:
        campaign = Campaign(tmp_path, servers, stack, "only = ['accept.*']")
        campaign.text += "\n[targets.down]\ntarget = 'http://127.0.0.1:9'\n"
        status, told = campaign.test("out", "--executor", "dask", "--only", "[od]*")
    assert 3 == status
    assert {"one", "down", "matrix"} == set(told)
    assert "conforming" == told["one"]
    assert told["down"].startswith("inconclusive")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scheduler", "tcp://127.0.0.1:9"), "--scheduler and --workers need --executor dask"),
        (("--workers", "2"), "--scheduler and --workers need --executor dask"),
        (("--executor", "dask", "--scheduler", "nowhere"), "is no address of a Dask scheduler"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    """Before anything is sent."""
    file = tmp_path / "targets.toml"
    file.write_text("[targets.a]\ntarget = 'mock'\n", encoding="utf-8")
    assert 2 == call("campaign", str(file), *options)
    assert said in capsys.readouterr().err
