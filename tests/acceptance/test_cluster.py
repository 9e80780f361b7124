"""Workers of a Dask cluster: they share a run as processes do, and one that dies is replaced."""

import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from tests.safety.calling import call
from tests.safety.killing import KEY, Recording, command, comparable, events, seen, sent_again, serving, surplus

pytestmark = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed")

SMOKE = ("--profile", "smoke")
SLOWLY = ("--rate", "45")
"""So slowly that all three are at work when one is killed."""

START_SECONDS = 60
IN_FLIGHT = 2
"""How many requests a worker has in flight of the four that a run has: what it has may be sent again."""


class Cluster:
    """A scheduler and three workers with one thread each, in processes of their own; `logs` has what they print."""

    def __init__(self, folder: Path) -> None:
        self.logs = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self.address = self._logged("scheduler", r"Scheduler at:\s+(tcp://\S+)")
        self.dashboard = self._logged("scheduler", r"dashboard at:\s+(\S+)")
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard")
        self.workers = [
            self._start("worker", self.address, *options, "--name", f"w{number}", log=f"w{number}")
            for number in range(3)
        ]
        from distributed import Client  # noqa: PLC0415 (is optional)

        with Client(self.address) as client:
            client.wait_for_workers(len(self.workers), timeout=START_SECONDS)

    def _start(self, *words: str, log: str = "") -> "subprocess.Popen[bytes]":
        with (self.logs / f"{log or words[0]}.log").open("wb") as file:
            process = subprocess.Popen([sys.executable, "-m", "dask", *words], stdout=file, stderr=file)  # noqa: S603
        self._processes.append(process)
        return process

    def _logged(self, name: str, pattern: str) -> str:
        end = time.monotonic() + START_SECONDS
        while True:
            text = (self.logs / f"{name}.log").read_text()
            if found := re.search(pattern, text):
                return found[found.lastindex or 0]
            assert time.monotonic() < end, text
            time.sleep(0.05)

    def end(self) -> None:
        """End all processes."""
        for each in reversed(self._processes):
            each.kill()
            each.wait()


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Return a cluster whose workers have the key."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    folder = tmp_path / "cluster"
    folder.mkdir()
    found = Cluster(folder)
    yield found
    found.end()


def shared(cluster: Cluster) -> tuple[str, ...]:
    """Return the options of a run that the cluster shares."""
    return (*SMOKE, "--workers", "3", "--executor", "dask", "--scheduler", cluster.address)


def test_a_worker_that_is_killed_is_replaced(contract: Contract, cluster: Cluster, tmp_path: Path) -> None:
    """The run is the same as one process', and nothing is sent again that the journal tells was answered."""
    alone, unbroken, together = (tmp_path / each for each in ("alone", "unbroken", "together"))
    with serving(Recording(contract, constant=True)) as url:
        assert 0 == call("run", "--target", url, "--out", str(alone), "--quiet", *SMOKE, "--shard", "1/1")
    whole = Recording(contract, constant=True)
    with serving(whole) as url:
        assert 0 == call("run", "--target", url, "--out", str(unbroken), "--quiet", *shared(cluster))
    assert comparable(alone) == comparable(unbroken)
    recording = Recording(contract, constant=True)
    recording.kill_at, recording.process = 60, cluster.workers[1]
    with serving(recording) as url:
        process = command(url, together, *shared(cluster), *SLOWLY)
        _, said = process.communicate(timeout=180)
    assert 0 == process.returncode, said.decode()
    assert cluster.workers[1].poll() is not None
    assert any(event["event"] == "run.resumed" for event in events(together))
    assert seen(alone) == seen(together)
    assert comparable(alone)["causes"] == comparable(together)["causes"]
    assert [] == sent_again(together)
    assert surplus(recording, whole).total() <= IN_FLIGHT
    assert not (together / "workers").exists()


def test_limits_hold_for_the_whole_cluster(contract: Contract, cluster: Cluster, tmp_path: Path) -> None:
    """At the server: a worker that dies leaves its share to the next one; all together create 15 objects at most."""
    recording = Recording(contract)
    recording.kill_at, recording.process = 30, cluster.workers[2]
    with serving(recording) as url:
        limits = ("--max-creations", "15", "--max-requests", "120")
        process = command(url, tmp_path / "out", *shared(cluster), *SLOWLY, *limits)
        _, said = process.communicate(timeout=180)
    results = json.loads((tmp_path / "out/results.json").read_bytes())
    assert 3 == process.returncode, said.decode()
    assert cluster.workers[2].poll() is not None
    assert 0 < recording.creations <= 15
    assert len(recording.log) <= results["counts"]["requests"] <= 120


def test_the_cluster_never_has_the_key(contract: Contract, cluster: Cluster, tmp_path: Path) -> None:
    """It is in no log of the scheduler or of a worker, and in no record of a task."""
    from distributed import Client  # noqa: PLC0415 (is optional)

    with serving(Recording(contract)) as url:
        process = command(url, tmp_path / "out", *shared(cluster))
        _, said = process.communicate(timeout=180)
        assert 0 == process.returncode, said.decode()
    with Client(cluster.address) as client:
        told = [repr(client.get_scheduler_logs()), repr(client.get_worker_logs())]
        told.append(repr(client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.transition_log))))
        told.append(repr(client.get_task_stream()))
    told += [path.read_text() for path in cluster.logs.glob("*.log")]
    assert "conformance-" in told[2]  # the tasks are there
    assert [] == [text for text in told if KEY in text]


def test_a_worker_without_a_key_says_which_variable(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option travels and what it names does not: a worker that lacks the variable names it."""
    monkeypatch.delenv("CONFORMANCE_API_KEY", raising=False)
    folder = tmp_path / "cluster"
    folder.mkdir()
    cluster = Cluster(folder)
    try:
        with serving(Recording(contract)) as url:
            monkeypatch.setenv("OF_THE_TEST", KEY)
            process = command(url, tmp_path / "out", *shared(cluster), "--api-key-env", "OF_THE_TEST")
            _, said = process.communicate(timeout=180)
    finally:
        cluster.end()
    assert 2 == process.returncode, said.decode()
    assert "OF_THE_TEST" in said.decode()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scheduler", "tcp://127.0.0.1:9"), "--scheduler needs --executor dask"),
        (("--executor", "dask", "--scheduler", "nowhere"), "is no address of a Dask scheduler"),
        (("--executor", "dask", "--scheduler", "tcp://127.0.0.1:9"), "no Dask scheduler responds at"),
    ],
)
def test_what_cannot_be_reached_is_one_line(
    contract: Contract, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    """A scheduler that is not there, or no address, ends before anything is sent."""
    recording = Recording(contract)
    with serving(recording) as url:
        status = call("run", "--target", url, "--out", str(tmp_path / "out"), *SMOKE, "--workers", "2", *options)
    assert 2 == status
    assert said in capsys.readouterr().err
    assert [] == recording.log
