"""Workers: processes that share a run are one run, whoever stops them."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conformance.contract.contract import Contract

from .calling import call
from .killing import KEY, Recording, Seen, command, comparable, seen, sent_again, serving
from .test_shards import FAULTS

pytestmark = pytest.mark.slow

NO_SIGINT = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
TWO = ("--workers", "2", "--profile", "smoke")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the key."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """Wait for a process; returns its status, and what it said."""
    out, err = process.communicate(timeout=120)
    return process.returncode, (out + err).decode()


def test_two_workers_are_one_run(contract: Contract) -> None:
    """They equal one process but for times, run ids, counts and repeats; nothing of them is left but the journal."""
    _one_and_two(contract, ())
    assert comparable(Path("one")) == comparable(Path("two"))
    assert sorted(path.name for path in Path("one").iterdir()) == sorted(path.name for path in Path("two").iterdir())


def test_two_workers_find_what_one_finds(contract: Contract) -> None:
    """Outcomes and causes; which requests are minimized follows from what a worker has seen.

    The one is a shard as well: what is sent to decide between hypotheses follows from what a whole run saw.
    """
    _one_and_two(contract, FAULTS)
    assert seen(Path("one")) == seen(Path("two"))
    assert _causes(Path("one")) == _causes(Path("two"))


def _one_and_two(contract: Contract, faults: tuple[str, ...]) -> None:
    for out, options in (("one", ("--shard", "1/1")), ("two", ("--workers", "2"))):
        with serving(Recording(contract, faults, constant=True)) as url:
            status = call("run", "--target", url, "--out", out, "--quiet", "--profile", "smoke", *options)
            assert bool(faults) == status


def _causes(out: Path) -> list[tuple[str, ...]]:
    results = json.loads((out / "results.json").read_bytes())
    return sorted((each["strength"], each["sentence"], str(each["when"])) for each in results["causes"])


def test_limits_hold_for_all_workers_together(contract: Contract, capsys: pytest.CaptureFixture[str]) -> None:
    """At the server: no more requests and creations than the run may make, and the reason has the limit of the run."""
    recording = Recording(contract)
    with serving(recording) as url:
        words = ("run", "--target", url, "--out", "out", "--quiet", "--profile", "smoke")
        theirs = Path("out/workers/theirs/journal.ndjson")
        theirs.parent.mkdir(parents=True)
        theirs.write_text("of somebody else")
        assert 3 == call(*words, "--workers", "3", "--max-requests", "40", "--max-creations", "9")
        _check_limits(recording)
        assert 2 == call(*words, "--resume")
        assert "is joined from the parts of a run; use as many --workers as that run" in capsys.readouterr().err
        assert 0 == call(*words, "--resume", "--workers", "3", "--max-creations", "30")
    assert [theirs] == [each for each in Path("out/workers").rglob("*") if each.is_file()]
    assert 150 == json.loads(Path("out/results.json").read_bytes())["counts"]["requests"]


def _check_limits(recording: Recording) -> None:
    results = json.loads(Path("out/results.json").read_bytes())
    assert (True, True) == (len(recording.log) <= 40, recording.creations <= 9)
    assert {"--max-creations 9 is reached", "--max-requests 40 is reached"} >= set(results["reason"].split("; "))
    assert len(recording.log) <= results["counts"]["requests"] <= 40


@pytest.fixture(scope="module")
def unbroken(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Return what a run finds that nobody stops."""
    out = tmp_path_factory.mktemp("unbroken") / "out"
    with serving(Recording(contract, constant=True)) as url:
        assert 0 == ended(command(url, out, *TWO))[0]
    return seen(out)


@pytest.mark.parametrize(
    "how", [pytest.param("ctrl-c", marks=pytest.mark.skipif(NO_SIGINT, reason="SIGINT is ignored here")), "killed"]
)
def test_what_was_stopped_goes_on(contract: Contract, tmp_path: Path, unbroken: Seen, how: str) -> None:
    """Ctrl-C ends all in order, with reports; a killed run leaves no worker. `--resume` goes on with all of them."""
    out = tmp_path / "out"
    recording = Recording(contract, constant=True)
    recording.kill_at, recording.signal = 40, signal.SIGINT if how == "ctrl-c" else signal.SIGKILL
    with serving(recording) as url:
        recording.process = command(url, out, *TWO)
        status, said = ended(recording.process)
        assert {"ctrl-c": 3, "killed": -signal.SIGKILL}[how] == status, said
        if how == "ctrl-c":
            assert "interrupted" == json.loads((out / "results.json").read_bytes())["reason"]
        else:
            _wait_for_locks(out)
        assert ["1", "2"] == sorted(path.name for path in (out / "workers").iterdir())
        recording.kill_at = 0
        assert 0 == ended(command(url, out, *TWO, "--resume"))[0]
    assert unbroken == seen(out)
    assert [] == sent_again(out)
    assert not (out / "workers").exists()


def _wait_for_locks(out: Path) -> None:
    """Wait until no worker holds its folder any more."""
    end = time.monotonic() + 30
    while any(out.glob("workers/*/.lock")):
        assert time.monotonic() < end, "a worker is left"
        time.sleep(0.1)
