"""Phases: what a run sends after the catalogue, and where its random cases come from."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from conformance.contract.contract import Contract
from conformance.model.case import CATALOGUE, Case
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile
from conformance.runner.follow_up import FollowUpPhases
from conformance.runner.plan import admits
from conformance.runner.shards import Shard
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.batches import Cover, Draw, Fuzz, GeneratorConfig
from conformance.strategies.random.case_queue import CaseQueue, Emit
from conformance.strategies.random.examples import Examples
from conformance.strategies.random.generator_process import GeneratorProcess
from conformance.workflow.setup.options import RunOptions

if TYPE_CHECKING:
    from conformance.workflow.setup.preparation import Prepared

SCHEMATHESIS, HYPOTHESIS = "schemathesis", "hypothesis"
PHASES = (CATALOGUE, SCHEMATHESIS, HYPOTHESIS)

FUZZ_SECONDS = 60.0
"""How long a campaign goes on where no time was given."""

EXAMPLES = 100
"""How many cases Hypothesis makes in a run that is no campaign."""

MARGIN_SECONDS = 1.0
"""How long before its time is over a campaign begins nothing new, at most."""


def chosen_phases(contract: Contract, options: RunOptions, profile: Profile, *, loopback: bool) -> tuple[str, ...]:
    """Return the phases of a run in their order.

    Where none are asked for, all of them: but a small profile, and a host that is not this machine, where what is
    created has its price, get the catalogue alone. So does a run of cases that were chosen by their ids, for those of
    random cases nobody knows.

    Raises:
        UsageError: one of those asked for does not exist.

    """
    if options.phases is None:
        if profile is Profile.FUZZ:
            return (SCHEMATHESIS, HYPOTHESIS)
        whole = loopback and profile is not Profile.SMOKE and _fits_a_requirement(contract, options.only)
        return PHASES if whole else (CATALOGUE,)
    for name in options.phases:
        if name not in PHASES:
            raise UsageError(f"there is no phase {name!r}", f"choose from {', '.join(PHASES)}")
    return tuple(each for each in PHASES if each in options.phases)


def _fits_a_requirement(contract: Contract, only: Sequence[str]) -> bool:
    return not only or any(fnmatchcase(each, glob) for each in contract.by_id for glob in only)


class Random:
    """The random cases of one prepared run, made in a process of their own."""

    def __init__(self, prepared: "Prepared") -> None:
        options = prepared.options
        config = GeneratorConfig(options.spec, options.operation, dict(prepared.knowledge.parameters), options.seed)
        self._phases = prepared.phases
        self._making = GeneratorProcess(config)

    def covered(self, emit: Emit, errors: list[Exception]) -> None:
        """Hand over the cases of Schemathesis' coverage phase."""
        self._making.make(Cover(), emit, errors)

    def drawn(self, emit: Emit, errors: list[Exception]) -> None:
        """Hand over the examples of the Hypothesis phase."""
        self._making.make(Draw(EXAMPLES), emit, errors)

    def fuzzed(self, emit: Emit, errors: list[Exception]) -> None:
        """Hand over cases of all chosen sources in turn, without end; a source that cannot go on is left out."""
        self._making.make(Fuzz(self._phases), emit, errors)

    def close(self) -> None:
        """Make no more cases."""
        self._making.close()


def later(prepared: "Prepared") -> FollowUpPhases:
    """Return the phases of a prepared run after the catalogue; nothing is made before the feeds are started.

    There are none where the catalogue alone is more than the run may send.
    """
    options, phases = prepared.options, prepared.phases
    cut_short = options.max_requests is not None and options.max_requests < prepared.plan.requests
    if cut_short and options.example_db is None:
        return FollowUpPhases()
    fuzz = prepared.profile is Profile.FUZZ
    random = Random(prepared)
    feeds = list(_feeds(random, phases, fuzz=fuzz))
    if not feeds:
        return FollowUpPhases()
    shard = Shard.parse(options.shard) if options.shard else None

    def wanted(case: Case) -> bool:
        mine = shard is None or shard.holds(case.id)
        offered, why_not = prepared.offered, prepared.why_not
        return mine and admits(prepared.contract, case, offered, options.only, options.skip, why_not)

    return FollowUpPhases(
        feeds=feeds,
        elsewhere=prepared.elsewhere,
        admits=wanted,
        build=Builder(prepared.contract, prepared.knowledge.parameters),
        examples=Examples(options.example_db) if options.example_db is not None else None,
        phases=tuple(each for each in phases if each != CATALOGUE),
        close=random.close,
        seconds=campaign_seconds(options, prepared.profile),
    )


def campaign_seconds(options: RunOptions, profile: Profile) -> float | None:
    """Return after how many seconds a campaign begins nothing new; None where the run is none."""
    if profile is not Profile.FUZZ:
        return None
    whole = options.time_budget or FUZZ_SECONDS
    return whole - min(MARGIN_SECONDS, whole / 10)


def _feeds(random: Random, phases: Sequence[str], *, fuzz: bool) -> "Sequence[CaseQueue]":
    found = [CaseQueue(SCHEMATHESIS, random.covered)] if SCHEMATHESIS in phases else []
    if fuzz and len(phases) > (CATALOGUE in phases):
        found.append(CaseQueue("fuzz", random.fuzzed))
    elif HYPOTHESIS in phases:
        found.append(CaseQueue(HYPOTHESIS, random.drawn))
    return found
