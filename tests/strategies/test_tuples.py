"""Combinations that were sent, counted from the bodies: against the checker that was written for the construction."""

from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.coverage.tuples import Covered, tuple_coverage
from conformance.model.case import Story
from conformance.model.vocabulary import Expectation, Profile
from conformance.strategies.case_builder import Builder
from conformance.strategies.covering import combinations
from conformance.strategies.covering.arrays import PAIRWISE, THREE_WAY

from .contracts import DOCUMENTS, cases_of, contract_of, standard
from .missing_tuples import missing

FLAG: Any = {"type": "boolean"}
STORY = Story("", "properties", "", "", "a combination of valid properties", "a combination")


@pytest.mark.slow
@pytest.mark.parametrize(("profile", "strength"), [(Profile.STANDARD, PAIRWISE), (Profile.FULL, THREE_WAY)])
def test_a_profile_sends_every_combination_that_it_promises(profile: Profile, strength: int) -> None:
    """Standard holds all 2,834 pairs of the published request, full all 59,619 triples."""
    contract = load_contract()
    (found,) = tuple_coverage(contract, cases_of(standard(contract, profile)), [strength])
    assert {PAIRWISE: 2_834, THREE_WAY: 59_619}[strength] == found.possible
    assert found.possible == found.covered


@pytest.mark.parametrize("share", [1, 2, 7])
def test_what_is_left_out_is_missed_as_the_checker_of_rows_says(share: int) -> None:
    """Of a part of the rows, exactly the pairs are missing that the checker of the construction finds missing."""
    inner: Any = {"type": ["object", "null"], "required": ["e"], "properties": {"e": FLAG, "f": {"enum": [1, 2]}}}
    outer = {"a": FLAG, "b": {"enum": ["x", "y", "z"]}, "c": {"type": ["boolean", "null"]}, "d": inner, "g": FLAG}
    contract = contract_of({"type": "object", "required": ["b"], "properties": outer})
    build = Builder(contract, {})
    model = combinations.model(build)
    rows = combinations.rows(model, PAIRWISE)[::share]
    bodies = [combinations.body(build, model, row) for row in rows]
    cases = [build.accepting(f"accept.{number}", (), body, STORY) for number, body in enumerate(bodies)]
    (found,) = tuple_coverage(contract, cases, [PAIRWISE])
    assert len(list(missing(model.factors, rows, PAIRWISE))) == found.possible - found.covered
    assert (share == 1) is (found.covered == found.possible)


def test_an_empty_object_is_empty_and_has_every_member_absent() -> None:
    """One body stands for both rows."""
    inner = {"type": "object", "properties": {"b": FLAG, "c": FLAG}}
    contract = contract_of({"type": "object", "properties": {"a": inner}})
    build = Builder(contract, {})
    (found,) = tuple_coverage(contract, [build.accepting("accept.a", (), {"a": {}}, STORY)], [PAIRWISE])
    # Of a and b, a and c, b and c each the one in which nothing is there.
    assert 3 == found.covered


def test_only_what_must_be_accepted_counts() -> None:
    """Refused and observed bodies, and what is no JSON, hold no combination."""
    contract = load_contract()
    cases = [case for case in cases_of(standard(contract)) if case.expectation is not Expectation.ACCEPTED]
    assert (Covered(2, 2_834, 0),) == tuple_coverage(contract, cases, [PAIRWISE])


def test_a_schema_with_few_members() -> None:
    """With one member every value of it is counted; with none there is nothing to count."""
    one: Any = {"type": "object", "properties": {"a": {"type": "boolean"}}}
    contract = contract_of(one)
    assert (Covered(1, 3, 3),) == tuple_coverage(contract, cases_of(standard(contract)), [PAIRWISE, THREE_WAY])
    assert () == tuple_coverage(contract_of({"type": "object"}), [], [PAIRWISE])


@pytest.mark.parametrize("name", ["bounds", "bearer"])
def test_other_documents_are_covered(name: str) -> None:
    """Every pair of another document is sent as well."""
    contract = load_contract(DOCUMENTS / f"{name}.yaml")
    (found,) = tuple_coverage(contract, cases_of(standard(contract)), [PAIRWISE])
    assert found.possible == found.covered > 30
