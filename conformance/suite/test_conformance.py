"""One test for each case that is sent to the target, and for each relation of several."""

import pytest

from conformance.integrations.pytest_plugin.outcomes import Outcomes, RunOutcome


def test_case(conformance_item: str, conformance_outcomes: Outcomes, request: pytest.FixtureRequest) -> None:
    """The target's answer keeps every requirement that weighs enough."""
    told = conformance_outcomes.wait(conformance_item)
    if isinstance(told, RunOutcome):
        if told.problem:
            pytest.fail(f"conformance: {told.problem}", pytrace=False)
        pytest.skip(told.unsent.get(conformance_item) or f"not sent: {told.reason or 'the run is over'}")
    if told.failed:
        pytest.fail(told.text, pytrace=False)
    if told.text:
        request.node.add_report_section("call", "conformance", told.text)
