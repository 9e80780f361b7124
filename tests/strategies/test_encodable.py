"""What Hypothesis is told about UTF-8 is what it would find out by itself."""

import pytest
from hypothesis.internal import charmap

from conformance.strategies.random.encodable import know_utf8


@pytest.fixture(autouse=True)
def given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give Hypothesis its own way back after each test."""
    monkeypatch.setattr(charmap, "intervals_from_codec", charmap.intervals_from_codec)


def test_hypothesis_is_told_what_it_would_find() -> None:
    """All characters but surrogates, each of which comes back as it was; other codecs are left to it."""
    found = charmap.intervals_from_codec("utf-8")
    ascii_ = charmap.intervals_from_codec("ascii")
    assert know_utf8()
    told = charmap.intervals_from_codec("utf-8")
    assert found is not told
    assert [each.intervals for each in found] == [each.intervals for each in told]
    assert ascii_ is charmap.intervals_from_codec("ascii")


def test_another_form_of_the_answer_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of Hypothesis that keeps it in another form, or elsewhere, finds it out by itself."""

    def ask(codec_name: str) -> list[int]:
        return [len(codec_name)]

    monkeypatch.setattr(charmap, "intervals_from_codec", ask)
    assert not know_utf8()
    assert ask is charmap.intervals_from_codec
    monkeypatch.delattr(charmap, "intervals_from_codec")
    assert not know_utf8()
