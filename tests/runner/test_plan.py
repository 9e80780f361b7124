"""The plan: what `--only`, `--skip` and the target's nature leave of the catalogue."""

import pytest

from conformance.contract.contract import load_contract
from conformance.model.case import Case, Need
from conformance.model.vocabulary import Profile
from conformance.runner.plan import LARGER, REASONS, make_plan, requirements_of
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue, smoke

EVERYTHING = frozenset(Need)


@pytest.fixture(scope="module")
def contract():
    """Return the contract of the published document."""
    return load_contract()


@pytest.fixture(scope="module")
def items(contract):
    """Return the items of the standard profile."""
    return tuple(catalogue(contract, Profile.STANDARD, Knowledge({"model_id": "m"}, {"model_id": "n"})))


def test_everything_is_sent_to_a_target_that_offers_all(contract, items):
    """Nothing is skipped, and nothing is counted twice."""
    plan = make_plan(contract, items, EVERYTHING)
    assert items == plan.items
    assert {} == plan.skipped
    assert plan.creations <= plan.requests


def test_only_and_skip_take_ids_of_cases_and_requirements(contract, items):
    """A glob keeps, or leaves out, what fits by any of its ids; what loses all its cases is told why."""
    by_requirement = make_plan(contract, items, EVERYTHING, only=["authentication.missing"])
    assert by_requirement.items
    assert all("authentication.missing" in requirements_of(item) for item in by_requirement.items)
    by_case = make_plan(contract, items, EVERYTHING, only=["reject.json.*"], skip=["*.empty"])
    assert by_case.items
    assert all(item.id.startswith("reject.json.") for item in by_case.items)
    assert "reject.json.empty" not in {item.id for item in by_case.items}
    without = make_plan(contract, items, EVERYTHING, skip=["authentication.missing"])
    assert "Excluded by --skip" == without.skipped["authentication.missing"]
    assert "Excluded by --only" == by_requirement.skipped["authentication.wrong"]


@pytest.mark.parametrize("need", [Need.STATE, Need.KEYS, Need.LOOPBACK])
def test_what_a_target_does_not_offer_is_not_asked_of_it(contract, items, need):
    """Cases that need what a target has not are left out."""
    plan = make_plan(contract, items, EVERYTHING - {need})
    assert len(plan.items) < len(items)


def test_every_need_is_that_of_a_case_and_has_its_reason(items):
    """What a target may lack matters to some case, and why it is then left out can be said."""
    assert set(Need) == REASONS.keys()
    cases = [case for item in items for case in item.cases]
    assert set(Need) == {need for case in cases for need in case.needs}


def test_what_a_small_profile_leaves_out_is_told(contract, items):
    """A requirement that only a larger profile has cases of is told as left to it, unless the target lacks its need."""
    small = make_plan(contract, smoke(items), EVERYTHING, known=items)
    left = {name for item in items for name in requirements_of(item)} - {
        name for item in small.items for name in requirements_of(item)
    }
    assert {name: LARGER for name in left if name in contract.by_id} == small.skipped
    assert "semantics.same-name" in left
    stateless = make_plan(contract, smoke(items), EVERYTHING - {Need.STATE}, known=items)
    assert LARGER != stateless.skipped.get("semantics.same-name")


def test_spare_cases_are_those_that_may_be_sent_and_are_not_planned(contract, items):
    """What the target does not offer, or the user left out, is none of them."""
    small = make_plan(contract, smoke(items), EVERYTHING, known=items)
    spare, planned = {case.id for case in small.spare}, {item.id for item in small.items}
    singles = {item.id for item in items if isinstance(item, Case)}
    assert singles == (spare | planned) & singles
    assert not spare & planned
    offered = EVERYTHING - {Need.LOOPBACK}
    chosen = make_plan(contract, smoke(items), offered, only=["accept.*"], skip=["*.zero"], known=items)
    assert chosen.spare
    names = [{case.id, *case.requirements} for case in chosen.spare]
    assert all(any(name.startswith("accept.") for name in each) for each in names)
    assert not any(name.endswith(".zero") for each in names for name in each)
    assert not any(Need.LOOPBACK in case.needs for case in chosen.spare)
    assert () == make_plan(contract, items, EVERYTHING, known=items).spare
