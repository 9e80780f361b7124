"""What must be known before the first byte is sent: parameters, key, host, plan, limits."""

import os
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract
from conformance.model.case import CATALOGUE, Item, Need
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile
from conformance.runner.budget import RunLimits
from conformance.runner.credentials import Credentials
from conformance.runner.plan import Plan, make_plan, why_left_out
from conformance.runner.shards import Shard
from conformance.strategies.catalogue.catalogue import SMOKE_CREATIONS, Knowledge, bounded, catalogue, smoke, spared
from conformance.strategies.path_values import unknown_path_value, usual_path_value
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.target import Traits
from conformance.workflow.setup.credentials.key_sources import credentials_of, find_key, local_key, names_key
from conformance.workflow.setup.opening import traits_for
from conformance.workflow.setup.options import MOCK, RunOptions
from conformance.workflow.setup.phases import FUZZ_SECONDS, chosen_phases


class PreparedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is ready to begin.

    Attributes:
        contract: what it tests.
        options: what it was told.
        knowledge: the path parameters.
        plan: what it sends of the catalogue.
        profile: how much it sends.
        credentials: what gets it in.
        traits: what the target is like.
        offered: what the target offers to cases.
        phases: what it sends, in order.
        client: what it sends with, where that is the user's own.
        elsewhere: the items of the plan that other shards send.
        key_made_up: whether the user named no key, so that the suite made one up.

    """

    contract: Contract
    options: RunOptions
    knowledge: Knowledge
    plan: Plan
    profile: Profile
    credentials: Credentials
    traits: Traits
    offered: frozenset[Need]
    phases: tuple[str, ...]
    client: UsersClient | None
    elsewhere: tuple[Item, ...]
    key_made_up: bool = False

    @property
    def loopback(self) -> bool:
        """Whether the target is on this machine."""
        return self.traits.loopback

    @property
    def most_creations(self) -> int | None:
        """How much may be created, whatever the target does: on a remote host `smoke` has a limit of its own."""
        if self.options.max_creations is None and self.profile is Profile.SMOKE and not self.loopback:
            return self.plan.creations if self.options.shard else SMOKE_CREATIONS
        return self.options.max_creations

    @property
    def key(self) -> str:
        """The credential."""
        return self.credentials.key


def prepare(
    contract: Contract,
    options: RunOptions,
    environment: Mapping[str, str] = os.environ,
    *,
    key: str | None = None,
    client: UsersClient | None = None,
) -> PreparedRun:
    """Check the options against the contract and make the plan; `key` is the credential where it is known already.

    `client` is the user's, where the target is reached through one.

    Raises:
        UsageError: a path parameter or the key is missing, or the host may not be sent to.

    """
    traits = guard(options, client)
    loopback = traits.loopback
    knowledge = _knowledge(contract, options, loopback=loopback)
    if key is None:
        key = find_key(contract, options, environment, loopback=loopback, client=client)
    credentials = credentials_of(contract, options, key, environment, client=client)
    profile = options.profile or (Profile.STANDARD if loopback else Profile.SMOKE)
    lost: list[str] = []
    phases = chosen_phases(contract, options, profile, loopback=loopback)
    # Of what is not sent, or little of it, the usual cases are enough to tell what is left out.
    usual = profile is Profile.SMOKE or CATALOGUE not in phases
    known = catalogue(contract, Profile.STANDARD if usual else profile, knowledge, lost)
    offered = offered_by(options, traits)
    why_not = None if client is None else client.why_not
    chosen = bounded(known) if profile is Profile.STANDARD else known
    items = chosen if CATALOGUE in phases else ()
    if profile is Profile.SMOKE:
        # What this target is not sent takes no place in a short plan.
        items = smoke(each for each in items if why_left_out(contract, each, offered, (), (), why_not) is None)
    plan = make_plan(contract, items, offered, only=options.only, skip=options.skip, known=known, why_not=why_not)
    left = len(known) - len(chosen) + (spared(contract, knowledge) if profile is Profile.STANDARD else 0)
    plan = replace(plan, left=left, unproven=len(lost), spare=plan.spare if CATALOGUE in phases else ())
    if not plan.items and CATALOGUE in phases:
        raise UsageError("no case is selected", "loosen --only and --skip; `conformance spec cases` lists the ids")
    whole = PreparedRun(
        contract=contract,
        options=options,
        knowledge=knowledge,
        plan=plan,
        profile=profile,
        credentials=credentials,
        traits=traits,
        offered=offered,
        phases=phases,
        client=client,
        elsewhere=(),
        key_made_up=key == local_key(contract.operation.security)
        and options.target != MOCK
        and not names_key(options, environment, client),
    )
    return part_of(whole, options) if options.shard else whole


def part_of(whole: PreparedRun, options: RunOptions) -> PreparedRun:
    """Return the part of a run that is the shard of `options`.

    Raises:
        UsageError: it has no case.

    """
    shard = Shard.parse(options.shard or "")
    plan = shard.part(whole.plan)
    if whole.plan.items and not plan.items:
        raise UsageError(f"shard {options.shard} has no case", "split the plan into fewer shards")
    elsewhere = tuple(item for item in whole.plan.items if not shard.holds(item.id))
    return replace(whole, options=options, plan=plan, elsewhere=elsewhere)


def guard(options: RunOptions, client: UsersClient | None = None) -> Traits:
    """Return what the target is like, once it is known that it may be sent to.

    A client of the user's goes by the host of its base URL, also where that is mocked: only a transport of its library
    that reaches nothing but this process (ASGI, WSGI, `MockTransport`) may name any host.

    Raises:
        UsageError: it is no target; or not on this machine, and not allowed by name; or the key would travel in plain
            text.

    """
    traits = traits_for(options, client)
    if traits.loopback:
        return traits
    if traits.host not in {allowed.lower() for allowed in options.allow_hosts}:
        raise UsageError(f"{traits.host} is a remote host", f"allow it with --allow-host {traits.host}")
    if not (traits.secure or options.allow_plaintext):
        raise UsageError(f"the key would be sent to {traits.host} in plain text", "use https, or --allow-plaintext")
    return traits


def _knowledge(contract: Contract, options: RunOptions, *, loopback: bool) -> Knowledge:
    names = contract.operation.path_parameters
    given = {**{name: value for name, value in options.params.items() if name in names}, **options.path_params}
    fixed = {name: value for name, value in options.params.items() if name not in names}
    declared = {each.name for each in contract.operation.parameters}
    unknown_names = sorted(fixed.keys() - declared)
    if unknown_names:
        known = ", ".join(sorted({*declared, *names})) or "none"
        raise UsageError(f"{contract.operation.name} has no parameter {unknown_names[0]!r}", f"it has: {known}")
    if options.model_id is not None:
        if len(names) != 1:
            raise UsageError(f"--model-id needs one path parameter, the operation has {len(names)}", "use --path-param")
        given[names[0]] = options.model_id
    strange = sorted(set(given) - set(names))
    if strange:
        known = ", ".join(names) or "none"
        raise UsageError(f"{contract.operation.name} has no path parameter {strange[0]!r}", f"it has: {known}")
    missing = [name for name in names if name not in given]
    if missing and not loopback and not options.stateless:
        flag = "--model-id ID" if len(names) == 1 else f"--path-param {missing[0]}=VALUE"
        raise UsageError(f"the path parameter {missing[0]!r} has no value", f"set it with {flag}")
    given.update({name: usual_path_value(contract, name) for name in missing})
    unknown = {}
    if options.unknown_model_id is not None and names:
        unknown[names[-1]] = options.unknown_model_id
    elif options.target == MOCK and names and (value := unknown_path_value(contract, names[-1])) is not None:
        unknown[names[-1]] = value
    return Knowledge(given, unknown, _credentials(contract, options), fixed)


def _credentials(contract: Contract, options: RunOptions) -> frozenset[str]:
    """Return the security schemes beside those of the first alternative that there is a credential for."""
    if options.target == MOCK:
        return frozenset(each.id for held in contract.operation.alternatives for each in held)
    return frozenset(each.partition("=")[0] for each in options.credentials)


def offered_by(options: RunOptions, traits: Traits) -> frozenset[Need]:
    """Return what a target offers, as its traits and the options say."""
    offered = set() if options.stateless else {Need.STATE}
    if not options.any_key:
        offered.add(Need.KEYS)
    if traits.loopback:
        offered.add(Need.LOOPBACK)
    if traits.server:
        offered.add(Need.SERVER)
    if traits.loopback or options.allow_name_edges:
        offered.add(Need.NAME_EDGES)
    if options.probes or options.target == MOCK:
        offered.add(Need.PROBES)
    return frozenset(offered)


LIVE_RATE = 20.0
"""Requests a second to a host that is not this machine, where none is given."""


def rate_of(options: RunOptions, *, loopback: bool) -> float | None:
    """Return how many requests a second may be sent, None for any number."""
    return options.rate or (None if loopback else LIVE_RATE)


def limits_of(prepared: PreparedRun) -> RunLimits:
    """Return the limits of a run."""
    options, loopback = prepared.options, prepared.loopback
    return RunLimits(
        requests=options.max_requests,
        creations=prepared.most_creations,
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
        key_made_up=prepared.key_made_up,
        max_response_seconds=prepared.options.max_response_time,
    )
