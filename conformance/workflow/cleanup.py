"""Removing what a run has created: at its end, or at any time after, from its journal."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.contract.contract import Contract
from conformance.journal.events import RequestSent, RunStarted
from conformance.journal.folder_lock import folder_lock
from conformance.journal.ledger import read_ledger
from conformance.journal.reading import FILE_NAME, Damage, read_journal
from conformance.journal.writing import Journal
from conformance.model.errors import ConformanceError
from conformance.reports.curl import curl
from conformance.runner.budget import Budget, RunLimits
from conformance.runner.cleanup import Cleaner, Leftover
from conformance.runner.credentials import Credentials
from conformance.runner.sending import Sender
from conformance.strategies.case_builder import Builder
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.target import Target
from conformance.workflow.after_sending import after_sending
from conformance.workflow.interruption import run_cancellable
from conformance.workflow.records.header import header_of_record, recorded_contract
from conformance.workflow.records.run_folder import LEFTOVERS, began, earlier_folders, forget, outlives, records_in
from conformance.workflow.setup.credentials.key_sources import credentials_of, find_key, with_recorded_key
from conformance.workflow.setup.opening import target_of
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import guard, rate_of


class CleanupResult(msgspec.Struct, frozen=True):
    """What a clean-up came to: how many objects there were, what is left of them, and where that is written down.

    `unread` tells of records, and lines of records, that could not be used.
    """

    found: int
    left: tuple[Leftover, ...]
    commands: tuple[str, ...]
    path: Path
    unread: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What to tell the user."""
        if not self.found:
            return "no object is left to remove"
        if not self.left:
            return f"removed {self.found} of {self.found}"
        reasons = "; ".join(dict.fromkeys(each.reason for each in self.left))
        return f"removed {self.found - len(self.left)} of {self.found}: {reasons}; the rest is listed in {self.path}"


class _Record(msgspec.Struct, frozen=True):
    """A record of what was created, and all that is needed to remove it."""

    path: Path
    contract: Contract
    options: RunOptions
    credentials: Credentials


def clean_up(folder: Path, options: RunOptions) -> CleanupResult:
    """Remove what the run in `folder` has created, its replays, and earlier runs whose journals were set aside.

    `options` say how these are reached and with which key. `folder` can also be a single journal.

    Raises:
        JournalError: there is no journal, or it is damaged.
        UsageError: a target may not be sent to, the key is missing, or a run is using the folder.

    """
    home, main = (folder, folder / FILE_NAME) if folder.is_dir() else (folder.parent, folder)
    earlier = list(earlier_folders(folder)) if folder.is_dir() else []
    # A run that was killed before its first line was written has left nothing; the one before it may have.
    none = bool(earlier) and not (main.is_file() and began(main))
    if not none:
        header_of_record(main)
    with ExitStack() as stack:
        for each in (home, *earlier):
            stack.enter_context(folder_lock(each))
        own = [] if none else list(_record(main, options))
        unread: dict[str, None] = {}
        others = _other_records(folder, earlier, options, unread)
        journals: list[Journal] = []
        with after_sending(lambda: sum(each.requests for each in journals)):
            found, left = 0, list[tuple[str, Leftover]]()
            for record in (*own, *others):
                tell = unread.setdefault
                with Journal(record.path, record.credentials.redaction, resume=True, damaged=tell) as journal:
                    journals.append(journal)
                    some, rest = _remove(record, journal, damaged=tell)
                found, left = found + some, [*left, *((record.options.target, one) for one in rest)]
                if not (rest or unread) and record.path.parent in earlier:
                    forget(record.path)
            commands = _listed(home, left)
        return CleanupResult(found, tuple(one for _, one in left), commands, home / LEFTOVERS, tuple(unread))


def _other_records(
    folder: Path, earlier: Sequence[Path], options: RunOptions, unread: dict[str, None]
) -> list[_Record]:
    """Return the records of replays and of earlier runs; `unread` gets why others cannot be used."""
    found: list[_Record] = []
    for path in (path for each in (folder, *earlier) for path in records_in(each)):
        if path == folder / FILE_NAME:
            continue
        try:
            found += _record(path, options)
        except ConformanceError as error:
            unread[f"nothing that {path} records is removed: {error}"] = None
    return found


def _record(path: Path, options: RunOptions) -> Iterator[_Record]:
    """Yield what a journal tells of, unless all of it ended with the target of the run."""
    header = header_of_record(path)
    if not outlives(header):
        return
    contract = recorded_contract(header)
    options = with_recorded_key(replace(options, target=header.target, out=path.parent), header, path.parent)
    key = find_key(contract, options, loopback=guard(options).loopback)
    yield _Record(path, contract, options, credentials_of(contract, options, key))


def remove(
    contract: Contract,
    journal: Journal,
    path: Path,
    options: RunOptions,
    credentials: Credentials,
    client: UsersClient | None = None,
) -> CleanupResult:
    """Remove what the journal at `path` tells of; what comes of it is written behind `journal`, which is open there."""
    found, left = _remove(_Record(path, contract, options, credentials), journal, client)
    commands = _listed(path.parent, [(options.target, each) for each in left])
    return CleanupResult(found, tuple(left), commands, path.parent / LEFTOVERS)


def _remove(
    record: _Record, journal: Journal, client: UsersClient | None = None, damaged: Damage | None = None
) -> tuple[int, list[Leftover]]:
    """Remove what a record tells of; returns how many objects there were, and what is left."""
    options, loopback = record.options, guard(record.options, client).loopback
    entries = read_ledger(record.contract, read_journal(record.path, damaged), loopback=loopback)
    left: list[Leftover] = []

    async def job() -> None:
        target = target_of(options, options.target, client=client, credentials=record.credentials)
        try:
            left.extend(await _cleaner(record, journal, target, damaged).clean(entries))
        finally:
            await target.close()

    if entries:
        run_cancellable(job)
    return len(entries), left


def _listed(folder: Path, left: Sequence[tuple[str, Leftover]]) -> tuple[str, ...]:
    """List in a folder what is left, with the target that it is left on; returns the commands that remove it."""
    commands = tuple(_command(base, each) for base, each in left)
    if commands:
        (folder / LEFTOVERS).write_text("\n".join((HEADING, *commands)) + "\n", encoding="utf-8")
    else:
        (folder / LEFTOVERS).unlink(missing_ok=True)
    return commands


HEADING = "# What a run created and did not remove. The commands read the key from $API_KEY."


def _cleaner(record: _Record, journal: Journal, target: Target, damaged: Damage | None) -> Cleaner:
    run_id, last = "", 0
    for event in read_journal(record.path, damaged):
        if isinstance(event, RunStarted):
            run_id = run_id or event.run_id
        elif isinstance(event, RequestSent):
            last = max(last, event.send)
    contract = record.contract
    budget = Budget(RunLimits(rate=rate_of(record.options, loopback=False)))
    sender = Sender(contract, target, journal, budget, record.credentials, run_id, first=last)
    names = dict.fromkeys(contract.operation.path_parameters, "")
    return Cleaner(contract, sender, journal, Builder(contract, names).headers_without("Content-Type"))


def _command(base: str, left: Leftover) -> str:
    told = f"# {left.name!r} (case {left.case}): {left.reason}"
    return f"{told}\n{curl(base, left.request)}" if left.request is not None else told
