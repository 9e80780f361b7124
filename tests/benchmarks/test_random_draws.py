# ruff: noqa: T201 - a benchmark tells its figures
"""Ten thousand draws of each public strategy against both validators, and the keywords that a thousand of them meet."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from conformance.contract.contract import Contract, load_contract
from conformance.contract.schemas.validators import BodyValidator
from conformance.coverage.keywords import Coverage, request_coverage, response_coverage
from conformance.model.case import Case, Request
from conformance.model.jsontext import encode
from conformance.model.vocabulary import Expectation
from conformance.strategies.random import from_hypothesis
from conformance.strategies.random.from_hypothesis import InvalidBody

DRAWS = 10_000
COUNTED = 1_000
CONTRACT = load_contract()
STRATEGIES: dict[str, tuple[Callable[[], st.SearchStrategy[Any]], bool]] = {
    "environment_requests": (from_hypothesis.environment_requests, True),
    "invalid_environment_requests": (from_hypothesis.invalid_environment_requests, False),
    "environments": (from_hypothesis.environments, True),
    "invalid_environments": (from_hypothesis.invalid_environments, False),
}


def _drawn(name: str, count: int) -> list[Any]:
    found: list[Any] = []

    @seed(6)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(STRATEGIES[name][0]())
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def _validator(contract: Contract, name: str) -> BodyValidator:
    found = contract.request_validator if name.endswith("requests") else contract.response_validator
    assert found is not None
    return found


@pytest.mark.parametrize("name", STRATEGIES)
def test_both_validators_agree_with_every_label(name: str) -> None:
    """No draw is labelled wrong by either validator."""
    validator, valid = _validator(CONTRACT, name), STRATEGIES[name][1]
    drawn = [each.body if isinstance(each, InvalidBody) else each for each in _drawn(name, DRAWS)]
    wrong = [
        each for each in drawn if (validator.is_valid(each), validator.is_valid_by_jsonschema(each)) != (valid, valid)
    ]
    assert [] == wrong[:3]
    print(f"{name}: {len(drawn)} draws, {len({repr(each) for each in drawn})} different, none labelled wrong")


def test_a_thousand_draws_meet_the_keywords() -> None:
    """The table of keywords and sides: all of the request's, nearly all of the answer's."""
    right = [_case(Expectation.ACCEPTED, body) for body in _drawn("environment_requests", COUNTED)]
    wrong = [_case(Expectation.REJECTED, each) for each in _drawn("invalid_environment_requests", COUNTED)]
    asked = request_coverage(CONTRACT, right + wrong)
    answers = [(body, True) for body in _drawn("environments", COUNTED)]
    answers += [(each.body, False) for each in _drawn("invalid_environments", COUNTED)]
    answered = response_coverage(CONTRACT, answers)
    for title, coverage in (("request", asked), ("answer", answered)):
        _print(title, coverage)
    assert 0.99 <= asked.ratio
    assert 0.80 <= answered.ratio


def _print(title: str, coverage: Coverage) -> None:
    print(f"{title}: {coverage.exercised} of {coverage.sides} sides ({coverage.ratio:.1%})")
    keywords = sorted({row.keyword for row in coverage.rows})
    for keyword in keywords:
        rows = [row for row in coverage.rows if row.keyword == keyword]
        for side in ("valid", "invalid"):
            counts = [getattr(row, side) for row in rows if getattr(row, side) is not None]
            met = sum(bool(count) for count in counts)
            print(f"  {keyword:22} {side:8} {met:4} of {len(counts):4} places, {sum(counts):6} values")


def _case(expectation: Expectation, drawn: Any) -> Case:
    body, story = (drawn.body, drawn.story) if isinstance(drawn, InvalidBody) else (drawn, None)
    return Case("x", expectation, (), Request("POST", "/", (), encode(body)), story)
