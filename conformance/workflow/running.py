"""The main job: a plan carried out against a target, and the reports of it."""

import asyncio
import secrets
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from conformance.checks.subject import Settings
from conformance.contract.contract import Contract, load_contract
from conformance.model.events import RunStarted
from conformance.model.version import VERSION
from conformance.reports.outcomes import exit_status
from conformance.reports.results import Results
from conformance.reports.writing import write_reports
from conformance.runner.budget import Limits as RunLimits
from conformance.runner.engine import Engine, EngineOptions, Report
from conformance.runner.journal import FILE_NAME, Journal, read_journal
from conformance.targets.opening import open_target
from conformance.targets.target import Limits
from conformance.workflow.options import MOCK, RunOptions
from conformance.workflow.preparation import Prepared, prepare, unknown_parameter


class RunResult(msgspec.Struct, frozen=True):
    """What a run came to: its results, the folder of its reports, and the exit status of the command."""

    results: Results
    out: Path
    exit_status: int


Started = Callable[[Prepared, str], None]


def run(options: RunOptions, *, report: Report | None = None, started: Started | None = None) -> RunResult:
    """Carry out a run and write its journal and reports into `options.out`.

    `report` is called as requests are answered, `started` once with the plan and the URL before the first is sent.
    Ctrl-C and SIGTERM end the run in order: what was done is reported.

    Raises:
        UsageError: an option, or a file that it names, cannot be used. Nothing was sent.

    """
    contract = load_contract(options.spec, options.operation)
    path = options.out / FILE_NAME
    from conformance.workflow.embedded import EmbeddedMock
    with ExitStack() as stack:
        mock = stack.enter_context(EmbeddedMock(contract, key='conformance-local-key', unknown=frozenset({unknown_parameter()})))
        prepared = prepare(contract, options)
        url = options.target
        if url == MOCK:
            url = mock.url
        journal = stack.enter_context(Journal(path))
        if started is not None:
            started(prepared, url)
        with suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(_carried_out(prepared, url, journal, report))
    results = write_reports(read_journal(path), options.out, kinds=options.reports, fail_on=options.fail_on)
    return RunResult(results, options.out, exit_status(results, options.fail_on))


async def _carried_out(prepared: Prepared, url: str, journal: Journal, report: Report | None) -> None:
    options = prepared.options
    run_id = secrets.token_hex(4)
    target = open_target(url, Limits(timeout_seconds=options.timeout), concurrency=options.concurrency)
    journal.append(_header(prepared, url, run_id))
    settings = Settings(
        loopback=prepared.loopback,
        stateless=options.stateless,
        key=prepared.key,
        max_response_seconds=options.max_response_time,
    )
    limits = RunLimits(
        requests=options.max_requests,
        creations=options.max_creations,
        failures=options.max_failures,
        seconds=options.time_budget,
        rate=options.rate,
    )
    engine = Engine(
        prepared.contract,
        target,
        journal,
        settings,
        EngineOptions(concurrency=options.concurrency, repeats=options.repeats, limits=limits),
        run_id=run_id,
        report=report,
    )
    task = asyncio.current_task()
    with suppress(NotImplementedError, ValueError, RuntimeError):
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await engine.run(prepared.plan)
    finally:
        await target.close()


def _header(prepared: Prepared, url: str, run_id: str) -> RunStarted:
    contract, options = prepared.contract, prepared.options
    name = f"the reference server at {url}" if options.target == MOCK else options.target
    skipped = {**_never(contract, options), **prepared.plan.skipped}
    return RunStarted(
        suite_version=VERSION,
        run_id=run_id,
        document=contract.document.text,
        sha256=contract.document.sha256,
        operation=contract.operation.name,
        path=contract.operation.path,
        target=name,
        profile=prepared.profile.value,
        seed=options.seed,
        options=_shown(options),
        requirements=contract.requirements,
        planned=prepared.plan.cases,
        skipped=skipped,
    )


def _never(contract: Contract, options: RunOptions) -> dict[str, str]:
    """Return why requirements that checks judge by themselves are not exercised with these options."""
    reasons = {}
    for row in contract.requirements:
        if options.stateless and row.group.value == "semantics":
            reasons[row.id] = "the target was said to be stateless"
    if options.max_response_time is None:
        reasons["transport.response-time"] = "no --max-response-time was given"
    reasons["error.rate-limit"] = "the target answered no request with 429"
    reasons["drift.clean-up"] = "no clean-up was asked for"
    if options.unknown_model_id is None and options.target != MOCK:
        reasons["error.unknown-resource"] = "no resource that does not exist was named (--unknown-model-id)"
    return reasons


def _shown(options: RunOptions) -> dict[str, str]:
    """Return the options that differ from their defaults, as texts."""
    defaults = RunOptions()
    found = {}
    for name in RunOptions.__struct_fields__:
        value = getattr(options, name)
        if value != getattr(defaults, name) and name not in {"out", "reports"}:
            found[name] = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return found


__all__ = ["RunResult", "run"]
