"""Other documents than the built-in one: scenarios follow from them as well, and a right client has no finding."""

from pathlib import Path

import pytest

from conformance.clients.scenarios.catalogue import scenarios
from conformance.contract.contract import load_contract
from conformance.model.vocabulary import Outcome, Strength

from .conftest import Client, play_run

DOCUMENTS = Path(__file__).parent.parent / "strategies" / "documents"
NAMES = sorted(path.name for path in DOCUMENTS.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_right_client_of_another_document_has_no_finding(server, name):
    """Neither path, nor scheme, nor members of the contract are known to the suite."""
    contract = load_contract(DOCUMENTS / name)
    client = Client(contract)
    plan = scenarios(contract)
    # Some of each sort: the whole of each takes seconds.
    results = play_run(contract, [plan[0], *plan[1::12]], server, client).results
    client.http.close()
    # Values outside a list may be refused: that is a note.
    against = [found for found in results.findings if found.strength is not Strength.ADVISORY]
    assert [] == [(found.case, found.message) for found in against]
    assert {Outcome.PASSED, Outcome.OBSERVED, Outcome.NOT_EXERCISED} >= {row.outcome for row in results.requirements}
    passed = [row for row in results.requirements if row.outcome is Outcome.PASSED]
    assert len(passed) > len(results.requirements) / 3
