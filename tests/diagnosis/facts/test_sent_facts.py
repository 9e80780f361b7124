"""Facts of requests in the order of their sending: the same whether all are read or one alone."""

import json

from conformance.contract.contract import load_contract
from conformance.diagnosis.explanation import explanations
from conformance.diagnosis.facts.features import REQUEST, USED_NAME, Facts, Feature
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.diagnosis.facts.sent_facts import SentFacts
from conformance.diagnosis.observations import ACCEPTS, Observation
from conformance.journal.events import FindingMade
from conformance.model.case import SLOT, Case, Request, Story
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Finding, Symptom
from conformance.model.vocabulary import Expectation

CONTRACT = load_contract()
USED = Feature(USED_NAME, CONTRACT.identity or "")


class CountingReader(FactReader):
    """A reader that counts the cases whose facts it was asked for."""

    asked = 0

    def read(self, case: Case) -> Facts:
        """Return the facts of a case."""
        self.asked += 1
        return super().read(case)


def sent(number: int, name: str, status: int, *, accepted: bool = False) -> Observation:
    """Return an exchange of a request with a name; `accepted`: though it had to be rejected."""
    body = json.dumps({"name": name, "autoscaling_settings": {"min_replica": number}}).encode()
    story = Story("/autoscaling_settings/min_replica", "minimum", "", "", "a story", "below its minimum")
    expectation = Expectation.REJECTED if accepted else Expectation.ACCEPTED
    request = Request("POST", "/v1/models/m/environments", (), body)
    case = Case(f"case-{number:03}", expectation, (), request, story if accepted else None)
    found = Finding("reject.json-text", "a message", "", Symptom(ACCEPTS, "a kind"), "Accepts what is invalid")
    made = (FindingMade(id=f"{number}", send=number, case=case.id, finding=found),) if accepted else ()
    return Observation(case, Exchange(request, Response(status)), made)


def test_facts_that_are_read_alone_are_those_in_order() -> None:
    """But for what was measured; a name was used before where it was accepted before, by whatever request."""
    statuses = [("a", 422), ("a", 200), ("a", 409), ("b", 200), (SLOT, 200), ("", 200), ("a", 200), ("", 200)]
    observations = [sent(number, name, status) for number, (name, status) in enumerate(statuses)]
    facts = SentFacts(CONTRACT, observations)
    alone = [facts[index] for index in reversed(range(len(facts)))][::-1]
    for number, (one, other) in enumerate(zip(alone, facts, strict=True), 1):
        assert (one.features, one.own, one.measures) == (other.features, other.own, {})
        assert other.measures[REQUEST, ""] == number
    assert [2, 6] == [index for index, each in enumerate(alone) if USED in each.features]


def test_of_a_target_that_accepts_everything_few_requests_are_read() -> None:
    """Nothing was there to refute that it is so with every request, so that nothing is searched for."""
    observations = [sent(number, SLOT, 201, accepted=number % 10 > 0) for number in range(200)]
    reader = CountingReader(CONTRACT)
    (found,) = explanations(CONTRACT, observations, lambda _: True, reader)
    assert [()] == [each.conditions for each in found.hypotheses]
    assert 180 == len(found.observations)
    # The smallest that shows it, and those that had to be accepted: one of them is its control.
    assert observations[found.control].case.expectation is Expectation.ACCEPTED
    assert reader.asked < 30
