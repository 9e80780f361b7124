"""The proof: the suite against the reference server and against every fault of it."""

import asyncio
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

from conformance.checks.subject import Settings
from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import Mock, reference_app
from conformance.mock.catalogue import pick
from conformance.mock.faults import Fault
from conformance.mock.server import BackgroundServer
from conformance.model.events import FindingMade, RunEnded
from conformance.model.finding import Finding
from conformance.model.proof import Alarm, FaultProof, Proof
from conformance.model.version import VERSION
from conformance.model.vocabulary import Profile, Strength
from conformance.runner.engine import Engine, EngineOptions
from conformance.runner.journal import MemorySink
from conformance.runner.plan import Plan
from conformance.targets.asgi import AsgiTarget
from conformance.targets.opening import open_target
from conformance.targets.target import Limits, Target
from conformance.workflow.options import RunOptions
from conformance.workflow.preparation import LOCAL_KEY, prepare, unknown_parameter

TIMEOUT_SECONDS = 0.4
"""How long a proof waits for an answer: silent faults are silent for longer, and nothing else takes as long."""

DELAY_SECONDS = 1.0
STALL_SECONDS = 5.0
CHUNK = 4


class ProofOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to prove: the profile, the faults by id or glob (none: all), over a socket, to the end of the plan."""

    profile: Profile = Profile.STANDARD
    faults: tuple[str, ...] = ()
    wire: bool = False
    whole: bool = False
    processes: int = 0
    spec: Path | None = None
    operation: str | None = None


Step = Callable[[int, int], None]


def prove(options: ProofOptions, step: Step | None = None) -> Proof:
    """Run the suite against the reference and every chosen fault; `step` is told how many of how many are done.

    Raises:
        UsageError: a fault is not known, or the document cannot be used.

    """
    contract, plan = _prepared(options)
    chosen = pick(contract, options.faults or ("*",))
    reference = _reference(contract, plan, options)
    notes = frozenset(_key(event.finding) for event in reference if isinstance(event, FindingMade))
    alarms = tuple(
        Alarm(event.finding.requirement, event.case, event.finding.sentence)
        for event in reference
        if isinstance(event, FindingMade) and _strength(contract, event.finding) is not Strength.ADVISORY
    )
    ended = next(event for event in reference if isinstance(event, RunEnded))
    proofs = []
    for found in _each(options, [fault.id for fault in chosen], notes):
        proofs.append(found)
        if step is not None:
            step(len(proofs), len(chosen))
    order = {fault.id: number for number, fault in enumerate(chosen)}
    proofs.sort(key=lambda proof: order[proof.id])
    return Proof(
        suite_version=VERSION,
        sha256=contract.document.sha256,
        operation=contract.operation.name,
        profile=options.profile,
        wire=options.wire,
        requests=ended.requests,
        alarms=alarms,
        faults=tuple(proofs),
    )


def _each(options: ProofOptions, ids: Sequence[str], notes: frozenset[str]) -> Iterator[FaultProof]:
    """Prove each fault, in as many processes as there are processors."""
    processes = options.processes or min(os.cpu_count() or 1, len(ids))
    if processes <= 1:
        for each in ids:
            yield _proved((options, each, notes))
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes) as pool:
        yield from pool.imap_unordered(_proved, [(options, each, notes) for each in ids], chunksize=CHUNK)


@cache
def _prepared(options: ProofOptions) -> tuple[Contract, Plan]:
    contract = load_contract(options.spec, options.operation)
    prepared = prepare(contract, RunOptions(profile=options.profile, spec=options.spec, operation=options.operation))
    return contract, prepared.plan


def _reference(contract: Contract, plan: Plan, options: ProofOptions) -> list[object]:
    sink = MemorySink()
    _carry_out(contract, plan, _app(contract, ()), options, sink, None)
    return list(sink.events)


def _proved(task: tuple[ProofOptions, str, frozenset[str]]) -> FaultProof:
    options, id_, notes = task
    contract, plan = _prepared(options)
    (fault,) = pick(contract, (id_,))
    watch = _Watch(contract, fault, notes, whole=options.whole)
    sink = MemorySink()
    _carry_out(contract, plan, _app(contract, (fault,)), options, sink, watch)
    ended = next(event for event in reversed(sink.events) if isinstance(event, RunEnded))
    return FaultProof(
        id=fault.id,
        family=fault.family,
        sentence=fault.sentence,
        requirement=fault.requirement,
        group=contract.by_id[fault.requirement].group.value,
        strength=contract.by_id[fault.requirement].strength,
        first=watch.first,
        first_after=watch.first_after,
        own_after=watch.own_after,
        requests=ended.requests,
    )


class _Watch:
    """Watches the findings of one fault: what the reference has as well says nothing."""

    def __init__(self, contract: Contract, fault: Fault, notes: frozenset[str], *, whole: bool) -> None:
        self._contract = contract
        self._fault = fault
        self._notes = notes
        self._whole = whole
        self._advisory = contract.by_id[fault.requirement].strength is Strength.ADVISORY
        self.first = ""
        self.first_after = 0
        self.own_after = 0

    def __call__(self, number: int, finding: Finding) -> bool:
        """Take a finding in; tells whether the requirement that is broken has spoken."""
        own = finding.requirement == self._fault.requirement
        advisory = _strength(self._contract, finding) is Strength.ADVISORY
        if _key(finding) in self._notes or (advisory and not own):
            return False
        if not self.first:
            self.first, self.first_after = finding.requirement, number
        if own and not self.own_after:
            self.own_after = number
        return own and not self._whole


def _key(finding: Finding) -> str:
    return f"{finding.requirement} {finding.cause}"


def _strength(contract: Contract, finding: Finding) -> Strength:
    return contract.by_id[finding.requirement].strength


def _app(contract: Contract, faults: Iterable[Fault]) -> Mock:
    return reference_app(
        contract,
        key=LOCAL_KEY if contract.operation.security else None,
        unknown=frozenset({unknown_parameter()}),
        faults=tuple(faults),
        delay_seconds=DELAY_SECONDS,
        stall_seconds=STALL_SECONDS,
    )


def _carry_out(
    contract: Contract, plan: Plan, app: Mock, options: ProofOptions, sink: MemorySink, watch: _Watch | None
) -> None:
    limits = Limits(timeout_seconds=TIMEOUT_SECONDS if watch is not None else 10.0)
    if not options.wire:
        asyncio.run(_run(contract, plan, AsgiTarget(app, limits), sink, watch))
        return
    with BackgroundServer(app) as server:
        asyncio.run(_run(contract, plan, open_target(server.url, limits, concurrency=2), sink, watch))


async def _run(contract: Contract, plan: Plan, target: Target, sink: MemorySink, watch: _Watch | None) -> None:
    key = LOCAL_KEY if contract.operation.security else ""
    engine = Engine(
        contract,
        target,
        sink,
        Settings(key=key),
        EngineOptions(concurrency=1, repeats=0),
        run_id="0" * 8,
        stop=watch,
    )
    try:
        await engine.run(plan)
    finally:
        await target.close()
