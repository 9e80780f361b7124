"""Any schema: whatever a document combines, no case has a wrong label."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conformance.coverage.keywords import request_coverage
from conformance.model.errors import ContractError
from conformance.model.vocabulary import Expectation
from conformance.strategies.catalogue.label_proof import BY_BODY

from .contracts import cases_of, contract_of, standard, value_of, verdicts

numbers = st.fixed_dictionaries(
    {"type": st.sampled_from(["integer", "number"])},
    optional={
        "minimum": st.integers(-5, 5),
        "exclusiveMaximum": st.integers(6, 300) | st.just(6.5),
        "multipleOf": st.sampled_from([1, 2, 0.5]),
    },
)
texts = st.fixed_dictionaries(
    {"type": st.just("string")}, optional={"minLength": st.integers(0, 5), "maxLength": st.integers(5, 300)}
)
others = st.sampled_from(
    [
        True, {"type": "boolean"}, {"type": "null"}, {"enum": ["x", "Y"]}, {"const": 3}, {"type": ["integer", "null"]},
        {"type": "integer", "enum": [1, 5]}, {"type": "string", "format": "date-time"},
        {"type": "string", "format": "int64"},
        {"type": "string", "pattern": r"^[A-Z]{3}-\d{4}$"}, {"not": {"type": "null"}},
    ]
)  # fmt: skip
names = st.sampled_from(["a", "b", "c"])


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return objects, arrays and unions of `inner`."""
    objects = st.builds(
        lambda members, required, more: {
            "type": "object",
            "properties": members,
            "required": [name for name in required if name in members],
            **more,
        },
        st.dictionaries(names, inner, max_size=3),
        st.lists(names, unique=True),
        st.fixed_dictionaries(
            {},
            optional={
                "additionalProperties": st.booleans() | st.just({"type": "integer"}),
                "maxProperties": st.integers(2, 3),
                "dependentRequired": st.just({"a": ["b"]}),
            },
        ),
    )
    sizes = {"minItems": st.integers(0, 3), "maxItems": st.integers(3, 5), "uniqueItems": st.booleans()}
    arrays = st.builds(
        lambda items, more: {"type": "array", "items": items, **more}, inner, st.fixed_dictionaries({}, optional=sizes)
    )
    unions = st.builds(
        lambda keyword, parts: {keyword: parts},
        st.sampled_from(["anyOf", "oneOf", "allOf"]),
        st.lists(inner, min_size=1, max_size=2),
    )
    return objects | objects | arrays | unions


schemas = containers(st.recursive(numbers | texts | others, containers, max_leaves=5))


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(schemas)
@example(
    {
        "type": "array",
        "items": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": True},
        },
    }
)
@example(
    {
        "anyOf": [
            {"type": "string"},
            {
                "type": "array",
                "items": {"type": "object", "properties": {}, "required": []},
                "minItems": 2,
                "uniqueItems": True,
            },
        ]
    }
)
def test_no_label_is_wrong(schema: Any) -> None:
    """Accepted is valid and refused is not, by both validators; of each refused body a requirement speaks."""
    try:
        contract = contract_of(schema)
        cases = list(cases_of(standard(contract)))
    except ContractError:
        return  # nothing fits the schema, or nothing that is made by rules
    for case in cases:
        if case.expectation is Expectation.OBSERVED:
            continue
        readable, value = value_of(case)
        by_body = case.story is not None and case.story.keyword in BY_BODY
        if readable and case.expectation is Expectation.ACCEPTED:
            assert (True, True) == verdicts(contract, value), case
        if readable and case.expectation is Expectation.REJECTED and by_body:
            assert (False, False) == verdicts(contract, value), case
            assert case.requirements, case
    assert 0 <= request_coverage(contract, cases).ratio <= 1
