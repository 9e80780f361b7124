"""Random operations: whatever a document combines, no label is wrong, and the mock keeps its contract."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from conformance.contract.contract import Contract
from conformance.model.errors import ContractError
from conformance.strategies.values.search import proper

from .agreement import catalogue_cases, disagreements, drawn
from .contracts import contract_of
from .random_documents import COMPONENTS, bodies


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies, bodies)
def test_any_operation_is_tested_and_served(request: Any, response: Any) -> None:
    """Of every schema that a body can keep, the cases are right and the mock does as they say."""
    try:
        contract = contract_of(request, response, components=COMPONENTS)
        cases = catalogue_cases(contract)
    except ContractError:
        return  # nothing fits the schema, or nothing that is found
    if can_be_returned(contract):
        assert [] == disagreements(contract, [*cases, *drawn(contract, 20)])


def can_be_returned(contract: Contract) -> bool:
    """Tell whether there is a valid response: of a schema that nothing fits, no server keeps the contract."""
    root, validator = contract.response, contract.response_validator
    return root is None or validator is None or (bool(root.shapes) and proper(root, validator, "smallest") is not None)
