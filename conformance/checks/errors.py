"""Errors: how a target says no."""

import re

from conformance.checks.rejection import is_outside_body
from conformance.checks.subject import UNJUDGED, Judged, Subject, finding
from conformance.contract.operation import JSON_MEDIA_TYPE
from conformance.model.finding import Pass
from conformance.model.jsontext import JsonFault, JsonText
from conformance.model.vocabulary import Expectation, Group

TRACE = re.compile(
    rb"Traceback \(most recent call last\)|^\s+at [\w.$<>]+\([\w.]+:\d+\)|\n\s+at .+:\d+:\d+\)?|goroutine \d+ \[",
    re.MULTILINE,
)
PAGE = re.compile(rb"\A\s*(<!doctype html|<html)", re.IGNORECASE)


def server_error(subject: Subject) -> Judged:
    """No request, however odd, is answered with 5xx; 501 to a method that is not declared is none."""
    if subject.response is None:
        return
    story = subject.case.story
    unknown_method = subject.status == 501 and story is not None and story.keyword == "method"
    if subject.status < 500 or unknown_method:
        yield Pass("error.server-error")
        return
    says = story.says if story else subject.case.id
    yield finding(
        "error.server-error",
        rule="server error",
        kind=subject.kind,
        observed=str(subject.status),
        sentence=f"answers {subject.status} to {subject.kind}",
        message=f"answers {subject.status}: {says}",
        pointer=story.pointer if story else "",
        expected="no 5xx",
        actual=str(subject.status),
    )


def status_class(subject: Subject) -> Judged:
    """A refusal is a 4xx."""
    if subject.case.expectation is not Expectation.REFUSED or not subject.refused:
        return
    if subject.status >= 400:
        yield Pass("error.status-class")
    else:
        yield finding(
            "error.status-class",
            rule="class of a refusal",
            kind="a refusal",
            observed="3xx",
            sentence=f"refuses with {subject.status}, which is no client error",
            pointer="status",
            expected="a 4xx",
            actual=str(subject.status),
        )


def status(subject: Subject) -> Judged:
    """What is not JSON is answered with 400, what breaks the schema with 400 or 422, other media types with 415."""
    if subject.case.expectation is not Expectation.REFUSED or not 400 <= subject.status < 500:
        return
    focus = subject.case.requirements[0]
    row = subject.contract.by_id.get(focus)
    if row is None or row.group is not Group.REJECTION or subject.status in UNJUDGED:
        return
    if focus in {"reject.json-text", "reject.utf-8"}:
        right, what = {400}, "what is not JSON"
    elif focus == "reject.media-type":
        right, what = {400, 415}, "an undeclared media type"
    elif focus == "reject.body.required":
        right, what = {400, 411, 415, 422}, "a request without a body"
    else:
        right, what = {400, 422}, "a body that breaks the schema"
    if subject.status in right:
        yield Pass("error.status")
    else:
        expected = " or ".join(map(str, sorted(right)))
        yield finding(
            "error.status",
            rule="status of a refusal",
            kind=what,
            observed=str(subject.status),
            sentence=f"answers {subject.status} to {what}",
            pointer="status",
            expected=expected,
            actual=str(subject.status),
        )


def unknown_resource(subject: Subject) -> Judged:
    """A path parameter that names nothing is answered with 404 or 403."""
    if subject.case.requirements[:1] != ("error.unknown-resource",) or not subject.refused:
        return
    if subject.status not in {403, 404}:
        yield finding(
            "error.unknown-resource",
            rule="status of an unknown resource",
            kind="an unknown resource",
            observed=str(subject.status),
            sentence=f"answers {subject.status} to an unknown resource",
            pointer="status",
            expected="404 or 403",
            actual=str(subject.status),
        )


def representation(subject: Subject) -> Judged:
    """A 4xx carries a representation that explains it; one that declares JSON is JSON."""
    response = subject.response
    if response is None or not 400 <= subject.status < 500 or subject.case.request.method == "HEAD":
        return
    if response.body:
        yield Pass("error.representation")
    else:
        yield finding(
            "error.representation",
            rule="body of an error",
            kind="a 4xx",
            observed="empty",
            sentence="answers 4xx without a body that explains it",
            expected="a representation",
            actual="no body",
        )
        return
    if not JSON_MEDIA_TYPE.match(subject.media_type):
        return
    if isinstance(subject.json, JsonFault):
        yield finding(
            "error.json",
            rule="body of an error",
            kind="a 4xx",
            observed="not JSON",
            sentence="declares JSON for an error that is not",
            expected="a JSON text",
            actual=subject.json.reason,
        )
    else:
        yield Pass("error.json")


def no_page(subject: Subject) -> Judged:
    """An error is no HTML page and shows no stack trace: a note where it is."""
    response = subject.response
    if response is None or subject.status < 400:
        return
    page = bool(PAGE.search(response.body[:4096]))
    trace = bool(TRACE.search(response.body[:100_000]))
    if page or trace:
        what = "a stack trace" if trace else "an HTML page"
        yield finding(
            "error.no-page",
            rule="body of an error",
            kind="an error",
            observed=what,
            sentence=f"answers an error with {what}",
            expected="a short explanation",
            actual=what,
        )
    else:
        yield Pass("error.no-page")


def large(subject: Subject) -> Judged:
    """A very large or deep body is accepted or refused with 4xx."""
    if subject.case.requirements[:1] == ("error.large",) and 200 <= subject.status < 500:
        yield Pass("error.large")


def rate_limit(subject: Subject) -> Judged:
    """A 429 says how long to wait."""
    if subject.status != 429 or subject.response is None:
        return
    body = subject.json.value if isinstance(subject.json, JsonText) else None
    told = subject.response.header("Retry-After") or (isinstance(body, dict) and body.get("retry_after") is not None)
    if told:
        yield Pass("error.rate-limit")
    else:
        yield finding(
            "error.rate-limit",
            rule="rate limit",
            kind="429",
            observed="no time",
            sentence="answers 429 without saying how long to wait",
            pointer="Retry-After",
        )


def shape(subject: Subject) -> Judged:
    """An error body has the text members that pages speak of: a note where not."""
    names = subject.contract.prose.error_texts
    if not names or not 400 <= subject.status < 500 or subject.status == 429 or is_outside_body(subject):
        return
    if subject.case.request.method == "HEAD":
        return
    body = subject.json.value if isinstance(subject.json, JsonText) else None
    if isinstance(body, dict) and all(isinstance(body.get(name), str) for name in names):
        yield Pass("advisory.error-shape")
    else:
        yield finding(
            "advisory.error-shape",
            rule="shape of an error",
            kind="an error",
            observed="another shape",
            sentence=f"answers errors without the text members {', '.join(names)}",
            expected=", ".join(names),
            actual=(subject.response.body[:200] if subject.response else b"").decode("utf-8", "replace"),
        )


CHECKS = (server_error, status_class, status, unknown_resource, representation, no_page, large, rate_limit, shape)
