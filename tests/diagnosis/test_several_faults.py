"""Several faults of one server, from findings that need none: what one of them says of a request refutes no other."""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from conformance.classify.traits import JSON_TEXT
from conformance.contract.contract import load_contract
from conformance.diagnosis.causes import Shown, causes_of
from conformance.diagnosis.explanation import explanations
from conformance.diagnosis.observations import Observation
from conformance.journal.events import FindingMade
from conformance.model.case import CATALOGUE, SLOT, Case, Request, Story
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Finding, Symptom
from conformance.model.jsontext import Writable, encode
from conformance.model.vocabulary import Expectation

CONTRACT = load_contract()
KINDS = {
    "accepts": "reject.UpdateAutoscalingSettingsV1.min_replica.type",
    "rejects": "accept.UpdateAutoscalingSettingsV1.{}.type",
    "server error": "error.server-error",
}
RANDOM = "hypothesis"


@dataclass
class Seen:
    """The exchanges of a run, in their order."""

    observations: list[Observation] = field(default_factory=list)

    def send(
        self,
        settings: Writable,
        status: int,
        rule: str = "",
        *,
        wrong: str = "",
        phase: str = CATALOGUE,
        part: str = "autoscaling_settings",
        flaky: bool = False,
        about: tuple[str, str] = ("type", "of a wrong type"),
        **case: Any,
    ) -> None:
        """Send settings, one of them `wrong`; the answer breaks a rule, always or, if `flaky`, now and then.

        `about` is the keyword that is broken, and the class of the value.
        """
        number = len(self.observations)
        story = Story(f"/{part}{wrong}", about[0], "", "", "a story", about[1]) if wrong else None
        expectation = Expectation.REJECTED if wrong else Expectation.ACCEPTED
        request = Request("POST", "/v1/models/m/environments", (), encode({"name": SLOT, part: settings}))
        made = ()
        if rule:
            kind = Symptom(rule, "a kind", str(status))
            pattern = Symptom(rule, intermittent=True) if flaky else None
            requirement = KINDS[rule].format(*settings)  # type: ignore[misc]
            finding = Finding(
                requirement, "a message", f"/{part}{wrong}", kind, f"{rule} in some way", grouped_under=pattern
            )
            made = (FindingMade(id=f"{number}", send=number, case=f"case-{number:03}", finding=finding),)
        sent = Case(f"case-{number:03}", expectation, (), request, story, phase=phase, **case)
        self.observations.append(Observation(sent, Exchange(request, Response(status)), made))

    def send_text(self, text: bytes, kind: str, status: int) -> None:
        """Send bytes that are not JSON, of a kind; that they are accepted is wrong."""
        number = len(self.observations)
        request = Request("POST", "/v1/models/m/environments", (("Content-Type", "application/json"),), text)
        story = Story("", JSON_TEXT, "", "", "a story", kind)
        symptom = Symptom("accepts", kind, str(status))
        finding = Finding("reject.json-text", "a message", "", symptom, f"accepts {kind}")
        made = (FindingMade(id=f"{number}", send=number, case=f"case-{number:03}", finding=finding),)
        case = Case(f"case-{number:03}", Expectation.REJECTED, (), request, story)
        self.observations.append(Observation(case, Exchange(request, Response(status)), made if status < 300 else ()))

    def sentences(self) -> list[str]:
        """Return the sentences of the causes."""
        weights = {event.id: (1, True) for each in self.observations for event in each.findings}
        shown = Shown(CONTRACT, self.observations, CONTRACT.by_id, frozenset(), weights, {})
        return [each.sentence for each in causes_of(explanations(CONTRACT, self.observations, lambda _: True), shown)]


def crashing() -> Seen:
    """Return a run against a server that breaks where `min_replica` is not sent."""
    seen = Seen()
    for each in range(3):
        seen.send({"max_replica": each + 1}, 500, "server error")
    seen.send({"min_replica": 1}, 200)
    seen.send({"min_replica": 2, "max_replica": 1}, 200)
    return seen


CRASH = "Returns 500 for a body without `min_replica`"


def test_a_busy_target_says_nothing_of_the_request() -> None:
    """A request that was sent too soon would have broken it."""
    seen = crashing()
    seen.send({"max_replica": 9}, 429)
    seen.send({"max_replica": 8}, 503)
    assert [CRASH] == seen.sentences()


def test_a_valid_request_that_is_rejected_refutes_no_crash() -> None:
    """It was rejected before the target came to the part that breaks it."""
    seen = crashing()
    seen.send({"max_replica": 9, "scale_down_delay": 5}, 422, "rejects")
    assert CRASH in seen.sentences()


def test_a_random_body_with_several_defects_refutes_nothing() -> None:
    """Nobody knows for which of them it was rejected: the others may be accepted."""
    seen = Seen()
    for each in range(4):
        seen.send({"min_replica": "x" * (each + 1)}, 200, "accepts", wrong="/min_replica")
        seen.send({"max_replica": "x" * (each + 1)}, 422, wrong="/max_replica")
    seen.send({"min_replica": "xxx", "max_replica": []}, 422, wrong="/min_replica", phase=RANDOM)
    assert ["Accepts a value of the wrong type: `min_replica`"] == seen.sentences()


def test_a_random_body_refutes_nothing_where_valid_ones_are_rejected() -> None:
    """It may have been rejected for what is valid in it."""
    seen = Seen()
    for each in range(4):
        seen.send({"min_replica": "x" * (each + 1)}, 200, "accepts", wrong="/min_replica")
        seen.send({"max_replica": "x" * (each + 1)}, 422, wrong="/max_replica")
        seen.send({"scale_down_delay": each + 5}, 422, "rejects")
        seen.send({"scale_down_delay": -each}, 200)
    seen.send({"min_replica": "xxx", "scale_down_delay": 7}, 422, wrong="/min_replica", phase=RANDOM)
    assert "Accepts a value of the wrong type: `min_replica`" in seen.sentences()


def test_properties_that_are_not_checked_are_told_by_their_places() -> None:
    """And not by what is sent beside them: a random part of the requests has that in common."""
    seen = Seen()
    for each in range(3):
        for name in ("min_replica", "max_replica"):
            beside = {} if each else {"scale_down_delay": 1}
            seen.send({name: "x" * (each + 1), **beside}, 200, "accepts", wrong=f"/{name}")
        seen.send({"autoscaling_window": "x" * (each + 1), "scale_down_delay": 2}, 422, wrong="/autoscaling_window")
    (said,) = seen.sentences()
    assert said.startswith("Accepts a value of the wrong type: `")
    assert said.count("replica`") == 2


def test_both_ends_of_a_range_are_one_fault() -> None:
    """Integers of 32 bits have two limits."""
    seen = Seen()
    for each, name in enumerate(("min_replica", "max_replica", "scale_down_delay")):
        seen.send({name: 2**31 + each}, 422, "rejects")
        seen.send({name: -(2**31) - 1 - each}, 422, "rejects")
        seen.send({name: 2**31 - 1 - each}, 200)
        seen.send({name: -(2**31) + each}, 200)
    (said,) = seen.sentences()
    assert said == "Rejects an integer above 2147483647, an integer below -2147483648 with 422"


def test_a_request_with_many_oddities_tells_nothing_beside_one_with_few() -> None:
    """It was rejected for what the reduced one was rejected for, and not for what it has in common with others."""
    seen = Seen()
    for each in (1, 2):
        seen.send({"scale_down_delay": -each, "max_replica": -7}, 422, "rejects", merged=True)
        seen.send({"scale_down_delay": -each, "concurrency_target": -3}, 422, "rejects", merged=True)
    for name, value in (("max_replica", -7), ("concurrency_target", -3)):
        seen.send({name: value}, 422, "rejects", merged=True, reduced=True)
        seen.send({name: 2}, 200)
    seen.send({"autoscaling_window": -9}, 200)
    assert ["Rejects a negative number for `concurrency_target`, `max_replica` with 422"] == seen.sentences()


def test_few_failures_at_the_end_say_nothing_of_the_place_in_the_run() -> None:
    """Only so many of them that no chance brings them there are a fault of the state of the target."""
    seen = Seen()
    for each in range(3):
        seen.send({"max_replica": each + 2, "scale_down_delay": each}, 200)
    seen.send({"scale_down_delay": 1, "max_replica": 3}, 500, "server error")
    seen.send({"max_replica": 2, "scale_down_delay": 0}, 500, "server error")
    assert not [each for each in seen.sentences() if "creation" in each]


def test_a_short_predicate_of_one_fault_comes_before_a_long_one_of_parts_of_two() -> None:
    """What three conditions have in common in two faults is so by chance."""
    seen = Seen()
    beside = dict.fromkeys(("autoscaling_window", "concurrency_target", "target_utilization_percentage"))
    for left_out in beside:
        part = {name: value for name, value in beside.items() if name != left_out}
        for each in range(3):
            seen.send({"min_replica": 24 + each, "max_replica": 29 + each, **part}, 200)
            seen.send({"min_replica": each, "max_replica": 1 + each, **part}, 200)
            seen.send({"scale_down_delay": each, **part}, 200)
    for each in range(4):
        more = beside if each else {}
        seen.send({"min_replica": 20 + each, "max_replica": 15 + each, **more}, 500, "server error")
        seen.send({"scale_down_delay": -5 - each, **more}, 500, "server error")
    seen.observations += seen.observations[:9]
    said = {
        "Returns 500 for a negative number for `scale_down_delay`",
        "Returns 500 for a request in which `min_replica` is greater than `max_replica`",
    }
    assert said == set(seen.sentences())


def test_values_are_compared_with_documented_defaults() -> None:
    """A server that compares two properties compares their defaults as well: it is one fault, not three."""
    seen = Seen()
    for settings in ({"min_replica": 7}, {"max_replica": -1}, {"min_replica": 9, "max_replica": 3}):
        seen.send(settings, 422, "rejects")
    for settings in (
        {"min_replica": 1},
        {"max_replica": 4},
        {"min_replica": 9, "max_replica": 30},
        {"min_replica": -4},
    ):
        seen.send(settings, 200)
    said = "Rejects a request in which `max_replica` is less than `min_replica` (also by default) with 422"
    assert [said] == seen.sentences()


def test_a_threshold_under_a_condition() -> None:
    """A limit that holds only where another property is not set is found among those requests."""
    seen = Seen()
    for each in (300, 400, 777):
        seen.send({"scale_down_delay": each}, 422, "rejects")
        seen.send({"scale_down_delay": each + 1, "target_in_flight_tokens": each}, 200)
    for each in (1, 7, 299):
        seen.send({"scale_down_delay": each}, 200)
    (said,) = seen.sentences()
    assert "`scale_down_delay` is 300 or more" in said
    assert "`target_in_flight_tokens` is" in said


def test_what_stands_out_in_a_merged_case_joins_it() -> None:
    """A request with many oddities that shows a fault of one of them is no fault of its own."""
    seen, huge = Seen(), Decimal("1E+400")
    for each in range(2):
        seen.send({"scale_down_delay": huge, "concurrency_target": each + 1}, 500, "server error")
        seen.send({"scale_down_delay": 7 + each, "max_replica": 3}, 200)
    seen.send({"concurrency_target": huge}, 200)
    seen.send({"autoscaling_window": huge, "max_replica": 3}, 500, "server error", merged=True)
    assert 1 == len(seen.sentences())


def test_what_a_lenient_parser_takes_is_one_fault() -> None:
    """Also where another text of the same kind is rejected, so that no predicate fits."""
    seen = Seen()
    for each in (b'{"name": "\x01"}', b'{"name": "\x02b"}'):
        seen.send_text(each, "a body with a raw control character", 200)
    seen.send_text(b'{\x00"\x00', "another encoding", 200)
    seen.send_text(b'\x00{\x00"', "another encoding", 400)
    seen.send_text(b'{"name": 1}}', "a body with text after it", 400)
    assert ["Accepts a body with a raw control character"] == seen.sentences()


def test_names_that_begin_alike_are_one_fault() -> None:
    """A target that keeps the first characters of a name breaks on nearly all that a run sends after the first."""
    seen = Seen()
    for number in range(6):
        rule = "server error" if number else ""
        seen.send(f"cfm-0000000{number}", 500 if number else 200, rule, part="name")
    seen.send("another", 200, part="name")
    said = "Returns 500 for a value of `name` with the first 11 characters of one accepted before"
    assert [said] == seen.sentences()


def test_what_half_of_the_requests_show_has_no_condition() -> None:
    """A few of them have something in common by chance; so many as no chance brings together are a fault."""
    seen = Seen()
    chosen = random.Random(1).sample(range(60), 30)  # noqa: S311 (no secret)
    for each in range(60):
        broken = each in chosen
        seen.send({"max_replica": each}, 500 if broken else 200, "server error" if broken else "", flaky=True)
    for each in range(8):
        seen.send({"scale_down_delay": each}, 500, "server error", flaky=True)
    assert ["Intermittent: returns 500 for 38 of 68 requests"] == seen.sentences()
    for each in range(40):
        seen.send({"scale_down_delay": each}, 500, "server error", flaky=True)
    assert 2 == len(seen.sentences())


def test_values_that_a_parser_might_convert_and_that_break_one_keyword_are_one_fault() -> None:
    """Too few kinds of them are accepted for a parser that converts: the property lacks a check."""
    seen = Seen()
    for value, status in (("KEE", 200), ("NEW", 200), ("KEP", 422), ("keep", 422)):
        settings, rule = {"promotion_cleanup_strategy": value}, "accepts" if status == 200 else ""
        place = {"part": "promotion_settings", "wrong": "/promotion_cleanup_strategy"}
        seen.send(settings, status, rule, **place, about=("enum", f"the value {value}"))  # type: ignore[arg-type]
    assert 1 == len(seen.sentences())
