"""Error bodies: a representation, JSON where JSON is declared, no page, no stack trace, the members of pages."""

import pytest

from conformance.checks.error_bodies import json, no_page, representation, shape
from conformance.model.exchange import Failure

from .subjects import (
    DATED,
    JSON,
    body_of,
    case,
    contract_of,
    observed,
    only,
    passed,
    rejected,
    silent,
    subject,
    summary,
)

RIGHT = {"code": "VALIDATION_ERROR", "message": "min_replica is no integer"}


def error(body: object = RIGHT, *, media_type: str = "application/json", code: int = 400) -> object:
    """Return a refusal."""
    return subject(rejected(), status=code, answer=body, headers=(("Content-Type", media_type), DATED))


ELSEWHERE = (
    subject(),
    subject(status=302),
    subject(status=399),
    subject(status=500),
    subject(status=429),
    subject(status=400, failure=Failure.TRUNCATED),
    subject(case(method="HEAD"), status=405),
    subject(observed("transport.method-not-allowed", method="CREATE"), status=400, answer=b""),
)


def test_representation() -> None:
    """A 4xx has a body; one of white space alone is none."""
    for code in (400, 404, 499):
        assert ["error.representation"] == passed(representation(error(code=code)))
    for body in (b"", b" \r\n"):
        found = only(representation(error(body)))
        assert ("error.representation", "error body | a 4xx | empty", "") == summary(found)
        assert "Returns an error with an empty body" == found.sentence
        assert ("a representation", "an empty body, or white space") == (found.expected, found.actual)
    assert silent(representation, *ELSEWHERE)


def test_json() -> None:
    """What declares JSON is JSON; what declares something else is not asked."""
    assert ["error.json"] == passed(json(error()))
    assert ["error.json"] == passed(json(error(b"[1]", media_type="application/problem+json; x=y")))
    for body in (b"Bad Request", b"", b"{'code': 'BAD'}", b'{"input": NaN}', b"\xff"):
        found = only(json(error(body, media_type="application/problem+json")))
        assert ("error.json", "error body | a 4xx that declares JSON | not JSON", "") == summary(found)
        assert "Returns an error whose body is declared as JSON and is not JSON" == found.sentence
        assert "a JSON text" == found.expected
        assert found.actual
    for media_type in ("text/plain", "", "text/json"):
        assert silent(json, error(b"Bad Request", media_type=media_type))
    assert silent(json, *ELSEWHERE)


@pytest.mark.parametrize("body", [b"[" * 1_000 + b"]" * 1_000, b'{"input": ' + b"1" * 5_000 + b"}"])
def test_json_beyond_the_reader(body: bytes) -> None:
    """An error that repeats a deep or long value may well be JSON: it is not judged."""
    assert silent(json, error(body))


TRACES = [
    b"Traceback (most recent call last):\n  File x",
    b"panic\n\ngoroutine 17 [running]:\nmain",
    b"Error\n\tat com.example.Main.run(Main.java:17)\n",
    b"Error: x\n    at Object.<anonymous> (/app/index.js:10:5)\n",
    b"Error: x\r\n    at /app/index.js:10:5\r\n",
    b"  at App.Program.Main(String[] args) in /src/Program.cs:line 12",
    rb'{"stack": "Error: x\n    at run (/app/index.js:10:5)"}'.replace(b'"}', b'\\n"}'),
    rb'{"stack": "x\r\n   at run (/app/index.js:10:5)\r\n"}',
]
PLAIN = [
    b'{"message": "Rate exceeded at 10:30:15"}',
    b"at 12:00:00",
    b"look at page 3 (line 10:5)",
    b"a goroutine ran",
    b"text <html> in a text",
    b"x" * 100_001 + b"\nTraceback (most recent call last)",
]


@pytest.mark.parametrize("body", TRACES)
def test_trace(body: bytes) -> None:
    """A stack trace is a note, also in a text of a JSON body and in an error of the server."""
    for code in (400, 500):
        found = only(no_page(subject(status=code, answer=body)))
        assert ("error.no-page", "error format | an error | a stack trace", "") == summary(found)
        assert "Returns an error with a stack trace" == found.sentence
        assert ("a short explanation", "a stack trace") == (found.expected, found.actual)


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><p>", b" \n<html lang=en>"])
def test_page(body: bytes) -> None:
    """An HTML page is a note."""
    found = only(no_page(subject(status=404, answer=body)))
    assert "error format | an error | an HTML page" == str(found.pattern)
    assert "Returns an error with an HTML page" == found.sentence


def test_page_behind_white_space() -> None:
    """A page is looked for in the first 4,096 bytes."""
    assert only(no_page(subject(status=404, answer=b" " * 4_091 + b"<html")))
    assert ["error.no-page"] == passed(no_page(subject(status=404, answer=b" " * 4_092 + b"<html")))


@pytest.mark.parametrize("body", PLAIN)
def test_no_page(body: bytes) -> None:
    """A sentence is neither, though it tells a time or a place."""
    assert ["error.no-page"] == passed(no_page(subject(status=400, answer=body)))


def test_no_page_does_not_apply() -> None:
    """Only whole errors are looked at."""
    assert silent(no_page, subject(), subject(status=399), subject(status=429))
    assert silent(no_page, subject(status=500, failure=Failure.TRUNCATED))


@pytest.mark.parametrize(
    "body",
    [
        b"\n" * 10_000_000,
        b" " * 10_000_000,
        b"\n at " * 2_000_000,
        b"at " + b"a.b(" * 2_000_000,
        b"at " + b":1" * 5_000_000,
        b"at x(" + b"/" * 5_000_000,
        (b"at " + b"(/" * 148 + b"\n") * 30_000,
        b"\\n" * 5_000_000,
        b"at " + b"w" * 5_000_000,
    ],
)
def test_hostile_bodies_are_searched(body: bytes) -> None:
    """Whatever a target sends, looking for a trace comes to an end; tests/safety measures how its cost grows."""
    assert list(no_page(subject(status=400, answer=body)))


def test_shape() -> None:
    """An error with the text members that pages speak of passes."""
    assert ["advisory.error-shape"] == passed(shape(error({**RIGHT, "more": 1})))


@pytest.mark.parametrize(
    ("body", "way", "actual"),
    [
        (b"Bad Request", "not JSON", "not JSON"),
        ([1], "not an object", "not an object"),
        ("text", "not an object", "not an object"),
        (None, "not an object", "not an object"),
        ({}, "other properties", "other properties"),
        ({"detail": "x"}, "other properties", "other properties: detail"),
        ({"code": 1, "message": "x"}, "other properties", "other properties: code, message"),
        ({"code": "x"}, "other properties", "other properties: code"),
        ({str(n): n for n in range(12)}, "other properties", "other properties: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
    ],
)
def test_other_shapes(body: object, way: str, actual: str) -> None:
    """Another form is a note: its members are named, its values, which may hold the key, are not shown."""
    found = only(shape(error(body)))
    assert ("advisory.error-shape", f"error properties | an error | {way}", "") == summary(found)
    assert "Returns an error without the documented string properties" == found.sentence
    assert ("code, message", actual) == (found.expected, found.actual)


def test_shape_does_not_apply() -> None:
    """Refusals of a credential or of a path have forms of their own; other documents have no pages."""
    for focus in ("authentication.wrong", "error.unknown-resource"):
        assert silent(shape, subject(rejected(focus), status=401, answer={}))
    assert silent(shape, *ELSEWHERE)
    of = contract_of({"requestBody": body_of({"type": "object"}), "responses": {"200": {"description": ""}}})
    assert silent(shape, subject(case(target="/things"), status=400, answer={}, of=of))
    assert only(shape(subject(observed("no.such"), status=400, answer={}, headers=(JSON,))))
