"""Other documents: newer versions of the tested one, read before a run so that reports can say what they explain."""

from collections.abc import Iterable
from pathlib import Path

from conformance.contract.contract import Contract, contract_of
from conformance.contract.reading.document import load_document
from conformance.drift.operations import same_operation
from conformance.journal.events import OtherDocument
from conformance.model.errors import UsageError


def other_documents(paths: Iterable[Path], contract: Contract) -> tuple[OtherDocument, ...]:
    """Return the documents at some paths, each with its name of the tested operation.

    Raises:
        ContractError: a document cannot be used.
        UsageError: a document does not have the operation.

    """
    return tuple(_read(each, contract) for each in paths)


def _read(path: Path, contract: Contract) -> OtherDocument:
    document = load_document(path)
    operation = same_operation(document, contract.operation)
    if operation is None:
        raise UsageError(f"{path} has no operation {contract.operation.name}", "name another one with --also-spec")
    # What cannot be used must show now, and not after the run.
    contract_of(document.text.encode(errors="surrogatepass"), document.name, operation)
    return OtherDocument(str(path), document.text, operation)
