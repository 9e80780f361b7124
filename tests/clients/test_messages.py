"""All texts that the judge can give: sentences of causes, messages of findings, reasons and stories.

Every scenario of the built-in contract is judged with clients that are wrong in many ways, without a server.
"""

import json
import re
from contextlib import suppress
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from conformance.clients.judging.judge import judge
from conformance.clients.judging.judged_result import baseline
from conformance.clients.judging.requirements import client_requirements
from conformance.clients.scenarios.scenario import CallResult, Raised, Sort
from conformance.model.case import Request
from conformance.model.finding import Doubt, Finding
from tests.style import LONGEST, PLACEHOLDER, UNWANTED, plain

KEY = "a-key-that-is-valid-nowhere"
SOME = 12
"""One of how many changes is tried on a scenario of a kind that had all of them."""

INTERNAL_ID = re.compile(r"\b(send|read|reject|fail|client-request|client-response|client-error)\.[\w.*-]+")
SUBJECT = re.compile(r"`|\b(body|response|request|requests|path|message)\b|\bstatus \d{3}\b")
VALUE = re.compile(r"`|\bstatus \d{3}\b|\b(a|an|the|no|nothing|every) |\d")


def changed_body(change):
    """Return what changes the body of a request."""
    return lambda request: [replace(request, body=change(request.body.decode()).encode())]


def with_headers(*headers):
    """Return what sends other headers."""
    return lambda request: [replace(request, headers=headers)]


def every(value, change):
    """Return a JSON value with every scalar changed."""
    if isinstance(value, dict):
        return {name: every(item, change) for name, item in value.items()}
    if isinstance(value, list):
        return [every(item, change) for item in value]
    return change(value)


def reread(change):
    """Return what changes every scalar of a JSON text."""
    return lambda text: json.dumps(every(json.loads(text), change), allow_nan=True)


def nulls_dropped(value):
    """Return a JSON value without nulls."""
    if isinstance(value, dict):
        return {name: nulls_dropped(item) for name, item in value.items() if item is not None}
    return value


def last_dropped(value):
    """Return a JSON value without the last property of each object."""
    if isinstance(value, dict):
        return {name: last_dropped(item) for name, item in list(value.items())[:-1]}
    return value


def number(change):
    """Return what changes numbers alone."""
    return lambda value: change(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def string(change):
    """Return what changes strings alone."""
    return lambda value: change(value) if isinstance(value, str) else value


TEXTS = [
    reread(number(float)),
    reread(number(str)),
    reread(number(lambda value: int(value) % 2**31)),
    reread(number(lambda value: -value)),
    reread(number(lambda _: None)),
    reread(string(lambda value: value.strip()[:1])),
    reread(string(str.upper)),
    reread(string(lambda _: "another string " * 9)),
    reread(string(lambda _: [])),
    reread(lambda _: None),
    reread(lambda value: 0 if value is None else value),
    reread(lambda value: not value if isinstance(value, bool) else value),
    lambda text: json.dumps(nulls_dropped(json.loads(text))),
    lambda text: json.dumps(last_dropped(json.loads(text))),
    lambda text: (
        json.dumps({**(json.loads(text) or {}), "extra": None, "a" * 200: "b" * 200}, default=str)
        if text.startswith("{")
        else text
    ),
    lambda _: "{}",
    lambda _: "[]",
    lambda _: "null",
    lambda _: '"text"',
    lambda text: text[:-1],
    lambda _: "",
]
"""What a client can do to a body on its way."""

RIGHT_HEADERS = (("Authorization", f"Api-Key {KEY}"), ("Content-Type", "application/json"), ("Accept-Encoding", "gzip"))

REQUESTS = [
    lambda request: [request, request],
    lambda _: [],
    lambda request: [replace(request, method="PUT", target="/elsewhere/" + "a" * 300)],
    lambda request: [replace(request, target=request.target.replace("%", ""))],
    lambda request: [replace(request, target=f"{request.target}?key={KEY}")],
    with_headers(),
    with_headers(("Authorization", "Bearer x"), ("Content-Type", "text/plain; charset=utf-8; boundary=" + "a" * 200)),
    with_headers(("Authorization", f"Bearer {KEY}"), ("Accept", "text/html, application/xhtml+xml;q=0.9, image/webp")),
    with_headers(("Authorization", KEY), ("X-Key", KEY)),
    with_headers(("Authorization", f"Own-Scheme {KEY}")),
    changed_body(lambda text: text.replace("{", '{"name": 1, ', 1)),
    changed_body(lambda text: text + KEY),
    *map(changed_body, TEXTS),
]
"""Requests of wrong clients, made from the right one."""


def right_request(contract, scenario):
    """Return the request of a right client."""
    path = contract.operation.path.format(**{name: quote(each, safe="") for name, each in scenario.parameters.items()})
    return Request(contract.operation.method, path, RIGHT_HEADERS, scenario.body.encode())


def requests(right):
    """Yield what wrong clients send."""
    for change in REQUESTS:
        with suppress(ValueError, OverflowError, TypeError, AttributeError):
            yield change(right)


def results(scenario):
    """Yield what wrong clients make of the response of a scenario."""
    yield CallResult(raised=Raised("ValueError", f"a long message with {KEY}"))
    yield CallResult(raised=Raised("", ""))
    text = scenario.answer or scenario.reply.body.decode("utf-8", "replace")
    yield CallResult(text, types={"": "dict", "/current_deployment": "dict"})
    for change in TEXTS:
        with suppress(ValueError, OverflowError, TypeError, AttributeError):
            yield CallResult(change(text))


def judged(contract, plan):
    """Yield all judgements of wrong clients; a change is tried on every scenario of a new kind, else on some."""
    held = replace(contract, requirements=client_requirements(contract))
    classes = CallResult(plan[0].answer, types={"": "EnvironmentV1", "/current_deployment": "DeploymentV1"})
    base, raising = baseline(held, plan[0], classes), baseline(held, plan[0], CallResult(raised=Raised("ValueError")))
    seen = set()
    for number, scenario in enumerate(plan):
        right = right_request(held, scenario)
        every_change = (scenario.sort, scenario.kind) not in seen
        seen.add((scenario.sort, scenario.kind))
        if scenario.sort is Sort.SENDING:
            for sent in requests(right):
                yield from judge(held, scenario, sent, CallResult(scenario.answer), base, KEY)
            yield from judge(held, scenario, [], CallResult(raised=Raised("OverflowError")), base, KEY)
            continue
        for index, made in enumerate(results(scenario)):
            if every_change or index % SOME == number % SOME:
                yield from judge(held, scenario, [right, right], made, base, KEY)
        yield from judge(held, scenario, [right], CallResult(raised=Raised("ValueError")), raising, KEY)
    yield from judge(held, plan[0], [], CallResult(raised=Raised("ValueError")), base, KEY)
    yield from judge(held, plan[0], [], CallResult("1"), base, KEY)


@pytest.fixture(scope="module")
def found(contract, plan):
    """All judgements of wrong clients."""
    return list(judged(contract, plan))


@pytest.fixture(scope="module")
def texts(found, plan):
    """All texts: sentences and messages of findings, reasons of doubts, stories of scenarios."""
    findings = [each for each in found if isinstance(each, Finding)]
    return {
        "sentence": {each.sentence for each in findings},
        "message": {each.message for each in findings},
        "reason": {each.reason for each in found if isinstance(each, Doubt)},
        "story": {each.story.says for each in plan if each.sort is not Sort.SENDING},
    }


def faults(text, kind):
    """Return what is wrong with a text."""
    words = plain(text)
    checks = {
        "is too long": len(text) > LONGEST,
        "has a placeholder": PLACEHOLDER.search(words),
        "has an internal id": INTERNAL_ID.search(text),
        "has an unwanted word": UNWANTED.search(words),
        "has unbalanced backticks": text.count("`") % 2,
        "has two sentences": re.search(r"[.:] ", words),
        "starts in lower case": kind != "story" and not text[:1].isupper(),
        "names no subject": kind == "message" and not SUBJECT.search(text),
        "names no value": kind == "message" and not VALUE.search(text),
    }
    return [name for name, wrong in checks.items() if wrong]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sentence", "message", "reason", "story"])
def test_every_text_is_plain(texts, kind):
    """Each text is complete, short, in the field's words, and names its property and value."""
    wrong = {text: found for text in texts[kind] if (found := faults(text, kind))}
    assert {} == wrong


@pytest.mark.slow
def test_all_templates_are_met(texts):
    """The wrong clients meet many texts of each kind; a judge that finds less makes the other tests empty."""
    assert len(texts["sentence"]) > 150
    assert len(texts["message"]) > 2_000
    assert len(texts["reason"]) >= 4
    assert len(texts["story"]) > 300


def test_values_are_shown_as_json_and_long_ones_by_their_class(texts):
    """A message names the property and both values."""
    assert {
        'Omits `created_at`, which is `"2026-01-02T03:04:05Z"` in the response',
        "Sends `null` for `name` instead of a string of 255 characters",
        'Sends the path `/v1/models/a23b/environments` for `"a#b"` as `model_id`',
        "Returns `null` for status 400 instead of reporting an error",
    } <= texts["message"]
