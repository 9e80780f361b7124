"""Explanations: findings on exchanges, which need no server, folded into the faults behind them."""

import asyncio
import json
from typing import Any

import pytest

from conformance.classify.traits import JSON_TEXT
from conformance.contract.contract import load_contract
from conformance.diagnosis.bisection import narrow
from conformance.diagnosis.causes import Shown, causes_of, pattern_of
from conformance.diagnosis.explanation import evidence_of, explanations
from conformance.diagnosis.facts.request_facts import LONG_FIELD
from conformance.diagnosis.observations import Explanation, Observation
from conformance.diagnosis.wording.conditions import clause
from conformance.journal.events import FindingMade
from conformance.model.case import SLOT, Case, Request, Story
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Finding, Symptom
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder

CONTRACT = load_contract()
PATH = "/v1/models/m/environments"
MIN, MAX = "/autoscaling_settings/min_replica", "/autoscaling_settings/max_replica"
ECHO = "semantics.UpdateAutoscalingSettingsV1.{}.echo"


def observation(number: int, settings: dict[str, Any], status: int, *found: Finding, wrong: str = "") -> Observation:
    """Return an exchange with settings; `wrong` is the property that is of a wrong type in it."""
    story = Story(wrong, "type", "", "", "a story", "a string where an integer is required") if wrong else None
    expectation = Expectation.REJECTED if wrong else Expectation.ACCEPTED
    body = json.dumps({"name": SLOT, "autoscaling_settings": settings}).encode()
    case = Case(f"case-{number:02}", expectation, (), Request("POST", PATH, (), body), story)
    made = tuple(
        FindingMade(id=f"{number}.{n}", send=number, case=case.id, finding=each) for n, each in enumerate(found)
    )
    return Observation(case, Exchange(case.request, Response(status)), made)


def finding(rule: str, place: str = "", requirement: str = "error.server-error", observed: str = "") -> Finding:
    """Return a finding of a rule."""
    return Finding(requirement, "a message", place, Symptom(rule, "a kind", observed), f"{rule} {observed}")


def explained(*observations: Observation) -> list[Explanation]:
    """Return the faults."""
    return explanations(CONTRACT, observations, lambda _: True)


def sentences(*observations: Observation) -> list[str]:
    """Return the sentences of the causes, in their order."""
    shown = Shown(
        CONTRACT,
        observations,
        CONTRACT.by_id,
        frozenset(),
        {event.id: (len(each.case.request.body or b""), True) for each in observations for event in each.findings},
        {},
    )
    return [each.sentence for each in causes_of(explained(*observations), shown)]


CRASHES = [observation(number, {"max_replica": number + 1}, 500, finding("server error")) for number in range(3)]
PASSES = [observation(10, {"min_replica": 1}, 200), observation(11, {"min_replica": 2, "max_replica": 1}, 200)]


def test_a_request_that_was_rejected_for_another_fault_refutes_nothing() -> None:
    """Validation may come first: the target never came to the part that breaks it."""
    rejected = observation(
        20, {"max_replica": 3, "scale_down_delay": "x"}, 422, wrong="/autoscaling_settings/scale_down_delay"
    )
    assert ["Returns 500 for a body without `min_replica`"] == sentences(*CRASHES, *PASSES, rejected)


def test_a_request_that_was_rejected_for_this_very_part_refutes() -> None:
    """The target looked at a property that is wrong, and did not break on it: it breaks on others of the class."""
    wrong = [
        observation(20 + each, {"min_replica": "x" * each}, 500, finding("server error"), wrong=MIN) for each in (1, 2)
    ]
    same = observation(30, {"max_replica": "x"}, 422, wrong=MAX)
    (said,) = sentences(*wrong, same, *PASSES)
    assert said.endswith("`min_replica`")


def test_a_symptom_at_no_other_property_belongs_to_the_wider_one() -> None:
    """Two properties that are exchanged differ in one way at both, and in another at one."""
    both = [finding("echo", place, ECHO.format(place[22:]), "a different number") for place in (MIN, MAX)]
    one = finding("echo", MAX, ECHO.format("max_replica"), "the default instead")
    settings = {"min_replica": 1, "max_replica": 2}
    assert 1 == len(explained(observation(1, settings, 200, *both), observation(2, settings, 200, one), *PASSES))


def test_a_property_that_differs_in_another_way_than_many_has_a_fault_of_its_own() -> None:
    """Rounding every number is one fault; that one of them is replaced by its default as well is another."""
    places = [sent.path for sent, _ in CONTRACT.echoes if "number" in sent.types or "integer" in sent.types]
    rounded = [finding("echo", place, ECHO.format(MIN[22:]), "rounded") for place in places]
    default = finding("echo", MIN, ECHO.format(MIN[22:]), "the default instead")
    seen = [observation(1, {"min_replica": 2}, 200, *rounded), observation(2, {"min_replica": 0}, 200, default)]
    assert len(places) > 4
    assert [len(places), 1] == [len(each.findings) for each in explained(*seen, *PASSES)]


def test_a_long_header_field_is_told_by_its_length() -> None:
    """Shorter ones of the same kind are rejected as they must be, so that the kind is not to blame."""
    seen = [_with_credential(number, "x" * length) for number, length in enumerate((0, 5, 400, 8_000))]
    said = sentences(*seen, *PASSES)
    assert ["Returns 500 for 8000 or more characters in the header field `authorization`"] == said


@pytest.mark.parametrize("broken", [2, 3, 4])
def test_errors_for_several_kinds_of_text_that_is_not_json_are_one_fault(broken: int) -> None:
    """A parser that reads one of them refutes no more than that it reads none."""
    texts = (b'{"name": "a",}', b"{name: 1}", b'{"name": "a"', b"{'name': 1}", b'{"name": NaN}')
    seen = [_with_text(number, text, broken=number < broken) for number, text in enumerate(texts)]
    assert (1 if broken > FEW_KINDS else broken) == len(explained(*seen, *PASSES))
    if broken > FEW_KINDS:
        said = f"Returns 500 for bodies that are not JSON: a body with mistake 0, and {broken - 1} other kinds"
        assert [said] == sentences(*seen, *PASSES)
        assert "server error | not JSON" == pattern_of(explained(*seen, *PASSES)[0])


FEW_KINDS = 2


def _with_text(number: int, text: bytes, *, broken: bool) -> Observation:
    kind = f"a body with mistake {number}"
    case = Case(
        f"case-{number}",
        Expectation.REJECTED,
        (),
        Request("POST", PATH, (), text),
        Story("", JSON_TEXT, "", "", "", kind),
    )
    wrong = Finding(
        "error.server-error", "a message", "", Symptom("server error", kind, "500"), f"Returns 500 for {kind}"
    )
    made = FindingMade(id=f"{number}.0", send=number, case=case.id, finding=wrong)
    return Observation(case, Exchange(case.request, Response(500 if broken else 400)), (made,) if broken else ())


def _with_credential(number: int, value: str) -> Observation:
    request = Request("POST", PATH, (("Authorization", value),), PASSES[0].case.request.body)
    story = Story("Authorization", "credential", "", "", "a story", "a wrong key")
    case, broken = Case(f"case-{number}", Expectation.REJECTED, (), request, story), len(value) > LONG_FIELD
    made = FindingMade(id=f"{number}.0", send=number, case=case.id, finding=finding("server error"))
    return Observation(case, Exchange(request, Response(500 if broken else 401)), (made,) if broken else ())


@pytest.mark.parametrize(
    ("method", "status", "counts"), [("CREATE", 400, False), ("CREATE", 405, True), ("PUT", 400, True)]
)
def test_a_method_that_a_parser_rejects_refutes_nothing(method: str, status: int, counts: bool) -> None:  # noqa: FBT001
    """Servers reject what HTTP does not know before the target reads it; that says nothing of what the target does."""
    case = Case("observe.method", Expectation.OBSERVED, (), Request(method, PATH, (), b"{}"))
    evidence = evidence_of(
        CONTRACT, [*CRASHES, Observation(case, Exchange(case.request, Response(status)))], "server error"
    )
    assert (0b0111, 0b1000 if counts else 0) == (evidence.positives, evidence.negatives | evidence.weak)


def test_the_evidence_of_a_cause_is_no_consequence_of_it() -> None:
    """What follows from a fault has a smaller request, and is not what is shown."""
    wrong = finding("response type", "/name", "response.EnvironmentV1.name.type")
    follows = finding("distinct objects", "/name", "semantics.CreateEnvironmentRequestV1.name.echo")
    seen = [observation(1, {}, 200, wrong, follows)]
    weights = {"1.0": (50, True), "1.1": (2, True)}
    (cause,) = causes_of(explained(*seen), Shown(CONTRACT, seen, CONTRACT.by_id, frozenset(), weights, {}))
    assert ("1.0", 2) == (cause.finding, cause.count)


def test_a_threshold_downwards_says_less() -> None:
    """Of numbers there are no fewer."""
    low = [observation(each, {"min_replica": -each}, 500, finding("server error")) for each in (7, 9, 500)]
    high = [observation(20 + each, {"min_replica": each}, 200) for each in (-3, 1, 5)]
    (one,) = explained(*low, *high)
    (condition,) = one.hypotheses[0].conditions
    assert "a number of -7 or less for `min_replica`" in sentences(*low, *high)[0]
    assert -3 == condition.passed
    assert "`min_replica` is -7 or less" == clause(CONTRACT.request, condition)


def bisected(name: str = "concurrency_target", *, most: int = 100) -> list[int]:
    """Return the values of a property that are sent to find a threshold between one that passes and 1,000."""
    failing = [observation(each, {name: 1000 * each}, 500, finding("server error")) for each in (1, 3)]
    passing = [observation(10, {name: 100}, 200), observation(11, {"min_replica": 5000}, 200)]
    seen = (*failing, *passing)
    sent: list[int] = []

    async def fails(case: Case) -> bool | None:
        sent.append(json.loads(case.request.body or b"")["autoscaling_settings"][name])
        return sent[-1] > 300

    (one,) = explained(*seen)
    asyncio.run(narrow(Builder(CONTRACT, {"model_id": "m"}), one, seen, fails, most))
    return sent


def test_a_threshold_is_found_between_what_passed_and_what_failed() -> None:
    """The last two values that were sent, or sent before, are neighbours on both sides of it."""
    sent = bisected()
    assert {300, 301} <= set(sent)
    assert all(100 < each < 1000 for each in sent)


@pytest.mark.parametrize("most", [0, 3])
def test_no_more_is_sent_than_is_allowed(most: int) -> None:
    """Where nothing more may be sent, the search ends."""
    assert most == len(bisected(most=most))


def test_nothing_is_sent_that_a_page_rules_out_where_the_evidence_was_not() -> None:
    """A target may reject such values rightly: they say nothing of the threshold."""
    assert CONTRACT.prose.beyond({"name": SLOT, "autoscaling_settings": {"max_replica": 500}})
    assert [] == bisected("max_replica")
