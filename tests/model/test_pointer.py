"""JSON Pointers by RFC 6901."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model.pointer import (
    LONGEST_CACHED,
    _cached_split,
    escape,
    from_tokens,
    generalised,
    index_of,
    join,
    last,
    parent,
    prefixes,
    split,
    unescape,
    within,
)

tokens = st.text()


@given(st.lists(tokens))
def test_tokens_come_back(names: list[str]) -> None:
    """Whatever names a pointer is made of, splitting it gives them back."""
    assert tuple(names) == split(from_tokens(names))


@given(tokens)
def test_escaping_is_undone(name: str) -> None:
    """An escaped token holds no slash and stands for one name."""
    assert "/" not in escape(name)
    assert name == unescape(escape(name))


@given(st.lists(tokens), tokens)
def test_parent_and_last_are_the_parts_of_a_pointer(names: list[str], name: str) -> None:
    """A pointer is its parent and its last token."""
    pointer = join(from_tokens(names), name)
    assert (from_tokens(names), name) == (parent(pointer), last(pointer))


@given(st.lists(tokens, min_size=1))
def test_prefixes_lead_to_a_pointer(names: list[str]) -> None:
    """The first prefix has one token, the last is the pointer; each is the parent of the next."""
    found = prefixes(from_tokens(names))
    assert [from_tokens(names[: index + 1]) for index in range(len(names))] == list(found)
    assert ["", *found[:-1]] == [parent(each) for each in found]
    assert () == prefixes("")


@given(st.lists(tokens), st.lists(tokens))
def test_within_is_by_token(names: list[str], others: list[str]) -> None:
    """A pointer lies within those that its tokens begin with, itself and the root among them."""
    assert within(from_tokens(names), from_tokens(others)) is (names[: len(others)] == others)


@pytest.mark.parametrize(
    ("token", "index"),
    [("0", 0), ("9", 9), ("10", 10), ("12", 12), ("13", None), ("01", None), ("-", None), ("-1", None), ("", None),
     ("\u0661", None), ("1_0", None), ("9" * 5_000, None)],
    ids=lambda each: str(each)[:5],
)  # fmt: skip
def test_indices_are_digits_without_a_leading_zero(token: str, index: int | None) -> None:
    """RFC 6901 section 4; an index beyond the array is none, however long it is."""
    assert index == index_of(token, 13)


@pytest.mark.parametrize(
    ("pointer", "general"),
    [
        ("/a/0/b", "/a/*/b"),
        ("/a/10", "/a/*"),
        ("/0", "/*"),
        ("/a/01", "/a/01"),
        ("/a~1b/\u0661/x1", "/a~1b/\u0661/x1"),
        ("", ""),
        ("Content-Type", "Content-Type"),
    ],
)
def test_indices_are_generalised(pointer: str, general: str) -> None:
    """Places that differ only in indices are one; the name of a header field has none."""
    assert general == generalised(pointer)


def test_long_pointers_are_not_kept() -> None:
    """A target may name properties as it likes: what it sends fills no memory."""
    before = _cached_split.cache_info().currsize
    name = "x" * LONGEST_CACHED
    assert (name,) == split(f"/{name}")
    assert before == _cached_split.cache_info().currsize
