"""Numbers that a language does not have: a client is not asked for them, and its caller never had them."""

import pytest

from conformance.clients.protocol import read_ready
from conformance.clients.scenarios.expressible import Numbers, expressible
from conformance.clients.scenarios.scenario import Scenario, Sort
from conformance.model.case import Story


def scenario(body, answer="{}"):
    """Return a scenario with a body and a response."""
    return Scenario("send.x", Sort.SENDING, ("x",), {}, body, None, Story("", "", "", "", "", ""), answer)


@pytest.mark.parametrize(
    ("number", "double"),
    [
        ("0", True), ("-1", True), ("0.1", True), ("1e30", True), ("1" + "0" * 21, True),
        ("9007199254740991", True), ("9007199254740993", False), ("9223372036854775808", False),
        ("1.0000000000000000000001", False), ("1e400", False), ("1" + "0" * 400, False),
    ],
)  # fmt: skip
def test_a_double_holds_what_it_writes_again(number, double):
    """A number is a double where the text of the double has its value, in bodies and in responses."""
    held = [f"[{number}]", f'{{"a": {number}}}']
    assert [double] * 2 == [expressible(scenario(text), Numbers.DOUBLE) for text in held]
    assert [double] * 2 == [expressible(scenario("{}", text), Numbers.DOUBLE) for text in held]
    assert all(expressible(scenario(text), Numbers.EXACT) for text in held)


def test_few_scenarios_of_the_contract_need_more_than_a_double(plan):
    """Those about integers beyond 2^53; all others are played with every client."""
    left = {each.id for each in plan if not expressible(each, Numbers.DOUBLE)}
    slugs = ("beyond-float", "beyond-int64", "beyond-uint64", "below-int64", "int64-max", "int64-min")
    numbers = {each for each in left if each.endswith("numbers")}
    assert {f"{sort}.all.{slug}" for sort in ("read", "send") for slug in slugs} == left - numbers
    assert {
        "read.numbers",
        "read.current_deployment.labels.numbers",
        "read.candidate_deployment.labels.numbers",
    } == numbers


def test_no_body_has_an_integer_as_a_float(plan):
    """A harness in Python would hand `1.0` over as a float, which a parameter for integers need not accept."""
    bodies = [each.body for each in plan if each.sort is Sort.SENDING]
    assert [] == [body for body in bodies if ".0" in body or "e1" in body or "-0," in body]


def test_a_harness_declares_its_numbers():
    """Without a word they are exact."""
    assert [Numbers.DOUBLE, Numbers.EXACT] == [
        read_ready(line).numbers
        for line in (b'{"protocol": 1, "client": "a", "numbers": "double"}', b'{"protocol": 1, "client": "a"}')
    ]
    assert read_ready(b'{"protocol": 1, "client": "a", "numbers": "odd"}') is None
