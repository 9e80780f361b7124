"""Relations that no data states are learned: told once enough exchanges kept them, dropped at the first break."""

import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.model.finding import Finding, Pass, Symptom
from conformance.runner.learning import ENOUGH, LearnedRelations, is_learned
from tests.contract.documents import contract_of

SCHEMA = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the contract of a document that has nothing beside it."""
    return contract_of(SCHEMA, SCHEMA)


@pytest.fixture(scope="module")
def echo(contract: Contract) -> str:
    """Return the id of the requirement about the echo of its one property."""
    return next(row.id for row in contract.requirements if row.id.endswith(".a.echo"))


def broken(requirement: str) -> Finding:
    """Return a finding of a requirement."""
    return Finding(requirement, "a message", "", Symptom("echo", "string", "absent"), "a sentence")


def test_a_relation_counts_once_enough_exchanges_kept_it(contract: Contract, echo: str) -> None:
    """Until then nothing is said of it; afterwards its breaking is told."""
    learned = LearnedRelations(contract)
    told = [learned.admitted([Pass(echo)]) for _ in range(ENOUGH + 1)]
    assert [()] * (ENOUGH - 1) + [(Pass(echo),)] * 2 == told
    assert (broken(echo),) == learned.admitted([broken(echo)])


def test_a_relation_that_breaks_early_is_none(contract: Contract, echo: str) -> None:
    """One exchange that breaks it is enough, and no later one makes up for it."""
    learned = LearnedRelations(contract)
    assert () == learned.admitted([broken(echo)])
    assert [()] * 50 == [learned.admitted([Pass(echo)]) for _ in range(50)]
    assert (Pass("error.server-error"),) == learned.admitted([Pass("error.server-error"), broken(echo)])


def test_what_data_states_is_not_learned(contract: Contract, echo: str) -> None:
    """The published contract claims its relations: the first finding is told."""
    published = load_contract()
    stated = next(row.id for row in published.requirements if row.id.endswith(".echo"))
    assert (True, False) == (is_learned(contract, echo), is_learned(published, stated))
    assert (broken(stated),) == LearnedRelations(published).admitted([broken(stated)])


def test_what_a_response_cannot_hold_is_no_relation() -> None:
    """Where the response is narrower than the request, by type, bound or enum, nothing can be echoed always."""
    for sent, returned in (
        ({"type": ["string", "integer"]}, {"type": "string"}),
        ({"type": "string"}, {"type": "string", "format": "date-time"}),
        ({"type": "string"}, {"enum": ["x", "y"]}),
        ({"type": "integer"}, {"type": "integer", "maximum": 5}),
    ):
        other = contract_of(
            {"type": "object", "properties": {"a": sent}}, {"type": "object", "properties": {"a": returned}}
        )
        assert () == other.echoes
