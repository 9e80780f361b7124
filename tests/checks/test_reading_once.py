"""What is read out of an exchange once for several checks: lazily, pair by pair, and place by place."""

from decimal import Decimal
from typing import Any

import pytest

from conformance.checks.shared.exercised import MOST_KEPT, MOST_PARTS, _known, all_declared, exercised
from conformance.checks.shared.lazy import Lazy
from conformance.checks.shared.pairs import compared, held
from conformance.checks.shared.settled import NOTHING, Settled, passes
from conformance.contract.contract import Contract
from conformance.model.finding import Pass
from conformance.model.json_values import MISSING, get

from .subjects import ANSWER, FOCUS, body_of, changed, contract, contract_of


class Counted:
    """A property that counts how often it is computed."""

    def __init__(self) -> None:
        self.times = 0

    @Lazy
    def value(self) -> int:
        """The count, which is no property before the second time."""
        self.times += 1
        if self.times == 1:
            message = "too early"
            raise ValueError(message)
        return self.times


def test_lazy_property() -> None:
    """A value is computed once for each object; what raised is computed again."""
    one, other = Counted(), Counted()
    with pytest.raises(ValueError, match="too early"):
        _ = one.value
    assert (2, 2, 2) == (one.value, one.value, one.times)
    assert 0 == other.times
    assert "The count, which is no property before the second time." == Counted.__dict__["value"].__doc__


PROPERTIES = {"a": {"type": "integer"}, "0": {"type": "string"}, "b": {"type": "string", "default": "x"}}
OBJECT = {"type": "object", "properties": PROPERTIES}
NESTED = {"type": "object", "required": ["n"], "properties": {"n": {"type": "string"}, "o": OBJECT, "p": OBJECT}}


def nested() -> Contract:
    """Return a contract whose response has what the request has."""
    return contract_of({"requestBody": body_of(NESTED), "responses": {"200": body_of(NESTED)}})


@pytest.mark.parametrize(
    "own", [{}, {"a": 1}, {"a": None, "b": "y"}, None, [], [{"a": 1}], "a", 1, {"a": {"b": 1}}, MISSING]
)
@pytest.mark.parametrize("returned", [{}, {"a": 1, "b": None}, {"b": "y", "0": "z"}, None, ["x"], "b", MISSING])
def test_pairs_have_what_their_pointers_have(own: Any, returned: Any) -> None:
    """Each pair has the value at its pointers, whatever stands in the place of an object."""
    of = nested()
    sent = {"n": "one", "o": own} if own is not MISSING else {"n": "one"}
    answer = {"n": "two", "o": returned} if returned is not MISSING else {}
    found = compared(of, sent, answer)
    values = [(one.path, get(sent, one.path, MISSING), get(answer, two.path, MISSING)) for one, two in of.echoes]
    present = [each for each in values if each[1] is not None and each[1] is not MISSING]
    absent = [
        (path, other) for path, value, other in values if value in (None, MISSING) and other not in (None, MISSING)
    ]
    assert present == [(pair.sent.path, value, other) for pair, value, other in found.sent]
    assert [(path, other) for path, other in absent if path.endswith("/b")] == [
        (pair.sent.path, other) for pair, other in found.unsent
    ]
    assert all(pair.default == "x" for pair, _ in found.unsent)


@pytest.mark.parametrize(
    ("sent", "answer", "expected"),
    [
        ({"n": "x", "o": {"a": 1}}, {"n": "x", "o": {"a": 1, "b": "x"}}, (["n", "a"], ["b"])),
        ({"n": "x", "o": {"a": None}}, {"n": "x", "o": {"a": 2, "b": None}}, (["n"], [])),
        ({"n": "x", "o": {"b": "y"}}, {"n": "x", "o": {"b": "y"}, "p": {"b": "x"}}, (["n", "b"], ["b"])),
        ({"n": "x"}, {"n": "y"}, None),
        ({"n": "x"}, {}, None),
        ({"n": "x", "o": {"a": 1}}, {"n": "x", "o": {"a": True}}, None),
        ({"n": "x", "o": {"a": 1}}, {"n": "x", "o": {"a": 2}}, None),
        ({"n": "x", "o": {"a": 1}}, {"n": "x", "o": {"a": Decimal("1.0")}}, (["n", "a"], [])),
        ({"n": "x"}, {"n": "x", "o": {"b": "y"}}, None),
        ({"n": "\ud800"}, {"n": "\ud800"}, None),
    ],
)
def test_what_holds_at_pairs(sent: Any, answer: Any, expected: tuple[list[str], list[str]] | None) -> None:
    """All that was sent is repeated and what was not has its default: else nothing is said at once."""
    found = held(nested(), sent, answer)
    names = (
        [[each.requirement.split(".")[-2] for each in passed] for passed in (found.echoed, found.defaulted)]
        if found
        else None
    )
    assert names == (list(expected) if expected else None)


def test_a_default_of_what_must_be_sent_is_none() -> None:
    """A required property has no default: it is never omitted by right."""
    body = {"type": "object", "required": ["b"], "properties": PROPERTIES}
    of = contract_of({"requestBody": body_of(body), "responses": {"200": body_of(body)}})
    assert [] == compared(of, {}, {"b": "x"}).unsent


MAPPED = {
    "type": "object",
    "properties": {
        "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, OBJECT], "items": NESTED},
        "map": {"type": "object", "patternProperties": {"^x-": OBJECT}, "properties": {"a": {"type": "string"}}},
        "free": {"type": "object"},
    },
}


@pytest.mark.parametrize(
    ("body", "expected", "declared"),
    [
        ({"list": [{"a": "x"}, {}]}, {"list.items.type", "a.type"}, True),
        ({"list": [{"b": "x"}]}, {"list.items.type"}, False),
        ({"list": ["x"]}, {"list.items.type"}, True),
        ({"map": {"x-one": {"a": 1}}}, {"map.values.type", "a.type"}, True),
        ({"map": {"other": 1}}, set[str](), False),
        ({"free": {"other": 1}}, set[str](), True),
        ({"pair": ["x", {}, {"n": "x"}]}, {"pair.items.type", "n.type"}, True),
        ({"pair": ["x", {"z": 1}, {"z": "x"}]}, {"pair.items.type"}, False),
        ({"pair": ["x", {"a": 1}]}, {"a.type"}, False),  # by the schema of the items after these
        ({"other": 1}, set[str](), False),
        ([{"other": 1}], set[str](), True),
        (None, set[str](), True),
    ],
)
def test_what_a_body_exercises(body: Any, expected: set[str], declared: bool) -> None:  # noqa: FBT001  (a table)
    """Each place that is there is exercised, through arrays and patterns, and an unknown property is seen anywhere."""
    of = contract_of({"requestBody": body_of(MAPPED), "responses": {"200": body_of(MAPPED)}})
    assert of.response is not None
    found = exercised(of, of.response, body)
    assert declared is found.all_declared
    assert declared is all_declared(of.response, body)
    names = [each.requirement for each in found.passes]
    assert all(any(name.endswith(end) for name in names) for end in expected), names
    assert set(names) <= of.by_id.keys()
    assert len(names) == len(set(names))


def test_passes_of_known_requirements_are_settled() -> None:
    """Passes that the contract asks for need not be looked at again; where one is unknown, all are."""
    known = passes(contract(), (FOCUS, "transport.date"))
    assert (Pass(FOCUS), Pass("transport.date")) == known
    assert isinstance(known, Settled)
    odd = passes(contract(), (FOCUS, "no.such"))
    assert (Pass(FOCUS), Pass("no.such")) == odd
    assert not isinstance(odd, Settled)
    assert () == NOTHING == passes(contract(), ())


def test_exercised_of_the_answer() -> None:
    """A property that is absent is not exercised, and null exercises the type alone."""
    usual = passes_of(contract(), ANSWER)
    lacking = passes_of(contract(), changed(ANSWER, "promotion_settings"))
    assert {each for each in usual if ".PromotionSettingsV1." in each} <= usual - lacking
    null = passes_of(contract(), changed(ANSWER, "created_at", None))
    assert {"response.EnvironmentV1.created_at.format"} == usual - null


@pytest.mark.parametrize("count", [1, MOST_PARTS, 2 * MOST_PARTS])
def test_what_is_kept_of_bodies(count: int) -> None:
    """Long bodies exercise what short ones do, and are not kept; of others no more than so many are."""
    of = contract_of({"requestBody": body_of(MAPPED), "responses": {"200": body_of(MAPPED)}})
    _known.cache_clear()
    expected = passes_of(of, {"list": [{"a": "x"}]})
    assert 1 == _known.cache_info().currsize
    assert expected == passes_of(of, {"list": [{"a": "x"}] * count})
    assert (1 if 2 * count + 2 > MOST_PARTS or count == 1 else 2) == _known.cache_info().currsize
    for number in range(2 * MOST_KEPT):
        passes_of(of, {"list": [{"a": "x"} if digit == "1" else None for digit in f"{number:b}"]})
    assert MOST_KEPT == _known.cache_info().currsize


def passes_of(of: Contract, answer: Any) -> set[str]:
    """Return the requirements that a response exercises."""
    assert of.response is not None
    return {each.requirement for each in exercised(of, of.response, answer).passes}
