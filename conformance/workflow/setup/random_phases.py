"""The phases of a prepared run after the catalogue: where their random cases come from, and how many there will be."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec.structs import replace

from conformance.classify.requirements import combination_id
from conformance.contract.requirements.parameter_rows import accept_parameter_id
from conformance.journal.events import PhaseEnded
from conformance.model.case import CATALOGUE, Case
from conformance.model.vocabulary import Profile
from conformance.runner.case_source import CaseSource, FollowUpPhases
from conformance.runner.plan import why_left_out
from conformance.runner.shards import Shard
from conformance.strategies.parameter_values import varied
from conformance.strategies.random.examples import Examples
from conformance.strategies.random.process.generator_process import GeneratorProcess
from conformance.strategies.random.process.interpreter import Interpreter
from conformance.strategies.random.process.messages import Cover, Draw, Fuzz, GeneratorConfig, Phase, Sample
from conformance.strategies.random.process.recorded import CaseGenerator, RecordedGenerator
from conformance.strategies.random.process.recordings import Recording
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.phases import HYPOTHESIS, SAMPLER, SCHEMATHESIS, campaign_seconds
from conformance.workflow.setup.preparation import PreparedRun

SAMPLES = 1_000
"""How many cases the sampler makes in a run that is no campaign, and how many before all others in one."""

EXAMPLES = 100
"""How many cases Hypothesis makes in a run that is no campaign."""

MOST_REQUESTS = 3_000
"""How many cases a standard run has, those of all phases together."""

LEAST_COVERED = 100
"""How many cases of Schemathesis a standard run has room for, however many the catalogue has."""

FUZZ = "fuzz"
"""The phase of a campaign, each round of which one of those that share a run draws and sends."""

MOST_OF = {SAMPLER: SAMPLES, HYPOTHESIS: EXAMPLES}
"""How many cases of a phase there are at most in a run that is no campaign."""


@contextmanager
def started_ahead(options: RunOptions) -> Iterator[Interpreter | None]:
    """Start the process that will generate the cases of a campaign while all else is prepared.

    Other runs begin with the catalogue, and may need no such process at all.
    """
    if options.profile is not Profile.FUZZ or options.phases == (CATALOGUE,):
        yield None
        return
    try:
        interpreter = Interpreter()
    except OSError:  # who wants a case tries again, and hears of it
        yield None
        return
    try:
        yield interpreter
    finally:
        interpreter.discard()


def follow_up_phases(prepared: PreparedRun, interpreter: Interpreter | None = None) -> FollowUpPhases:
    """Return the phases of a prepared run after the catalogue; no case is generated before they are started.

    There are none where the catalogue alone is more than the run may send. What was started ahead generates the cases.
    """
    options, phases = prepared.options, prepared.phases
    cut_short = options.max_requests is not None and options.max_requests < prepared.plan.requests
    generated = _generated(prepared)
    if not generated or (cut_short and options.example_db is None):
        return FollowUpPhases()
    parameters, fixed = prepared.knowledge.parameters, prepared.knowledge.fixed
    spec = None if options.spec is None else str(options.spec)
    config = GeneratorConfig(
        document=prepared.contract.document.sha256,
        spec=spec,
        operation=options.operation,
        parameters=dict(parameters),
        seed=options.seed,
        phases=generated,
        fixed=dict(fixed),
        unasked=None if options.max_requests is None else max(0, options.max_requests - prepared.plan.requests),
    )

    def wanted(case: Case) -> bool:
        offered, why_not = prepared.offered, prepared.client.why_not if prepared.client else None
        return why_left_out(prepared.contract, case, offered, options.only, options.skip, why_not) is None

    return FollowUpPhases(
        generator=_generator(config, interpreter, given=bool(options.params)),
        elsewhere=prepared.elsewhere,
        admits=wanted,
        mine=_shard(prepared).holds,
        apart=frozenset({FUZZ}),
        build=prepared.knowledge.builder(prepared.contract),
        examples=Examples(options.example_db) if options.example_db is not None else None,
        phases=tuple(each for each in phases if each != CATALOGUE),
        seconds=campaign_seconds(options, prepared.profile),
        requirement=_doubtful(prepared),
    )


def _generator(config: GeneratorConfig, interpreter: Interpreter | None, *, given: bool) -> CaseGenerator:
    """Return what generates the cases of a configuration, or has them from an earlier run.

    None are kept where the user has `given` values of parameters, which may be secret.
    """
    generator, recording = GeneratorProcess(config, interpreter), None if given else Recording.of(config)
    return generator if recording is None else RecordedGenerator(generator, recording)


def _shard(prepared: PreparedRun) -> Shard:
    """Return the part of the run that is carried out here."""
    return Shard.parse(prepared.options.shard or "1/1")


def _doubtful(prepared: PreparedRun) -> str:
    """Return the requirement in doubt where a phase breaks: that valid bodies are accepted, or valid parameters."""
    contract = prepared.contract
    drawn = () if contract.operation.has_body else varied(contract, prepared.options.params)
    return accept_parameter_id(drawn[0]) if drawn else combination_id(contract.request)


def _generated(prepared: PreparedRun) -> dict[str, Phase]:
    """Return what to generate, by the phase that it is of; the cases of a campaign are without end."""
    phases, profile = prepared.phases, prepared.profile
    found: dict[str, Phase] = {}
    if SAMPLER in phases:
        found[SAMPLER] = Sample(SAMPLES)
    if SCHEMATHESIS in phases:
        room = max(MOST_REQUESTS - prepared.plan.requests - EXAMPLES, LEAST_COVERED)
        found[SCHEMATHESIS] = Cover(room if profile is Profile.STANDARD else None)
    if profile is Profile.FUZZ and {SAMPLER, SCHEMATHESIS, HYPOTHESIS} & set(phases):
        shard = _shard(prepared)
        found[FUZZ] = Fuzz(phases, shard.number, shard.count)
    elif HYPOTHESIS in phases:
        found[HYPOTHESIS] = Draw(EXAMPLES)
    return found


class PhasePreview(msgspec.Struct, frozen=True):
    """How many requests a phase will send; `error` says why it will not go on to its end.

    Where a schema is large, drawing its cases takes long, and `at_most` tells that they are only bounded.
    """

    phase: str
    requests: int
    error: str = ""
    at_most: bool = False


def preview(prepared: PreparedRun) -> tuple[PhasePreview, ...]:
    """Return what each phase after the catalogue will send, repeats aside; sends nothing.

    A campaign is not among them: it goes on until its time is over.
    """
    following = follow_up_phases(prepared)
    endless = following.seconds is not None
    if endless or not following.generator.phases:
        return ()
    if prepared.plan.left:
        return tuple(
            PhasePreview(phase, MOST_OF.get(phase, LEAST_COVERED), at_most=True) for phase in following.generator.phases
        )
    return asyncio.run(_preview(prepared, following))


async def _preview(prepared: PreparedRun, following: FollowUpPhases) -> tuple[PhasePreview, ...]:
    ended: list[PhaseEnded] = []
    sent = (*prepared.plan.items, *following.elsewhere)
    items = CaseSource((), replace(following, elsewhere=sent), ended.append)
    cases = 0
    found: list[PhasePreview] = []
    try:
        while True:
            item = await items.next()
            # The phases that are over by now end before the case at hand.
            while len(found) < len(ended):
                event = ended[len(found)]
                found.append(PhasePreview(event.phase, cases, event.error))
                cases = 0
            if item is None:
                return tuple(found)
            cases += 1
    finally:
        await following.generator.close()
