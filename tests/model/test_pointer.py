"""JSON Pointers by RFC 6901."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.model.jsontext import Json
from conformance.model.pointer import escape, from_tokens, join, last, lookup, parent, split, unescape

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


@given(st.lists(tokens, min_size=1), st.integers(0, 3))
def test_lookup_finds_what_was_put_there(names: list[str], index: int) -> None:
    """Members are found by name and items by index, at any depth."""
    document: Json = "found"
    for name in reversed(names):
        document = {name: [None] * index + [document]}
    path = [part for name in names for part in (name, index)]
    assert "found" == lookup(document, from_tokens(path))


RFC = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4),
        ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8), ("", RFC),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc(pointer: str, value: Json) -> None:
    """The pointers of RFC 6901 section 5 name what it says."""
    assert value == lookup(RFC, pointer)  # type: ignore[arg-type]


@pytest.mark.parametrize("pointer", ["/absent", "/foo/2", "/foo/-", "/foo/01x", "/foo/-1", "/foo/0/x", "/0"])
def test_what_is_not_there_is_a_key_error(pointer: str) -> None:
    """A pointer that names nothing says so, with the pointer."""
    with pytest.raises(KeyError, match=pointer):
        lookup(RFC, pointer)  # type: ignore[arg-type]
