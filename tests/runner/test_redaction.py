"""Redaction by value: every spelling of the secret goes, everything else stays."""

import base64
import gzip
import html
import json
import zlib
from hashlib import sha256
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from conformance.journal.redaction import WITHHELD, Redaction, Redactor, redact, redact_text
from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.finding import Finding, Symptom

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


def test_escapes_of_escapes_in_several_ways():
    """Where the secret shows only after unescaping over and over, that part of the text goes."""
    odd = numbered(numbered("my-secret-key", "%{:02x}"), "%{:02x}")
    assert "it is $API_KEY." == Redactor("my-secret-key").text(f"it is {odd}.")
    assert b"$API_KEY" == Redactor("my-secret-key").body(odd.encode())


LONG = "sk-Live/94+tZ8Rk"

HIDDEN = {
    "Base64 in lines": base64.encodebytes(f"{'-' * 51}{LONG}".encode()),
    "Base64 in lines, in JSON": json.dumps(base64.encodebytes(f"{'-' * 51}{LONG}".encode()).decode()).encode(),
    "over two lines": f"{LONG[:5]}\r\n  {LONG[5:]}".encode(),
    "UTF-16": LONG.encode("utf-16"),
    "UTF-16, big-endian": LONG.encode("utf-16-be"),
    "UTF-32": f"<{LONG}>".encode("utf-32-le"),
    "gzip": gzip.compress(f"<{LONG}>".encode()),
    "zlib": zlib.compress(f"<{LONG}>".encode()),
    "gzip that was cut off": gzip.compress(f"{LONG}{'x' * 999}".encode())[:-9],
}


@pytest.mark.parametrize("way", HIDDEN)
def test_what_cannot_be_replaced_is_withheld(way):
    """A body that holds the secret in another encoding is withheld as a whole."""
    assert WITHHELD.encode() == Redactor(LONG).body(HIDDEN[way])


@pytest.mark.parametrize("written", [LONG.lower(), LONG.upper(), quote(LONG, safe="").lower(), LONG.encode().hex()])
def test_other_letter_case_goes(written):
    """The secret in other letter case is the secret."""
    assert "<$API_KEY>" == Redactor(LONG).text(f"<{written}>")


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_beginning_at_the_end_of_what_was_cut_off_goes(spelling):
    """A body that was cut off within the secret, however it was written, ends before it."""
    written = SPELLINGS[spelling](LONG)
    whole = b"it is " + written.encode()
    for length in range(len(whole) - len(written) * 2 // 3, len(whole)):
        exchange = Exchange(Request("GET", "/"), Response(200, (), whole[:length]), Failure.TOO_LARGE)
        shown = redact(exchange, LONG).response
        assert shown is not None
        assert shown.body.startswith(b"it is $API_KEY")
        assert len(shown.body) < len(b"it is $API_KEY") + 7
    whole = base64.b64encode(f"Api-Key {LONG}".encode()).rstrip(b"=")[:-6]
    exchange = Exchange(Request("GET", "/"), Response(200, (), whole), Failure.TOO_LARGE)
    shown = redact(exchange, LONG).response
    assert shown is not None
    assert shown.body.endswith(b"$API_KEY")


def test_a_secret_in_several_header_fields_goes():
    """Fields whose values hold the secret one after the other lose them; others keep theirs."""
    fields = (("A", "a"), ("B", f"x{LONG[:5]}"), ("C", LONG[5:9]), ("D", LONG[9:]), ("E", "e"))
    shown = redact(Exchange(Request("GET", "/"), Response(200, fields)), LONG).response
    assert shown is not None
    assert ("a", "$API_KEY", "$API_KEY", "$API_KEY", "e") == tuple(value for _, value in shown.headers)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, compress"])
def test_what_cannot_be_decoded_is_told_by_length_and_hash(coding):
    """A body in a content coding that the suite does not know could hold the secret: it is not kept."""
    response = Response(200, (("Content-Encoding", coding),), b"\x8b\x00")
    shown = redact(Exchange(Request("GET", "/"), response), LONG).response
    assert shown is not None
    told = f"(2 bytes that cannot be decoded, SHA-256 {sha256(response.body).hexdigest()})"
    assert told.encode() == shown.body


def test_the_words_of_the_suite_stay():
    """A secret that is a part of ids changes what is said of a response, and no id."""
    finding = Finding("reject.replica_x", "for replica_x", "/replica_x", Symptom("replica_"), "of replica_x", "/a")
    shown = Redaction(("replica_", "$API_KEY")).finding(finding)
    assert replace(finding, message="for $API_KEYx") == shown


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


def test_a_secret_that_is_known_later_goes_from_header_fields_that_were_seen_before():
    """A header field comes back as it was redacted before, unless there is one more secret."""
    seen, redaction = ("X-Echo", "anew-7"), Redaction((SECRETS[0], "$API_KEY"))
    exchange = Exchange(Request("GET", "/"), Response(200, (seen, ("X-Key", SECRETS[0]))))
    shown = [redaction.exchange(exchange).response for _ in range(2)]
    assert [(seen, ("X-Key", "$API_KEY"))] * 2 == [each.headers for each in shown]
    redaction.add("anew-7", "$NEW")
    assert (("X-Echo", "$NEW"), ("X-Key", "$API_KEY")) == redaction.exchange(exchange).response.headers


@pytest.mark.parametrize("length", [1, 2_000])
def test_a_secret_over_header_fields_goes_each_time_they_come(length):
    """A header section that comes back is redacted as it was before, be it kept to be known again or not."""
    redaction, held = Redaction((SECRETS[0], "$API_KEY")), (("A", SECRETS[0][:9]), ("B", SECRETS[0][9:]))
    for fields in (held, held, held[::-1], (("C", "x" * length), *held), (("C", "x" * length), *held)):
        shown = redaction.exchange(Exchange(Request("GET", "/"), Response(200, fields))).response.headers
        hidden = [name for name, value in shown if value == "$API_KEY"]
        assert hidden == ([] if fields[0][0] == "B" else ["A", "B"])


@pytest.mark.parametrize("secret", [*SECRETS, "aaa", "banana", "kéy"])
def test_what_is_hashed_of_a_body_holds_no_secret_as_it_is(secret):
    """The hash of a large body does not tell the secret to who tries some."""
    redaction = Redaction((secret, "$API_KEY"))
    assert b"left, \xffright" == redaction.plainly(b"left, " + secret.encode() + b"\xff" + secret.encode() + b"right")
    assert b"a\xffn" * 9 == redaction.plainly(b"a\xffn" * 9)
