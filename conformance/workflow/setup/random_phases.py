"""The phases of a prepared run after the catalogue: where their random cases come from."""

from collections.abc import Iterator
from functools import partial

from conformance.model.case import CATALOGUE, Case
from conformance.model.vocabulary import Profile
from conformance.runner.follow_up import FollowUpPhases
from conformance.runner.plan import admits
from conformance.runner.shards import Shard
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.batches import Cover, Draw, Fuzz, GeneratorConfig
from conformance.strategies.random.case_queue import CaseQueue
from conformance.strategies.random.examples import Examples
from conformance.strategies.random.generator_process import GeneratorProcess
from conformance.workflow.setup.phases import HYPOTHESIS, SCHEMATHESIS, campaign_seconds
from conformance.workflow.setup.preparation import Prepared

EXAMPLES = 100
"""How many cases Hypothesis makes in a run that is no campaign."""


def follow_up_phases(prepared: Prepared) -> FollowUpPhases:
    """Return the phases of a prepared run after the catalogue; no case is made before their queues are started.

    There are none where the catalogue alone is more than the run may send.
    """
    options, phases = prepared.options, prepared.phases
    cut_short = options.max_requests is not None and options.max_requests < prepared.plan.requests
    batches = list(_batches(phases, prepared.profile))
    if not batches or (cut_short and options.example_db is None):
        return FollowUpPhases()
    parameters = prepared.knowledge.parameters
    process = GeneratorProcess(GeneratorConfig(options.spec, options.operation, dict(parameters), options.seed))
    shard = Shard.parse(options.shard) if options.shard else None

    def wanted(case: Case) -> bool:
        mine = shard is None or shard.holds(case.id)
        offered, why_not = prepared.offered, prepared.why_not
        return mine and admits(prepared.contract, case, offered, options.only, options.skip, why_not)

    return FollowUpPhases(
        feeds=[CaseQueue(phase, partial(process.make, batch)) for phase, batch in batches],
        elsewhere=prepared.elsewhere,
        admits=wanted,
        build=Builder(prepared.contract, parameters),
        examples=Examples(options.example_db) if options.example_db is not None else None,
        phases=tuple(each for each in phases if each != CATALOGUE),
        close=process.close,
        seconds=campaign_seconds(options, prepared.profile),
    )


def _batches(phases: tuple[str, ...], profile: Profile) -> Iterator[tuple[str, Cover | Draw | Fuzz]]:
    """Yield the cases to make, and the phase that they are of; those of a campaign are without end."""
    if SCHEMATHESIS in phases:
        yield SCHEMATHESIS, Cover()
    if profile is Profile.FUZZ and {SCHEMATHESIS, HYPOTHESIS} & set(phases):
        yield "fuzz", Fuzz(phases)
    elif HYPOTHESIS in phases:
        yield HYPOTHESIS, Draw(EXAMPLES)
