"""A run that is killed goes on where it stopped: nothing that has an answer is sent again, and all else is told."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from .calling import call
from .killing import KEY, Recording, command, interrupted, seen, sent_again, serving, surplus

FAULTS = (
    "rejects.UpdatePromotionSettingsV1.ramp_up_duration_seconds.beyond-float",
    "echo.UpdateAutoscalingSettingsV1.target_in_flight_tokens.other",
    "accepts.UpdateAutoscalingSettingsV1.concurrency_target.object",
)
OPTIONS = ("--profile", "smoke")


Run = Callable[..., str]


@pytest.fixture
def run(capfd, monkeypatch) -> Run:
    """Return what carries out a whole run in this process, and gives what it said."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)

    def carry_out(url: str, out: Path, *options: str, status: int | None = None) -> str:
        ended = call("run", "--target", url, "--out", str(out), "--quiet", *OPTIONS, *options)
        said = "".join(capfd.readouterr())
        assert status is None or status == ended, said
        return said

    return carry_out


def differences(one: dict[str, str], other: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Return what two runs say differently of a requirement."""
    return {name: (one[name], other[name]) for name in one if one[name] != other[name]}


@pytest.fixture(scope="module")
def unbroken(contract, tmp_path_factory):
    """Return what a run that is not killed finds, and the server's log of it."""
    recording, out = Recording(contract, FAULTS), tmp_path_factory.mktemp("unbroken") / "out"
    with serving(recording) as url, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONFORMANCE_API_KEY", KEY)
        call("run", "--target", url, "--out", str(out), "--quiet", *OPTIONS, "--concurrency", "1")
    return seen(out), recording


@pytest.mark.parametrize("seed", [1, *(pytest.param(each, marks=pytest.mark.slow) for each in (0, *range(2, 8)))])
def test_a_run_that_is_killed_goes_on(contract, unbroken, run, tmp_path, seed):
    """Killed with SIGKILL at a random request, a run ends as if it had not been, and the server's log proves how."""
    chosen = random.Random(seed)  # noqa: S311 (no secret)
    expected, before = unbroken
    recording, out = Recording(contract, FAULTS), tmp_path / "out"
    recording.kill_at, recording.after_answer = chosen.randint(1, len(before.log)), chosen.random() < 0.5
    with serving(recording) as url:
        recording.process = command(url, out, *OPTIONS, "--concurrency", "1")
        recording.process.communicate(timeout=120)
        assert -9 == recording.process.returncode
        said = run(url, out, "--concurrency", "1", "--resume")
    found = seen(out)
    assert {} == differences(expected.outcomes, found.outcomes), said
    assert expected == found
    told = interrupted(out)
    assert len(told) <= 2

    assert [] == sent_again(out)
    # What the server saw more often than in an unbroken run is what was in flight: once more, and nothing else.
    assert surplus(recording, before).total() <= len(told)
    results = json.loads((out / "results.json").read_bytes())
    assert {event["case"]["id"] for event in told} == set(results["interrupted"])


def test_what_is_whole_is_not_sent_again(contract, run, tmp_path):
    """A run that came to its end is resumed without a request; its reports are made anew."""
    recording, out = Recording(contract), tmp_path / "out"
    with serving(recording) as url:
        run(url, out, "--only", "accept.merged.*", status=0)
        count, journal = len(recording.log), (out / "journal.ndjson").read_bytes()
        (out / "results.json").unlink()
        run(url, out, "--only", "accept.merged.*", "--resume", status=0)
    assert count == len(recording.log)
    assert journal == (out / "journal.ndjson").read_bytes()
    assert "conforming" == seen(out).verdict


def test_a_run_that_a_limit_ended_goes_on(contract, run, tmp_path):
    """What `--max-requests` cut off is sent when the run is resumed with more, and only that."""
    recording, out = Recording(contract), tmp_path / "out"
    with serving(recording) as url:
        run(url, out, *OPTIONS, "--max-requests", "10", status=3)
        run(url, out, *OPTIONS, "--resume", status=0)
    assert 150 == len(recording.log)


def test_nothing_to_resume(contract, run, tmp_path):
    """Where nothing was begun, `--resume` begins; a torn first line is nothing."""
    recording, out = Recording(contract), tmp_path / "out"
    out.mkdir()
    (out / "journal.ndjson").write_bytes(b'{"event":"run.sta')
    with serving(recording) as url:
        run(url, out, "--only", "accept.merged.*", "--resume", status=0)
    assert "conforming" == seen(out).verdict


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--seed", "7"), "another seed: 0, not 7"),
        (("--only", "reject.*"), "another only: accept.merged.*, not reject.*"),
        (("--stateless",), "another stateless: none, not True"),
        (("--phases", "catalogue,hypothesis"), "another choice of phases: catalogue, not catalogue, hypothesis"),
    ],
)
def test_another_run_is_not_resumed(contract, run, tmp_path, option, said):
    """A journal of other options is left as it is, and the user is told which option differs."""
    recording, out = Recording(contract), tmp_path / "out"
    with serving(recording) as url:
        run(url, out, "--only", "accept.merged.*", status=0)
        told = run(
            url, out, *(option if "--only" in option else ("--only", "accept.merged.*", *option)), "--resume", status=2
        )
    assert said in told


@pytest.mark.slow
def test_a_refusal_for_another_reason_is_judged(contract, run, tmp_path):
    """What was in flight, names an object by itself and is refused for its credential is judged as in any run."""
    only = ("--only", "authentication.order", "--only", "accept.smallest", "--profile", "standard")
    recording, out = Recording(contract), tmp_path / "out"
    recording.kill_at, recording.after_answer = 1, True
    with serving(recording) as url:
        recording.process = command(url, out, *only)
        recording.process.communicate(timeout=120)
        assert -9 == recording.process.returncode
        run(url, out, *only, "--resume", status=0)
    assert interrupted(out)  # one or both, as it was just answered or not
    assert "passed" == seen(out).outcomes["authentication.order"]
