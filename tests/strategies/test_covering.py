"""Covering arrays: every combination that can exist occurs, in few rows."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.contract.contract import load_contract
from conformance.strategies.case_builder import Builder
from conformance.strategies.covering import combinations as model_of_combinations
from conformance.strategies.covering.arrays import PAIRWISE, THREE_WAY, covering_array
from conformance.strategies.covering.factors import Factor, Row, closure

from .contracts import contract_of
from .missing_tuples import missing

MARK = {PAIRWISE: 113, THREE_WAY: 1_523}
"""The sizes to meet or beat."""


@st.composite
def hierarchies(draw: st.DrawFn, most: int = 6) -> tuple[Factor, ...]:
    """Return factors of which some exist only at one level of an earlier one."""
    factors: list[Factor] = []
    for number in range(draw(st.integers(0, most))):
        levels = draw(st.integers(1, 4))
        parent = draw(st.none() | st.integers(0, number - 1)) if number else None
        enabling = draw(st.integers(0, factors[parent].levels - 1)) if parent is not None else 0
        factors.append(Factor(levels, parent, enabling))
    return tuple(factors)


def all_rows(factors: tuple[Factor, ...]) -> set[Row]:
    """Return every row that can exist, by trying them all: written apart from everything that is tested."""
    found = set()
    for levels in product(*([None, *range(factor.levels)] for factor in factors)):
        right = all(
            (level is None) is (factor.parent is not None and levels[factor.parent] != factor.enabling)
            for factor, level in zip(factors, levels, strict=True)
        )
        if right:
            found.add(levels)
    return found


def tuples(rows: set[Row] | list[Row], strength: int) -> set[tuple[tuple[int, int | None], ...]]:
    """Return the combinations of levels that occur in rows."""
    return {
        chosen
        for row in rows
        for chosen in combinations(list(enumerate(row)), strength)
        if all(level is not None for _, level in chosen)
    }


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(hierarchies(), st.sampled_from([PAIRWISE, THREE_WAY]))
def test_every_combination_that_can_exist_occurs(factors: tuple[Factor, ...], strength: int) -> None:
    """Rows are ones that can exist, none is there twice, and each tuple of such rows is in one of those chosen."""
    rows, possible = covering_array(factors, strength), all_rows(factors)
    assert set(rows) <= possible
    assert len(set(rows)) == len(rows) or len(factors) > strength
    assert tuples(possible, min(strength, len(factors))) == tuples(rows, min(strength, len(factors)))
    assert [] == list(missing(factors, rows, strength))


@settings(max_examples=60, deadline=None)
@given(hierarchies(5), st.data())
def test_the_checker_finds_what_is_left_out(factors: tuple[Factor, ...], data: st.DataObject) -> None:
    """Without some of the rows, the checker names exactly the tuples that are gone."""
    possible = sorted(all_rows(factors), key=str)
    kept = set(data.draw(st.lists(st.sampled_from(possible)))) if possible else set()
    strength = min(PAIRWISE, len(factors))
    gone = tuples(set(possible), strength) - tuples(kept, strength)
    assert gone == {tuple(sorted(each.items())) for each in missing(factors, kept, PAIRWISE)}


@pytest.mark.slow
@pytest.mark.parametrize("strength", [PAIRWISE, THREE_WAY])
def test_the_request_of_the_contract(strength: int) -> None:
    """All pairs and triples of the published request are covered, in no more rows than the mark."""
    model = model_of_combinations.model(Builder(load_contract(), {"model_id": "a"}))
    rows = model_of_combinations.rows(model, strength)
    assert 20 == len(model.factors)
    assert [] == list(missing(model.factors, rows, strength))
    assert len(rows) <= MARK[strength]
    assert rows == model_of_combinations.rows(model, strength)


def test_plain_factors_need_few_rows() -> None:
    """Ten factors of three levels need not many more rows than the nine that any pair takes."""
    assert len(covering_array([Factor(3)] * 10, PAIRWISE)) <= 20


def test_closures_hold_all_parents() -> None:
    """A level needs the levels of all that it lies in; what needs two levels of one factor cannot exist."""
    factors = (Factor(2), Factor(3, 0, 1), Factor(2, 1, 2))
    assert {0: 1, 1: 2, 2: 0} == closure(factors, {2: 0})
    assert closure(factors, {2: 0, 1: 1}) is None
    assert closure(factors, {0: 0, 2: 1}) is None


def test_without_factors_there_is_nothing_to_combine() -> None:
    """No factor gives one empty row, one factor each of its levels."""
    assert [()] == covering_array([], PAIRWISE)
    assert [(0,), (1,)] == covering_array([Factor(2)], THREE_WAY)


def test_a_property_that_can_have_no_value_does_not_vary() -> None:
    """One branch of a union can require what nothing fits: the other branches are combined all the same."""
    impossible = {"type": "object", "additionalProperties": False, "minProperties": 2}
    schema = {
        "type": "object",
        "properties": {"kind": impossible, "a": {"type": "boolean"}, "b": {"type": "boolean"}},
        "if": {"required": ["kind"]},
        "else": {"properties": {"a": {"type": "boolean"}}},
    }
    found = model_of_combinations.model(Builder(contract_of(schema), {}))
    assert all(found.levels)
    assert {"/a", "/b"} <= {node.path for node in found.nodes}
    assert len(model_of_combinations.rows(found, PAIRWISE)) >= 4
