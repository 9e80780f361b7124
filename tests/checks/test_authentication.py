"""Authentication: the status of a refusal, its challenge, spellings that are recorded, and the key in no response."""

import base64
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from conformance.checks.authentication import challenge, key_echo, order, spellings, status
from conformance.checks.shared.findings import CUT, finding
from conformance.checks.shared.key_leaks import forms, hidden
from conformance.checks.shared.subject import Settings, Subject
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt, Finding, Pass, Symptom
from conformance.model.vocabulary import Expectation

from .subjects import (
    DATED,
    JSON,
    a_story,
    body_of,
    case,
    contract,
    contract_of,
    observed,
    only,
    passed,
    rejected,
    silent,
    subject,
    summary,
)

WRONG = "authentication.wrong"
KEY = 'sk-live/9+"x?'
SECRET = Settings(key=KEY)
STORY = a_story("Authorization", "credential", "scheme upper case")


def test_status() -> None:
    """A bad credential gets 401 or 403; another 4xx is found, a redirection is another requirement's."""
    for code in (401, 403):
        assert ["authentication.status"] == passed(status(subject(rejected(WRONG), status=code)))
    for code, word in ((400, "400"), (404, "404"), (498, "an unregistered 4xx")):
        found = only(status(subject(rejected(WRONG), status=code)))
        pattern = f"status for an invalid credential | an invalid credential | {word}"
        assert ("authentication.status", pattern, "status") == summary(found)
        assert f"Returns {word} instead of 401 or 403 for an invalid credential" == found.sentence
        assert ("401 or 403", str(code)) == (found.expected, found.actual)
    assert silent(status, *(subject(rejected(WRONG), status=code) for code in (200, 302, 429, 500)))
    assert silent(status, subject(rejected(), status=400), subject(observed("authentication.bearer"), status=400))
    assert silent(status, subject(case(), status=400), subject(rejected("no.such"), status=400))


def test_challenge() -> None:
    """A 401 to a bad credential carries WWW-Authenticate."""
    fields = (JSON, ("www-authenticate", "Api-Key"))
    assert ["authentication.challenge"] == passed(challenge(subject(rejected(WRONG), status=401, headers=fields)))
    for none in ((JSON,), (("WWW-Authenticate", ""),)):
        found = only(challenge(subject(rejected(WRONG), status=401, headers=none)))
        assert ("authentication.challenge", "challenge | 401 | absent", "WWW-Authenticate") == summary(found)
        assert "Returns 401 without `WWW-Authenticate`" == found.sentence
        assert ("WWW-Authenticate", "absent") == (found.expected, found.actual)
    assert silent(
        challenge,
        subject(rejected(WRONG), status=403),
        subject(rejected(WRONG), status=401, failure=Failure.TRUNCATED),
        subject(rejected(), status=401),
        subject(status=401),
    )


@pytest.mark.parametrize(
    ("requirement", "code", "word"),
    [("authentication.bearer", 200, "accepted"), ("authentication.scheme-case", 401, "rejected")],
)
def test_spelling_that_is_a_note(requirement: str, code: int, word: str) -> None:
    """Bearer taken, or another letter case refused, is a note."""
    found = only(spellings(subject(observed(requirement, story=STORY), status=code)))
    assert (requirement, f"credential form | scheme upper case | {word}", "Authorization") == summary(found)
    verb = "Accepts" if word == "accepted" else "Rejects"
    assert f"{verb} scheme upper case" == found.sentence
    assert str(code) == found.actual


def test_spelling_that_is_usual() -> None:
    """Bearer refused, and another letter case taken, pass."""
    for code in (400, 401, 403):
        assert ["authentication.bearer"] == passed(spellings(subject(observed("authentication.bearer"), status=code)))
    for code in (200, 201):
        said = spellings(subject(observed("authentication.scheme-case"), status=code))
        assert ["authentication.scheme-case"] == passed(said)


def test_spelling_does_not_apply() -> None:
    """What is refused for another reason, and cases about something else, are not recorded."""
    for code in (302, 404, 422, 429, 500):
        assert silent(spellings, subject(observed("authentication.bearer"), status=code))
    assert silent(spellings, subject(), subject(rejected(WRONG), status=401))


def test_order() -> None:
    """A bad credential with a bad body gets the credential's error; the body's is a note."""
    for code in (401, 403):
        assert ["authentication.order"] == passed(order(subject(observed("authentication.order"), status=code)))
    for code in (400, 415, 422):
        found = only(order(subject(observed("authentication.order"), status=code)))
        pattern = "order of validation | an invalid credential with an invalid body | the error of the body"
        assert ("authentication.order", pattern, "status") == summary(found)
        assert "Rejects an invalid body before an invalid credential" == found.sentence
        assert ("401 or 403", str(code)) == (found.expected, found.actual)
    assert silent(
        order, *(subject(observed("authentication.order"), status=code) for code in (200, 302, 404, 429, 500))
    )
    assert silent(order, subject(status=400), subject(rejected(WRONG), status=401))


def shows(text: str, *, code: int = 400, header: bool = False) -> Subject:
    """Return an answer that holds a text."""
    fields = (JSON, DATED, ("X-Odd", text)) if header else (JSON, DATED)
    return subject(
        status=code, answer=b"" if header else f"before{text}after".encode(), headers=fields, settings=SECRET
    )


ENCODED = base64.b64encode(KEY.encode()).decode().rstrip("=")
FORMS = [KEY, 'sk-live/9+\\"x?', quote(KEY, safe=""), quote(quote(KEY, safe=""), safe=""), ENCODED]


@pytest.mark.parametrize("form", [*FORMS, ENCODED.replace("+", "-").replace("/", "_")])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("code", [200, 404, 500])
def test_key_is_shown(form: str, header: bool, code: int) -> None:  # noqa: FBT001  (a table)
    """The key, as it is or encoded, is found in body and header fields of any answer, and not shown again."""
    found = only(key_echo(shows(form, code=code, header=header)))
    assert ("authentication.key-echo", "credential leak | any response | the key", "") == summary(found)
    assert "Returns the key in a response" == found.sentence
    assert "the key in no response" == found.expected
    assert f"the key in {'the header section' if header else 'the body'}" == found.actual


def test_key_is_not_shown() -> None:
    """An answer without the key passes."""
    assert ["authentication.key-echo"] == passed(key_echo(subject(settings=SECRET)))
    assert ["authentication.key-echo"] == passed(key_echo(shows(KEY[:-1])))


def test_key_in_a_broken_answer() -> None:
    """An answer that broke off has shown the key all the same."""
    broken = subject(answer=KEY.encode(), failure=Failure.TRUNCATED, settings=SECRET)
    assert only(key_echo(broken))


def test_key_by_chance() -> None:
    """A key that is as short as a word, or that the body holds by itself, is not looked for."""
    assert silent(key_echo, subject(answer=b"abcde", settings=Settings(key="abcde")))
    assert only(key_echo(subject(answer=b"abcdef", settings=Settings(key="abcdef"))))
    held = case(sent=b'{"name": "abcdef"}')
    assert silent(key_echo, subject(held, answer=b"abcdef", settings=Settings(key="abcdef")))
    assert passed(key_echo(subject(held, answer=b"other", settings=Settings(key="abcdef"))))
    assert only(key_echo(subject(case(sent=None), answer=b"abcdef", settings=Settings(key="abcdef"))))
    both = subject(answer=b"abcdef", headers=(("X", "abcdef"),), settings=Settings(key="abcdef"))
    assert "the key in the header section" == only(key_echo(both)).actual


def test_key_does_not_apply() -> None:
    """Without a key, without an answer and without a credential in the document there is nothing to look for."""
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": {"description": ""}}})
    assert silent(
        key_echo,
        subject(),
        subject(response=False, failure=Failure.CLOSED, settings=SECRET),
        subject(answer=KEY.encode(), settings=SECRET, of=of),
    )


def test_forms() -> None:
    """The longest form comes first, so that none is left in pieces."""
    lengths = [len(each) for each in forms(KEY)]
    assert sorted(lengths, reverse=True) == lengths
    assert set(FORMS) <= set(forms(KEY))
    assert "Pz8_Pj4-" in forms("???>>>")
    assert "YQ" in forms("a")
    assert "YWFX" in forms("aaW")


def made(text: str) -> Finding:
    """Return a finding with a text in all its places."""
    long = {"message": text, "pointer": text, "expected": text, "actual": text, "note": text}
    return finding("a", Symptom("r", "k", "o"), sentence="s", place="", **long)


@pytest.mark.parametrize("form", FORMS)
def test_hidden(form: str) -> None:
    """No text of a finding shows the key in any form."""
    found = hidden(made(f"a {form} b"), KEY)
    assert isinstance(found, Finding)
    assert ["a $API_KEY b"] * 5 == [found.message, found.pointer, found.expected, found.actual, found.note]
    assert ("r | k | o", "s") == (str(found.pattern), found.sentence)


def test_hidden_where_a_text_is_cut() -> None:
    """The beginning of the key at the end of a text that was cut is hidden as well."""
    key = "abcdefghijklmnop"
    for length in (6, 10, 15):
        assert f"x$API_KEY{CUT}" == hidden(Doubt("a", f"x{key[:length]}{CUT}"), key).reason  # type: ignore[union-attr]
    for text in (f"x{key[:5]}{CUT}", f"x{key[:9]}", f"{key[:9]} x{CUT}"):
        assert text == hidden(Doubt("a", text), key).reason  # type: ignore[union-attr]


def test_nothing_to_hide() -> None:
    """Passes hold no text, and without a key nothing is changed; a doubt is hidden like a finding."""
    for each in (Pass("a"), made("text"), Doubt("a", "text")):
        assert each == hidden(each, KEY)
        assert each == hidden(each, "")
    assert Doubt("a", "$API_KEY", ours=True) == hidden(Doubt("a", KEY, ours=True), KEY)


def test_credentials_only() -> None:
    """Only cases about credentials, which must be refused, are judged by their status."""
    accepted = case(Expectation.ACCEPTED, WRONG)
    assert silent(status, subject(accepted, status=400))
    assert replace(contract()).by_id[WRONG].group.value == "authentication"
