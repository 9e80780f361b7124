"""Bodies as a person reads them."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.reports.pages.bodies import LAID_OUT, SHOWN, lay_out, view

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


# How fast values are drawn is the machine's affair.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON)
def test_layout_is_json_own(value: object) -> None:
    """A laid out text is what Python's `json` writes with an indent of two, but for empty containers in one line."""
    text = json.dumps(value)
    assert lay_out(text).text == json.dumps(value, indent=2)


def test_layout_keeps_every_token() -> None:
    """Numbers, escapes and members that occur twice stay as they were written."""
    text = '{"a":1e400,"a":9007199254740993.0,"b":"\\ud800\\u0041"}'
    assert lay_out(text).text == '{\n  "a": 1e400,\n  "a": 9007199254740993.0,\n  "b": "\\ud800\\u0041"\n}'


@pytest.mark.parametrize(
    ("pointer", "marked"),
    [
        ("", '{"a/b":[1,{"c":"x"}],"d":{}}'),
        ("/a~1b", '[1,{"c":"x"}]'),
        ("/a~1b/0", "1"),
        ("/a~1b/1", '{"c":"x"}'),
        ("/a~1b/1/c", '"x"'),
        ("/d", "{}"),
        ("/e", ""),
        ("/a~1b/2", ""),
        (None, ""),
    ],
)
def test_place_is_marked(pointer: str | None, marked: str) -> None:
    """The value that a pointer names is marked, whole; where there is none, nothing is."""
    shown = view(b'{"a/b":[1,{"c":"x"}],"d":{}}', pointer)
    assert "".join(shown.marked.split()) == marked
    assert shown.found == bool(marked)


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (None, "no body"),
        (b"", "an empty body"),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark"),
        (b"caf\xe9 is not UTF-8", "not UTF-8; other bytes are shown as \\x escapes"),
        (b"\x00\xff\xfe\x80" * 10, "binary, 40 bytes"),
        (b"\x00\xff\xfe\x80" * 1000, "binary, 4\u2009000 bytes, the first 512 shown"),
    ],
)
def test_notes(body: bytes | None, note: str) -> None:
    """What is odd about a body is said beside it."""
    assert view(body).note == note


def test_text_that_is_no_json_stays() -> None:
    """A text that is not JSON is shown as it is."""
    assert view(b'{"a": 1,').before == '{"a": 1,'


def test_deep_nesting_is_no_danger() -> None:
    """A text nested beyond all measure is shown as it is, cut."""
    shown = view(b"[" * 100_000 + b"]" * 100_000)
    assert len(shown.before) == SHOWN


def test_invisible_characters_show() -> None:
    """Control, bidi and invisible characters are escapes; letters of other scripts and emoji are not."""
    shown = view("a\u202eb\x00c\x1b[0m\u200b\u2028 é 日 🎉\n\t".encode())
    assert shown.before == "a\\u202eb\\x00c\\x1b[0m\\u200b\\u2028 é 日 🎉\n\t"


def test_long_body_is_cut_with_a_note() -> None:
    """A long body is cut, and the note tells how long it is."""
    shown = view(b"a" * 1_000_000)
    assert len(shown.before) == SHOWN
    assert shown.note == "truncated: 1.0 MB in total"


def test_cut_keeps_the_mark() -> None:
    """Where the marked place is far down, what is before it is not shown."""
    body = json.dumps({"filler": "x" * 50_000, "name": 1, "more": "y" * 50_000}).encode()
    shown = view(body, "/name")
    assert shown.marked == "1"
    assert len(shown.before) + len(shown.after) <= SHOWN
    assert "are not shown" in shown.note


def test_huge_body_is_not_laid_out() -> None:
    """A body too large to read token by token is shown as it came."""
    assert view(b"[" + b"1, " * LAID_OUT + b"1]").before.startswith("[1, 1, ")


@pytest.mark.parametrize(("pointer", "first"), [(None, ""), ("/nowhere", ""), ("/900", '"00900"')])
def test_no_more_is_laid_out_than_is_shown(pointer: str | None, first: str) -> None:
    """Of a long text as much as is asked for, behind the beginning of the value at the pointer where there is one."""
    layout = lay_out(json.dumps([f"{number:05}" for number in range(1_000)]), pointer, 500)
    shown = layout.text[max(layout.start, 0) :]
    assert shown.startswith(first)
    assert 500 < len(shown) < 520


@given(st.lists(st.text('a"\\/\n{}[],: é', max_size=9), min_size=1))
def test_texts_are_laid_out_as_they_were_sent(texts: list[str]) -> None:
    """Whatever escapes and signs of JSON they hold."""
    assert json.dumps(texts, indent=2) == lay_out(json.dumps(texts)).text
