"""Redaction by value: every spelling of the secret goes, everything else stays."""

import base64
import html
import json
from urllib.parse import quote

import pytest

from conformance.journal.redaction import WITHHELD, Redactor, redact, redact_text
from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure, Response

SECRETS = ["conformance-local-key", "sk-Live/9+8=ab&<c\"d\\e%41'", "AAAAAAAA", "x.y_z~1-2:3"]


def numbered(text: str, form: str) -> str:
    """Write every character by its number."""
    return "".join(form.format(ord(c)) for c in text)


SPELLINGS = {
    "as it is": str,
    "percent-encoded": lambda key: quote(key, safe=""),
    "percent-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "every character percent-encoded": lambda key: numbered(key, "%{:02x}"),
    "JSON": lambda key: json.dumps(key)[1:-1],
    "JSON with slashes escaped": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "JSON in JSON": lambda key: json.dumps(json.dumps(key))[3:-3],
    "JSON by number": lambda key: numbered(key, "\\u{:04X}"),
    "HTML": html.escape,
    "HTML twice": lambda key: html.escape(html.escape(key)),
    "HTML by number": lambda key: numbered(key, "&#{};"),
    "HTML by hexadecimal number": lambda key: numbered(key, "&#x{:x};"),
    "hexadecimal": lambda key: key.encode().hex(),
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_goes(secret, spelling):
    """In texts and in bodies, the placeholder stands where the secret stood, and nothing else has changed."""
    written = SPELLINGS[spelling](secret)
    redactor = Redactor(secret)
    assert "<b> $API_KEY </b>" == redactor.text(f"<b> {written} </b>")
    assert b"\xff $API_KEY \x00" == redactor.body(b"\xff " + written.encode() + b" \x00")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("before", ["", "a", "ab", "Bearer "])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_goes(secret, before, encode):
    """Encoded in Base64, once or twice, wherever it begins, no more than its ends can be read back."""
    once = encode(f"{before}{secret} and more".encode())
    twice = encode(once)
    for encoded in (once, twice, once.replace(b"=", b"%3D").replace(b"+", b"%2B").replace(b"/", b"%2F")):
        shown = Redactor(secret).body(b"<" + encoded + b">")
        assert b"$API_KEY" in shown
        rest = shown.partition(b"$API_KEY")[2]
        assert len(rest) < len(encoded) - len(secret)


def test_a_spelling_that_nobody_thought_of_takes_all_with_it():
    """Where the secret shows only after unescaping in several ways, the whole text is withheld."""
    odd = numbered(numbered("my-secret-key", "%{:02x}"), "%{:02x}")
    assert WITHHELD == Redactor("my-secret-key").text(f"it is {odd}")
    assert WITHHELD.encode() == Redactor("my-secret-key").body(odd.encode())


@pytest.mark.parametrize(
    "text", ["", "nothing here", "100 % \\ &", "%zz &#999999; \\u12 &;", "conformance-local", '{"a": "\\u0063\\"%41"}']
)
def test_everything_else_stays(text):
    """Texts and bodies without the secret come back as they were, odd escapes and all."""
    redactor = Redactor("conformance-local-key")
    assert text == redactor.text(text)
    assert text.encode() == redactor.body(text.encode())


def test_without_a_secret_nothing_changes():
    """An operation without credentials has nothing to hide."""
    exchange = Exchange(Request("GET", "/"), Response(200, (("a", "b"),), b"c"), detail="d")
    assert exchange is redact(exchange, "")
    assert "a" == redact_text("a", "")
    assert b"%41\\u0041" == Redactor("").body(b"%41\\u0041")


def test_every_part_of_an_answer_is_looked_through():
    """Names and values of headers, the reason, the body, and what the transport says: none holds the secret."""
    key = "top-secret"
    response = Response(200, ((f"X-{key}", key), ("B", "b")), key.encode(), key)
    shown = redact(Exchange(Request("GET", "/"), response, Failure.TRUNCATED, f"broke at {key}"), key)
    assert "top-secret" not in repr(shown)
    assert ("B", "b") == shown.response.headers[1]
    assert "broke at $API_KEY" == shown.detail
