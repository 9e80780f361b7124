"""Evidence: what a run keeps of responses is bounded, for each and for all, and holds no secret."""

import asyncio
from hashlib import sha256

import pytest
from msgspec.structs import replace

from conformance.checks.authentication import key_echo
from conformance.checks.content import json_text
from conformance.checks.shared.subject import Settings, Subject
from conformance.journal.events import ExchangeEnded, RequestSent
from conformance.journal.evidence import (
    FIELD,
    FIELDS,
    HEAD,
    LARGEST,
    SMALL_HEAD,
    SMALL_TAIL,
    TAIL,
    TOTAL,
    ResponseEvidence,
    judged,
)
from conformance.journal.redaction import Redaction
from conformance.journal.resuming import ResumedRun
from conformance.journal.writing import Journal, MemorySink
from conformance.model.case import KEY, Case, Request
from conformance.model.exchange import Exchange, Response, Whole
from conformance.model.jsontext import MAX_TEXT, MAX_VALUES
from conformance.model.vocabulary import Expectation, Profile
from conformance.runner.budget import Budget, RunLimits
from conformance.runner.credentials import Credentials
from conformance.runner.sending import PARTIAL, Sender
from conformance.targets.asgi import AsgiTarget
from conformance.workflow.setup.run_header import header_of

SECRET = "sk-Live/94+tZ8Rk"  # noqa: S105 (no secret)
LONGER = "-and-thirty-five-more-characters-x9"
REQUEST = Request("POST", "/v1/models/m/environments", (("Content-Type", "application/json"),), b'{"name": "n"}')


def kept(*responses: Response, secret: str = SECRET) -> list[Response]:
    """Return what one run keeps of responses."""
    evidence = ResponseEvidence(Redaction((secret, KEY)))
    shown = [evidence.kept(Exchange(REQUEST, response)).response for response in responses]
    return [each for each in shown if each is not None]


def test_a_small_response_is_kept_whole():
    """Up to a bound, what is kept is what was received."""
    response = Response(200, (("A", "b"),), b"a" * LARGEST, "OK")
    assert [response] == kept(response)


def test_a_large_body_is_kept_by_its_ends_its_length_and_its_hash():
    """Of a larger one head and tail are kept, and between them is said what is not."""
    body = b"a" * 100_000 + b"b" * 100_000
    (response,) = kept(Response(200, (), body))
    whole = Whole(200_000, sha256(body).hexdigest())
    assert whole == response.whole
    note = f"\n... {200_000 - HEAD - TAIL} bytes are not kept here; the body has 200000, SHA-256 {whole.sha256} ...\n"
    assert b"a" * HEAD + note.encode() + b"b" * TAIL == response.body


def test_no_secret_is_cut_in_two():
    """A secret where the head ends, or where the tail begins, shows neither beginning nor end."""
    filler = b"x" * 200_000
    for at in range(1, len(SECRET)):
        for cut in (HEAD, len(filler) - TAIL):
            body = filler[: cut - at] + SECRET.encode() + filler[cut - at :]
            (response,) = kept(Response(200, (), body))
            assert not any(SECRET[i : i + 4].encode() in response.body for i in range(len(SECRET) - 4))


def test_header_fields_and_reason_are_bounded():
    """Ten thousand fields, or one of a megabyte, are kept in part, and marked so."""
    many, long = kept(
        Response(200, (("a", "b"),) * 10_000), Response(200, (("a", "b" * 1_000_000),), reason="r" * 60_000)
    )
    assert (FIELDS, FIELD) == (len(many.headers), len(long.headers[0][1]))
    assert 1_000 == len(long.reason)
    assert many.whole is not None
    assert long.whole is not None


def test_all_responses_of_a_run_are_bounded_together():
    """Once a run has kept eight megabytes, of every further body but little is kept."""
    responses = kept(*[Response(200, (), b"a" * LARGEST)] * 200)
    assert LARGEST == len(responses[0].body)
    assert SMALL_HEAD + SMALL_TAIL + 200 > len(responses[-1].body)
    assert sum(len(each.body) for each in responses) < 9_000_000


@pytest.mark.parametrize("used", [False, True])
@pytest.mark.parametrize(
    "around", [("", ""), ("", " "), ('{"k":"', '"},'), ('{"id":12345,"name":"some name","key":"', '"},')]
)
@pytest.mark.parametrize("size", [5_000, 20_000, 70_000, 200_000])
def test_of_a_key_that_shows_over_and_over_nothing_is_kept(size, around, used):
    """Wherever head and tail begin and end: the text is shorter without the key, and a part of it never shows."""
    before, after = around
    secret = SECRET + LONGER
    fill = [Response(200, (), b"a" * LARGEST)] * (TOTAL // LARGEST + 1 if used else 0)
    once = f"{before}{secret}{after}"
    bodies = [("x" * shift + once * (size // len(once))).encode() for shift in range(0, len(secret) + 1, 5)]
    pieces = [secret[at : at + 8].encode() for at in range(len(secret) - 7)]
    for each in kept(*fill, *(Response(200, (), body) for body in bodies), secret=secret)[len(fill) :]:
        assert [] == [piece for piece in pieces if piece in each.body]


def test_what_is_kept_in_part_is_not_judged_again(contract, tmp_path):
    """A run that resumes has only a part of such a response: that decides nothing, and is no reason to send it anew."""
    case = Case("c", Expectation.ACCEPTED, (), REQUEST)
    (partial,) = kept(Response(200, (), b"a" * 200_000))
    path = tmp_path / "journal.ndjson"
    with Journal(path) as journal:
        journal.append(header_of(contract, "asgi", Profile.SMOKE))
        for number, response in enumerate((partial, Response(200, (), b"{}")), 1):
            journal.append(RequestSent(send=number, case=replace(case, id=f"c{number}")))
            journal.append(ExchangeEnded(send=number, response=response))
    past = ResumedRun.read(path)
    past.settle((), resend=False, survives=True)
    target = AsgiTarget(no_application)
    sender = Sender(contract, target, MemorySink(), Budget(RunLimits()), Credentials(), "00000000", past=past)
    sent = [asyncio.run(sender.send(replace(case, id=f"c{number}"))) for number in (1, 2)]
    assert [PARTIAL, ""] == [each.unjudged for each in sent]
    assert [partial.whole, None] == [each.exchange.response.whole for each in sent if each.exchange.response]


async def no_application(*_: object) -> None:
    """Fail: nothing is to be sent."""
    raise AssertionError


def test_a_body_too_large_to_be_read_is_inconclusive(contract):
    """Beyond two megabytes, or a hundred thousand values, nothing is said of a JSON text, nor of the key in it."""
    case = Case("c", Expectation.ACCEPTED, (), REQUEST)
    fields = (("Content-Type", "application/json"),)
    for body, reason in (
        (b'"' + b"x" * 3_000_000 + b'"', f"more than {MAX_TEXT} bytes"),
        (b"[" + b"1," * MAX_VALUES + b"1]", f"more than {MAX_VALUES} values"),
    ):
        exchange = judged(Exchange(REQUEST, Response(200, fields, body)))
        assert exchange.response is not None
        assert len(exchange.response.body) <= MAX_TEXT + 1
        subject = Subject(contract, case, exchange, Settings(key=SECRET))
        assert [f"The response cannot be read ({reason})"] == [each.reason for each in json_text(subject)]
        assert (len(body) > MAX_TEXT) is ([] == list(key_echo(subject)))
