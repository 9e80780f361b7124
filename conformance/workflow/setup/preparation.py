"""What must be known before the first byte is sent: parameters, key, host, plan."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from conformance.contract.contract import Contract
from conformance.model.case import CATALOGUE, Need
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile
from conformance.runner.credentials import Credentials
from conformance.runner.plan import Plan, WhyNot, make_plan, no_objection
from conformance.runner.shards import Shard
from conformance.strategies.catalogue.catalogue import Item, Knowledge, catalogue, smoke
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.opening import open_target
from conformance.workflow.setup.key_sources import LOCAL_KEY, access_of, find_key
from conformance.workflow.setup.options import MOCK, RunOptions
from conformance.workflow.setup.phases import chosen_phases

__all__ = ["LOCAL_KEY", "Prepared", "find_key", "guard", "offered_by", "prepare", "unknown_parameter"]

EXAMPLE_PARAMETER = "conformance"


class Prepared(msgspec.Struct, frozen=True):
    """A run that is ready to begin.

    `client` is what it sends with, where that is the user's own. `elsewhere` are the items of the plan that other
    shards send.
    """

    contract: Contract
    options: RunOptions
    knowledge: Knowledge
    plan: Plan
    profile: Profile
    access: Credentials
    loopback: bool
    offered: frozenset[Need] = frozenset()
    phases: tuple[str, ...] = ()
    client: UsersClient | None = None
    elsewhere: tuple[Item, ...] = ()

    @property
    def why_not(self) -> WhyNot:
        """What tells why a request cannot be sent as it stands."""
        return no_objection if self.client is None else self.client.why_not

    @property
    def key(self) -> str:
        """The credential."""
        return self.access.key


def prepare(
    contract: Contract,
    options: RunOptions,
    environment: Mapping[str, str] = os.environ,
    *,
    key: str | None = None,
    client: UsersClient | None = None,
) -> Prepared:
    """Check the options against the contract and make the plan; `key` is the credential where it is known already.

    `client` is the user's, where the target is reached through one.

    Raises:
        UsageError: a path parameter or the key is missing, or the host may not be sent to.

    """
    loopback = guard(options, client)
    knowledge = _knowledge(contract, options, loopback=loopback)
    if key is None:
        key = find_key(contract, options, environment, loopback=loopback, client=client)
    access = access_of(contract, options, key, environment, client=client)
    profile = options.profile or (Profile.STANDARD if loopback else Profile.SMOKE)
    known = catalogue(contract, Profile.STANDARD if profile is Profile.SMOKE else profile, knowledge)
    phases = chosen_phases(contract, options, profile, loopback=loopback)
    items = () if CATALOGUE not in phases else smoke(known) if profile is Profile.SMOKE else known
    offered = offered_by(options, loopback=loopback, in_process=_in_process(options, client))
    why_not = no_objection if client is None else client.why_not
    plan = make_plan(contract, items, offered, only=options.only, skip=options.skip, known=known, why_not=why_not)
    elsewhere: tuple[Item, ...] = ()
    if options.shard:
        shard = Shard.parse(options.shard)
        whole, plan = plan, shard.part(plan)
        if whole.items and not plan.items:
            raise UsageError(f"shard {options.shard} holds no case", "split the plan into fewer shards")
        elsewhere = tuple(item for item in whole.items if not shard.holds(item.id))
    if not plan.items and CATALOGUE in phases:
        raise UsageError("no case is left to send", "loosen --only and --skip; `conformance spec cases` lists the ids")
    return Prepared(contract, options, knowledge, plan, profile, access, loopback, offered, phases, client, elsewhere)


def guard(options: RunOptions, client: UsersClient | None = None) -> bool:
    """Tell whether the target is on this machine.

    A client of the user's goes by the host of its base URL, also where that is mocked: only a transport of its library
    that reaches nothing but this process (ASGI, WSGI, `MockTransport`) may name any host.

    Raises:
        UsageError: it is no target; or not on this machine, and not allowed by name; or the key would travel in plain
            text.

    """
    if options.target == MOCK or options.target.startswith("asgi:"):
        return True
    if client.loopback if client is not None else open_target(options.target).loopback:
        return True
    parts = urlsplit(options.target)
    host = parts.hostname or ""
    if host not in {allowed.lower() for allowed in options.allow_hosts}:
        raise UsageError(f"{host} is not on this machine", f"allow it with --allow-host {host}")
    if parts.scheme == "http" and not options.allow_plaintext:
        raise UsageError(f"the key would travel to {host} in plain text", "use https, or --allow-plaintext")
    return False


def _knowledge(contract: Contract, options: RunOptions, *, loopback: bool) -> Knowledge:
    names = contract.operation.path_parameters
    given = dict(options.path_params)
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
        raise UsageError(f"the path parameter {missing[0]!r} has no value", f"name it with {flag}")
    given.update(dict.fromkeys(missing, EXAMPLE_PARAMETER))
    unknown = {}
    if options.unknown_model_id is not None and names:
        unknown[names[-1]] = options.unknown_model_id
    elif options.target == MOCK and names:
        unknown[names[-1]] = unknown_parameter()
    return Knowledge(given, unknown)


def unknown_parameter() -> str:
    """Return the path parameter that the reference server does not know."""
    return f"{EXAMPLE_PARAMETER}-unknown"


def _in_process(options: RunOptions, client: UsersClient | None) -> bool:
    return options.target.startswith("asgi:") if client is None else client.in_process


def offered_by(options: RunOptions, *, loopback: bool, in_process: bool) -> frozenset[Need]:
    """Return what the target offers, as the options say."""
    offered = {Need.UNKNOWN_RESOURCE}
    if not options.stateless:
        offered |= {Need.STATE, Need.KEYS}
    if loopback:
        offered.add(Need.LOOPBACK)
    if loopback or options.allow_name_edges:
        offered.add(Need.NAME_EDGES)
    if not in_process:
        offered.add(Need.WIRE)
    if options.probes or options.target == MOCK:
        offered.add(Need.PROBES)
    return frozenset(offered)
