"""Traces: no secret escapes because a text was taken for one that cannot hold it."""

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from conformance.journal.escapes import unbroken
from conformance.journal.redaction import Redactor
from conformance.journal.traces import Traces, bare, lower, rare

SECRETS = (
    "conformance-local-key",
    "aB3$x\\y z/&%41ü",
    "p%q\\nr-secret",
    "kürzer",
    "tab\tand\nbreak",
    "secretion",
    "aaaabaaaa",
    "b" + "a" * 12 + "b",
)

_WRITTEN = (
    lambda char: char,
    lambda char: char.swapcase(),
    lambda char: f"%{ord(char):02x}",
    lambda char: f"\\u{ord(char):04x}",
    lambda char: f"\\\\u{ord(char):04x}",
    lambda char: f"&#{ord(char)};",
    lambda char: f"&#x{ord(char):x};",
    lambda char: f"\\{char}",
    lambda char: f"{char}\n",
    lambda char: f"{char}\\n",
    lambda char: f"{char}\\\\r",
    lambda char: f"{char}\0 ",
    lambda char: "".join(f"%25{ord(each):02x}" for each in char),
)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a secret, and a text that holds it or most of it, written in one or several ways."""
    secret = draw(st.sampled_from(SECRETS))
    core = draw(st.sampled_from([secret, base64.b64encode(f"..{secret}.".encode()).decode(), secret.encode().hex()]))
    ways = draw(st.lists(st.sampled_from(_WRITTEN), min_size=1, max_size=3))
    usual = draw(st.sampled_from(_WRITTEN))
    chars = [(draw(st.sampled_from(ways)) if draw(st.integers(0, 9)) == 0 else usual)(each) for each in core]
    around = st.text(st.sampled_from("ab \\%&u0041;#xnrt\n"), max_size=6)
    run = st.sampled_from(["", "", "a" * 63, "a" * 64, "a" * 200])
    before, after = draw(around) + draw(run), draw(run) + draw(around)
    return secret, before + "".join(chars[draw(st.integers(0, 1)) :]) + after


def _search(secret: str, text: str) -> str:
    """Return what is left of a text that is searched whatever its traces say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Traces, "may_hold", lambda *_: True)
        return Redactor(secret).text(text)


@given(written())
@example(("conformance-local-key", "conformance\\-local\\-key"))
@example(("p%q\\nr-secret", "p%q\\nr-\nsecret"))
@example(("aaaabaaaa", "%6" + "a" * 64 + "%62" + "a" * 128 + "mp;"))
@example(("b" + "a" * 64 + "b", "%62" + "a" * 64 + "b"))
def test_a_text_that_is_not_searched_holds_no_secret(drawn: tuple[str, str]) -> None:
    """Whatever way a secret is written in, the text comes out as if it had been searched."""
    secret, text = drawn
    assert _search(secret, text) == Redactor(secret).text(text)


@given(st.sampled_from(SECRETS), st.text(st.sampled_from("conformae-lky%&\\u0041;# \n\tü$"), max_size=60))
def test_what_looks_like_a_secret_is_searched(secret: str, text: str) -> None:
    """Texts of the characters of a secret come out as if they had been searched."""
    assert _search(secret, text) == Redactor(secret).text(text)


@given(st.text(st.sampled_from("bk-Q9nrtae\\/\0 \n\x85\xa0\u2028é\ud800"), max_size=30))
def test_rare_characters_are_the_same_without_backslashes_white_space_and_escaped_breaks(text: str) -> None:
    """What is left out of a text before a secret is looked for in it is none of its rare characters."""
    assert [rare(text)] * 2 == [rare(bare(text)), rare(lower(unbroken(text)))]


@pytest.mark.parametrize("text", ["a" * 70_000 + "%41", '{"path": "a%2Fb%00 &amp;amp; é"}' * 9])
def test_coded_texts_without_a_secret_are_not_searched(text: str) -> None:
    """What the suite itself sends as odd strings comes back in most responses."""
    assert not Traces(["conformance-local-key"]).may_hold(text)


@pytest.mark.parametrize("text", ['{"name": "a\\u00e9\\n", "path": "C:\\\\x"}', "", "50 % & more", "conformance-local"])
def test_ordinary_texts_are_not_searched(text: str) -> None:
    """What holds neither a secret nor a coded part of one costs little."""
    assert not Traces(["conformance-local-key"]).may_hold(text)
