"""Path templates: which paths they stand for, and how they are filled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.operations.path_template import expression, fill, match, parameters

TEMPLATE = "/v1/{model_id}/a.b/{name}"
segments = st.text(st.characters(exclude_characters="/?\n", codec="ascii"))


@given(segments, segments)
def test_what_was_filled_is_found_again(model: str, name: str) -> None:
    """Whatever a segment holds, the template that was filled with it gives it back; a query is no part of the path."""
    values = {"model_id": model, "name": name}
    assert values == match(TEMPLATE, fill(TEMPLATE, values))
    assert values == match(TEMPLATE, fill(TEMPLATE, values) + "?a=/b/c")


@pytest.mark.parametrize("target", ["/v1/x/a.b", "/v1/x/aXb/y", "/v1/x/a.b/y/", "/v2/x/a.b/y", "v1/x/a.b/y"])
def test_other_paths_are_not_matched(target: str) -> None:
    """A path is matched as a whole, dots as dots, and a parameter is one segment."""
    assert match(TEMPLATE, target) is None


def test_values_are_not_filled_again() -> None:
    """A value with braces stays as it is, and a parameter without a value stays open."""
    assert "/{name}/{b}" == fill("/{a}/{b}", {"a": "{name}", "name": "x"})


def test_parameters_in_order() -> None:
    """Names come as they stand in the template; an expression of another segment is the caller's."""
    assert ("model_id", "name") == parameters(TEMPLATE)
    assert r"/v1/([^/]+)/a\.b/([^/]+)" == expression(TEMPLATE, "([^/]+)")
