"""A client that is right: not one finding, and every requirement exercised that can be."""

import pytest

from conformance.model.vocabulary import Outcome


@pytest.mark.slow
def test_a_right_client_has_no_finding(client, run):
    """Every scenario is played, nothing is found, and only what needs types stays without an occasion."""
    results = run(client).results
    assert () == results.findings
    open_ = {row.id for row in results.requirements if row.outcome is not Outcome.PASSED}
    assert {"client-response.types"} == open_
