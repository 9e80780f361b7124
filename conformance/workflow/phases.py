"""Phases: what a run sends after the catalogue, and where its random cases come from."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.model.case import Case
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile
from conformance.runner.feed import Emit, Feed
from conformance.runner.later import Later
from conformance.runner.plan import admits
from conformance.runner.shrinking import Ask
from conformance.strategies.building import Builder
from conformance.workflow.options import RunOptions

if TYPE_CHECKING:
    from conformance.strategies.campaign import Campaign, Origin
    from conformance.workflow.preparation import Prepared

CATALOGUE, SCHEMATHESIS, HYPOTHESIS = "catalogue", "schemathesis", "hypothesis"
PHASES = (CATALOGUE, SCHEMATHESIS, HYPOTHESIS)

FUZZ_SECONDS = 60.0
"""How long a campaign goes on where no time was given."""

EXAMPLES = 100
"""How many cases Hypothesis makes in a run that is no campaign."""

MARGIN_SECONDS = 1.0
"""How long before its time is over a campaign begins nothing new, at most."""


def chosen_phases(options: RunOptions, profile: Profile) -> tuple[str, ...]:
    """Return the phases of a run in their order.

    Raises:
        UsageError: one of those asked for does not exist.

    """
    if options.phases is None:
        return (SCHEMATHESIS, HYPOTHESIS) if profile is Profile.FUZZ else (CATALOGUE,)
    for name in options.phases:
        if name not in PHASES:
            raise UsageError(f"there is no phase {name!r}", f"choose from {', '.join(PHASES)}")
    return tuple(each for each in PHASES if each in options.phases)


class Random:
    """The random cases of one prepared run, and the way back from each to what drew it."""

    def __init__(self, prepared: "Prepared") -> None:
        self._prepared = prepared
        self._build = Builder(prepared.contract, prepared.knowledge.parameters)
        self._origins: dict[str, Origin] = {}

    @cached_property
    def campaign(self) -> "Campaign":
        """What draws, shrinks and replays."""
        from conformance.strategies.campaign import Campaign  # noqa: PLC0415  (Hypothesis: only who draws loads it)

        options = self._prepared.options
        return Campaign(self._build, options.seed, options.example_db)

    def covered(self, emit: Emit, _: list[Exception]) -> None:
        """Hand over the cases of Schemathesis' coverage phase."""
        from conformance.strategies import from_schemathesis  # noqa: PLC0415  (heavy: only this phase loads it)

        for case in from_schemathesis.coverage_cases(self._build):
            emit(case)

    def drawn(self, emit: Emit, _: list[Exception]) -> None:
        """Hand over the examples of the Hypothesis phase."""
        for origin in self.campaign.example(EXAMPLES):
            self._draw(origin, emit)

    def fuzzed(self, emit: Emit, errors: list[Exception]) -> None:
        """Hand over cases of all chosen sources in turn, without end; a source that cannot go on is left out."""
        broken: set[str] = set()
        sources = {origin.source for origin in self.campaign.round(1)}
        wanted = {each for each in sources if each.partition("-")[0] in self._prepared.phases}
        number = 1
        while wanted - broken:
            for origin in self.campaign.round(number):
                if origin.source not in wanted - broken:
                    continue
                try:
                    self._draw(origin, emit)
                except Exception as error:  # noqa: BLE001  (whatever a library raises: it is told in the report)
                    broken.add(origin.source)
                    errors.append(error)
            number += 1

    def shrink(self, case: Case, ask: Ask) -> Case | None:
        """Return the simplest case that fails as `case` does; None where nobody knows how it was drawn."""
        origin = self._origins.get(case.id)
        return self.campaign.shrink(origin, case, ask) if origin is not None else None

    def replay(self, ask: Ask) -> None:
        """Ask about what failed in earlier runs."""
        sources = [each.source for each in self.campaign.round(1)]
        self.campaign.replay(ask, [each for each in sources if each.partition("-")[0] in self._prepared.phases])

    def _draw(self, origin: "Origin", emit: Emit) -> None:
        def take(case: Case, origin: "Origin") -> None:
            self._origins.setdefault(case.id, origin)
            emit(case)

        self.campaign.draw(origin, take)


def later(prepared: "Prepared") -> Later:
    """Return the phases of a prepared run after the catalogue; nothing is made before the feeds are started."""
    options, phases = prepared.options, prepared.phases
    random = Random(prepared)
    feeds = list(_feeds(random, phases, fuzz=prepared.profile is Profile.FUZZ))
    # Of shards, the first alone sends what is not of the catalogue: it would be the same in all of them.
    if not feeds or (options.shard and not options.shard.startswith("1/")):
        return Later()
    return Later(
        feeds=feeds,
        admits=lambda case: admits(
            prepared.contract, case, prepared.offered, options.only, options.skip, prepared.why_not
        ),
        shrink=random.shrink,
        replay=random.replay if options.example_db is not None else None,
        seconds=campaign_seconds(options, prepared.profile),
    )


def campaign_seconds(options: RunOptions, profile: Profile) -> float | None:
    """Return after how many seconds a campaign begins nothing new; None where the run is none."""
    if profile is not Profile.FUZZ:
        return None
    whole = options.time_budget or FUZZ_SECONDS
    return whole - min(MARGIN_SECONDS, whole / 10)


def _feeds(random: Random, phases: Sequence[str], *, fuzz: bool) -> "Sequence[Feed]":
    found = [Feed(SCHEMATHESIS, random.covered)] if SCHEMATHESIS in phases else []
    if fuzz and len(phases) > (CATALOGUE in phases):
        found.append(Feed("fuzz", random.fuzzed))
    elif HYPOTHESIS in phases:
        found.append(Feed(HYPOTHESIS, random.drawn))
    return found
