"""Consequences: what follows from a fault counts to it, and what does not is a fault of its own."""

from msgspec.structs import replace

from conformance.contract.contract import load_contract
from conformance.diagnosis.causes import pattern_of
from conformance.diagnosis.consequences import (
    FEW,
    of_another_object,
    of_constant_responses,
    of_remembered_values,
    of_used_names,
    with_notes,
    without_consequences,
)
from conformance.diagnosis.facts.features import USED_NAME, Facts, Feature
from conformance.diagnosis.hypotheses import Condition, FactTable, Hypothesis
from conformance.diagnosis.observations import CONSTANT, Explanation
from conformance.journal.events import FindingMade
from conformance.model.finding import Finding, Symptom

CONTRACT = load_contract()
NAME, TIME = "/name", "/created_at"


SOME = Condition(Feature("keyword", "/name", "type"))


def explanation(rule: str, place: str, *observations: int, mask: int | None = None) -> Explanation:
    """Return what a rule is broken by: at a place, on some exchanges, and where a mask is given by a predicate."""
    finding = Finding("a.requirement", "a message", place, Symptom(rule), "a sentence")
    made = FindingMade(id=f"{rule} {place}", send=1, case="case", finding=finding)
    predicates = () if mask is None else (Hypothesis((SOME,), mask, 0, 0.0),)
    return Explanation(rule, predicates, (made,), observations)


def rules(*explanations: Explanation) -> list[str]:
    """Return the rules of the faults that are left."""
    return [each.rule for each in without_consequences(explanations)]


def test_at_the_same_property() -> None:
    """Two objects have one name where the name is wrong in every response."""
    (found,) = without_consequences([explanation("response type", NAME, 1), explanation("distinct objects", NAME, 2)])
    assert (2, 1, 1) == (len(found.findings), len(found.own), found.consequences)


def test_at_another_property_it_is_a_fault() -> None:
    """That a time is wrong does not explain that two objects have one name."""
    assert ["response type", "distinct objects"] == rules(
        explanation("response type", TIME, 1), explanation("distinct objects", NAME, 2)
    )


def test_without_a_property_it_is_a_fault() -> None:
    """That requests in flight are mixed up has no place, and is no consequence of whatever has one."""
    assert ["response type", "isolation"] == rules(
        explanation("response type", TIME, 1), explanation("isolation", "", 2)
    )


def test_on_requests_that_the_other_is_about() -> None:
    """The status of a rejection is wrong where the target rejects all such requests, and only there."""
    rejected = explanation("rejects", "", 1, mask=0b110)
    assert ["rejects"] == rules(rejected, explanation("status of a rejection", "status", 1, 2))
    assert ["rejects", "status of a rejection"] == rules(rejected, explanation("status of a rejection", "status", 2, 3))


def test_the_response_to_what_had_to_be_rejected() -> None:
    """What is wrong in it says nothing; in the response to a valid request as well, it is a fault."""
    accepted = explanation("accepts", "", 1, mask=0b110)
    assert ["accepts"] == rules(explanation("response required", TIME, 1, 2), accepted)
    assert ["response required", "accepts"] == rules(explanation("response required", TIME, 2, 3), accepted)
    anything = replace(accepted, hypotheses=(Hypothesis((), -1, 0, 0.0),))
    assert ["response required", "accepts"] == rules(explanation("response required", TIME, 1), anything)


def test_of_requests_of_one_kind() -> None:
    """Where some requests of a kind are accepted, the status of the others follows from that, and no other status."""
    accepted, kinds = explanation("accepts", "", 0), ["cut", "cut", "comment"]
    found = without_consequences([accepted, explanation("status of a rejection", "status", 1)], kinds)
    assert ["accepts"] == [each.rule for each in found]
    found = without_consequences([accepted, explanation("status of a rejection", "status", 2)], kinds)
    assert 2 == len(found)


def test_beside_what_shows_now_and_then() -> None:
    """What compares several requests is broken where one of them had the fault: now and then, or in a few."""
    broken = intermittent(explanation("server error", "", *range(20)))
    few, many = (explanation("side effect of a rejection", "", *range(30, 30 + count)) for count in (1, FEW))
    assert ["server error"] == rules(broken, few)
    assert ["server error"] == rules(broken, intermittent(many))
    assert ["server error", "side effect of a rejection"] == rules(broken, many)


def test_notes_about_what_shows_now_and_then() -> None:
    """They belong to the fault of their rule that shows now and then, whose pattern is the same in every run."""
    broken = intermittent(explanation("server error", "/name", 1))
    whole = replace(broken, findings=(*broken.findings, *explanation("server error", TIME, 2).findings))
    notes = [intermittent(explanation("server error", "model_id", 3)), explanation("server error", "", 4)]
    found = with_notes([explanation("rejects", "", 5), whole], notes)
    assert [("rejects", 1), ("server error", 3), ("server error", 1)] == [
        (each.rule, len(each.findings)) for each in found
    ]
    assert str(Symptom("server error", intermittent=True)) == pattern_of(found[1])
    assert [*notes[1:], notes[0]] == with_notes(notes[1:], notes[:1])


def test_what_is_wrong_for_a_name_used_before_says_so() -> None:
    """It shows in each success response to such a name; where one of them is right, the name is not to blame."""
    used = frozenset({Feature(USED_NAME, NAME)})
    table = FactTable([Facts((), frozenset(), {}, ""), *(Facts((used,), frozenset(), {}, "") for _ in range(3))])
    shown = explanation("response required", TIME, 1, 2)
    (told,) = of_used_names(CONTRACT, table, [shown], {0, 1, 2})
    assert [(USED_NAME, NAME)] == [(each.feature.name, each.feature.place) for each in told.hypotheses[0].conditions]
    assert [shown] == of_used_names(CONTRACT, table, [shown], {0, 1, 2, 3})
    assert [shown] == of_used_names(CONTRACT, table, [shown], {0})
    once = explanation("response required", TIME, 1)
    assert [once] == of_used_names(CONTRACT, table, [once], {0, 1})


def test_a_note_on_such_requests_is_a_part_of_it() -> None:
    """That a name is accepted twice is known by what is wrong then; a note on other requests stays."""
    told = explanation("response required", TIME, 1, 2, mask=0b110)
    note = explanation("duplicate name", "status", 1)
    other = explanation("duplicate name", "status", 3)
    found = with_notes([told], [note, other])
    assert [("response required", 1), ("duplicate name", 0)] == [(each.rule, each.consequences) for each in found]


def test_values_of_an_earlier_request_stand_for_defaults() -> None:
    """Where they come back, that many defaults are lost is no fault of its own; a few may be."""
    earlier, mixed = (explanation("isolation", "", 7) for _ in range(2))
    symptom = Symptom("isolation", "two consecutive requests", "values of another request")
    (made,) = earlier.findings
    earlier = replace(earlier, findings=(replace(made, finding=replace(made.finding, symptom=symptom)),))
    lost = [explanation("default", f"/p{number}", number) for number in range(FEW)]
    (whole,) = of_remembered_values([*lost, earlier])
    assert ("isolation", FEW) == (whole.rule, whole.consequences)
    assert [*lost[1:], earlier] == of_remembered_values([*lost[1:], earlier])
    assert lost == of_remembered_values(lost)
    assert [*lost, mixed] == of_remembered_values([*lost, mixed])


def intermittent(one: Explanation) -> Explanation:
    """Return an explanation of what was found to show now and then."""
    pattern = Symptom(one.rule, intermittent=True)
    made = tuple(replace(each, finding=replace(each.finding, grouped_under=pattern)) for each in one.findings)
    return replace(one, findings=made)


def test_a_name_that_is_lost_as_well() -> None:
    """Of the explanations of one name the most frequent speaks, whatever comes first."""
    many = tuple(range(3 * FEW))
    other = explanation("isolation", "", *range(100, 101 + FEW))
    found = of_another_object([other, explanation("echo", NAME, 50, 51), explanation("isolation", NAME, *many)])
    assert [("isolation", many, 2)] == [(each.rule, each.observations, each.consequences) for each in found]


def test_values_of_another_object() -> None:
    """Responses that hold the object of another request say nothing more of values; a few are no such fault."""
    many = tuple(range(FEW + 1))
    echo = explanation("echo", "/settings", *many)
    concurrent = explanation("isolation", "", 99)
    found = of_another_object([explanation("isolation", NAME, *many), echo, concurrent])
    assert [("isolation", 3)] == [(each.rule, len(each.findings)) for each in found]
    few = [explanation("isolation", NAME, 1), echo]
    assert few == of_another_object(few)


def test_values_that_do_not_depend_on_the_request() -> None:
    """Where most values are lost in most responses it is one fault; where the name is returned, it is not."""
    symptoms = [NAME, *(each.path for each, _ in CONTRACT.echoes[1:])]
    lost = [explanation("echo", place, *range(9)) for place in symptoms]
    (found,) = of_constant_responses(CONTRACT, lost, set(range(10)))
    assert (CONSTANT, len(symptoms)) == (found.family, len(found.own))
    assert lost[1:] == of_constant_responses(CONTRACT, lost[1:], set(range(10)))
    assert lost == of_constant_responses(CONTRACT, lost, set(range(30)))
