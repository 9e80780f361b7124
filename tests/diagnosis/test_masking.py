"""Masking: a cause names what it hides, and nothing that another reason left undecided."""

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.facts.features import Feature
from conformance.diagnosis.hypotheses import Condition, Hypothesis
from conformance.diagnosis.masking import masked
from conformance.diagnosis.observations import NO_RESPONSE, REJECTS, SERVER_ERROR, Explanation
from conformance.journal.events import FindingMade
from conformance.model.finding import Finding, Symptom

CONTRACT = load_contract()
ECHO = "semantics.UpdateAutoscalingSettingsV1.max_replica.echo"
TYPE = "response.EnvironmentV1.created_at.type"
OTHER = "reject.UpdateAutoscalingSettingsV1.max_replica.type"
OBSERVED = 9


def hidden(rule: str, requirement: str, place: str = "", about: str | None = None) -> set[str]:
    """Return what a fault masks where nothing was decided; `about` is the property of its one condition."""
    finding = Finding(requirement, "a message", place, Symptom(rule), "a sentence")
    made = FindingMade(id="f1", send=1, case="case", finding=finding)
    condition = Condition(Feature("set", about or ""))
    hypotheses = () if about is None else (Hypothesis((condition,), 1, 0, 1.0),)
    return set(masked(CONTRACT, Explanation(rule, hypotheses, (made,), (0,)), CONTRACT.requirements, OBSERVED))


@pytest.mark.parametrize(
    ("rule", "requirement"),
    [
        ("JSON text", "transport.json-text"),
        ("status", "transport.status"),
        ("response type", "response.EnvironmentV1.type"),
        (NO_RESPONSE, "transport.dropped"),
    ],
)
def test_what_cannot_be_read_hides_what_is_said_of_responses(rule: str, requirement: str) -> None:
    """The type of a property and its echo are hidden; that an invalid request is rejected is not."""
    found = hidden(rule, requirement)
    assert {ECHO, TYPE} <= found
    assert OTHER not in found


@pytest.mark.parametrize(
    ("rule", "requirement"),
    [("date", "transport.date"), ("echo", ECHO), ("client rejects", "client-response.reads")],
    ids=["a header field", "a value", "a client"],
)
def test_what_can_be_read_hides_nothing(rule: str, requirement: str) -> None:
    """That the schema of a response was never exercised has another reason then, such as another success status."""
    assert not hidden(rule, requirement)


@pytest.mark.parametrize("rule", [SERVER_ERROR, REJECTS])
def test_what_one_property_meets_hides_that_property(rule: str) -> None:
    """Of a body that is never accepted with a property, what is said of that property is hidden, and no more."""
    found = hidden(rule, "error.server-error", about="/autoscaling_settings/max_replica")
    assert {ECHO, OTHER} <= found
    assert TYPE not in found
