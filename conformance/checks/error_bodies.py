"""Error bodies: what a 4xx or 5xx response contains."""

import re
import sys

from conformance.checks.shared import messages
from conformance.checks.shared.findings import finding
from conformance.checks.shared.scope import REJECTION, CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.contract.operations.responses import JSON_MEDIA_TYPE
from conformance.model.finding import Pass, Symptom
from conformance.model.jsontext import Json, JsonFault
from conformance.model.vocabulary import Group

UNREADABLE = frozenset({"too deep", "number too long", "too large"})
"""Faults of a JSON text that are limits of the reader: the text may be valid."""

READ_BYTES = 100_000
LINE_BYTES = 300

PAGE = re.compile(rb"\A\s*(?:<!doctype html|<html)", re.IGNORECASE)

FRAMES = (
    re.compile(rb"Traceback \(most recent call last\)"),
    re.compile(rb"goroutine \d{1,9} \["),
    re.compile(rb"\Aat [\w.$<>/]+\([\w.]+:\d{1,9}\)"),
    re.compile(rb"\Aat [^:]+[(/][^:]*:\d{1,9}:\d{1,9}\)?\Z"),
    re.compile(rb"\Aat [\w.`<>]+\([^)]*\) in [^:]*:(?:[^:]*:)?line \d{1,9}\Z"),
)
"""Lines of a stack trace of Python, Go, the JVM, JavaScript and .NET; each is tried on one short line."""

SIGNS = (b"at ", b"Traceback (", b"goroutine ")
"""What those lines begin with, so that a body without any of these shows none."""

REPRESENTED = (Pass("error.representation"),)
IS_JSON = (Pass("error.json"),)
NO_PAGE = (Pass("error.no-page"),)
OF_SHAPE = (Pass("advisory.error-shape"),)


def representation(subject: Subject) -> Judged:
    """A 4xx carries a representation that explains it."""
    if not _is_rejection(subject):
        return NOTHING
    if subject.response is not None and subject.response.body.strip():
        return REPRESENTED
    return (
        finding(
            "error.representation",
            Symptom("error body", "a 4xx", "empty"),
            **messages.NO_REPRESENTATION.filled(status=subject.status),
            expected="a representation",
            actual="an empty body, or white space",
        ),
    )


def json(subject: Subject) -> Judged:
    """An error that declares JSON is JSON."""
    if not _is_rejection(subject) or not JSON_MEDIA_TYPE.match(subject.media_type):
        return NOTHING
    fault = subject.json
    if not isinstance(fault, JsonFault):
        return IS_JSON
    return _no_json(subject, fault) if fault.kind not in UNREADABLE else NOTHING


def _no_json(subject: Subject, fault: JsonFault) -> Judged:
    yield finding(
        "error.json",
        Symptom("error body", "a 4xx that declares JSON", "not JSON"),
        **messages.ERROR_NOT_JSON.filled(status=subject.status),
        expected="a JSON text",
        actual=fault.reason,
    )


def no_page(subject: Subject) -> Judged:
    """An error is no HTML page and shows no stack trace: a note where it is."""
    if subject.response is None or subject.status < 400 or subject.status == 429:
        return NOTHING
    body = subject.response.body
    trace = _shows_trace(body)
    if not trace and not PAGE.match(body[:4096]):
        return NO_PAGE
    return _page(subject, trace=trace)


def _page(subject: Subject, *, trace: bool) -> Judged:
    what = "a stack trace" if trace else "an HTML page"
    yield finding(
        "error.no-page",
        Symptom("error format", "an error", what),
        **messages.ERROR_PAGE.filled(observed=what, status=subject.status),
        expected="a short explanation",
        actual=what,
    )


def shape(subject: Subject) -> Judged:
    """An error body has the string properties that the documentation states: a note where not."""
    names = subject.contract.prose.error_texts
    if not names or subject.group in {Group.AUTHENTICATION, Group.ERROR} or not _is_rejection(subject):
        return NOTHING
    way, body = "", None
    if isinstance(subject.json, JsonFault) and subject.json.kind in UNREADABLE:
        return NOTHING
    if isinstance(subject.json, JsonFault):
        way = "not JSON"
    elif not isinstance(body := subject.json.value, dict):
        way = "not an object"
    elif not all(isinstance(body.get(name), str) for name in names):
        way = "other properties"
    return _of_another_shape(subject, way, body) if way else OF_SHAPE


def _of_another_shape(subject: Subject, way: str, body: Json) -> Judged:
    names = subject.contract.prose.error_texts
    members = ", ".join(list(body)[:10]) if isinstance(body, dict) else ""
    yield finding(
        "advisory.error-shape",
        Symptom("error properties", "an error", way),
        **messages.ERROR_SHAPE.filled(status=subject.status, names=", ".join(f"`{name}`" for name in names)),
        expected=", ".join(names),
        actual=f"{way}: {members}" if members else way,
    )


def _is_rejection(subject: Subject) -> bool:
    """Tell whether a response is a complete 4xx that may have a body."""
    rejected = subject.response is not None and 400 <= subject.status < 500 and subject.status != 429
    return rejected and not subject.unparsed and subject.case.request.method != "HEAD"


def _shows_trace(body: bytes) -> bool:
    """Tell whether a body, or a string in its JSON, contains lines of a stack trace."""
    text = body[:READ_BYTES].replace(b"\\r", b"").replace(b"\\n", b"\n")
    if not any(map(text.__contains__, SIGNS)):
        return False
    shortened = (line.strip()[:LINE_BYTES] for line in text.splitlines())
    return any(frame.search(line) for line in shortened for frame in FRAMES)


CHECKS: CheckScopes = {
    representation: REJECTION,
    json: REJECTION,
    no_page: CheckScope(statuses=range(400, sys.maxsize), complete=True),
    shape: REJECTION,
}
