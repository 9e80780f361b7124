"""Playing all scenarios against one client, one after the other."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from conformance.clients.judging.judge import judge
from conformance.clients.judging.judged_result import Baseline, learned
from conformance.clients.judging.messages import JUDGE_FAILED
from conformance.clients.recording import ScenarioRecorder
from conformance.clients.scenarios.scenario import CallResult, Scenario
from conformance.clients.server import ScenarioServer
from conformance.contract.contract import Contract
from conformance.journal.events import RunEnded
from conformance.journal.writing import Sink
from conformance.model.errors import TargetLostError
from conformance.model.finding import Doubt
from conformance.model.vocabulary import Strength

INTERRUPTED = "interrupted"


class Player(Protocol):
    """Makes a client play a scenario: a harness, or a function in the same process."""

    def play(self, scenario: Scenario, base_url: str, key: str) -> CallResult:
        """Have the client make the call, and return what it made of the response."""
        ...


class Progress(msgspec.Struct, frozen=True):
    """The progress of a run: scenarios planned and played, and findings by strength."""

    planned: int
    played: int
    failed: int
    warned: int


def play_all(
    contract: Contract,
    scenarios: Sequence[Scenario],
    player: Player,
    server: ScenarioServer,
    journal: Sink,
    *,
    key: str,
    report: Callable[[Progress], None] | None = None,
) -> None:
    """Play scenarios and write them to the journal, which has its header already.

    `contract` has the requirements of clients. Ctrl-C ends the run, and the journal is complete.
    """
    recorder, base, begun = ScenarioRecorder(contract, journal, key), Baseline(), time.monotonic()
    reason, lost = "", False
    try:
        for number, scenario in enumerate(scenarios, 1):
            before = time.monotonic()
            with server.playing(scenario) as live:
                try:
                    made = player.play(scenario, live.base_url, key + scenario.key_end)
                except TargetLostError as error:
                    made, reason, lost = CallResult(trouble=error.problem), error.problem, True
            requests = tuple(live.requests)
            sent = [request for request, _ in requests]
            base = learned(contract, base, scenario, made)
            try:
                found = judge(contract, scenario, sent, made, base, key)
            except Exception as error:  # noqa: BLE001 (an error of the suite must not end a run)
                what = JUDGE_FAILED.format(error=type(error).__name__)
                found = (Doubt(scenario.requirements[0], what, ours=True),)
            recorder.record(scenario, requests, made, found, time.monotonic() - before)
            if report is not None:
                counts = recorder.counts
                report(Progress(len(scenarios), number, counts[Strength.MUST], counts[Strength.SHOULD]))
            if lost:
                break
    except KeyboardInterrupt:
        reason = INTERRUPTED
    seconds = time.monotonic() - begun
    journal.append(RunEnded(requests=recorder.sends, creations=0, seconds=seconds, reason=reason, lost=lost))
