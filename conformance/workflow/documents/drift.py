"""Drift of two documents: both are read, the operation is found in each, and the changes are listed."""

from pathlib import Path

from conformance.contract.contract import load_contract
from conformance.contract.reading.document import load_document
from conformance.drift.changes import Drift
from conformance.drift.operations import compare


def drift_of(old: Path | None, new: Path, operation: str | None) -> Drift:
    """Return what changed from one document to another; the older one is the built-in document by default.

    Raises:
        ContractError: a document cannot be used, or the older one has no such operation.

    """
    contract, document = load_contract(old, operation), load_document(new)
    return Drift(
        operation=contract.operation.name,
        old=contract.document.name if old is not None else "the built-in document",
        old_sha256=contract.document.sha256,
        new=document.name,
        new_sha256=document.sha256,
        changes=compare(contract.document, document, contract.operation),
    )
