"""Phases: which of them a run has, and how long a campaign lasts."""

from fnmatch import fnmatchcase

from conformance.contract.contract import Contract
from conformance.model.case import CATALOGUE
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile
from conformance.strategies.parameter_values import varied
from conformance.workflow.setup.options import RunOptions

SAMPLER, SCHEMATHESIS, HYPOTHESIS = "sampler", "schemathesis", "hypothesis"
PHASES = (CATALOGUE, SAMPLER, SCHEMATHESIS, HYPOTHESIS)
DEFAULT_PHASES = (CATALOGUE, SCHEMATHESIS, HYPOTHESIS)
"""The phases of a default run on this machine: what the sampler adds is for campaigns, and for who asks for it."""

FUZZ_SECONDS = 60.0
"""How long a campaign goes on where no time was given."""

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
    possible: tuple[str, ...] = PHASES if _is_random(contract, options) else (CATALOGUE,)
    if not contract.operation.has_body:
        possible = tuple(each for each in possible if each != SAMPLER)
    if options.phases is None:
        if possible == (CATALOGUE,):
            return possible
        if profile is Profile.FUZZ:
            return tuple(each for each in possible if each != CATALOGUE)
        # Globs that fit a requirement, and not cases alone.
        fitting = not options.only or any(fnmatchcase(id_, glob) for id_ in contract.by_id for glob in options.only)
        return DEFAULT_PHASES if loopback and profile is not Profile.SMOKE and fitting else (CATALOGUE,)
    for name in options.phases:
        if name not in PHASES:
            raise UsageError(f"there is no phase {name!r}", f"choose from {', '.join(PHASES)}")
    chosen = tuple(each for each in possible if each in options.phases)
    if not chosen:
        more = "" if len(possible) > 1 else " and no parameters outside of its path"
        raise UsageError(f"{contract.operation.name} has no JSON body{more}", f"use --phases {','.join(possible)}")
    return chosen


def _is_random(contract: Contract, options: RunOptions) -> bool:
    """Tell whether requests have anything that can be drawn: a body, or parameters outside of the path."""
    return contract.operation.has_body or bool(varied(contract, options.params))


def campaign_seconds(options: RunOptions, profile: Profile) -> float | None:
    """Return after how many seconds a campaign begins nothing new; None where the run is none."""
    if profile is not Profile.FUZZ:
        return None
    whole = options.time_budget or FUZZ_SECONDS
    return whole - min(MARGIN_SECONDS, whole / 10)
