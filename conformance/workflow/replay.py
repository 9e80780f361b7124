"""One case of a run sent again, byte for byte, with a fresh name where it names an object, and judged anew."""

import asyncio
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec.structs import replace

from conformance.checks.shared.subject import Settings
from conformance.contract.contract import Contract
from conformance.journal.events import RunStarted
from conformance.journal.folder_lock import folder_lock
from conformance.journal.ledger import read_ledger
from conformance.journal.reading import read_journal
from conformance.journal.writing import Journal
from conformance.model.case import Item
from conformance.model.errors import UsageError
from conformance.model.version import VERSION
from conformance.model.vocabulary import Strength
from conformance.reports.evidence import RunReport
from conformance.reports.folding.fold import fold_run
from conformance.reports.folding.outcomes import exit_status
from conformance.reports.formats.terminal import counted
from conformance.reports.pages.exchanges import played_by
from conformance.runner.budget import RunLimits
from conformance.runner.credentials import Credentials
from conformance.runner.engine import Engine
from conformance.runner.plan import Plan, make_plan
from conformance.runner.session import Session, SessionOptions
from conformance.strategies.catalogue.catalogue import may_create
from conformance.targets.opening import is_openable
from conformance.targets.target import Target
from conformance.workflow.after_sending import after_sending
from conformance.workflow.interruption import interrupt, on_sigterm, run_cancellable
from conformance.workflow.records.creation_limit import creations_left
from conformance.workflow.records.header import recorded_contract, recorded_option
from conformance.workflow.records.recorded_case import RecordedCase, ending, read_recorded_case
from conformance.workflow.records.run_folder import REPLAYS
from conformance.workflow.setup.credentials.key_sources import credentials_of, find_key, names_key, with_recorded_key
from conformance.workflow.setup.embedded import EmbeddedMock
from conformance.workflow.setup.opening import target_of
from conformance.workflow.setup.options import MOCK, RunOptions
from conformance.workflow.setup.preparation import guard, offered_by, rate_of
from conformance.workflow.setup.run_header import REFERENCE, today

NOT_REPRODUCED = 3
"""The exit status where a response has another status than in the run: it decides nothing of what the run found."""

EXISTS = frozenset({400, 409, 422})
"""The statuses that refuse a name which is taken."""

_STANDS_FOR = re.compile(r"\$(?P<variable>[A-Z][A-Z0-9_]*)")
"""What a journal holds in the place of the value of a secret header; in any other header it is a value like others."""


class ReplayResult(msgspec.Struct, frozen=True):
    """What came of a case that was sent again.

    `run` holds the exchanges and the findings as any run does; `notes` are what else there is to say.
    """

    run: RunReport
    exit_status: int
    notes: tuple[str, ...]


def _require_target(folder: Path, case_id: str, header: RunStarted, options: RunOptions) -> None:
    """Raise UsageError where the run was of a client, or its target is an object of its own program."""
    if play := played_by(header.options, case_id):
        raise UsageError(f"the run in {folder} tested a client", f"`{play}` repeats the scenario")
    if not (options.target or header.target.startswith(REFERENCE) or is_openable(header.target)):
        raise UsageError(
            f"the run in {folder} used a client object in its own program, {header.target}",
            f"send the case there with conformance.run(target=client, only={case_id!r}), or give --target",
        )


def replay(folder: Path, case_id: str, options: RunOptions, *, fail_on: Strength | None = None) -> ReplayResult:
    """Send a case of the run in `folder` again, and judge the answer.

    A case of a relation is sent with all its partners, in their order and with one name where they shared one: what is
    wrong with it may show only beside them. `case_id` may be the id of the relation as well.

    Args:
        folder: the folder of the run, or its journal.
        case_id: the id of the case, as reports show it.
        options: how the target is reached; their `target` is that of the run where it is empty.
        fail_on: the weakest strength that fails; None is that of the run.

    Raises:
        JournalError: there is no journal, or it is damaged.
        UsageError: there is no such case, or the target may not be sent this.

    """
    recorded = read_recorded_case(folder, case_id)
    header = recorded.header
    _require_target(folder, case_id, header, options)
    contract = recorded_contract(header)
    options = _options(options, recorded, folder)
    item = recorded.item(contract)
    notes = []
    if item is None:
        item = next(each for each in recorded.cases if case_id in {each.id, recorded.relation})
        notes.append(f"this version has no relation {recorded.relation}: {item.id} is sent alone")
    strength = fail_on or recorded_option(header, "fail_on", Strength) or Strength.MUST
    traits = guard(options)
    loopback = traits.loopback
    plan = make_plan(contract, [item], offered_by(options, traits))
    if not plan.items:
        reason = next(iter(plan.skipped.values()), "Not sent to this target")
        raise UsageError(f"{reason} ({item.id})", "choose another case, or --target")
    credentials = credentials_of(contract, options, find_key(contract, options, loopback=loopback))
    proven = recorded.proven and options.target in {header.target, MOCK}
    settings = _settings(header, credentials.key, loopback=loopback, proven=proven)
    settings = replace(settings, key_made_up=loopback and options.target != MOCK and not names_key(options))
    left = creations_left(contract, folder, item, options.max_creations, loopback=loopback)
    ready = _Ready(contract, item, options, credentials, settings, left, secrets.token_hex(4))
    with ExitStack() as stack:
        stack.enter_context(on_sigterm(interrupt))
        url = options.target
        if url == MOCK:
            url = stack.enter_context(EmbeddedMock(contract, key=credentials.key or None, keys=credentials.others)).url
        path = _path(stack, folder, ready)
        stack.enter_context(folder_lock(path.parent))
        with Journal(path, credentials.redaction) as journal, after_sending(lambda: journal.requests):
            journal.append(_header(header, ready, url))
            target = target_of(options, url, credentials=credentials)
            with suppress(KeyboardInterrupt, asyncio.CancelledError):
                run_cancellable(lambda: _send(ready, target, journal))
        run = fold_run(read_journal(path), fail_on=strength)
        if not (loopback and left is None):
            notes += _left(contract, path, loopback=loopback)
    notes += _named(item, run)
    others = list(_not_reproduced(recorded, run))
    return ReplayResult(run, NOT_REPRODUCED if others else exit_status(run.results, strength), (*others, *notes))


class _Ready(msgspec.Struct, frozen=True):
    """All that is needed to send."""

    contract: Contract
    item: Item
    options: RunOptions
    credentials: Credentials
    settings: Settings
    creations: int | None
    run_id: str


def _options(options: RunOptions, recorded: RecordedCase, folder: Path) -> RunOptions:
    """Return the options with what the run knew of its target, and the sources of the secrets that it sent."""
    header = recorded.header
    options = with_recorded_key(options, header, folder)
    known = MOCK if header.target.startswith(REFERENCE) else header.target
    secret = _names(header.options.get("secret_headers", "").split(", ")) - _names(options.secret_headers)
    found = {
        f"{name}={match['variable']}"
        for case in recorded.cases
        for name, value in case.request.headers
        if name.lower() in secret and (match := _STANDS_FOR.fullmatch(value))
    }
    return replace(
        options,
        target=options.target or known,
        stateless="stateless" in header.options,
        any_key="any_key" in header.options,
        probes="probes" in header.options,
        secret_headers=(*options.secret_headers, *sorted(found)),
    )


def _names(secret_headers: Iterable[str]) -> set[str]:
    """Return the names of headers that were given as `NAME` or `NAME=VARIABLE`, in lower case."""
    return {each.partition("=")[0].strip().lower() for each in secret_headers} - {""}


def _path(stack: ExitStack, folder: Path, ready: _Ready) -> Path:
    """Return where the record of the replay goes: what may be left on another machine is not to be forgotten."""
    name = REPLAYS.replace("*", ready.run_id)
    if ready.settings.loopback and ready.creations is None:
        return Path(stack.enter_context(TemporaryDirectory())) / name
    return (folder if folder.is_dir() else folder.parent) / name


def _header(header: RunStarted, ready: _Ready, url: str) -> RunStarted:
    """Return the header of a run of one item."""
    options = {name: value for name, value in header.options.items() if name not in {"min_coverage", "shard"}}
    return replace(
        header,
        suite_version=VERSION,
        run_id=ready.run_id,
        target=f"{REFERENCE}{url}" if ready.options.target == MOCK else url,
        options=options,
        requirements=ready.contract.requirements,
        planned=len(ready.item.cases),
        skipped={},
        date=today(),
    )


def _settings(header: RunStarted, key: str, *, loopback: bool, proven: bool) -> Settings:
    return Settings(
        loopback=loopback,
        stateless="stateless" in header.options,
        key=key,
        max_response_seconds=recorded_option(header, "max_response_time", float),
        proven=proven,
    )


async def _send(ready: _Ready, target: Target, journal: Journal) -> None:
    rate = rate_of(ready.options, loopback=ready.settings.loopback)
    limits = RunLimits(rate=rate, creations=ready.creations)
    options = SessionOptions(run_id=ready.run_id, settings=ready.settings, limits=limits, credentials=ready.credentials)
    session = Session(ready.contract, target, journal, options)
    try:
        await Engine(session, concurrency=1).run(Plan((ready.item,), {}))
    finally:
        await target.close()


def _left(contract: Contract, path: Path, *, loopback: bool) -> Iterator[str]:
    """Tell what a replay has left; its record is kept only where there is such, and where that matters."""
    left = len(read_ledger(contract, read_journal(path), loopback=loopback))
    if left:
        yield f"{counted(left, 'object')} may have been created; `conformance cleanup {path}` removes them"
    else:
        path.unlink()


def _not_reproduced(recorded: RecordedCase, run: RunReport) -> Iterator[str]:
    """Tell of cases that got a response of another status than in the run."""
    for case, before in recorded.ended.items():
        evidence = run.by_case.get(case)
        exchange = evidence.shown().exchange if evidence is not None else None
        if exchange is None or exchange.response is None:
            continue
        now = ending(exchange.response, exchange.failure)
        if now != before:
            yield f"not reproduced: {case} ended with {now}, in the run with {before}"


def _named(item: Item, run: RunReport) -> Iterator[str]:
    """Tell of cases that name an object by themselves: nothing can be put in the place of such a name."""
    for case in item.cases:
        evidence = run.by_case.get(case.id)
        answer = evidence.shown().exchange.response if evidence is not None else None
        if not case.slotted and may_create(case) and answer is not None and answer.status in EXISTS:
            yield f"{case.id} has a fixed name; a rejection may mean that the object exists"
