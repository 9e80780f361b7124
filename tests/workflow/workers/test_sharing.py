"""Workers: how many a run has, and what each gets of its plan and its limits."""

from typing import Any

import pytest
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile
from conformance.runner.shards import Shard
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun, prepare
from conformance.workflow.workers.sharing import is_shared, number_of, shares

OPTIONS = RunOptions(profile=Profile.SMOKE, concurrency=5)


@pytest.fixture(scope="module")
def prepared(contract: Contract) -> PreparedRun:
    """Return a small run that is ready to begin."""
    return prepare(contract, OPTIONS)


def limited(prepared: PreparedRun, **limits: Any) -> PreparedRun:
    """Return the run with limits."""
    return replace(prepared, options=replace(OPTIONS, **limits))


@pytest.mark.parametrize("most", [3, 5, 14, 15, 40])
def test_limits_hold_for_all_together(prepared: PreparedRun, most: int) -> None:
    """Each has a part; where there is enough, it is at least what the worker's part of the plan needs."""
    parts = shares(limited(prepared, max_creations=most, max_requests=10 * most, rate=6.0), 3)
    assert ["1/3", "2/3", "3/3"] == [each.shard for each in parts]
    assert [2, 2, 1] == [each.concurrency for each in parts]
    assert [2.0, 2.0, 2.0] == [each.rate for each in parts]
    creations, requests = [each.max_creations or 0 for each in parts], [each.max_requests or 0 for each in parts]
    assert (most, 10 * most) == (sum(creations), sum(requests))
    assert min(creations) >= 1
    needs = [Shard(number, 3).part(prepared.plan).creations for number in (1, 2, 3)]
    if most >= sum(needs):
        assert all(have >= need for have, need in zip(creations, needs, strict=True))


def test_without_limits_there_is_nothing_to_share(prepared: PreparedRun) -> None:
    """But the number of requests in flight, which every run limits."""
    (one, other) = shares(prepared, 2)
    assert (None, None, None, 3) == (one.max_creations, one.max_requests, one.rate, one.concurrency)
    assert (None, None, None, 2) == (other.max_creations, other.max_requests, other.rate, other.concurrency)


def test_there_are_no_more_workers_than_there_is_to_do(contract: Contract, prepared: PreparedRun) -> None:
    """A limit of two creations is for two; a plan of one case is for one."""
    assert 2 == len(shares(limited(prepared, max_creations=2), 4))
    (alone,) = shares(prepare(contract, replace(OPTIONS, only=("accept.smallest",))), 4)
    assert (None, None) == (alone.shard, alone.workers)


def test_a_named_cluster_carries_out_even_what_is_one_part(prepared: PreparedRun) -> None:
    """That is a shard of one, with all limits; nobody may have asked for another."""
    there: dict[str, Any] = {"executor": "dask", "scheduler": "tcp://127.0.0.1:9"}
    assert is_shared(replace(OPTIONS, **there))
    assert not is_shared(replace(OPTIONS, executor="dask"))
    (alone,) = shares(limited(prepared, max_creations=7, rate=3.0, **there), 1)
    assert ("1/1", 7, 3.0, 5) == (alone.shard, alone.max_creations, alone.rate, alone.concurrency)
    with pytest.raises(UsageError, match="--workers and --shard exclude each other"):
        is_shared(replace(OPTIONS, shard="1/2", **there))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"workers": "0"}, "'0' is no number of workers; write a number, or auto"),
        ({"workers": "many"}, "'many' is no number of workers; write a number, or auto"),
        (
            {"workers": "6"},
            "6 workers have at least as many requests in flight; add --concurrency 6, or use fewer workers",
        ),
        ({"workers": "2", "shard": "1/2"}, "--workers and --shard exclude each other; remove one"),
        ({"workers": "2", "max_failures": 1}, "--workers and --max-failures exclude each other; remove one"),
    ],
)
def test_what_no_workers_can_share(given: dict[str, Any], said: str) -> None:
    """It is said before anything is sent."""
    with pytest.raises(UsageError) as raised:
        number_of(replace(OPTIONS, **given))
    assert said == str(raised.value)


def test_a_client_object_is_of_this_process() -> None:
    """Another one does not have it."""
    with pytest.raises(UsageError, match=r"^--workers needs a target that each process can reach"):
        number_of(replace(OPTIONS, workers="2"), object())
    assert [1, 1] == [number_of(OPTIONS, object()), number_of(replace(OPTIONS, workers="1"), object())]
    assert 1 <= number_of(replace(OPTIONS, workers="auto")) <= 5
