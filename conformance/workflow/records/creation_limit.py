"""The maximum of creations of a run, which holds for its replays as well: one count of all their records."""

from pathlib import Path

from conformance.contract.contract import Contract
from conformance.journal.ledger import standing
from conformance.journal.reading import FILE_NAME, read_journal
from conformance.model.case import Item, could_create
from conformance.model.errors import UsageError
from conformance.workflow.records.header import header_of_record, recorded_option
from conformance.workflow.records.run_folder import REPLAYS


def created_by_replays(contract: Contract, folder: Path, *, loopback: bool) -> int:
    """Return how many requests of the replays of the run in `folder` may have created what was not removed."""
    return sum(len(standing(contract, read_journal(each), loopback=loopback)) for each in folder.glob(REPLAYS))


def creations_left(contract: Contract, folder: Path, item: Item, most: int | None, *, loopback: bool) -> int | None:
    """Return how much a replay of `item` may create, None without a limit; `most` is in the place of the run's.

    Raises:
        UsageError: what the run and its replays may have created, and was not removed, leaves too little.

    """
    journal = folder / FILE_NAME if folder.is_dir() else folder
    most = most or recorded_option(header_of_record(journal), "max_creations", int)
    if most is None:
        return None
    there = len(standing(contract, read_journal(journal), loopback=loopback))
    there += created_by_replays(contract, journal.parent, loopback=loopback)
    if there + sum(map(could_create, item.cases)) > most:
        raise UsageError(
            f"the run in {folder} and its replays may have left {there} objects, the maximum is {most}",
            f"`conformance cleanup {folder}` removes them, --max-creations allows more",
        )
    return most - there
