"""Shards: parts of one plan, run apart and brought together, are one run."""

import json
from pathlib import Path

import pytest

from conformance.contract.contract import Contract
from conformance.model.vocabulary import Profile
from conformance.runner.plan import Plan
from conformance.runner.shards import Shard
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .calling import call
from .killing import KEY, Recording, comparable, serving

# None has a threshold: what is sent to find one follows from what its shard saw.
FAULTS = (
    "rejects.UpdatePromotionSettingsV1.ramp_up_duration_seconds.null",
    "echo.UpdateAutoscalingSettingsV1.target_in_flight_tokens.other",
    "accepts.UpdateAutoscalingSettingsV1.concurrency_target.object",
)


@pytest.fixture(autouse=True)
def key(monkeypatch) -> None:
    """Set the key."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)


def run(contract: Contract, out: Path, *options: str, faults: tuple[str, ...] = (), profile: str = "smoke") -> int:
    """Run against a server of its own; returns the exit status."""
    with serving(Recording(contract, faults, constant=True)) as url:
        return call("run", "--target", url, "--out", str(out), "--quiet", "--profile", profile, *options)


@pytest.mark.parametrize(
    ("profile", "faults", "options"),
    [
        pytest.param("smoke", (), (), marks=pytest.mark.slow),
        ("smoke", FAULTS, ()),
        pytest.param("standard", FAULTS, ("--phases", "catalogue"), marks=pytest.mark.slow),
    ],
)
def test_three_shards_are_one_run(contract, profile, faults, options):
    """Three shards, run apart and merged, equal one run but for times, run ids, counts and repeats.

    That is a shard as well: what is sent to tell explanations apart follows from what a whole run saw.
    """
    status = run(contract, Path("whole"), "--shard", "1/1", *options, faults=faults, profile=profile)
    for number in (1, 2, 3):
        run(contract, Path(str(number)), "--shard", f"{number}/3", *options, faults=faults, profile=profile)
    assert status == call("report", "3", "1", "2", "--out", "merged")
    assert comparable(Path("whole")) == comparable(Path("merged"))


@pytest.mark.slow
def test_a_shard_that_is_missing(contract):
    """What is not there is said, and the run is incomplete without it."""
    for number in (1, 3):
        assert 0 == run(contract, Path(str(number)), "--shard", f"{number}/3", "--only", "accept.*")
    assert 3 == call("report", "1", "3", "--out", "merged")
    results = json.loads(Path("merged/results.json").read_bytes())
    assert ("inconclusive", "shard 2 of 3 is missing") == (results["verdict"], results["reason"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--shard", "2/3"), "different number of shards"),
        (("--shard", "1/2"), "shard 1 is given twice"),
        (("--shard", "2/2", "--seed", "7"), "different seed"),
        (("--shard", "2/2", "--skip", "accept.all.null"), "different options"),
        ((), "is a complete run"),
    ],
)
def test_what_is_no_shard_of_the_same_run(contract, capsys, options, said):
    """Journals that do not belong together are not merged."""
    run(contract, Path("one"), "--shard", "1/2", "--only", "accept.*")
    run(contract, Path("other"), "--only", "accept.*", *options)
    capsys.readouterr()
    assert 2 == call("report", "one", "other", "--out", "merged")
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("text", ["1", "0/3", "4/3", "a/b", "1/0", "-1/3", "1/3/5", "1.0/2"])
def test_what_is_no_shard(capsys, text):
    """What names no shard is told in one line."""
    assert 2 == call("run", "--shard", text)
    assert "is not a shard" in capsys.readouterr().err


def test_an_empty_text_asks_for_no_shard():
    """An option without a value, as a variable that is not set leaves it, is none."""
    assert 0 == call("run", "--shard", "", "--plan", "--phases", "catalogue")


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_every_item_is_in_one_shard(contract, count):
    """The parts of a plan hold all of it, and none twice."""
    items = catalogue(contract, Profile.STANDARD, Knowledge({"model_id": "m"}))
    parts = [Shard(number, count).part(Plan(items, {})).items for number in range(1, count + 1)]
    assert sorted(item.id for item in items) == sorted(item.id for part in parts for item in part)
    assert all(len(part) > len(items) / count / 2 for part in parts)
