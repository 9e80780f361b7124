"""The proof: the suite against the reference server and against every fault of it."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from conformance.contract.contract import Contract
from conformance.journal.events import FindingMade, RunEnded
from conformance.model.proof import Alarm, FaultProof, Proof
from conformance.model.version import VERSION
from conformance.model.vocabulary import Strength
from conformance.workflow.proof.cached_judge import JudgementCache
from conformance.workflow.proof.runs import ProofOptions, ProofRuns, ReferenceRun, strength_of

__all__ = ["ProofOptions", "prove"]

CHUNK = 4

Step = Callable[[int, int], None]

_RUNS: list[ProofRuns] = []
"""The runs of a process that proves faults."""


def prove(options: ProofOptions, step: Step | None = None) -> Proof:
    """Run the suite against the reference and every chosen fault; `step` is told how many of how many are done.

    Raises:
        UsageError: a fault is not known, or the document cannot be used.

    """
    runs = ProofRuns(options, ReferenceRun(datetime.now(UTC), JudgementCache()))
    chosen = runs.chosen()
    if step is not None:
        step(0, len(chosen))
    events = runs.reference()
    made = [event for event in events if isinstance(event, FindingMade)]
    alarms = tuple(
        Alarm(event.finding.requirement, event.case, event.finding.sentence)
        for event in made
        if strength_of(runs.contract, event.finding) is not Strength.ADVISORY
    )
    ended = next(event for event in reversed(events) if isinstance(event, RunEnded))
    proofs: dict[str, FaultProof] = {}
    for found in _each(runs, chosen):
        proofs[found.id] = found
        if step is not None:
            step(len(proofs), len(chosen))
    contract: Contract = runs.contract
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


def _each(runs: ProofRuns, ids: Sequence[str]) -> Iterator[FaultProof]:
    """Prove each fault, in as many processes as there are processors."""
    processes = runs.options.processes or min(os.cpu_count() or 1, len(ids))
    if processes <= 1:
        yield from map(runs.prove, ids)
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, _begin, (runs.options, runs.baseline)) as pool:
        yield from pool.imap_unordered(_proved, ids, chunksize=CHUNK)


def _begin(options: ProofOptions, baseline: ReferenceRun) -> None:
    _RUNS.append(ProofRuns(options, baseline))


def _proved(id_: str) -> FaultProof:
    return _RUNS[-1].prove(id_)
