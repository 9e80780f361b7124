"""What a response costs grows with its length: no parser or regular expression of ours takes the square of it.

Each input is met in two lengths, one eight times the other, and the costs within one process are compared.
"""

import gzip
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from conformance.checks.judging import judge
from conformance.checks.shared.findings import brief, clean
from conformance.checks.shared.subject import Settings, Subject
from conformance.contract.contract import Contract
from conformance.contract.explanation import Explainer
from conformance.journal.evidence import Evidence
from conformance.journal.redaction import Redaction, Redactor, redact
from conformance.model.case import KEY, Case, Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.jsontext import JsonFault, equality_key, read_bounded
from conformance.model.vocabulary import Expectation
from conformance.reports.formats.junit import legal
from conformance.reports.pages.bodies import compact, view
from conformance.reports.safe_text import short, visible
from conformance.targets.decoding import decode

SECRET = 'sk-Live/94+tZ="q8\\Rk&xVw7'  # noqa: S105 (no secret)

TEXTS: dict[str, Callable[[int], str]] = {
    "backslashes": lambda n: "\\" * n,
    "backslashes and the key": lambda n: "\\" * n + SECRET.replace("/", "\\/") + "\\" * n,
    "backslashes before each letter of the key": lambda n: "".join("\\" * (n // 26) + each for each in SECRET),
    "percent signs": lambda n: "%25" * (n // 3),
    "percent signs nested": lambda n: "%" + "25" * (n // 2),
    "ampersands": lambda n: "&amp;" * (n // 5),
    "zeros of a number": lambda n: "&#" + "0" * n,
    "many zeros of numbers": lambda n: "&#000000000" * (n // 11),
    "escapes": lambda n: "\\u0041" * (n // 6),
    "beginnings of the key": lambda n: SECRET[:-1] * (n // 24),
    "the key over and over": lambda n: SECRET * (n // 25),
    "the key in lower case": lambda n: SECRET.lower() * (n // 25),
    "white space": lambda n: " \t\r\n" * (n // 4),
    "NUL": lambda n: "\0" * n,
    "controls": lambda n: "\x01\u202e" * (n // 2),
    "letters": lambda n: "a" * n,
    "emoji": lambda n: "\U0001f600" * (n // 4),
    "frames": lambda n: "at a(b:1:" * (n // 9),
    "tags": lambda n: "<html " * (n // 6),
    "lines": lambda n: "\n" * n,
    "brackets": lambda n: "[" * n,
    "quotes": lambda n: '"' * n,
    "empty arrays": lambda n: "[" + "[]," * (n // 3) + "[]]",
    "empty objects": lambda n: "[" + "{}," * (n // 3) + "{}]",
    "one name": lambda n: "{" + '"a":1,' * (n // 6) + '"a":1}',
    "names": lambda n: "{" + ",".join(f'"{i:06}":1' for i in range(n // 11)) + "}",
    "fractions": lambda n: "[" + "1.5," * (n // 4) + "1]",
    "digits": lambda n: "9" * n,
    "a string": lambda n: '{"name": "' + "x" * n + '"}',
    "a string of backslashes": lambda n: '{"name": "' + "\\\\" * (n // 2) + '"}',
    "surrogates": lambda n: '{"name": "' + "\\ud800" * (n // 6) + '"}',
}

REQUEST = Request("POST", "/v1/models/m/environments", (("Content-Type", "application/json"),), b'{"name": "n"}')
CASE = Case("c", Expectation.ACCEPTED, ("accept.CreateEnvironmentRequestV1.required",), REQUEST)


def answer(text: str, status: int = 200) -> Exchange:
    """Return an exchange with a text as its body."""
    fields = (("Content-Type", "application/json"), ("X-Echo", text.encode("utf-8")[:60_000].decode("latin-1")))
    return Exchange(REQUEST, Response(status, fields, text.encode()), Failure.TRUNCATED if status == 299 else None)


def judged(contract: Contract, text: str, status: int) -> None:
    """Judge a response."""
    judge(Subject(contract, CASE, answer(text, status), Settings(key=SECRET)))


def parsed(text: str) -> None:
    """Read a JSON text, if it is one, and write what a finding shows of it."""
    try:
        value = read_bounded(text.encode()).value
    except JsonFault:
        return
    brief(value)
    equality_key(value)


def laid_out(text: str) -> None:
    """Lay a body out, and look for a place in it."""
    view.__wrapped__(text.encode(), "/name")
    compact.__wrapped__(text.encode(), "/0")


def costs(contract: Contract) -> dict[str, tuple[Callable[[str], object], int]]:
    """Return what is done with a text, each with the smaller of two lengths."""
    return {
        "redaction": (lambda text: Redactor(SECRET).text(text + "."), 30_000),
        "redaction of a body cut off": (lambda text: redact(answer(text, 299), SECRET), 30_000),
        "evidence": (lambda text: Evidence(Redaction((SECRET, KEY))).kept(answer(text)), 500_000),
        "judging a success": (lambda text: judged(contract, text, 200), 100_000),
        "judging an error": (lambda text: judged(contract, text, 400), 100_000),
        "reading": (parsed, 50_000),
        "showing": (lambda text: (visible(text), short(text), legal(text), clean(text)), 10_000),
        "laying out": (
            lambda text: (view.__wrapped__(text.encode(), "/name"), compact.__wrapped__(text.encode(), "/0")),
            20_000,
        ),
    }


WHAT = (
    "redaction", "redaction of a body cut off", "evidence", "judging a success", "judging an error", "reading",
    "showing", "laying out",
)  # fmt: skip
TIMES = 8
SQUARE = TIMES * TIMES
SOON = 0.05
"""Seconds that are too few to be compared: what takes the square of so little shows in the longer text."""


def cost(work: Callable[[Any], object], subject: object, *, tries: int) -> float:
    """Return the least processor time of several tries."""
    found = []
    for _ in range(tries):
        begun = time.process_time()
        work(subject)
        found.append(time.process_time() - begun)
    return min(found)


def check_growth(name: str, work: Callable[[Any], object], make: Callable[[int], object], size: int) -> None:
    """See that eight times the length costs less than half of the square of eight."""
    longer = cost(work, make(size * TIMES), tries=1)
    if longer > SOON:
        shorter = cost(work, make(size), tries=3)
        longer = min(longer, cost(work, make(size * TIMES), tries=2))
        assert longer < max(SOON, shorter * SQUARE / 2), f"{name}: {shorter:.4f} s, {longer:.4f} s"


@pytest.mark.slow
@pytest.mark.parametrize("what", WHAT)
def test_no_text_costs_its_square(contract, what):
    """Whatever a text is made of, eight times as much of it costs about eight times as much."""
    work, size = costs(contract)[what]
    for name, make in TEXTS.items():
        check_growth(f"{what}: {name}", work, make, size)


@pytest.mark.slow
def test_no_coded_body_costs_its_square():
    """Neither do many gzip members, or codings, or a bomb."""
    makes: dict[str, Callable[[int], bytes]] = {
        "members": lambda n: gzip.compress(b"") * n,
        "zeros": lambda n: gzip.compress(bytes(n * 1000)),
        "members of one byte": lambda n: gzip.compress(b"a") * n,
    }
    for name, make in makes.items():
        check_growth(name, lambda body: decode(body, "gzip", 10_000_000), make, 1_000)


@pytest.mark.slow
def test_no_keyword_costs_the_square_of_a_value():
    """Nor do the keywords of a document, formats and unique items among them, whatever the value."""
    formats = ("date-time", "duration", "email", "hostname", "ipv6", "uri", "uri-reference", "uri-template", "regex")
    for name in formats:
        explainer = Explainer({"type": "string", "format": name})
        for text in ("{", "[", "a+", "1", ":", "a.", "P1", "%", "\u00e4", "(a+)+", "//"):
            check_growth(f"{name}: {text}", explainer.is_valid, lambda n, text=text: text * n, 10_000)
    unique = Explainer({"type": "array", "uniqueItems": True})
    modulus = 2**61 - 1
    lists: dict[str, Callable[[int], object]] = {
        "objects": lambda n: [{"a": i} for i in range(n)],
        "integers of one hash": lambda n: [i * modulus for i in range(n)],
        "fractions": lambda n: [Decimal(i) / 7 for i in range(n)],
        "mixed": lambda n: [[i] if i % 2 else str(i) for i in range(n)],
    }
    for name, make in lists.items():
        check_growth(name, unique.is_valid, make, 2_000)
    check_growth("pattern", Explainer({"pattern": "^(a+)+$"}).is_valid, lambda n: "a" * n + "!", 4)


def test_twenty_kilobytes_of_backslashes_beside_the_key():
    """Redaction of what used to take minutes ends at once, and the key is gone."""
    body = b'{"a": "' + b"\\" * 20_000 + SECRET.replace("/", "\\/").encode() + b'"}'
    begun = time.process_time()
    shown = Redactor(SECRET).body(body)
    assert time.process_time() - begun < 1
    assert SECRET[:7].encode() not in shown.replace(b"\\", b"")
