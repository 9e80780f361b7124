"""A plan carried out against a target: what there is to know before, all that is sent, and what is told of it."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.diagnosis.diagnoser import Diagnoser, DiagnosisOptions
from conformance.journal.events import RunResumed, RunStarted
from conformance.journal.folder_lock import folder_lock
from conformance.journal.ledger import read_ledger
from conformance.journal.reading import FILE_NAME, read_journal
from conformance.journal.resuming import ResumedRun
from conformance.journal.writing import Follower, Journal, Mirror
from conformance.model.case import CATALOGUE
from conformance.model.version import VERSION
from conformance.runner.case_source import FollowUpPhases
from conformance.runner.engine import Done, Engine, EngineHooks, Report
from conformance.runner.plan import Plan
from conformance.runner.session import Session, SessionOptions
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.target import Target
from conformance.workflow.after_sending import after_sending, ways_on
from conformance.workflow.cleanup import remove
from conformance.workflow.interruption import Canceller, interrupt, on_sigterm, run_cancellable
from conformance.workflow.records.creation_limit import created_by_replays
from conformance.workflow.records.resume import read_resumed_run
from conformance.workflow.records.run_folder import set_aside
from conformance.workflow.reporting import forget_reports
from conformance.workflow.setup.contracts import contract_for
from conformance.workflow.setup.credentials.key_sources import find_key, other_credentials
from conformance.workflow.setup.embedded import EmbeddedMock
from conformance.workflow.setup.opening import target_of
from conformance.workflow.setup.options import MOCK, RunOptions
from conformance.workflow.setup.preparation import PreparedRun, limits_of, part_of, prepare, settings_of
from conformance.workflow.setup.random_phases import follow_up_phases, started_ahead
from conformance.workflow.setup.run_header import run_header
from conformance.workflow.setup.waivers import waivers_of

T = TypeVar("T")

Started = Callable[[PreparedRun, str, ResumedRun | None], None]


class Hooks(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller takes part in.

    `report` is called as requests are answered, `started` once before the first is sent, with the plan, the URL, and
    what was sent before where the run goes on, `done` with each item of the plan that is done with. `choose` makes of
    the plan what is to be sent. `canceller` cancels the run from another thread. `mirror` gets the lines of the
    journal, `follower` its events where the run begins anew.
    """

    report: Report | None = None
    started: Started | None = None
    done: Done | None = None
    choose: Callable[[Plan], Plan] | None = None
    canceller: Canceller | None = None
    mirror: Mirror | None = None
    follower: Follower | None = None


def carry_out(
    options: RunOptions,
    hooks: Hooks,
    finish: Callable[[str], T],
    *,
    client: object = None,
    whole: PreparedRun | None = None,
) -> T:
    """Carry out a run and write its journal into `options.out`; returns what `finish` does, which reports it.

    `finish` is told what there is to tell of what was created, and is called as soon as the journal is closed. `client`
    is a client of httpx or httpx2 that reaches the target, in the place of `options.target`. `whole` is the run that
    this one is a shard of, where it is prepared already. Ctrl-C and SIGTERM end the run in order.

    Raises:
        UsageError: an option, or a file that it names, cannot be used. Nothing was sent.
        RunStoppedError: what was sent cannot be recorded or reported, or Ctrl-C or SIGTERM came meanwhile.

    """
    path = options.out / FILE_NAME
    with ExitStack() as stack:
        stack.enter_context(on_sigterm(interrupt))
        interpreter = stack.enter_context(started_ahead(options))
        contract = contract_for(options) if whole is None else whole.contract
        waivers = waivers_of(options, contract)
        prepared, url = _set_up(stack, contract, options, hooks, client, whole)
        target = target_of(prepared.options, url, client=prepared.client, credentials=prepared.credentials)
        header = run_header(prepared, url, waivers)
        stack.enter_context(folder_lock(options.out))
        past = read_resumed_run(path, header, prepared.key) if options.resume else None
        if past is not None and past.finished:
            return finish("")
        earlier = set_aside(options.out, url) if past is None else ""
        redaction = prepared.credentials.redaction
        follower = hooks.follower if past is None else None
        journal = stack.enter_context(
            Journal(path, redaction, resume=past is not None, mirror=hooks.mirror, follower=follower)
        )
        sessions: list[Session] = []
        with after_sending(
            lambda: journal.requests,
            lambda error: ways_on(options.out, past.header.run_id if past and past.header else header.run_id, error),
            created=lambda: sum(each.creations for each in sessions),
        ):
            forget_reports(options.out)
            run_id = _begun(journal, header, past, prepared).run_id
            sessions.append(_session(prepared, target, journal, run_id, past))
            if hooks.started is not None:
                hooks.started(prepared, url, past)
            with suppress(KeyboardInterrupt, asyncio.CancelledError):
                following = follow_up_phases(prepared, interpreter)
                run_cancellable(lambda: _send(prepared, sessions[0], target, hooks, following), hooks.canceller)
            # What the journal still holds back must be in the file before it is read.
            journal.flush()
            done = "; ".join(filter(None, (_cleaned(prepared, journal, path, url), earlier)))
            journal.close()
            return finish(done)


def _set_up(
    stack: ExitStack,
    contract: Contract,
    options: RunOptions,
    hooks: Hooks,
    client: object,
    whole: PreparedRun | None,
) -> tuple[PreparedRun, str]:
    """Return the run that is ready to begin, and the URL of its target; an embedded mock ends with `stack`."""
    users = None if client is None else UsersClient(client, contract)
    if users is not None:
        options = replace(options, target=users.url)
    key = find_key(contract, options, loopback=True) if options.target == MOCK else None
    keys = other_credentials(contract, options, loopback=True) if key is not None else {}
    mock = stack.enter_context(EmbeddedMock(contract, key=key or None, keys=keys)) if key is not None else None
    prepared = prepare(contract, options, key=key, client=users) if whole is None else part_of(whole, options)
    if hooks.choose is not None:
        # Who chooses among the items of the plan wants nothing else to be sent.
        prepared = replace(prepared, plan=replace(hooks.choose(prepared.plan), spare=()), phases=(CATALOGUE,))
    return prepared, mock.url if mock else options.target


def _cleaned(prepared: PreparedRun, journal: Journal, path: Path, url: str) -> str:
    """Remove what was created where that is asked for; returns what to tell the user of what there is to remove."""
    options = prepared.options
    if options.cleanup:
        reached = replace(options, target=url)
        return remove(prepared.contract, journal, path, reached, prepared.credentials, prepared.client).sentence
    return created(prepared, path)


def created(prepared: PreparedRun, path: Path) -> str:
    """Return what to tell of what a run may have created by its journal at `path`; nothing on this machine."""
    left = 0 if prepared.loopback else len(read_ledger(prepared.contract, read_journal(path)))
    return f"{left} objects may have been created; `conformance cleanup {path.parent}` removes them" if left else ""


def _begun(journal: Journal, header: RunStarted, past: ResumedRun | None, prepared: PreparedRun) -> RunStarted:
    """Write how the run begins, or that it goes on; returns its header."""
    if past is None or past.header is None:
        return journal.append(header)
    options = prepared.options
    resend = prepared.loopback or options.resend_interrupted
    past.settle(prepared.plan.items, resend=resend, survives=prepared.traits.lasting)
    journal.append(RunResumed(suite_version=VERSION, kept=past.kept, interrupted=past.interrupted))
    return past.header


def _session(prepared: PreparedRun, target: Target, journal: Journal, run_id: str, past: ResumedRun | None) -> Session:
    chosen = SessionOptions(
        run_id=run_id,
        settings=settings_of(prepared),
        limits=limits_of(prepared),
        credentials=prepared.credentials,
        past=past,
        replayed=created_by_replays(prepared.contract, prepared.options.out, loopback=prepared.loopback) if past else 0,
    )
    return Session(prepared.contract, target, journal, chosen)


async def _send(prepared: PreparedRun, session: Session, target: Target, hooks: Hooks, after: FollowUpPhases) -> None:
    options = prepared.options
    diagnosis = DiagnosisOptions(
        repeats=options.repeats,
        known=prepared.plan.known,
        spare=prepared.plan.spare,
        build=after.build or prepared.knowledge.builder(prepared.contract),
        examples=after.examples,
    )
    told = EngineHooks(report=hooks.report, done=hooks.done)
    engine = Engine(session, Diagnoser(session, diagnosis), concurrency=options.concurrency, hooks=told)
    try:
        await engine.run(prepared.plan, after)
    finally:
        await target.close()
