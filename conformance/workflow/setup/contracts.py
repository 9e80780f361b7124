"""The contract of a run: of its document, with the relations that a file states."""

from conformance.contract.contract import Contract, load_contract
from conformance.contract.relations import read_relations, with_relations
from conformance.workflow.setup.options import RunOptions


def contract_for(options: RunOptions) -> Contract:
    """Return the contract that options name.

    Raises:
        ContractError: the document cannot be used.
        UsageError: the file of relations cannot.

    """
    contract = load_contract(options.spec, options.operation)
    if options.relations is None:
        return contract
    return with_relations(contract, read_relations(options.relations, contract))
