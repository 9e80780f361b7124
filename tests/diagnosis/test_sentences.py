"""Sentences of causes: whole, short, and with the names of properties, whatever the condition is about."""

import re
from decimal import Decimal
from itertools import islice

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.facts.features import ANYWHERE, Feature
from conformance.diagnosis.hypotheses import AT_LEAST, AT_MOST, COSTS, MEASURE_COSTS, Condition
from conformance.diagnosis.observations import Explanation
from conformance.diagnosis.wording.conditions import clause, noun, places_named
from conformance.diagnosis.wording.sentences import sentence_of
from conformance.journal.events import FindingMade
from conformance.model.finding import Finding, Symptom

CONTRACT = load_contract()
PLACES = [node.path for node in CONTRACT.request.walk()]
LONGEST = 160 - len("Returns 500, 502, 503 for ")

VALUES = {"type": "null", "empty": "object", "equal": PLACES[2], "keyword": "additionalProperties", "subject": "schema"}


def conditions() -> list[Condition]:
    """Return a condition of every kind."""
    plain = [Condition(Feature(name, PLACES[3], VALUES.get(name, "a value"))) for name in COSTS]
    sides = (AT_LEAST, AT_MOST)
    return plain + [Condition(Feature(name, PLACES[3]), side, Decimal(977)) for name in MEASURE_COSTS for side in sides]


@pytest.mark.parametrize("condition", conditions(), ids=lambda each: f"{each.feature.name} {each.direction}".strip())
def test_every_condition_has_its_words(condition: Condition) -> None:
    """As a clause and as what is sent: no placeholder, no double space, and short with as many places as are named."""
    for places in ([PLACES[3]], PLACES[2:7], PLACES, [ANYWHERE]):
        for text in (clause(CONTRACT.request, condition), noun(CONTRACT.request, condition, places)):
            assert not re.search(r"[{}]|  |None", text), text
            assert len(text) <= LONGEST, text


def test_one_property_in_several_objects_is_named_once() -> None:
    """Where the same property is wrong in several objects of a response, its name stands once."""
    response = CONTRACT.response
    assert response is not None
    places = [node.path for node in response.walk() if node.name == "min_replica"]
    assert f"`min_replica` (in {len(places)} places)" == places_named(response, places)


def test_more_than_five_places_are_a_number() -> None:
    """Up to five are named."""
    assert "6 places" == places_named(CONTRACT.request, islice(PLACES, 1, 7))
    assert "`name`, the body" == places_named(CONTRACT.request, ["/name", ""])


def test_many_differences_of_which_none_is_frequent() -> None:
    """Where every finding has a sentence of its own, the first stands for them."""
    symptom = Symptom("media type")
    made = [Finding("r", "m", "Content-Type", symptom, f"Returns {number}") for number in range(9)]
    explanation = Explanation("media type", (), tuple(FindingMade(id="f", send=1, case="c", finding=f) for f in made))
    assert "Returns 0" == sentence_of(CONTRACT, explanation, ())


def test_a_header_field_is_named() -> None:
    """What is wrong with a header field is said of the field: there are several."""
    condition = Condition(Feature("keyword", "Host", "header"))
    assert "a wrong header field: `Host`" == noun(CONTRACT.request, condition, ["Host"])
