"""Errors: the status of a rejection, and server errors."""

from conformance.checks.shared import messages
from conformance.checks.shared.findings import finding, request_finding, status_finding, status_word
from conformance.checks.shared.scope import ANY, CLIENT_ERRORS, ONLY_REJECTED, CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.finding import Finding, Pass, Symptom
from conformance.model.json_values import get
from conformance.model.jsontext import JsonText
from conformance.model.vocabulary import Expectation, Group

RIGHT: dict[str, tuple[frozenset[int], str]] = {
    "reject.json-text": (frozenset({400}), "a body that is not JSON"),
    "reject.utf-8": (frozenset({400}), "a body that is not JSON"),
    "reject.media-type": (frozenset({400, 415, 422}), "an undeclared media type"),
    "reject.content-coding": (frozenset({400, 415, 422}), "a body that is not in its content coding"),
    "reject.body.required": (frozenset({400, 411, 415, 422}), "a request without a body"),
}
"""The statuses for the rejection of a request, by what is invalid in it; of any other body `BROKEN`."""

BROKEN = (frozenset({400, 422}), "a body that violates the schema")

NO_SERVER_ERROR = (Pass("error.server-error"),)
OF_CLASS = (Pass("error.status-class"),)
OF_STATUS = (Pass("error.status"),)


def server_error(subject: Subject) -> Judged:
    """No request causes a 5xx; 501 for a method that is not declared is none.

    What is no status of HTTP counts as one (RFC 9110 section 15).
    """
    if subject.exchange.response is None:
        return NOTHING
    story = subject.case.story
    unknown_method = subject.status == 501 and story is not None and story.keyword == "method"
    if 200 <= subject.status < 500 or unknown_method:
        return NO_SERVER_ERROR
    return (failed("error.server-error", subject),)


def failed(requirement: str, subject: Subject) -> Finding:
    """Return the finding of a server error: one cause, whichever requirement it is a finding of."""
    return request_finding(
        subject,
        requirement,
        messages.SERVER_ERROR,
        rule="server error",
        observed=status_word(subject.status),
        expected="no 5xx",
    )


def status_class(subject: Subject) -> Judged:
    """A rejection is a 4xx."""
    if subject.case.expectation is not Expectation.REJECTED or not subject.rejected:
        return NOTHING
    if subject.status >= 400:
        return OF_CLASS
    return (redirected(subject, "an invalid request"),)


def redirected(subject: Subject, kind: str, what: str = "") -> Finding:
    """Return the finding of a redirect in place of a rejection."""
    return status_finding(
        subject,
        "error.status-class",
        messages.REDIRECTED,
        Symptom("class of a rejection", kind, "3xx"),
        expected="a 4xx",
        what=what,
    )


def status(subject: Subject) -> Judged:
    """What is not JSON is rejected with 400, what violates the schema with 400 or 422."""
    refusable = subject.case.expectation is Expectation.REJECTED and subject.group is Group.REJECTION
    if not refusable or not 400 <= subject.status < 500 or subject.beside:
        return NOTHING
    right, what = RIGHT.get(subject.focus, BROKEN)
    if subject.case.story is not None and subject.case.story.keyword == "path parameter":
        right = right | {404}
    if subject.status in right:
        return OF_STATUS
    return (_status("error.status", subject, what, " or ".join(map(str, sorted(right)))),)


def unknown_resource(subject: Subject) -> Judged:
    """A path parameter that names no resource is rejected with 404 or 403; 401 says nothing of it."""
    requirement = "error.unknown-resource"
    if subject.focus != requirement or not 400 <= subject.status < 500 or subject.status in {401, 429}:
        return
    if subject.status in {403, 404}:
        yield Pass(requirement)
    else:
        yield _status(requirement, subject, "an unknown resource", "404 or 403")


def large(subject: Subject) -> Judged:
    """A very large or deep body is accepted or rejected with 4xx."""
    if subject.focus != "error.large" or subject.exchange.response is None:
        return
    yield Pass("error.large") if 200 <= subject.status < 500 else failed("error.large", subject)


def rate_limit(subject: Subject) -> Judged:
    """A 429 says how long to wait."""
    if subject.status != 429 or subject.response is None:
        return
    body = subject.json.value if isinstance(subject.json, JsonText) else None
    stated = subject.response.header("Retry-After") or get(body, "/retry_after") is not None
    if stated:
        yield Pass("error.rate-limit")
    else:
        yield finding(
            "error.rate-limit",
            Symptom("rate limit", "429", "no delay"),
            **messages.RETRY_AFTER.filled(),
            pointer="Retry-After",
            expected="Retry-After, or retry_after in the body",
            actual="neither",
        )


def _status(requirement: str, subject: Subject, kind: str, expected: str) -> Finding:
    return status_finding(
        subject,
        requirement,
        messages.REJECTION,
        Symptom("status of a rejection", kind, status_word(subject.status)),
        expected=expected,
    )


CHECKS: CheckScopes = {
    server_error: ANY,
    status_class: CheckScope(expectations=ONLY_REJECTED, statuses=range(300, 500)),
    status: CheckScope(expectations=ONLY_REJECTED, statuses=CLIENT_ERRORS),
    unknown_resource: CheckScope(requirements=frozenset({"error.unknown-resource"}), statuses=CLIENT_ERRORS),
    large: CheckScope(requirements=frozenset({"error.large"})),
    rate_limit: CheckScope(statuses=range(429, 430), complete=True),
}
