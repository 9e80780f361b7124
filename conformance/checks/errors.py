"""Errors: the status of a rejection, and server errors."""

from conformance.checks.shared.findings import finding, status_word
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.finding import Finding, Pass
from conformance.model.json_values import get
from conformance.model.jsontext import JsonText
from conformance.model.vocabulary import Expectation, Group

RIGHT: dict[str, tuple[frozenset[int], str]] = {
    "reject.json-text": (frozenset({400}), "a body that is not JSON"),
    "reject.utf-8": (frozenset({400}), "a body that is not JSON"),
    "reject.media-type": (frozenset({400, 415, 422}), "an undeclared media type"),
    "reject.body.required": (frozenset({400, 411, 415, 422}), "a request without a body"),
}
"""The statuses that refuse a request for what it is, and what that is; of any other body `BROKEN`."""

BROKEN = (frozenset({400, 422}), "a body that breaks the schema")


def server_error(subject: Subject) -> Judged:
    """No request, however odd, is answered with 5xx; 501 to a method that is not declared is none.

    What is no status of HTTP counts as one (RFC 9110 section 15).
    """
    if subject.exchange.response is None:
        return
    story = subject.case.story
    unknown_method = subject.status == 501 and story is not None and story.keyword == "method"
    if 200 <= subject.status < 500 or unknown_method:
        yield Pass("error.server-error")
    else:
        yield failed("error.server-error", subject)


def failed(requirement: str, subject: Subject) -> Finding:
    """Return the finding of an answer that is an error of the server; one cause, whichever requirement speaks."""
    word, story = status_word(subject.status), subject.case.story
    return finding(
        requirement,
        rule="server error",
        kind=subject.kind,
        observed=word,
        sentence=f"answers {word} to {subject.kind}",
        message=f"answers {subject.status}: {story.says if story else subject.case.id}",
        pointer=story.pointer if story else "",
        place=subject.place,
        expected="no 5xx",
        actual=str(subject.status),
    )


def status_class(subject: Subject) -> Judged:
    """A refusal is a 4xx."""
    if subject.case.expectation is not Expectation.REJECTED or not subject.rejected:
        return
    yield Pass("error.status-class") if subject.status >= 400 else redirected(subject.status, "a rejection")


def redirected(status: int, kind: str) -> Finding:
    """Return the finding of a refusal that is a redirection."""
    return finding(
        "error.status-class",
        rule="class of a rejection",
        kind=kind,
        observed="3xx",
        sentence=f"answers {kind} with a redirection, which is no client error",
        pointer="status",
        expected="a 4xx",
        actual=str(status),
    )


def status(subject: Subject) -> Judged:
    """What is not JSON is answered with 400, what breaks the schema with 400 or 422."""
    refusable = subject.case.expectation is Expectation.REJECTED and subject.group is Group.REJECTION
    if not refusable or not 400 <= subject.status < 500 or subject.beside:
        return
    right, what = RIGHT.get(subject.focus, BROKEN)
    if subject.status in right:
        yield Pass("error.status")
    else:
        yield _status("error.status", subject.status, what, " or ".join(map(str, sorted(right))))


def unknown_resource(subject: Subject) -> Judged:
    """A path parameter that names nothing is answered with 404 or 403; 401 says nothing of it."""
    requirement = "error.unknown-resource"
    if subject.focus != requirement or not 400 <= subject.status < 500 or subject.status in {401, 429}:
        return
    if subject.status in {403, 404}:
        yield Pass(requirement)
    else:
        yield _status(requirement, subject.status, "an unknown resource", "404 or 403")


def large(subject: Subject) -> Judged:
    """A very large or deep body is accepted or refused with 4xx."""
    if subject.focus != "error.large" or subject.exchange.response is None:
        return
    yield Pass("error.large") if 200 <= subject.status < 500 else failed("error.large", subject)


def rate_limit(subject: Subject) -> Judged:
    """A 429 says how long to wait."""
    if subject.status != 429 or subject.response is None:
        return
    body = subject.json.value if isinstance(subject.json, JsonText) else None
    told = subject.response.header("Retry-After") or get(body, "/retry_after") is not None
    if told:
        yield Pass("error.rate-limit")
    else:
        yield finding(
            "error.rate-limit",
            rule="rate limit",
            kind="429",
            observed="no delay",
            sentence="answers 429 without saying how long to wait",
            pointer="Retry-After",
            expected="Retry-After, or retry_after in the body",
            actual="neither",
        )


def _status(requirement: str, status: int, kind: str, expected: str) -> Finding:
    word = status_word(status)
    return finding(
        requirement,
        rule="status of a rejection",
        kind=kind,
        observed=word,
        sentence=f"answers {word} to {kind}",
        pointer="status",
        expected=expected,
        actual=str(status),
    )


CHECKS = (server_error, status_class, status, unknown_resource, large, rate_limit)
