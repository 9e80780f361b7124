"""How the journal of a run begins: what is tested against what, and with which options."""

import secrets
from datetime import UTC, datetime

from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.journal.events import RunStarted
from conformance.model.case import Need
from conformance.model.version import VERSION
from conformance.model.vocabulary import Profile
from conformance.model.waiver import Waiver
from conformance.runner.learning import NOT_LEARNED, is_learned
from conformance.runner.plan import REASONS
from conformance.targets.httpx_client.users_client import KEPT
from conformance.workflow.setup.options import MOCK, RunOptions
from conformance.workflow.setup.other_documents import other_documents
from conformance.workflow.setup.preparation import PreparedRun

REFERENCE = "the reference server at "
"""How the header of a run begins to name a server that ends with the run."""


def today() -> str:
    """Return the day by which waivers are in force or expired."""
    return datetime.now(UTC).date().isoformat()


def header_of(contract: Contract, target: str, profile: Profile, seed: int = 0) -> RunStarted:
    """Return the header of a run that begins now, under a new id; options, plan and waivers are yet to be told."""
    return RunStarted(
        suite_version=VERSION,
        run_id=secrets.token_hex(4),
        document=contract.document.text,
        sha256=contract.document.sha256,
        operation=contract.operation.name,
        path=contract.operation.path,
        target=target,
        profile=profile.value,
        seed=seed,
        requirements=contract.requirements,
        date=today(),
        warnings=contract.warnings,
        relations=contract.stated,
    )


def run_header(prepared: PreparedRun, url: str, waivers: tuple[Waiver, ...]) -> RunStarted:
    """Return the header of a run against the target at `url`."""
    contract, options = prepared.contract, prepared.options
    target = f"{REFERENCE}{url}" if options.target == MOCK else options.target
    return replace(
        header_of(contract, target, prepared.profile, options.seed),
        options=_shown(replace(options, max_creations=prepared.most_creations)),
        planned=prepared.plan.cases,
        skipped={**_unexercised(prepared), **prepared.plan.skipped},
        waivers=waivers,
        phases=prepared.phases,
        warnings=warnings_of(prepared),
        also_spec=other_documents(options.also_spec, contract),
    )


def warnings_of(prepared: PreparedRun) -> tuple[str, ...]:
    """Return what is wrong in the document, not tested of it, or left to a larger profile."""
    plan = prepared.plan
    left = f"the schema is large: {plan.left} cases are left to --profile full"
    unproven = f"{plan.unproven} cases are not sent: the schema forbids more than they are about"
    return (*prepared.contract.warnings, *([left] if plan.left else []), *([unproven] if plan.unproven else []))


def _unexercised(prepared: PreparedRun) -> dict[str, str]:
    """Return why requirements that checks judge by themselves are not exercised with these options."""
    contract, options, client = prepared.contract, prepared.options, prepared.client
    reasons = {row.id: NOT_LEARNED for row in contract.requirements if is_learned(contract, row.id)}
    if prepared.key_made_up:
        reasons["authentication.wrong"] = "No key is configured (--api-key-env)"
    else:
        reasons["authentication.unconfigured"] = "A key is configured"
    for row in contract.requirements:
        if options.stateless and row.compares:
            reasons[row.id] = REASONS[Need.STATE]
    if options.max_response_time is None:
        reasons["transport.response-time"] = "No maximum is set (--max-response-time)"
    if client is not None:
        reasons["transport.date"] = "The client object calls an application without a server, which adds `Date`"
        if client.credential is not None and not client.credential.key:
            reasons["authentication.key-echo"] = KEPT
    reasons["error.rate-limit"] = "The target returned no 429"
    reasons["drift.clean-up"] = "Cleanup is not enabled (--cleanup)"
    if options.unknown_model_id is None and options.target != MOCK:
        reasons["error.unknown-resource"] = "No unknown model id is configured (--unknown-model-id)"
    return reasons


def _shown(options: RunOptions) -> dict[str, str]:
    """Return the options that differ from their defaults, as texts; a command that makes keys may hold one itself."""
    defaults = RunOptions()
    found = {}
    for name in RunOptions.__struct_fields__:
        value = getattr(options, name)
        if value != getattr(defaults, name) and name not in {"out", "reports", "waivers_update"}:
            found[name] = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            if name == "api_key_command":
                found[name] = "given"
    return found
