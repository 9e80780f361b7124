"""The table of causes of the mock's faults: how faults are drawn, judged and counted."""

from collections import Counter

import pytest

from conformance.contract.contract import load_contract
from conformance.diagnosis.causes import Cause, ConditionResult
from conformance.mock.faults.catalogue import faults
from conformance.model.vocabulary import Strength

from .fault_causes import Table, drawn, pairs, verdict
from .fault_predicates import states_predicate
from .fault_runs import Outcome

FAULTS = {each.id: each for each in faults(load_contract())}
TRIPLE = "crash.triple.min_replica-set.max_replica-set.autoscaling_window-set"
THREE = ("min_replica", "max_replica", "autoscaling_window")


def cause(sentence: str, *conditions: tuple[str, str, str, str]) -> Cause:
    """Return a cause with one predicate."""
    when = tuple(ConditionResult(name, place, value, direction, "") for name, place, value, direction in conditions)
    broken = ("error.server-error",)
    return Cause("1", sentence, sentence, Strength.MUST, 1, "case", "f1", broken, (), ("f1",), (when,))


def outcome(id_: str, *causes: Cause) -> Outcome:
    """Return what a run against a fault came to."""
    return Outcome((id_,), causes, (1,), 3, 0.1)


def test_faults_are_drawn_evenly_from_all_families() -> None:
    """Each family has its turn, until those of few faults have no more; the same seed draws the same."""
    families = Counter(each.family for each in FAULTS.values())
    chosen = drawn(FAULTS.values(), 2 * len(families), 7)
    assert {2} == set(Counter(each.family for each in chosen).values())
    assert chosen == drawn(FAULTS.values(), 2 * len(families), 7)
    assert all(one.family != other.family for one, other in pairs(list(FAULTS.values()), 20, 7))


@pytest.mark.parametrize(
    ("id_", "conditions", "stated"),
    [
        ("crash.number.beyond-int32", [("integer", "", "2147483648", "at least")], True),
        ("crash.number.beyond-int32", [("integer", "", "2147483649", "at least")], False),
        ("crash.number.below-int32", [("smallest number", "", "-2147483649", "at most")], True),
        ("crash.string.long", [("length", "/name", "256", "at least")], True),
        (
            TRIPLE,
            [("set", f"/a/{name}", "", "") for name in ("min_replica", "max_replica", "autoscaling_window")],
            True,
        ),
        (TRIPLE, [("set", f"/a/{name}", "", "") for name in ("min_replica", "max_replica")], False),
        ("crash.UpdateAutoscalingSettingsV1.min_replica.zero", [("value", "/a/min_replica", "0", "")], True),
        ("malformed.nan-accepted", [("kind", "*", "a body with NaN", "")], None),
    ],
)
def test_a_predicate_is_stated_or_not(id_: str, conditions: list[tuple[str, str, str, str]], stated: object) -> None:
    """A threshold by its exact bound, a combination by its conditions and no others."""
    assert stated is states_predicate(FAULTS[id_], [cause("says", *conditions)])


def test_a_row_of_the_table() -> None:
    """A fault that no response shows is drawn and not counted; two causes of one are not one."""
    id_ = "crash.UpdateAutoscalingSettingsV1.min_replica.zero"
    right = cause("Returns 500 for `0` for `min_replica`", ("value", "/a/min_replica", "0", ""))
    table = Table(FAULTS)
    for each in (outcome(id_, right), outcome(id_, right, cause("other")), outcome(id_)):
        table.add(each)
    assert "| crash | 3 | 2 | 1 | 2 | 2 of 2 |" in list(table.lines())
    assert verdict(FAULTS, outcome(id_, cause("other"))).named is False
