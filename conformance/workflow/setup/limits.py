"""What a run may send, and what its checks know of the target, as its options say."""

from conformance.checks.shared.subject import Settings
from conformance.model.vocabulary import Profile
from conformance.runner.budget import RunLimits
from conformance.strategies.catalogue.catalogue import SMOKE_CREATIONS
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.phases import FUZZ_SECONDS
from conformance.workflow.setup.preparation import PreparedRun

LIVE_RATE = 20.0
"""Requests a second to a host that is not this machine, where none is given."""


def rate_of(options: RunOptions, *, loopback: bool) -> float | None:
    """Return how many requests a second may be sent, None for any number."""
    return options.rate or (None if loopback else LIVE_RATE)


def limits_of(prepared: PreparedRun) -> RunLimits:
    """Return the limits of a run: on a live host the number of creations in `smoke` holds against every target."""
    options, loopback = prepared.options, prepared.loopback
    most = None
    if prepared.profile is Profile.SMOKE and not loopback:
        most = prepared.plan.creations if options.shard else SMOKE_CREATIONS
    return RunLimits(
        requests=options.max_requests,
        creations=options.max_creations or most,
        failures=options.max_failures,
        seconds=options.time_budget or (FUZZ_SECONDS if prepared.profile is Profile.FUZZ else None),
        rate=rate_of(options, loopback=loopback),
    )


def settings_of(prepared: PreparedRun) -> Settings:
    """Return what the checks of a run know of the target."""
    return Settings(
        loopback=prepared.loopback,
        stateless=prepared.options.stateless,
        key=prepared.key,
        max_response_seconds=prepared.options.max_response_time,
    )
