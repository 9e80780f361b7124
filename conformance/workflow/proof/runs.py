"""The runs of a proof: the suite against the reference server, correct or with one fault."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract, load_contract
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import AnyEvent, FindingMade, RunEnded
from conformance.journal.recording import Stop
from conformance.journal.writing import MemorySink
from conformance.mock.app import Mock
from conformance.mock.faults.catalogue import faults, pick
from conformance.mock.faults.parts.fault import Fault
from conformance.mock.server import BackgroundServer
from conformance.model.finding import Finding, PlacedSymptom
from conformance.model.proof import FaultProof
from conformance.model.vocabulary import Profile, Strength
from conformance.runner.engine import Engine
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.path_values import UNKNOWN_VALUES
from conformance.targets.asgi import AsgiTarget
from conformance.targets.opening import open_target
from conformance.targets.target import ExchangeLimits, Target
from conformance.workflow.proof.cached_judge import CachedJudge, JudgementCache
from conformance.workflow.proof.miss_reasons import reason
from conformance.workflow.proof.virtual_time import run_in_virtual_time
from conformance.workflow.setup.credentials.key_sources import local_key
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import prepare

TIMEOUT_SECONDS = 4.0
STALL_SECONDS = 8.0
"""How long a silent fault keeps silent: longer than a run waits."""

LATE_SECONDS = 2.0
"""The response time limit: a proof checks that requirement too, and sets the limit that it needs."""

DELAY_SECONDS = 3.0
"""How long a slow fault takes: longer than that, and shorter than a run waits."""


class ProofOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to prove: the profile, the faults by id or glob (none: all), over a socket, to the end of the plan."""

    profile: Profile = Profile.STANDARD
    faults: tuple[str, ...] = ()
    wire: bool = False
    whole: bool = False
    processes: int = 0
    spec: Path | None = None
    operation: str | None = None


class ReferenceRun(msgspec.Struct, frozen=True):
    """What the run of the reference server gives: the judgement of each response, and the causes of its findings.

    `moment` is the time of the clock of every mock, so that equal requests get equal responses.
    """

    moment: datetime
    judgements: JudgementCache = {}
    causes: frozenset[PlacedSymptom] = frozenset()


class ProofRuns:
    """One contract, its plan and its faults, made once for many runs."""

    def __init__(self, options: ProofOptions, baseline: ReferenceRun) -> None:
        self.options = options
        self.baseline = baseline
        self.contract = load_contract(options.spec, options.operation)
        run = RunOptions(profile=options.profile, spec=options.spec, operation=options.operation)
        self.plan = prepare(self.contract, run).plan
        self._faults = {fault.id: fault for fault in faults(self.contract)}

    def chosen(self) -> list[str]:
        """Return the ids of the faults that are to be proven.

        Raises:
            UsageError: a fault is not known.

        """
        return [fault.id for fault in pick(self.contract, self.options.faults or ("*",))]

    def reference(self) -> list[AnyEvent]:
        """Run the suite against the reference server, make it the baseline, and return the events of the run."""
        sink = MemorySink()
        self._run_suite(self._mock(()), sink, CachedJudge(self.baseline.judgements, learning=True), None)
        causes = frozenset(event.finding.cause for event in sink.events if isinstance(event, FindingMade))
        self.baseline = replace(self.baseline, causes=causes)
        return sink.events

    def prove(self, id_: str) -> FaultProof:
        """Run the suite against the mock with one fault, until the requirement that it breaks fails."""
        fault = self._faults[id_]
        watch, sink, mock = _Watch(self, fault), MemorySink(), self._mock((fault,))
        self._run_suite(mock, sink, CachedJudge(self.baseline.judgements), watch)
        ended = next(event for event in reversed(sink.events) if isinstance(event, RunEnded))
        row, shown = self.contract.by_id[fault.requirement], mock.fired[fault.id]
        return FaultProof(
            id=fault.id,
            family=fault.family,
            sentence=fault.sentence,
            requirement=fault.requirement,
            group=row.group.value,
            strength=row.strength,
            first=watch.first,
            first_after=watch.first_after,
            own_after=watch.own_after,
            requests=ended.requests,
            shown=shown,
            reason="" if watch.own_after else reason(self.contract, self.plan, fault.requirement, shown, sink.events),
        )

    def _mock(self, chosen: Iterable[Fault]) -> Mock:
        return Mock(
            self.contract,
            key=local_key(security) if (security := self.contract.operation.security) else None,
            unknown=frozenset(UNKNOWN_VALUES),
            faults=chosen,
            clock=lambda: self.baseline.moment,
            delay_seconds=DELAY_SECONDS,
            stall_seconds=STALL_SECONDS,
        )

    def _run_suite(self, mock: Mock, sink: MemorySink, judge: CachedJudge, stop: Stop | None) -> None:
        limits = ExchangeLimits(timeout_seconds=TIMEOUT_SECONDS)
        if not self.options.wire:
            run_in_virtual_time(self._run(AsgiTarget(mock, limits), sink, judge, stop))
            return
        with BackgroundServer(mock) as server:
            asyncio.run(self._run(open_target(server.url, limits, concurrency=2), sink, judge, stop))

    async def _run(self, target: Target, sink: MemorySink, judge: CachedJudge, stop: Stop | None) -> None:
        security = self.contract.operation.security
        key = local_key(security) if security else ""
        options = SessionOptions(
            run_id="0" * 8, settings=Settings(key=key, max_response_seconds=LATE_SECONDS), judge=judge, stop=stop
        )
        session = Session(self.contract, target, sink, options)
        diagnoser = Diagnoser(session, DiagnosisOptions(repeats=0, probes=0, known=self.plan.known))
        try:
            await Engine(session, diagnoser, concurrency=1).run(self.plan)
        finally:
            await target.close()


class _Watch:
    """Watches the findings of a run with one fault, without those of the reference server."""

    def __init__(self, runs: ProofRuns, fault: Fault) -> None:
        self._contract = runs.contract
        self._fault = fault
        self._known = runs.baseline.causes
        self._whole = runs.options.whole
        self._advisory = runs.contract.by_id[fault.requirement].strength is Strength.ADVISORY
        self.first = ""
        self.first_after = 0
        self.own_after = 0

    def __call__(self, number: int, finding: Finding) -> bool:
        """Record a finding; return whether the run can end, as the requirement that is broken failed."""
        own = finding.requirement == self._fault.requirement
        advisory = strength_of(self._contract, finding) is Strength.ADVISORY
        if finding.cause in self._known or (advisory and not own):
            return False
        if not self.first:
            self.first, self.first_after = finding.requirement, number
        if own and not self.own_after:
            self.own_after = number
        return own and not self._whole


def strength_of(contract: Contract, finding: Finding) -> Strength:
    """Return the strength of a finding's requirement."""
    return contract.by_id[finding.requirement].strength
