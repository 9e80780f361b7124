"""All texts that the checks can give, over the catalogue: sentences of causes, messages of findings, reasons, stories.

Every class of case meets every kind of response: right ones, each invalid one, echoes that are changed, failures.
"""

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import pytest

from conformance.checks.judging import judge, judge_relation
from conformance.checks.shared.subject import Settings
from conformance.model.case import Case, Relation
from conformance.model.exchange import Failure
from conformance.model.finding import Doubt, Finding, Judgement
from conformance.model.json_values import body_value
from conformance.model.jsontext import encode
from conformance.model.vocabulary import Profile
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import Item, Knowledge, catalogue
from conformance.strategies.random.labelling import body_case
from conformance.strategies.responses import invalid_responses
from tests.style import LONGEST, PLACEHOLDER, UNWANTED, plain

from .subjects import ANSWER, DATED, DEPLOYMENT, JSON, NAME, changed, contract, subject

KEY = "a-key-that-is-valid-nowhere"
SOME = 150
"""Of how many cases one meets every response."""

INTERNAL_ID = re.compile(r"\b(accept|reject|observe|relate|semantics|advisory|drift)\.[\w.*-]+")
SUBJECT = re.compile(r"`|\d|\b(a|an|the|two|arrays|objects|null|true|false|minus|header|similar|concurrent)\b")

STATUSES: tuple[tuple[int, Any], ...] = (
    (200, ANSWER),
    (201, ANSWER),
    (302, b""),
    (400, {"code": "X", "message": "y"}),
    (401, b""),
    (404, {"detail": 1}),
    (405, b"{"),
    (409, b""),
    (418, b"<html>"),
    (422, b"Traceback (most recent call last):"),
    (429, b""),
    (500, b"Traceback (most recent call last):"),
    (555, KEY.encode()),
    (600, b""),
)

BODIES: tuple[Any, ...] = (
    {**ANSWER, "name": "staging", "later": 1, "current_deployment": DEPLOYMENT},
    {**ANSWER, "name": f"{NAME[:-4]}0099"},
    changed(changed(ANSWER, "created_at", "2020-01-01T00:00:00Z"), "model_id", "a" * 300),
    *(changed(ANSWER, "name", each) for each in (NAME.upper(), NAME[:-1], f" {NAME}", "\u202e" * 50)),
    b"",
    b"{} x",
    b"\xff",
    b"\xef\xbb\xbf{}",
    b'{"a": 1, "a": 2}',
    b"[" * 200,
)


def every_number(value: Any, number: int) -> Any:
    """Return a JSON value with another number in every place of one."""
    if isinstance(value, dict):
        return {name: every_number(item, number) for name, item in value.items()}
    return number if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.fixture(scope="module")
def items() -> tuple[Item, ...]:
    """The catalogue, and its bodies as a generator of random ones would label them."""
    found = catalogue(contract(), Profile.STANDARD, Knowledge({"model_id": "abc123"}, {"model_id": "nobody"}))
    build = Builder(contract(), {"model_id": "abc123"})
    bodies = (body_value(item.request.body) for item in found[::20] if isinstance(item, Case))
    return (*found, *(body_case(build, "random", body, None) for body in bodies if body is not None))


def of_case(case: Case, *, thorough: bool) -> Iterator[Judgement | Doubt]:
    """Yield what is said of a case under many responses."""
    known = Settings(key=KEY, proven=True, max_response_seconds=0.01)
    for status, answer in STATUSES:
        yield from judge(subject(case, status=status, answer=answer, settings=known, headers=(JSON,)))
    for failure in Failure if thorough else (Failure.CLOSED, Failure.TIMEOUT):
        yield from judge(subject(case, failure=failure, detail="read timed out", response=False))
    echoes = [every_number(ANSWER, number) for number in (0, 7, 2**31 - 1, -(2**70))]
    for answer in [*echoes, *(BODIES if thorough else BODIES[:3])]:
        yield from judge(subject(case, answer=answer, headers=(JSON, DATED)))
    for media_type in ("", "text/html", "application/problem+json") if thorough else ():
        yield from judge(subject(case, headers=(("Content-Type", media_type), DATED)))


def of_relation(relation: Relation) -> Iterator[Judgement | Doubt]:
    """Yield what is said of a relation under many pairs of responses."""
    for statuses in islice(product(STATUSES, repeat=len(relation.cases)), 60):
        pairs = zip(relation.cases, statuses, strict=True)
        yield from judge_relation(relation, [subject(case, status=one, answer=body) for case, (one, body) in pairs])
    for answers in islice(product([ANSWER, *BODIES[:4], every_number(ANSWER, 7)], repeat=len(relation.cases)), 60):
        pairs = zip(relation.cases, answers, strict=True)
        yield from judge_relation(relation, [subject(case, answer=body) for case, body in pairs])


@pytest.fixture(scope="module")
def texts(items: tuple[Item, ...]) -> dict[str, set[str]]:
    """All texts by what they are."""
    said: list[Judgement | Doubt] = []
    kinds: set[tuple[str, str]] = set()
    cases = [each for item in items for each in (item.cases if isinstance(item, Relation) else (item,))]
    for number, case in enumerate(cases):
        assert case.story is not None
        new = (case.story.keyword, case.story.kind) not in kinds
        kinds.add((case.story.keyword, case.story.kind))
        if new or number % SOME == 0:
            said += of_case(case, thorough=number % SOME == 0)
    for item in items:
        if isinstance(item, Relation):
            said += of_relation(item)
    for each in invalid_responses(contract()):
        said += judge(subject(cases[0], answer=encode(each.body)))
    found = [each for each in said if isinstance(each, Finding)]
    return {
        "sentence": {each.sentence for each in found},
        "message": {each.message for each in found},
        "reason": {each.reason for each in said if isinstance(each, Doubt)},
        "story": {case.story.says for case in cases if case.story},
    }


def faults(text: str, kind: str) -> list[str]:
    """Return what is wrong with a text."""
    words = plain(text)
    checks = {
        "is too long": len(text) > LONGEST,
        "has a placeholder": PLACEHOLDER.search(words),
        "has an internal id": INTERNAL_ID.search(words),
        "has an unwanted word": UNWANTED.search(words),
        "has unbalanced backticks": text.count("`") % 2,
        "has two sentences": kind != "reason" and re.search(r"[.:] ", words),
        "starts in lower case": kind != "story" and not text[:1].isupper(),
        "names no subject": kind == "message" and not SUBJECT.search(text),
    }
    return [name for name, wrong in checks.items() if wrong]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sentence", "message", "reason", "story"])
def test_every_text_is_plain(texts: dict[str, set[str]], kind: str) -> None:
    """Each text is complete, short, in the words of HTTP and JSON Schema, and names what it is about."""
    wrong = {text: found for text in texts[kind] if (found := faults(text, kind))}
    assert {} == wrong


@pytest.mark.slow
def test_many_texts_are_met(texts: dict[str, set[str]]) -> None:
    """A catalogue that meets fewer makes the other tests empty."""
    least = {"sentence": 500, "message": 2_000, "reason": 2, "story": 400}
    assert [] == [f"{kind}: {len(texts[kind])}" for kind, number in least.items() if len(texts[kind]) < number]
