"""Distinct names: a text with a name twice is never taken for one without, and most texts without are known as such."""

import json
from itertools import product
from typing import Any

import pytest

from conformance.model import jsontext
from conformance.model.distinct_names import has_distinct_names
from conformance.model.jsontext import MAX_DEPTH, JsonFault, JsonText, read_text

DISTINCT = [
    "1",
    '""',
    '":"',
    "{}",
    '{"a": 1}',
    '{"a" : 1, "b"\n:\t":"}',
    '{"a": {"a": 1}, "b": [{"a": 1}, {"a": ["::", ":"]}]}',
    '{"at": "2026-01-01T00:00:00Z", "\\u0041": "\\n"}',
    "[" * 20 + "]" * 20,
]
REPEATED = [
    '{"a": 1, "a": 1}',
    '{"a": 1, "\\u0061": 1}',
    '{"a" : 1, "a" : 2}',
    '{"a": ":", "a": 1}',
    '{"a": 1, "a": ":"}',
    '{"a": 1, "a": "\\u003a"}',
    '{"a": 1, "a": "\\u003A"}',
    '{"a": {"b": ":"}, "a": {"b": 1, "c": ":"}}',
    '[{"a": 1}, {"b": {"a": 1, "a": 2}}]',
    '{"": 1, "": 2}',
]


@pytest.mark.parametrize("text", DISTINCT)
def test_distinct(text: str) -> None:
    """A text whose colons are those of its value has no name twice."""
    assert has_distinct_names(text, json.loads(text), 20)


@pytest.mark.parametrize("text", REPEATED)
def test_repeated(text: str) -> None:
    """A name that is twice in an object is seen, however both are written, and whatever their values hold."""
    assert not has_distinct_names(text, json.loads(text), 20)


@pytest.mark.parametrize("text", ['{"a:": 1}', '{"a": "\\u003a"}', '{"a": "\\u0031"}', "[" * 21 + "]" * 21])
def test_undecided(text: str) -> None:
    """Colons in names or as escapes, and what is nested too deeply, decide nothing."""
    assert not has_distinct_names(text, json.loads(text), 20)


PIECES = ['{"a": ', '{"a" : ', "[", '"x:"', "1", "1.50", "-0", "1e3", ', "a": ', ', "b": ', ", ", "}", "]", "nul"]

MEMBERS = [
    f"{name} {value}" for name in ('"a":', '"b" :', '"\\u0061":') for value in ("1.0", '"x:"', '{"a": -0}', '[":"]')
]


def outcome(text: str) -> Any:
    """Return what a text is read as, numbers as they are written."""
    try:
        return repr(read_text(text))
    except JsonFault as fault:
        return fault.kind, fault.reason


def test_both_ways_of_reading_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read the fast way is what the exact way reads: for any pieces of JSON in any order."""
    nested = [
        "[" * depth + inner + "]" * depth + more
        for depth, inner, more in product(range(MAX_DEPTH - 3, MAX_DEPTH + 3), ("", "1", '{"a": 1}'), ("", " "))
    ]
    nested += ['{"a": ' * depth + "1" + "}" * depth for depth in range(MAX_DEPTH - 3, MAX_DEPTH + 3)]
    long = ["9" * 4_300, "9" * 4_301, "1." + "9" * 4_298, "1." + "9" * 4_299, f'"{"x" * 5_000}"', "1e" + "9" * 30]
    odd = ["", " ", "\ufeff1", '"\ud800"', '"\\ud800"', "NaN", "01", '"\x1f"', '"\x7f"', "1 2", "123456789012345678901"]
    pieces = ["".join(each) for length in range(1, 4) for each in product(PIECES, repeat=length)]
    members = [", ".join(each) for length in range(1, 4) for each in product(MEMBERS, repeat=length)]
    texts = [*DISTINCT, *REPEATED, *nested, *long, *odd, *pieces, *(f"{{{each}}}" for each in members)]
    read = list(map(outcome, texts))
    assert len(members) < sum(isinstance(each, str) for each in read)
    monkeypatch.setattr(jsontext, "_read_plain", lambda _: None)
    assert list(map(outcome, texts)) == read


def test_usual_texts_are_read_the_fast_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text without a fault needs no second reader."""
    monkeypatch.setattr(jsontext.json, "JSONDecoder", None)
    for text in DISTINCT:
        assert JsonText(json.loads(text)) == read_text(text)
