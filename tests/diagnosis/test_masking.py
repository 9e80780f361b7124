"""Masking: a cause names what it hides, and nothing that another reason left undecided."""

from collections.abc import Sequence

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.facts.features import Feature
from conformance.diagnosis.hypotheses import Condition, Hypothesis
from conformance.diagnosis.masking import masked
from conformance.diagnosis.observations import NO_RESPONSE, REJECTS, SERVER_ERROR, Explanation, Observation
from conformance.journal.events import FindingMade
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Finding, Symptom
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import body_case

CONTRACT = load_contract()
ECHO = "semantics.UpdateAutoscalingSettingsV1.max_replica.echo"
TYPE = "response.EnvironmentV1.created_at.type"
OTHER = "reject.UpdateAutoscalingSettingsV1.max_replica.type"
BUILD = Builder(CONTRACT, {"model_id": "abc"})


def observed(*statuses: int) -> list[Observation]:
    """Return exchanges of the smallest valid request with these responses; 0 is none."""
    case = body_case(BUILD, "hypothesis", BUILD.smallest, None)
    responses = [Response(status) if status else None for status in statuses]
    return [Observation(case, Exchange(case.request, each, None, "", 0.0, 0.0)) for each in responses]


def hidden(
    rule: str,
    requirement: str,
    place: str = "",
    about: str | None = None,
    statuses: Sequence[int] = (200,),
    shown: tuple[int, ...] = (0,),
) -> set[str]:
    """Return what a fault masks where nothing was decided; `about` is the property of its one condition.

    It shows on the exchanges with the numbers `shown`.
    """
    finding = Finding(requirement, "a message", place, Symptom(rule), "a sentence")
    made = FindingMade(id="f1", send=1, case="case", finding=finding)
    condition = Condition(Feature("set", about or ""))
    hypotheses = () if about is None else (Hypothesis((condition,), 1, 0, 1.0),)
    explanation = Explanation(rule, hypotheses, (made,), shown)
    return set(masked(CONTRACT, explanation, CONTRACT.requirements, observed(*statuses)))


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
    found = hidden(rule, requirement, statuses=(200, 200), shown=(0, 1))
    assert {ECHO, TYPE} <= found
    assert OTHER not in found


def test_what_can_be_read_elsewhere_is_not_hidden() -> None:
    """One response of nine that cannot be read hides nothing: what the others lack has another reason."""
    assert not hidden("response type", "response.EnvironmentV1.type", statuses=(200,) * 9, shown=(4,))


def test_what_every_valid_request_meets_hides_everything() -> None:
    """A crash on each of them leaves nothing to be decided, whatever else they have in common; one accepted does."""
    everything = {each.id for each in CONTRACT.requirements}
    where = {"about": "", "statuses": (500, 500), "shown": (0, 1)}
    assert everything == hidden(SERVER_ERROR, "error.server-error", **where)
    assert everything == hidden(NO_RESPONSE, "transport.dropped", statuses=(0,))
    assert not hidden(SERVER_ERROR, "error.server-error", **{**where, "statuses": (500, 500, 200)})


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
    found = hidden(rule, "error.server-error", about="/autoscaling_settings/max_replica", statuses=(500, 200))
    assert {ECHO, OTHER} <= found
    assert TYPE not in found
