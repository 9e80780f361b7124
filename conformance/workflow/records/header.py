"""The header of a journal: the options and the contract that a run had."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from conformance.contract.contract import Contract, contract_of
from conformance.contract.relations import with_relations
from conformance.journal.events import RunStarted
from conformance.journal.reading import read_journal
from conformance.model.errors import JournalError

T = TypeVar("T")


def header_of_record(path: Path) -> RunStarted:
    """Return the header of a journal.

    Raises:
        JournalError: there is none.

    """
    header = next(iter(read_journal(path)), None)
    if not isinstance(header, RunStarted):
        raise JournalError(f"{path} has no header", "name the folder of a run (its --out)")
    return header


def recorded_option(header: RunStarted, option: str, kind: Callable[[str], T]) -> T | None:
    """Return an option of a run as a value of some kind, None where it was not set.

    Raises:
        JournalError: it is no such value.

    """
    value = header.options.get(option)
    try:
        return None if value is None else kind(value)
    except ValueError as error:
        raise JournalError(f"the journal has an invalid option: {option} is {value!r}", "restore the file") from error


def recorded_contract(header: RunStarted) -> Contract:
    """Return the contract that a journal holds: no file is opened that it names.

    Raises:
        ContractError: its document cannot be used.

    """
    document = header.document.encode(errors="surrogatepass")
    contract = contract_of(document, "the document of the journal", header.operation)
    return with_relations(contract, header.relations)
