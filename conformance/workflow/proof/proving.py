"""The proof: the suite against the reference server and against every fault of it."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from conformance.contract.contract import Contract
from conformance.journal.events import FindingMade, RunEnded
from conformance.model.finding import PlacedSymptom
from conformance.model.proof import Alarm, FaultProof, Proof
from conformance.model.version import VERSION
from conformance.model.vocabulary import Strength
from conformance.workflow.proof.bench import Bench, ProofOptions, strength_of
from conformance.workflow.proof.cached_judge import Memory

__all__ = ["ProofOptions", "prove"]

CHUNK = 4

Step = Callable[[int, int], None]

_BENCHES: list[Bench] = []
"""The bench of a process that proves faults."""


def prove(options: ProofOptions, step: Step | None = None) -> Proof:
    """Run the suite against the reference and every chosen fault; `step` is told how many of how many are done.

    Raises:
        UsageError: a fault is not known, or the document cannot be used.

    """
    moment, memory = datetime.now(UTC), Memory()
    bench = Bench(options, moment, memory)
    chosen = bench.chosen()
    if step is not None:
        step(0, len(chosen))
    events = bench.reference()
    made = [event for event in events if isinstance(event, FindingMade)]
    alarms = tuple(
        Alarm(event.finding.requirement, event.case, event.finding.sentence)
        for event in made
        if strength_of(bench.contract, event.finding) is not Strength.ADVISORY
    )
    bench.notes = frozenset(event.finding.cause for event in made)
    ended = next(event for event in reversed(events) if isinstance(event, RunEnded))
    proofs: dict[str, FaultProof] = {}
    for found in _each(bench, chosen):
        proofs[found.id] = found
        if step is not None:
            step(len(proofs), len(chosen))
    contract: Contract = bench.contract
    return Proof(
        suite_version=VERSION,
        sha256=contract.document.sha256,
        operation=contract.operation.name,
        profile=options.profile,
        wire=options.wire,
        requests=ended.requests,
        alarms=alarms,
        faults=tuple(proofs[each] for each in chosen),
    )


def _each(bench: Bench, ids: Sequence[str]) -> Iterator[FaultProof]:
    """Prove each fault, in as many processes as there are processors."""
    processes = bench.options.processes or min(os.cpu_count() or 1, len(ids))
    if processes <= 1:
        yield from map(bench.prove, ids)
        return
    context = multiprocessing.get_context("spawn")
    start = (bench.options, bench.moment, bench.memory, bench.notes)
    with context.Pool(processes, _begin, start) as pool:
        yield from pool.imap_unordered(_proved, ids, chunksize=CHUNK)


def _begin(options: ProofOptions, moment: datetime, memory: Memory, notes: frozenset[PlacedSymptom]) -> None:
    bench = Bench(options, moment, memory)
    bench.notes = notes
    _BENCHES.append(bench)


def _proved(id_: str) -> FaultProof:
    return _BENCHES[-1].prove(id_)
