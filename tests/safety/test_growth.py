"""What a response costs grows no faster than n log n with its length, whichever parser or expression of ours reads it.

Each is met with texts of 10 kB, 100 kB, 1 MB and 10 MB, as far as these take less than seconds; an exponent is fitted
to the processor times. `inventory` lists what is measured, and all that sees no byte of a target.
"""

import asyncio
import gzip
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import msgspec
import pytest

from conformance.checks.judging import judge
from conformance.checks.semantics.echo import names_another
from conformance.checks.shared.findings import brief, clean
from conformance.checks.shared.subject import Settings, Subject
from conformance.classify.coercion import spelled_number
from conformance.classify.dual_validation import known
from conformance.clients.judging.comparing import moment
from conformance.clients.judging.judged_request import judge_request
from conformance.clients.line_process import ERROR_LINE
from conformance.clients.protocol import read_ready, read_result
from conformance.clients.scenarios.catalogue import scenarios
from conformance.clients.server import TOKEN
from conformance.contract.contract import Contract
from conformance.contract.operations.responses import JSON_MEDIA_TYPE
from conformance.contract.operations.serialization import NUMBER
from conformance.contract.schemas.explanation import Explainer
from conformance.diagnosis.facts.body_facts import FRESH
from conformance.journal import copying
from conformance.journal.events import ExchangeEnded
from conformance.journal.evidence import ResponseEvidence
from conformance.journal.lines import decoded, sealed
from conformance.journal.redaction import Redaction, Redactor, redact
from conformance.model.case import KEY, SLOT, Case, Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.model.jsontext import SURROGATE, JsonFault, equality_key, read_bounded
from conformance.model.pointer import is_index
from conformance.model.vocabulary import Expectation
from conformance.reports.formats import markdown, sarif
from conformance.reports.formats.junit import legal
from conformance.reports.pages.bodies import compact, view
from conformance.reports.safe_text import short, visible
from conformance.runner.patience import asked_wait
from conformance.targets import connection
from conformance.targets.decoding import decode
from conformance.workflow.records import merge

from .growing_texts import SECRET, TEXTS
from .growth import MOST, Growth, too_fast
from .inventory import MEASURED, entered, found

REQUEST = Request("POST", "/v1/models/m/environments", (("Content-Type", "application/json"),), b'{"name": "n"}')
CASE = Case("c", Expectation.ACCEPTED, ("accept.CreateEnvironmentRequestV1.required",), REQUEST)


def answer(text: str, status: int = 200, *more: tuple[str, str]) -> Exchange:
    """Return an exchange with a text as its body."""
    fields = (("Content-Type", "application/json"), ("X-Echo", text.encode("utf-8")[:60_000].decode("latin-1")), *more)
    return Exchange(REQUEST, Response(status, fields, text.encode()), Failure.TRUNCATED if status == 299 else None)


def judged(contract: Contract, text: str, status: int, *more: tuple[str, str]) -> None:
    """Judge a response."""
    judge(Subject(contract, CASE, answer(text, status, *more), Settings(key=SECRET)))


def parsed(text: str) -> None:
    """Read a JSON text, if it is one, and write what a finding shows of it."""
    try:
        value = read_bounded(text.encode()).value
    except JsonFault:
        return
    brief(value)
    equality_key(value)


def times(contract: Contract, text: str) -> None:
    """Read a text wherever a time or a number is looked for."""
    body = json.dumps({"name": text, "created_at": text, "retry_after": text})
    judged(contract, body, 200, ("Date", text))
    asked_wait(Response(429, (("Retry-After", text),), body.encode()))
    for value in (text, f"2026-01-01T00:00:00.{text}Z", f"{text}Z"):
        known("date-time", value)
        moment(value)
        spelled_number(value)


def names(text: str) -> None:
    """Read a text wherever a name, an index or a media type is looked for."""
    names_another(SLOT, text)
    is_index(text)
    JSON_MEDIA_TYPE.match(text)
    NUMBER.fullmatch(text)
    FRESH.sub(SLOT, text)
    SURROGATE.sub("?", text)
    TOKEN.fullmatch(text)


def harness_line(text: str) -> None:
    """Read a line of a harness."""
    line = text.replace("\n", " ")
    ERROR_LINE.fullmatch(line)
    read_ready(line.encode())
    read_result(line.encode())


def journal_line(text: str) -> None:
    """Write an answer as a line of a journal and read it; read the text itself as a line."""
    line = sealed(msgspec.json.encode(ExchangeEnded.of(1, answer(text))))
    decoded(line)
    for each in (line, text.encode(), b'{"event":"request.sent","seq":' + text.encode()):
        copying._LINE.match(each)  # noqa: SLF001 (they are what is measured)
        copying._SHARED.search(each)  # noqa: SLF001
        merge._SEND.match(each)  # noqa: SLF001
    with suppress(ValueError):
        decoded(text.encode())


def header_section(text: str) -> None:
    """Look at a text as the connection looks at a header section."""
    octets = text.encode()
    connection._HEAD_END.search(octets)  # noqa: SLF001 (they are what is measured)
    connection._INTERIM.match(octets)  # noqa: SLF001
    connection._LENGTH.search(octets)  # noqa: SLF001
    connection._CODED.search(octets)  # noqa: SLF001


def shown(text: str) -> None:
    """Make a text fit for each report."""
    visible(text)
    short(text)
    legal(text)
    clean(text)
    markdown.text(text)
    markdown.code(text)
    sarif.message(text)


def laid_out(text: str) -> None:
    """Lay a body out, and look for a place in it."""
    view.__wrapped__(text.encode(), "/name")
    compact.__wrapped__(text.encode(), "/0")


def uncoded(text: str) -> None:
    """Undo content codings, of the text and of what is made of it."""
    octets = text.encode()
    for body, coding in ((octets, "gzip"), (gzip.compress(octets, 1), "gzip"), (zlib.compress(octets, 1), "deflate")):
        decode(body, coding, 10_000_000)


def works(contract: Contract) -> dict[str, Callable[[str], object]]:
    """Return what is done with a text, by the names of the inventory."""
    scenario = next(iter(scenarios(contract)))

    def client_request(text: str) -> None:
        request = Request("POST", f"/{text}?{text}", (("Cookie", text), ("Authorization", text)), text.encode())
        list(judge_request(contract, scenario, request, SECRET))

    return {
        "redaction": lambda text: Redactor(SECRET).text(text + "."),
        "redaction of a body cut off": lambda text: redact(answer(text, 299), SECRET),
        "evidence": lambda text: ResponseEvidence(Redaction((SECRET, KEY))).kept(answer(text)),
        "judging a success": lambda text: judged(contract, text, 200),
        "judging an error": lambda text: judged(contract, text, 400),
        "times": lambda text: times(contract, text),
        "names": names,
        "reading": parsed,
        "showing": shown,
        "laying out": laid_out,
        "content codings": uncoded,
        "header sections": header_section,
        "lines of journals": journal_line,
        "lines of harnesses": harness_line,
        "requests of clients": client_request,
    }


WORKS = sorted({*MEASURED.values(), "judging a success"})


def test_everything_is_measured_or_sees_no_target() -> None:
    """Whoever adds a regular expression or a decoder enters it: with what measures it, or with whose bytes it reads."""
    assert entered() == found()


def test_every_work_of_the_inventory_is_measured(contract):
    """What the inventory names is what the next test does."""
    assert WORKS == sorted(works(contract))


@pytest.mark.slow
def test_the_square_is_told_from_n_log_n() -> None:
    """All pairs of some items have an exponent near 2; sorting has none such."""
    pairs = Growth(lambda items: sum(one < other for one in items for other in items), range, (300, 1_000))
    assert 1.6 < pairs.exponent() < 2.4
    assert Growth(sorted, lambda n: [i * 7_919 % n for i in range(n)], (10_000, 100_000)).exponent() <= MOST


@pytest.mark.slow
@pytest.mark.parametrize("name", WORKS)
def test_no_text_costs_more_than_n_log_n(contract, name):
    """Whatever a text is made of, ten times as much of it costs about ten times as much."""
    work = works(contract)[name]
    assert {} == too_fast({text: (work, make) for text, make in TEXTS.items()})


@pytest.mark.slow
def test_no_coded_body_costs_more_than_n_log_n():
    """Neither do many gzip members, or codings, or a bomb."""
    makes: dict[str, Callable[[int], bytes]] = {
        "members": lambda n: gzip.compress(b"") * (n // 20),
        "zeros": lambda n: gzip.compress(bytes(n * 10), 1),
        "members of one byte": lambda n: gzip.compress(b"a") * (n // 21),
    }
    work = lambda body: decode(body, "gzip", 10_000_000)  # noqa: E731 (the same for all)
    assert {} == too_fast({name: (work, make) for name, make in makes.items()})


@pytest.mark.slow
def test_no_header_section_in_pieces_costs_more_than_n_log_n():
    """A header section that comes byte for byte is put together at a cost that grows with its length."""

    def feed(section: bytes) -> None:
        loop = asyncio.new_event_loop()
        try:
            handler = connection.ExactHandler(loop, len(section) + 1)
            handler.set_response_params(max_line_size=10**8, max_field_size=10**8, max_headers=10**8)
            for place in range(len(section)):
                handler.data_received(section[place : place + 1])
        finally:
            loop.close()

    growth = Growth(feed, lambda n: b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * (n // 8), sizes=(8_000, 64_000, 512_000))
    assert growth.exponent() <= MOST, growth.times


@pytest.mark.slow
def test_no_keyword_costs_more_than_n_log_n():
    """Nor do the keywords of a document, formats and unique items among them, whatever the value."""
    pieces: dict[str, tuple[Callable[..., object], Callable[[int], object]]] = {}
    formats = ("date-time", "duration", "email", "hostname", "ipv6", "uri", "uri-reference", "uri-template", "regex")
    for name in formats:
        explainer = Explainer({"type": "string", "format": name})
        for text in ("{", "[", "a+", "1", ":", "a.", "P1", "%", "\u00e4", "(a+)+", "//"):
            pieces[f"{name}: {text}"] = (explainer.is_valid, lambda n, text=text: text * (n // len(text)))
    unique = Explainer({"type": "array", "uniqueItems": True})
    modulus = 2**61 - 1
    lists: dict[str, Callable[[int], object]] = {
        "objects": lambda n: [{"a": i} for i in range(n // 10)],
        "integers of one hash": lambda n: [i * modulus for i in range(n // 10)],
        "fractions": lambda n: [Decimal(i) / 7 for i in range(n // 10)],
        "mixed": lambda n: [[i] if i % 2 else str(i) for i in range(n // 10)],
    }
    pieces |= {name: (unique.is_valid, make) for name, make in lists.items()}
    pattern = Explainer({"pattern": "^(a+)+$"})
    pieces["pattern"] = (pattern.is_valid, lambda n: "a" * n + "!")
    assert {} == too_fast(pieces)


def test_twenty_kilobytes_of_backslashes_beside_the_key():
    """Redaction of what used to take minutes finds the key all the same."""
    body = b'{"a": "' + b"\\" * 20_000 + SECRET.replace("/", "\\/").encode() + b'"}'
    assert SECRET[:7].encode() not in Redactor(SECRET).body(body).replace(b"\\", b"")
