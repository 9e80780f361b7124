"""Removing what a run has created: at its end, or at any time after, from its journal."""

from pathlib import Path

import msgspec

from conformance.contract.contract import Contract, load_contract
from conformance.journal.events import RequestSent, RunStarted
from conformance.journal.ledger import read_ledger
from conformance.journal.writing import FILE_NAME, Journal, read_journal
from conformance.model.errors import UsageError
from conformance.reports.curl import curl
from conformance.runner.budget import Budget, RunLimits
from conformance.runner.cleanup import Cleaner, Leftover
from conformance.runner.credentials import Credentials
from conformance.runner.sending import Sender
from conformance.strategies.case_builder import Builder
from conformance.targets.httpx_client.users_client import UsersClient
from conformance.targets.opening import is_openable, traits_of
from conformance.targets.target import Target
from conformance.workflow.interruption import run_cancellable
from conformance.workflow.setup.key_sources import credentials_of, find_key
from conformance.workflow.setup.opening import target_of
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import guard, rate_of

LEFTOVERS = "leftovers.txt"


class CleanupResult(msgspec.Struct, frozen=True):
    """What a clean-up came to: how many objects there were, what is left of them, and where that is written down."""

    found: int
    left: tuple[Leftover, ...]
    commands: tuple[str, ...]
    path: Path

    @property
    def sentence(self) -> str:
        """What to tell the user."""
        if not self.found:
            return "no object is left to remove"
        if not self.left:
            return f"removed {self.found} of {self.found}"
        reasons = "; ".join(dict.fromkeys(each.reason for each in self.left))
        return f"removed {self.found - len(self.left)} of {self.found}: {reasons}; the rest is listed in {self.path}"


def clean_up(folder: Path, options: RunOptions) -> CleanupResult:
    """Remove what the run in `folder` has created; `options` say how the target is reached and with which key.

    Raises:
        JournalError: there is no journal, or it is damaged.
        UsageError: the target may not be sent to, the key is missing, or another document was tested.

    """
    header = next(iter(read_journal(folder)))
    if not isinstance(header, RunStarted):  # read_journal has seen to it
        raise UsageError(f"{folder} has no journal", "name the folder of a run (its --out)")
    if not (is_openable(header.target) and traits_of(header.target).lasting):
        path = folder / LEFTOVERS
        return CleanupResult(0, (), (), path)  # It ended with the run, and so did all that it held.
    given = header.options.get("spec")
    contract = load_contract(Path(given) if given else None, header.operation)
    if contract.document.sha256 != header.sha256:
        raise UsageError(f"the OpenAPI document is not the one of the run in {folder}", "restore that document")
    options = msgspec.structs.replace(options, target=header.target, out=folder)
    key = find_key(contract, options, loopback=guard(options).loopback)
    journal = folder if folder.is_file() else folder / FILE_NAME
    credentials = credentials_of(contract, options, key)
    with Journal(journal, credentials.redaction, resume=True) as written:
        return remove(contract, written, journal, options, credentials)


def remove(
    contract: Contract,
    journal: Journal,
    path: Path,
    options: RunOptions,
    credentials: Credentials,
    client: UsersClient | None = None,
) -> CleanupResult:
    """Remove what the journal at `path` tells of; what comes of it is written behind `journal`, which is open there."""
    entries = read_ledger(contract, read_journal(path), loopback=guard(options, client).loopback)
    left: list[Leftover] = []

    async def job() -> None:
        target = target_of(options, options.target, client=client, credentials=credentials)
        try:
            left.extend(await _cleaner(contract, journal, path, target, options, credentials).clean(entries))
        finally:
            await target.close()

    if entries:
        run_cancellable(job)
    commands = tuple(_command(options.target, each) for each in left)
    told = path.parent / LEFTOVERS
    if commands:
        told.write_text("\n".join((HEADING, *commands)) + "\n", encoding="utf-8")
    else:
        told.unlink(missing_ok=True)
    return CleanupResult(len(entries), tuple(left), commands, told)


HEADING = "# What a run created and did not remove. The commands read the key from $API_KEY."


def _cleaner(
    contract: Contract, journal: Journal, path: Path, target: Target, options: RunOptions, credentials: Credentials
) -> Cleaner:
    run_id, last = "", 0
    for event in read_journal(path):
        if isinstance(event, RunStarted):
            run_id = run_id or event.run_id
        elif isinstance(event, RequestSent):
            last = max(last, event.send)
    budget = Budget(RunLimits(rate=rate_of(options, loopback=False)))
    sender = Sender(contract, target, journal, budget, credentials, run_id, first=last)
    names = dict.fromkeys(contract.operation.path_parameters, "")
    return Cleaner(contract, sender, journal, Builder(contract, names).headers_without("Content-Type"))


def _command(base: str, left: Leftover) -> str:
    told = f"# {left.name!r} (case {left.case}): {left.reason}"
    return f"{told}\n{curl(base, left.request)}" if left.request is not None else told
