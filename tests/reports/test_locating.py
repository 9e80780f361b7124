"""Where a value stands in a JSON text."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.model.pointer import from_tokens
from conformance.reports.pages.bodies import locate

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def places(value: object, tokens: tuple[str | int, ...] = ()) -> list[tuple[str, object]]:
    """Return every value with its pointer."""
    below: list[tuple[str, object]] = []
    if isinstance(value, dict):
        below = [each for name, item in value.items() for each in places(item, (*tokens, name))]
    elif isinstance(value, list):
        below = [each for index, item in enumerate(value) for each in places(item, (*tokens, index))]
    return [(from_tokens(tokens), value), *below]


# How fast values are drawn is the machine's affair.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(value=JSON, indent=st.sampled_from([None, 0, 1]), plain=st.booleans())
def test_every_value_is_found(value: object, indent: int | None, *, plain: bool) -> None:
    """Whatever the layout, the text between the two ends is that of the value which the pointer names."""
    text = json.dumps(value, indent=indent, ensure_ascii=plain)
    for pointer, expected in places(value):
        start, end = locate(text, pointer)
        assert expected == json.loads(text[start:end])


@pytest.mark.parametrize("pointer", ["/b", "/a/0", "/a/b/c", "/a/b/1", "/a/c/x"])
def test_what_is_not_there(pointer: str) -> None:
    """A pointer that leads nowhere has no place."""
    assert (-1, -1) == locate('{"a": {"b": [1], "c": "x"}}', pointer)


def test_the_last_of_one_name_counts() -> None:
    """Of members of one name the last is meant, as most readers have it."""
    text = '{"a": 1, "a": [2]}'
    assert "[2]" == text[slice(*locate(text, "/a"))]
