"""Findings: causes and patterns without values, texts that are short and that UTF-8 can hold."""

from typing import Any

import pytest

from conformance.checks.shared.findings import (
    CUT,
    DEEPER,
    LONGEST,
    below,
    brief,
    clean,
    finding,
    status_word,
)
from conformance.model.finding import Symptom
from conformance.model.jsontext import read_text, write


def test_cause_and_pattern() -> None:
    """The cause holds the requirement and the place, the pattern neither."""
    found = finding("a.b", Symptom("rule", "kind", "seen"), sentence="says it", pointer="/a/0/b")
    assert "a.b | /a/*/b | rule | kind | seen" == str(found.cause)
    assert "rule | kind | seen" == str(found.pattern)
    assert ("says it", "says it", "/a/0/b") == (found.sentence, found.message, found.pointer)
    assert ("", "", "") == (found.expected, found.actual, found.note)
    bare = finding("a", Symptom("r", "k", "o"), sentence="s")
    assert ("a |  | r | k | o", "") == (str(bare.cause), bare.pointer)


def test_place_in_the_stead_of_a_pointer() -> None:
    """A pointer with names of the target's own is shown, and the cause has the declared place."""
    found = finding("a", Symptom("r", "k", "o"), sentence="s", pointer="/odd-name", place="/a")
    assert "a | /a | r | k | o" == str(found.cause)
    assert "/odd-name" == found.pointer
    assert "" == finding("a", Symptom("r", "k", "o"), sentence="s", pointer="/odd", place="").place


def test_texts_are_bounded_and_whole() -> None:
    """No text of a finding is long, and none holds a lone surrogate, which no journal could be written with."""
    odd = "\ud800" + "x" * 5_000
    found = finding(
        "a",
        Symptom("r", "k", "o"),
        sentence="s",
        message=odd,
        pointer=odd,
        place="",
        expected=odd,
        actual=odd,
        note=odd,
    )
    for text in (found.message, found.pointer, found.expected, found.actual, found.note):
        assert text.startswith("\\ud800x")
        assert text.endswith(CUT)
        assert len(text) < LONGEST + 20


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [("abc", 3, "abc"), ("abcd", 3, "abc" + CUT), ("", 3, ""), ("\udc80é", 9, "\\udc80é")],
)
def test_clean(text: str, limit: int, expected: str) -> None:
    """A text is cut just beyond its limit, and only then marked as cut."""
    assert expected == clean(text, limit)


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "true",
        "0",
        "-1.50",
        "1E+400",
        '"a\\"b"',
        "[]",
        "{}",
        '[1, [2, {}], "x"]',
        '{"a": {"b": [null]}, "c": 1}',
    ],
)
def test_brief_is_the_json_text(text: str) -> None:
    """A small value is shown as it is written."""
    value = read_text(text).value
    assert write(value) == brief(value)


def test_brief_cuts() -> None:
    """Of a large value the beginning is shown, marked as cut."""
    assert "[1, 2, 3" + CUT == brief([1, 2, 3, 4, 5, 6], 8)
    assert '"aaaa' + CUT == brief("a" * 50, 5)
    assert '{"aaaa' + CUT == brief({"a" * 50: 1}, 6)
    assert '{"a": 1,' + CUT == brief({"a": 1, "b": 2}, 8)


class Endless(dict[str, int]):
    """An object whose members have no end."""

    def items(self) -> Any:  # type: ignore[override]
        """Yield members for ever, and fail where somebody reads on."""
        for number in range(LONGEST):
            yield str(number), number
        raise AssertionError("more is read than is shown")


def test_brief_reads_no_more_than_it_shows() -> None:
    """Of an object as many members are read as could be shown."""
    assert '{"0": 0, "1": 1' == brief(Endless())[:15]


def test_brief_shows_how_deep_a_value_goes_and_no_deeper() -> None:
    """A value that no response holds, nested a hundred thousand times, is no error of the suite."""
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert brief(deep).strip("[]") == DEEPER  # type: ignore[arg-type]


def test_brief_writes_nothing_out() -> None:
    """Long and deep values are not written out to be cut afterwards: the deep one has 50 to the power of 120 items."""
    deep: object = 1
    for _ in range(120):
        deep = [deep] * 50
    wide = {str(number): "x" * 100 for number in range(200_000)}
    for value in (deep, wide, "x" * 10_000_000, [wide] * 1_000):
        assert len(brief(value)) <= LONGEST + len(CUT)  # type: ignore[arg-type]


def test_below() -> None:
    """A name is escaped; a long one is cut, for it is the target's."""
    assert "/a/b~1c~0" == below("/a", "b/c~")
    assert LONGEST + 3 == len(below("/a", "x" * 5_000))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "200"),
        (418, "418"),
        (503, "503"),
        (299, "an unregistered 2xx"),
        (499, "an unregistered 4xx"),
        (599, "an unregistered 5xx"),
        (600, "no status of HTTP"),
        (999, "no status of HTTP"),
        (199, "no status of HTTP"),
        (0, "no status of HTTP"),
    ],
)
def test_status_word(status: int, expected: str) -> None:
    """A registered status is a word of a pattern; of others there are as few words as classes."""
    assert expected == status_word(status)
