"""Judging: which checks are asked, what a check that breaks becomes, and what no answer can do to a run."""

import json
from collections.abc import Iterator

import msgspec
import pytest
from msgspec.structs import replace

from conformance.checks import judging
from conformance.checks.judging import CHECKS, Judge, judge, judge_relation
from conformance.checks.semantics import relations
from conformance.checks.shared.scope import ANY, ScopedChecks
from conformance.checks.shared.subject import Settings, Subject
from conformance.model.case import Case, Relation
from conformance.model.finding import Doubt, Finding, Judgement, Pass, Symptom
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .subjects import (
    ANSWER,
    DATED,
    FOCUS,
    JSON,
    a_story,
    body_of,
    case,
    changed,
    contract,
    contract_of,
    findings,
    observed,
    passes,
    rejected,
    subject,
)

KEY = "sk-a-very-secret-key"


def broken(_: object) -> Iterator[Judgement]:
    """Pass something, then break."""
    yield Pass("transport.date")
    raise ValueError("\ud800" + "x" * 5_000 + KEY)


def test_right_exchange() -> None:
    """A right exchange gives passes alone, of all groups that it exercises."""
    said = judge(subject())
    assert [] == [each for each in said if not isinstance(each, Pass)]
    groups = {each.requirement.partition(".")[0] for each in said}
    assert {"transport", "error", "authentication", "accept", "response", "semantics", "drift"} == groups


def test_every_check_is_asked() -> None:
    """Each module of checks is asked, each check once, under a name of its own."""
    modules = {each.__module__.rpartition(".")[2] for each in CHECKS}
    assert {
        "acceptance",
        "authentication",
        "content",
        "declared",
        "defaults",
        "drift",
        "echo",
        "error_bodies",
        "errors",
        "rejection",
        "response",
        "stated",
        "transport",
    } == modules
    assert len(CHECKS) == len(set(CHECKS))


def test_broken_check_is_our_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that breaks is a doubt of ours about what the case is for; what it said before counts."""
    monkeypatch.setattr(judging, "CHECKS", ScopedChecks({broken: ANY}))
    one, doubt = judge(subject(rejected()))
    assert Pass("transport.date") == one
    assert isinstance(doubt, Doubt)
    assert ("reject.UpdateAutoscalingSettingsV1.min_replica.type", True) == (doubt.requirement, doubt.ours)
    assert doubt.reason.startswith("The suite's own check 'broken' failed with ValueError: \\ud800xx")
    assert len(doubt.reason) < 1_100


def test_broken_check_of_an_unknown_requirement(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own fault is never dropped: where the case's requirement is unknown, another one bears it."""
    monkeypatch.setattr(judging, "CHECKS", ScopedChecks({broken: ANY}))
    (*_, doubt) = judge(subject(case(rejected().expectation, "no.such", FOCUS)))
    assert FOCUS == doubt.requirement
    (*_, doubt) = judge(subject(replace(case(), requirements=())))
    assert contract().requirements[0].id == doubt.requirement


def relation(kind: str, *requirements: str) -> Relation:
    """Return a relation of two cases."""
    return Relation("a-relation", kind, requirements, (case(), case()))


def test_relation() -> None:
    """A relation is judged by the check of its kind."""
    pair = (subject(), subject(status=409))
    said = judge_relation(relation("same-name", "error.duplicate"), pair)
    assert (Pass("semantics.same-name"), Pass("error.duplicate")) == said


def test_broken_relation_is_our_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check of a relation that breaks, or is not there, is a doubt of ours."""
    monkeypatch.setattr(relations, "RELATIONS", {"odd": broken})
    pair = (subject(), subject())
    one, doubt = judge_relation(relation("odd", "semantics.distinct"), pair)
    assert Pass("transport.date") == one
    assert ("semantics.distinct", True) == (doubt.requirement, doubt.ours)  # type: ignore[union-attr]
    assert doubt.reason.startswith("The suite's own check 'odd' failed with ValueError: ")  # type: ignore[union-attr]
    (doubt,) = judge_relation(relation("no-such"), pair)
    assert (contract().requirements[0].id, True) == (doubt.requirement, doubt.ours)  # type: ignore[union-attr]


def test_a_relation_that_lost_an_answer() -> None:
    """A relation that is judged by too few exchanges is a doubt of ours as well."""
    (doubt,) = judge_relation(relation("isolation", "semantics.distinct"), [subject()])
    assert ("semantics.distinct", True) == (doubt.requirement, doubt.ours)  # type: ignore[union-attr]


def test_the_judge_of_a_run_asks_all_checks() -> None:
    """What a run asks about its exchanges is what all checks say of them."""
    pair = (subject(), subject(status=409))
    named = relation("same-name", "error.duplicate")
    assert judge(pair[1]) == Judge().alone(pair[1])
    assert judge_relation(named, pair) == Judge().together(named, pair)
    assert Judge().together(named, pair)


MISSPELLED = "transport.dropt"


def misspelling(_: object) -> Iterator[Judgement]:
    """Pass a requirement, then one that no contract has."""
    yield Pass("transport.date")
    yield Pass(MISSPELLED)


def test_a_requirement_that_no_contract_has_is_our_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that misspells a requirement does not pass in silence: a doubt of ours names it."""
    expected = f"The suite's own check {{!r}} failed with LookupError: no contract has a requirement '{MISSPELLED}'"
    monkeypatch.setattr(judging, "CHECKS", ScopedChecks({misspelling: ANY}))
    assert (Pass("transport.date"), Doubt(FOCUS, expected.format("misspelling"), ours=True)) == judge(subject())
    monkeypatch.setattr(relations, "RELATIONS", {"odd": misspelling})
    (_, doubt) = judge_relation(relation("odd", "semantics.distinct"), (subject(), subject()))
    assert Doubt("semantics.distinct", expected.format("odd"), ours=True) == doubt


def test_requirements_of_other_contracts_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """What some other contract asks for is not told of this one, and is no fault."""
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": body_of({"type": "object"})}})
    other = case(target="/things", sent={})
    elsewhere = [Pass("authentication.status"), Pass("drift.properties")]
    monkeypatch.setattr(judging, "CHECKS", ScopedChecks({lambda _: iter(elsewhere): ANY}))
    assert () == judge(subject(other, of=of))
    missing = f"response.{of.request.label}.maxLength"
    monkeypatch.setattr(judging, "CHECKS", ScopedChecks({lambda _: iter([Pass(missing)]): ANY}))
    (doubt,) = judge(subject(other, of=of))
    assert isinstance(doubt, Doubt)
    assert missing in doubt.reason


def test_key_is_hidden() -> None:
    """No judgement shows the key, be it in an answer, at the end of a cut text, or in an error of ours."""
    held = changed(ANSWER, "name", "x" * 985 + KEY)
    answer = subject(answer=held, headers=(("Content-Type", f"text/{KEY}"), DATED), settings=Settings(key=KEY))
    said = judge(answer)
    assert findings(said)
    assert KEY[:8] not in str(said)
    named = relation("alike-names", "semantics.distinct")
    pair = [subject(answer={**ANSWER, "name": KEY}, settings=Settings(key=KEY)) for _ in range(2)]
    assert findings(judge_relation(named, pair))
    assert KEY not in str(judge_relation(named, pair))


def test_too_many_requests() -> None:
    """Of a 429 only the limit is judged, and whether the key is shown."""
    for each in (case(), rejected(), rejected("authentication.wrong"), observed("error.large")):
        said = judge(subject(each, status=429, answer=b"", headers=()))
        assert ["error.rate-limit"] == [found.requirement for found in said]
    shown = judge(subject(status=429, answer=KEY.encode(), headers=(), settings=Settings(key=KEY)))
    assert {"error.rate-limit", "authentication.key-echo"} == {found.requirement for found in shown}


def test_forbidden_request_that_was_taken() -> None:
    """Of a 2xx to what must be refused nothing is judged but that it was taken, and what holds of any exchange."""
    taken = judge(subject(rejected(), answer=b"<html>", headers=(DATED,), settings=Settings(key=KEY)))
    assert ["Accepts a string where it is not due"] == [each.sentence for each in findings(taken)]
    assert {
        "transport.dropped",
        "transport.framing",
        "transport.date",
        "error.server-error",
        "authentication.key-echo",
    } == passes(taken)


@pytest.mark.parametrize("code", [204, 205, 304, 307])
def test_answers_without_a_body(code: int) -> None:
    """An answer that has no body by rights is judged by its status alone."""
    said = judge(subject(status=code, answer=b"", headers=(DATED,)))
    assert ["transport.status"] == [each.requirement for each in findings(said)]


def test_head() -> None:
    """An answer to HEAD has no body."""
    head = observed("transport.method-not-allowed", story=a_story("", "method", "m"), method="HEAD", sent=None)
    assert [] == findings(judge(subject(head, status=405, answer=b"", headers=(JSON, DATED, ("Allow", "POST")))))
    assert [] == findings(judge(subject(head, status=200, answer=b"", headers=(JSON, DATED))))


NUMBERS = [
    b"1e999999999",
    b"-1e999999999999999999",
    b"1e-999999999",
    b"1e9999999999999999999999",
    b"1" * 4_300,
    b"1" * 9_999,
]
TEXTS = [
    b'"\\ud800"',
    b'"' + b"x" * 1_000_000 + b'"',
    b'"\\u0000"',
    b'"2026-01-01T00:00:00.' + b"1" * 1_000_000 + b'Z"',
]
OTHERS = [
    b"[" * 127 + b"]" * 127,
    b"[" * 9_999 + b"]" * 9_999,
    b"{}",
    b"[]",
    b"null",
    b"NaN",
    b'{"a":' * 126 + b"1" + b"}" * 126,
]


def hostile() -> Iterator[bytes]:
    """Yield answers that are odd at one place, or as a whole."""
    text = json.dumps(ANSWER)
    for odd in (*NUMBERS, *TEXTS, *OTHERS):
        for place in ('"2026-01-01T00:00:00Z"', "900", '"SCALE_TO_ZERO"', '"abc123"', "600"):
            yield text.replace(place, "@", 1).encode().replace(b"@", odd)
        yield text[:-1].encode() + b', "odd": ' + odd + b"}"
        yield odd
    yield text[:-1].encode() + b', "\\udc00": 1, "' + b"n" * 1_000_000 + b'": 1, "~/": 1}'
    yield b'{"name": 1, "labels": {' + b", ".join(b'"m%d": 1' % number for number in range(50_000)) + b"}}"
    yield b"[" + b"1," * 500_000 + b"1]"
    yield b"\xef\xbb\xbf" + text.encode()
    yield b"\n at (" * 300_000


FIELDS = [
    (JSON, DATED),
    (),
    (("Content-Type", "\udc80" + ";" * 60_000), ("Date", "\x00" * 60_000), ("WWW-Authenticate", "\udfff")),
    (("content-type", "application/" + "a" * 60_000 + "json"), ("Date", "1" * 90)),
]


def test_hostile_answers() -> None:
    """Whatever a target sends: no check breaks, every judgement is short and can be written."""
    sent = {"name": ANSWER["name"], "autoscaling_settings": {"scale_down_delay": 9007199254740993}}
    asked: tuple[Case, ...] = (case(sent=sent), rejected(), rejected("authentication.wrong"))
    encoder = msgspec.json.Encoder()
    for number, body in enumerate(hostile()):
        for code, each in ((200, asked[0]), (400 + number % 3, asked[1 + number % 2])):
            said = judge(
                subject(each, status=code, answer=body, headers=FIELDS[number % 4], settings=Settings(key=KEY))
            )
            assert [] == [item for item in said if isinstance(item, Doubt) and item.ours]
            assert all(len(encoder.encode(item)) < 12_000 for item in said)


@pytest.mark.parametrize("body", [*NUMBERS, *TEXTS, *OTHERS], ids=range(len([*NUMBERS, *TEXTS, *OTHERS])))
def test_hostile_answers_of_relations(body: bytes) -> None:
    """Relations take any answer as well."""
    odd = json.dumps(changed(ANSWER, "autoscaling_settings/min_replica", 11223344)).encode().replace(b"11223344", body)
    for kind in relations.RELATIONS:
        for answer in (odd, body):
            count = {"in-turn": 4, "series": 5}.get(kind, 2)
            subjects = [subject(answer=answer, settings=Settings(key=KEY)) for _ in range(count)]
            said = judge_relation(relation(kind, "semantics.distinct"), subjects)
            assert [] == [item for item in said if isinstance(item, Doubt) and item.ours]


ANSWERS: tuple[tuple[int, object], ...] = (
    (200, ANSWER),
    (200, {**ANSWER, "name": "staging", "later": 1}),
    (200, changed(ANSWER, "autoscaling_settings")),
    (200, changed(ANSWER, "promotion_settings", {})),
    (200, b"<html>"),
    (201, ANSWER),
    (302, b""),
    (400, {"code": "X", "message": "y"}),
    (401, b""),
    (404, {"detail": 1}),
    (418, b"<html>"),
    (500, b"Traceback (most recent call last):"),
    (555, b""),
)


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    """Return every case of the standard profile."""
    found = catalogue(contract(), Profile.STANDARD, Knowledge({"model_id": "abc123"}, {"model_id": "nobody"}))
    return tuple(each for item in found for each in item.cases)


def judged(cases: tuple[Case, ...], settings: Settings) -> Iterator[tuple[Case, int, Finding]]:
    """Yield each finding for some answers to every case."""
    for number, each in enumerate(cases):
        for status, answer in ANSWERS[number % 4 :: 4]:
            for found in findings(judge(subject(each, status=status, answer=answer, settings=settings))):
                yield each, status, found


@pytest.mark.slow
def test_findings_over_the_catalogue(cases: tuple[Case, ...]) -> None:
    """A pattern has one sentence, a cause holds its pattern and no value, and no refusal beyond a page is a must."""
    sentences: dict[Symptom, str] = {}
    causes = set()
    for each, status, found in judged(cases, Settings(key=KEY)):
        assert found.sentence == sentences.setdefault(found.pattern, found.sentence)
        assert f"{found.requirement} | {found.place} | {found.symptom}" == str(found.cause)
        assert found.expected + found.actual
        assert ANSWER["name"] not in str(found.cause) + found.sentence
        assert "later" not in str(found.cause)
        row = contract().by_id[found.requirement]
        if each.beyond and 400 <= status < 500 and found.requirement.startswith("accept."):
            assert row.strength.value != "must"
        causes.add(found.cause)
    assert 100 < len(sentences) < 1_000
    assert len(causes) > len(sentences)


def test_no_finding_of_refusals_beyond_pages_on_a_live_host(cases: tuple[Case, ...]) -> None:
    """A live host may refuse what pages forbid."""
    live = Settings(loopback=False, proven=True)
    for each in cases:
        if each.beyond:
            said = judge(subject(each, status=400, answer={"code": "X", "message": "y"}, settings=live))
            assert [] == findings(said), each.id


def test_subject_is_read_once() -> None:
    """What is read out of an exchange is read once for all checks."""
    one: Subject = subject()
    assert one.json is one.json
