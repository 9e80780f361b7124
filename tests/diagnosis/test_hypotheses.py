"""Hypotheses: the fewest predicates that cover all symptoms, the most general first, and none that is refuted."""

import json
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.contract.contract import load_contract
from conformance.diagnosis.bisection import between
from conformance.diagnosis.choice import MOST, SEVERAL, explain
from conformance.diagnosis.facts.features import NUMBER, Facts, Feature
from conformance.diagnosis.facts.request_facts import FactReader
from conformance.diagnosis.hypotheses import AT_LEAST, Condition, Evidence, FactTable, Hypothesis
from conformance.diagnosis.wording.conditions import clause
from conformance.model.case import Case, Request
from conformance.model.vocabulary import Expectation

CONTRACT = load_contract()
READER = FactReader(CONTRACT)


def case(settings: dict[str, Any]) -> Case:
    """Return a case with autoscaling settings."""
    body = json.dumps({"name": "a", "autoscaling_settings": settings}).encode()
    return Case("case", Expectation.ACCEPTED, (), Request("POST", "/v1/models/m/environments", (), body))


def predicates(failing: list[dict[str, Any]], passing: list[dict[str, Any]]) -> list[str]:
    """Return what explains that some settings fail and others pass, as clauses."""
    table = FactTable([READER.read(case(each)) for each in (*failing, *passing)])
    positives = (1 << len(failing)) - 1
    negatives = ((1 << len(passing)) - 1) << len(failing)
    chosen, left = explain(table, Evidence(positives, negatives))
    assert left == 0
    return [" and ".join(clause(CONTRACT.request, each) for each in one.conditions) for one in chosen]


def test_a_property_that_is_absent() -> None:
    """What all failing bodies lack, and all others have, is one condition."""
    failing = [{"min_replica": 1}, {"min_replica": 2, "scale_down_delay": 3}, {}]
    passing = [{"max_replica": 1}, {"max_replica": 5, "min_replica": 1}]
    assert ["`max_replica` is absent"] == predicates(failing, passing)


def test_a_threshold() -> None:
    """Above the largest value that passed there is one condition, whatever the values are."""
    failing = [{"max_replica": each} for each in (2**31, 2**40, 978)]
    passing = [{"max_replica": each} for each in (1, 5, 977)] + [{"min_replica": 2**50}]
    assert ["`max_replica` is 978 or more"] == predicates(failing, passing)


def nested(depths: list[int], failing: list[int]) -> list[str]:
    """Return what explains that bodies with arrays so deep fail, and others do not; nothing where nothing does."""
    values = [{"unknown": json.loads("[" * (each - 2) + "]" * (each - 2))} for each in depths]
    table = FactTable([READER.read(case(each)) for each in values])
    positives = sum(1 << index for index, each in enumerate(depths) if each in failing)
    chosen, _ = explain(table, Evidence(positives, ~positives & table.every.mask))
    return [" and ".join(clause(CONTRACT.request, each) for each in one.conditions) for one in chosen]


def test_what_is_nested_yet_deeper_may_pass() -> None:
    """A parser that hangs on 20 levels may reject 200 at once: an interval; what passes within it leaves none."""
    assert ["the body is nested 20 or more levels deep and the body is nested 60 or fewer levels deep"] == nested(
        [3, 10, 20, 40, 60, 200], [20, 40, 60]
    )
    assert [] == nested([3, 20, 40, 41, 60, 200], [20, 40, 60])


def test_two_properties_that_are_equal() -> None:
    """Values that have nothing in common but that they are equal."""
    failing = [{"min_replica": each, "max_replica": each} for each in (1, 7, 300)]
    passing = [{"min_replica": 1, "max_replica": 7}, {"min_replica": 300, "max_replica": 7}, {"max_replica": 1}]
    assert ["`min_replica` is equal to `max_replica`"] == predicates(failing, passing)


def test_two_conditions_together() -> None:
    """Neither of two properties is to blame alone."""
    failing = [{"min_replica": None, "max_replica": 1}, {"min_replica": None, "max_replica": 9}]
    passing = [{"min_replica": None}, {"max_replica": 1}, {"min_replica": 1, "max_replica": 9}]
    (said,) = predicates(failing, passing)
    assert ["`max_replica` is an integer", "`min_replica` is `null`"] == sorted(said.split(" and "))


def test_the_value_next_to_a_threshold_is_known() -> None:
    """A threshold knows the nearest value that passed, between which and itself it may lie."""
    cases = [case({"max_replica": each}) for each in (1000, 2001, 100)]
    (found,), _ = explain(FactTable([READER.read(each) for each in cases]), Evidence(3, 4))
    (condition,) = found.conditions
    assert (AT_LEAST, Decimal(1000), Decimal(100)) == (condition.direction, condition.bound, condition.passed)


def test_a_threshold_is_written_as_one_request_has_it() -> None:
    """Of equal numbers in two forms, a lower bound is that of the last request, an upper one that of the first."""
    place = (NUMBER, "/autoscaling_settings/max_replica")
    alike = [Facts((), frozenset(), {place: Decimal(each)}) for each in ("2", "2.0", "5", "5.0")]
    up, down = FactTable(alike).singles(Evidence(12, 3)), FactTable(alike).singles(Evidence(3, 12))
    found = [(str(each.conditions[0].bound), str(each.conditions[0].passed)) for each in (*up, *down)]
    assert [("5.0", "2.0"), ("2", "5")] == found


def test_the_differences_of_an_observation_are_counted_on_both_sides() -> None:
    """A feature that only the observation has counts as much as one that it lacks."""
    facts = [READER.read(case(each)) for each in ({"min_replica": 1}, {"min_replica": None, "max_replica": 2}, {})]
    table = FactTable(facts)
    for one in facts:
        for index, other in enumerate(facts):
            assert len(one.features ^ other.features) == table.differences(index, one.features)


@pytest.mark.parametrize(("sent", "chosen"), [(SEVERAL - 1, 0), (SEVERAL, 1)])
def test_every_request_needs_several(sent: int, chosen: int) -> None:
    """Where nothing passed, a few requests do not say that it is so with every one."""
    table = FactTable([READER.read(case({"max_replica": each})) for each in range(sent)])
    found, left = explain(table, Evidence((1 << sent) - 1, 0))
    assert (chosen, sent - chosen * sent) == (len(found), left.bit_count())


def test_what_one_request_does_not_explain_is_left() -> None:
    """Of symptoms that have nothing in common no hypothesis is made for each."""
    values = [3, 17, 29, 71, 113, 151, 199, 241, 293, 347, 397, 443, 499, 557, 601, 653, 701, 757, 811, 863, 911, 967]
    table = FactTable([READER.read(case({"max_replica": each})) for each in values])
    positives = sum(1 << index for index in range(0, len(values), 2))
    chosen, left = explain(table, Evidence(positives, positives << 1))
    assert positives == left | sum(each.mask & positives for each in chosen)
    assert len(chosen) <= MOST


def test_what_was_rejected_for_its_own_fault_refutes_only_what_is_said_of_it() -> None:
    """Nobody knows what would have become of the rest of a rejected request."""
    facts = [READER.read(case({"max_replica": each})) for each in (5, 6)]
    table = FactTable([facts[0], replace(facts[1], own=frozenset())])
    every, left = explain(table, Evidence(1, 0, weak=2))
    assert (1, 0) == (len(every), left)
    assert any(each.mask & 2 for each in every)


@given(st.integers(-(10**40), 10**40), st.integers(-(10**40), 10**40))
def test_a_number_between_two(one: int, other: int) -> None:
    """Of two numbers that are no neighbours, in either order, the number between lies strictly between them."""
    if abs(one - other) > 1:
        assert min(one, other) < between(one, other) < max(one, other)


def value_of(number: int, bit: int) -> int:
    """Return a value that compares differently with those of other bits from body to body."""
    return (number * (7 + 4 * bit) + 13 * bit) % 29


def test_three_conditions_among_many() -> None:
    """They are told exactly, though the bodies have many other facts, and some of those are nearly as good."""
    names = ["min_replica", "max_replica", "autoscaling_window", "scale_down_delay", "concurrency_target"]
    bodies = [
        {name: value_of(number, bit) for bit, name in enumerate(names) if number >> bit & 1} for number in range(64)
    ]
    bodies += [{**each, names[number % 5]: None} for number, each in enumerate(bodies)]
    failing = [each for each in bodies if all(each.get(name) is not None for name in names[:3])]
    (said,) = predicates(failing, [each for each in bodies if each not in failing])
    assert {f"`{name}` is an integer" for name in names[:3]} == set(said.split(" and "))


@pytest.mark.parametrize("limit", [2**31 - 1, 2**53, 2**64 - 1, 10**20, 255, 977])
def test_limits_of_programs_are_found_with_few_requests(limit: int) -> None:
    """Powers of two and of ten, and the numbers beside them, are tried before others."""
    passes, failing, sent = 1, 10**30, 0
    while failing - passes > 1:
        middle = between(passes, failing)
        passes, failing = (passes, middle) if middle > limit else (middle, failing)
        sent += 1
    assert (limit, True) == (passes, sent <= 20)


SETTINGS = st.dictionaries(
    st.sampled_from(["min_replica", "max_replica", "scale_down_delay"]), st.none() | st.integers(-3, 300), max_size=3
)


@given(st.lists(SETTINGS, min_size=1, max_size=12), st.lists(SETTINGS, max_size=12))
def test_whatever_fails_is_explained_in_one_order(failing: list[dict[str, Any]], passing: list[dict[str, Any]]) -> None:
    """The same observations have the same explanation, and nothing refutes it."""
    table = FactTable([READER.read(case(each)) for each in (*failing, *passing)])
    positives = (1 << len(failing)) - 1
    evidence = Evidence(positives, ((1 << len(passing)) - 1) << len(failing))
    chosen, left = explain(table, evidence)
    assert (chosen, left) == explain(table, evidence)
    assert all(not evidence.refutes(each) for each in chosen)


def test_thresholds_have_an_order_whether_something_passed_or_not() -> None:
    """Of two thresholds that differ in nothing else, one is the first."""
    feature = Feature(NUMBER, "/autoscaling_settings/min_replica")
    least, passed = (Condition(feature, AT_LEAST, Decimal(3), each) for each in (None, Decimal(2)))
    both = [Hypothesis((each,), 1, 0, each.cost) for each in (least, passed)]
    assert sorted(both, key=attrgetter("order")) == sorted([both[1], both[0]], key=attrgetter("order"))
