"""The proof: each kind of fault is found by its own requirement, and what is not found is told with its reason."""

import asyncio
import re
import time
from datetime import UTC, datetime

import pytest

from conformance.checks.judging import Judge
from conformance.journal.events import FindingMade
from conformance.model.errors import UsageError
from conformance.model.proof import Proof
from conformance.model.vocabulary import Profile
from conformance.workflow.proof.proving import prove
from conformance.workflow.proof.runs import ProofOptions, ProofRuns, ReferenceRun
from conformance.workflow.proof.virtual_time import run_in_virtual_time

HARD = (
    "http.slow",
    "http.dripping",
    "http.silent",
    "http.never-ending",
    "http.status-307",
    "http.falsely-encoded",
    "response.EnvironmentV1.null",
    "rejects.UpdateAutoscalingSettingsV1.max_replica.absent",
    "rejects.UpdateRollingDeployConfigV1.max_surge_percent.absent",
    "rejects.CreateEnvironmentRequestV1.promotion_settings.absent",
)
"""Faults of time, of no answer, of coding, and of what is left out."""


@pytest.fixture(scope="module")
def proof() -> Proof:
    """A proof of some faults, in this process."""
    return prove(ProofOptions(profile=Profile.SMOKE, faults=HARD, processes=1))


def test_faults_are_found_by_the_requirement_that_they_break(proof: Proof) -> None:
    """Neither time nor silence nor absence lets another requirement speak in its place."""
    assert {fault.id: fault.by_own for fault in proof.faults} == dict.fromkeys(HARD, True)
    assert proof.alarms == ()


def test_what_is_found_by_its_own_needs_no_reason(proof: Proof) -> None:
    """A reason is told where the broken requirement kept silent, and only there."""
    assert {fault.reason for fault in proof.faults} == {""}
    assert all(fault.shown > 0 for fault in proof.faults)


def test_the_steps_of_a_proof_are_told() -> None:
    """Whoever waits is told how many faults there are before the first is done with, and then each."""
    steps: list[tuple[int, int]] = []
    prove(
        ProofOptions(profile=Profile.SMOKE, faults=("http.status-20?",), processes=1),
        lambda done, total: steps.append((done, total)),
    )
    assert steps == [(done, 5) for done in range(6)]


def test_a_fault_that_no_request_meets_is_not_found_and_says_so() -> None:
    """A smoke run holds no wrong value of every kind at every place: what does not show cannot be found."""
    missed = "accepts.UpdatePromotionSettingsV1.rolling_deploy_config.array"
    proof = prove(ProofOptions(profile=Profile.SMOKE, faults=(missed,), processes=1))
    (fault,) = proof.faults
    assert (fault.found, fault.shown) == (False, 0)
    assert fault.reason == "No request of the profile triggers the fault"


@pytest.mark.slow
def test_a_fault_that_another_requirement_finds_says_why() -> None:
    """Where names collide by their beginning, each creation but the first is refused before names can be compared."""
    chosen = ("state.names-equal-after-8-characters",)
    (fault,) = prove(ProofOptions(profile=Profile.STANDARD, faults=chosen, processes=1)).faults
    assert (fault.found, fault.by_own) == (True, False)
    assert re.match(r"No response to \d+ cases of the requirement decides it; accept\.", fault.reason)


def test_a_fault_that_is_not_known() -> None:
    """The name of no fault is told before anything is sent."""
    with pytest.raises(UsageError, match=r"there is no fault 'http.slwo'; did you mean"):
        prove(ProofOptions(faults=("http.slwo",)))


def test_over_a_socket_the_same_is_found() -> None:
    """With `wire` the bytes travel, and the same requirement speaks."""
    chosen = ("http.status-201", "http.length-long")
    proof = prove(ProofOptions(profile=Profile.SMOKE, faults=chosen, wire=True, processes=1))
    assert proof.wire
    assert [fault.by_own for fault in proof.faults] == [True, True]
    assert proof.alarms == ()


def test_what_was_judged_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers as the reference server gives them are recalled, and all others judged."""
    runs = ProofRuns(ProofOptions(profile=Profile.SMOKE), ReferenceRun(datetime.now(UTC)))
    first = [event.finding for event in runs.reference() if isinstance(event, FindingMade)]
    judged: list[str] = []
    alone = Judge.alone

    def counted(self: Judge, subject):
        judged.append(subject.case.id)
        return alone(self, subject)

    monkeypatch.setattr(Judge, "alone", counted)
    again = [event.finding for event in runs.reference() if isinstance(event, FindingMade)]
    assert judged == []
    assert again == first
    runs.prove("http.status-201")
    assert len(judged) == 1


def test_virtual_time_passes_only_while_all_wait() -> None:
    """An hour of waiting takes no time, appointments are kept in their order, and limits of time hold."""

    async def work() -> tuple[float, list[str]]:
        order: list[str] = []

        async def wait(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            order.append(name)

        await asyncio.gather(wait("late", 3600), wait("early", 60))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await asyncio.sleep(20)
        return asyncio.get_running_loop().time(), order

    began = time.monotonic()
    assert run_in_virtual_time(work()) == (3610, ["early", "late"])
    assert time.monotonic() - began < 3600
