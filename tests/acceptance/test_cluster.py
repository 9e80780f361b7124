"""Workers of a Dask cluster: they share a run as processes do, and one that dies is replaced."""

import asyncio
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.contract.contract import Contract
from tests.acceptance.dask_cluster import HAS_BOKEH, Cluster, cluster_in, diagrams, pages
from tests.safety.calling import call
from tests.safety.killing import (
    KEY,
    Recording,
    command,
    comparable,
    events,
    interrupted,
    seen,
    sent_again,
    serving,
    surplus,
)

pytestmark = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="distributed is not installed")

SMOKE = ("--profile", "smoke")
SLOWLY = ("--rate", "45")
"""So slowly that all three are at work when one is killed."""

CREATIONS, WORKERS = 15, 3

LOOK_AT = 40
"""How many requests the server has got when it looks at the pages of the cluster."""

IN_FLIGHT = 2
"""How many requests a worker has in flight of the four that a run has: what it has may be sent again."""


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Return a cluster whose workers have the key."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    with cluster_in(tmp_path / "cluster") as found:
        yield found


def shared(cluster: Cluster) -> tuple[str, ...]:
    """Return the options of a run that the cluster shares."""
    return (*SMOKE, "--workers", str(WORKERS), "--executor", "dask", "--scheduler", cluster.address)


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
    # What was in flight is told, and was sent again.
    assert comparable(alone) == {**comparable(together), "interrupted": []}
    assert [] == sent_again(together)
    assert surplus(recording, whole).total() <= IN_FLIGHT
    assert not (together / "workers").exists()


class Gathering(Recording):
    """A server that answers as soon as each of three workers has sent something; then it may kill one.

    So that one has not used its share of the creations, and has sent as much as it may have in flight.
    """

    def __init__(self, contract: Contract) -> None:
        super().__init__(contract)
        self._all = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Log a request, and answer it once all have begun."""

        async def late(message: Any) -> None:
            if len({name.rpartition("-")[0] for name in self.names}) == WORKERS and not self._all.is_set():
                self._kill()
                self._all.set()
            await self._all.wait()
            await send(message)

        await super().__call__(scope, receive, late if scope["type"] == "http" else send)


@pytest.mark.parametrize("dying", [0, 1])
def test_limits_hold_for_the_whole_cluster(contract: Contract, cluster: Cluster, tmp_path: Path, dying: int) -> None:
    """At the server: all together create 15 objects, however much there is to send.

    A worker that dies leaves its share to the next one, but for what it had in flight: that may have been created.
    """
    out = tmp_path / "out"
    recording = Gathering(contract)
    recording.process = cluster.workers[2] if dying else None
    singly = ("--profile", "standard", "--phases", "catalogue", "--only", "accept.*", "--skip", "relate.*")
    with serving(recording) as url:
        process = command(url, out, *shared(cluster), *singly, "--max-creations", str(CREATIONS), "--timeout", "100")
        _, said = process.communicate(timeout=180)
    results = json.loads((out / "results.json").read_bytes())
    lost = len(interrupted(out))
    assert 3 == process.returncode, said.decode()
    assert f"--max-creations {CREATIONS} is reached" == results["reason"]
    assert dying == (cluster.workers[2].poll() is not None)
    assert dying <= lost <= dying * IN_FLIGHT
    assert CREATIONS - lost <= recording.creations <= CREATIONS
    assert len(recording.log) <= results["counts"]["requests"]


class Looking(Recording):
    """A server that looks at the pages of a cluster before it answers one of the requests."""

    def __init__(self, contract: Contract, cluster: Cluster) -> None:
        super().__init__(contract)
        self._cluster = cluster
        self.pages: dict[str, str] = {}
        self.diagrams: dict[str, str] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, and look at the pages."""
        if len(self.log) == LOOK_AT and not self.pages:
            self.pages = {"": "begun"}
            self.pages = await asyncio.to_thread(pages, self._cluster)
            self.diagrams = await asyncio.to_thread(diagrams, self._cluster)
        await super().__call__(scope, receive, send)


def test_the_cluster_never_has_the_key(contract: Contract, cluster: Cluster, tmp_path: Path) -> None:
    """It is in no log of the scheduler or of a worker, in no record of a task, and on no page that Dask serves."""
    from distributed import Client  # noqa: PLC0415 (is optional)

    with serving(server := Looking(contract, cluster)) as url:
        process = command(url, tmp_path / "out", *shared(cluster), "--timeout", "100")
        _, said = process.communicate(timeout=180)
        assert 0 == process.returncode, said.decode()
    with Client(cluster.address) as client:
        told = [repr(client.get_scheduler_logs()), repr(client.get_worker_logs())]
        told.append(repr(client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.transition_log))))
        told.append(repr(client.get_task_stream()))
    told += [path.read_text() for path in cluster.logs.glob("*.log")]
    assert "conformance-" in told[2]  # the tasks are there
    assert [] == [text for text in told if KEY in text]
    # The tasks are there: on pages of their own, at their workers, and where all are drawn.
    assert {"task", "call-stack", "worker"} <= _pages_with("conformance-", server.pages)
    assert not HAS_BOKEH or "graph" in _pages_with("conformance-", server.diagrams)
    for found in (server.pages, server.diagrams, pages(cluster)):
        assert set() == _pages_with(KEY, found)


def _pages_with(text: str, found: dict[str, str]) -> set[str]:
    """Return the names of pages that hold a text."""
    holding = (url for url, page in found.items() if text in page)
    return {re.sub(r".*//[^/]*/(info/(?!main))?([^/ ]*).*", r"\2", url) for url in holding}


def test_all_draw_a_fuzz_run(contract: Contract, cluster: Cluster, tmp_path: Path) -> None:
    """Each worker sends rounds of its own: the cases of three processes, few of them twice, within one limit."""
    fuzz = ("--profile", "fuzz", "--phases", "sampler", "--max-requests", "1800", "--repeats", "0", "--workers", "3")
    sent: dict[str, list[str]] = {}
    for executor, more in (("processes", ()), ("dask", ("--scheduler", cluster.address))):
        with serving(Recording(contract, constant=True)) as url:
            process = command(url, tmp_path / executor, *fuzz, "--executor", executor, *more)
            _, said = process.communicate(timeout=180)
        assert 3 == process.returncode, said.decode()
        told = events(tmp_path / executor)
        sent[executor] = [event["case"]["id"] for event in told if event["event"] == "request.sent"]
    assert sorted(sent["processes"]) == sorted(sent["dask"])
    assert 1700 < len(sent["dask"]) <= 1800
    assert 0.95 * len(sent["dask"]) < len(set(sent["dask"]))


def test_a_worker_without_a_key_says_which_variable(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option travels and what it names does not: a worker that lacks the variable names it."""
    monkeypatch.delenv("CONFORMANCE_API_KEY", raising=False)
    with cluster_in(tmp_path / "cluster") as cluster, serving(Recording(contract)) as url:
        monkeypatch.setenv("OF_THE_TEST", KEY)
        process = command(url, tmp_path / "out", *shared(cluster), "--api-key-env", "OF_THE_TEST")
        _, said = process.communicate(timeout=180)
    assert 2 == process.returncode, said.decode()
    assert "OF_THE_TEST" in said.decode()


def test_a_run_starts_a_cluster_of_its_own(contract: Contract, tmp_path: Path) -> None:
    """Without a scheduler the run has a cluster for as long as it lasts, and no process of it stays."""
    few = ("--only", "accept.*", "--workers", "2")
    alone, together = tmp_path / "alone", tmp_path / "together"
    with serving(Recording(contract, constant=True)) as url:
        for out, executor in ((alone, "processes"), (together, "dask")):
            process = command(url, out, *SMOKE, *few, "--executor", executor)
            _, said = process.communicate(timeout=180)
            assert 0 == process.returncode, said.decode()
    assert comparable(alone) == comparable(together)
    told = [event["event"] for event in events(together)]
    assert 10 < told.count("exchange")
    assert not (together / "workers").exists()


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
