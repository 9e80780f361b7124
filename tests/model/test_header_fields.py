"""Header fields are found by name in any letter case, and media types compared without parameters."""

import pytest

from conformance.model.header_fields import combined, essence, first_of, values_of, without_fields

HEADERS = (("Accept", "a/b"), ("X-Other", "1"), ("ACCEPT", "c/d;q=0.5"), ("accept-Encoding", "gzip"))


def test_fields_of_a_name_are_one_list() -> None:
    """Every field of the name counts, in order and in any letter case; without any there is nothing."""
    assert ["a/b", "c/d;q=0.5"] == values_of(HEADERS, "accept")
    assert "a/b,c/d;q=0.5" == combined(HEADERS, "aCCept")
    assert ([], "") == (values_of(HEADERS, "Cookie"), combined(HEADERS, "Cookie"))


def test_the_first_field_of_a_name() -> None:
    """The first field of the name counts, in any letter case; an empty value is one."""
    assert "a/b" == first_of(HEADERS, "aCCept")
    assert "" == first_of((("x", ""), ("X", "1")), "X")
    assert first_of(HEADERS, "Cookie") is None


def test_fields_are_removed_by_name() -> None:
    """The others stay as they are, in their order."""
    assert (("X-Other", "1"), ("accept-Encoding", "gzip")) == without_fields(HEADERS, "accept", "cookie")
    assert HEADERS == without_fields(HEADERS)


@pytest.mark.parametrize("value", ["application/json", " Application/JSON ; charset=utf-8", "application/json;a=;"])
def test_the_essence_of_a_media_type(value: str) -> None:
    """Letter case, parameters and the space around it say nothing."""
    assert "application/json" == essence(value)
