"""Phases: what a run sends after the catalogue, and where its random cases come from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from conformance.model.case import Case
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile
from conformance.runner.feed import Emit, Feed
from conformance.runner.generating import Generating
from conformance.runner.later import Later
from conformance.runner.plan import admits
from conformance.runner.shards import Shard
from conformance.runner.shrinking import Ask
from conformance.strategies.orders import Cover, Draw, Fuzz, Made, Order, Origin, Replay, Shrink
from conformance.workflow.options import RunOptions

if TYPE_CHECKING:
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
    """The random cases of one prepared run, and the way back from each to what drew it.

    One process makes what is sent; another simplifies what failed, while the first goes on.
    """

    def __init__(self, prepared: "Prepared") -> None:
        options = prepared.options
        order = Order(
            options.spec, options.operation, dict(prepared.knowledge.parameters), options.seed, options.example_db
        )
        self._phases = prepared.phases
        self._origins: dict[str, Origin] = {}
        self._making, self._asking = Generating(order), Generating(order)

    def covered(self, emit: Emit, errors: list[Exception]) -> None:
        """Hand over the cases of Schemathesis' coverage phase."""
        self._make(Cover(), emit, errors)

    def drawn(self, emit: Emit, errors: list[Exception]) -> None:
        """Hand over the examples of the Hypothesis phase."""
        self._make(Draw(EXAMPLES), emit, errors)

    def fuzzed(self, emit: Emit, errors: list[Exception]) -> None:
        """Hand over cases of all chosen sources in turn, without end; a source that cannot go on is left out."""
        self._make(Fuzz(self._phases), emit, errors)

    def shrink(self, case: Case, ask: Ask) -> Case | None:
        """Return the simplest case that fails as `case` does; None where nobody knows how it was drawn."""
        origin = self._origins.get(case.id)
        return self._asking.converse(Shrink(origin, case), ask) if origin is not None else None

    def replay(self, ask: Ask) -> None:
        """Ask about what failed in earlier runs."""
        self._asking.converse(Replay(self._phases), ask)

    def interrupt(self) -> None:
        """Stop `shrink` or `replay` where they are."""
        self._asking.interrupt()

    def close(self) -> None:
        """Make no more cases."""
        self._making.close()
        self._asking.close()

    def _make(self, wanted: object, emit: Emit, errors: list[Exception]) -> None:
        def take(made: Made) -> None:
            if made.origin is not None:
                self._origins.setdefault(made.case.id, made.origin)
            emit(made.case)

        self._making.make(wanted, take, errors)


def later(prepared: "Prepared") -> Later:
    """Return the phases of a prepared run after the catalogue; nothing is made before the feeds are started."""
    options, phases = prepared.options, prepared.phases
    fuzz = prepared.profile is Profile.FUZZ
    random = Random(prepared)
    feeds = list(_feeds(random, phases, fuzz=fuzz))
    if not feeds:
        return Later()
    shard = Shard.parse(options.shard) if options.shard else None

    def wanted(case: Case) -> bool:
        mine = shard is None or shard.holds(case.id)
        offered, why_not = prepared.offered, prepared.why_not
        return mine and admits(prepared.contract, case, offered, options.only, options.skip, why_not)

    return Later(
        feeds=feeds,
        admits=wanted,
        shrink=random.shrink,
        replay=random.replay if options.example_db is not None else None,
        interrupt=random.interrupt,
        close=random.close,
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
