"""Authentication: how missing and wrong credentials are rejected, and that no response shows the key."""

from conformance.checks.shared.findings import finding, status_word
from conformance.checks.shared.key_leaks import SHORT, forms
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation

ABOUT_CREDENTIALS = frozenset({400, 401, 403})
"""Statuses of a refusal that may be about a credential; another one says nothing of it."""


def status(subject: Subject) -> Judged:
    """A missing or wrong credential is answered with 401 or 403."""
    if not _bad(subject) or not 400 <= subject.status < 500 or subject.status == 429:
        return
    if subject.status in {401, 403}:
        yield Pass("authentication.status")
    else:
        word = status_word(subject.status)
        yield finding(
            "authentication.status",
            rule="status for an invalid credential",
            kind="an invalid credential",
            observed=word,
            sentence=f"answers {word} to a bad credential",
            pointer="status",
            expected="401 or 403",
            actual=str(subject.status),
        )


def challenge(subject: Subject) -> Judged:
    """A 401 carries WWW-Authenticate (RFC 9110 section 15.5.2)."""
    if not _bad(subject) or subject.status != 401 or subject.response is None:
        return
    if subject.response.header("WWW-Authenticate"):
        yield Pass("authentication.challenge")
    else:
        yield finding(
            "authentication.challenge",
            rule="challenge",
            kind="401",
            observed="absent",
            sentence="answers 401 without WWW-Authenticate",
            pointer="WWW-Authenticate",
            expected="WWW-Authenticate",
            actual="none",
        )


def spellings(subject: Subject) -> Judged:
    """Spellings that no document decides are recorded: the scheme in other letter case, and Bearer."""
    if not subject.succeeded and subject.status not in ABOUT_CREDENTIALS:
        return
    for requirement, usual in (("authentication.scheme-case", True), ("authentication.bearer", False)):
        if requirement not in subject.case.requirements:
            continue
        if subject.succeeded is usual:
            yield Pass(requirement)
        else:
            yield finding(
                requirement,
                rule="credential form",
                kind=subject.kind,
                observed="accepted" if subject.succeeded else "rejected",
                sentence=f"{'takes' if subject.succeeded else 'refuses'} a credential with {subject.kind}",
                pointer="Authorization",
                actual=str(subject.status),
            )


def order(subject: Subject) -> Judged:
    """Bad credentials with a bad body give the credential's error."""
    requirement = "authentication.order"
    if requirement not in subject.case.requirements or subject.status not in {400, 401, 403, 415, 422}:
        return
    if subject.status in {401, 403}:
        yield Pass(requirement)
    else:
        yield finding(
            requirement,
            rule="order of validation",
            kind="an invalid credential with an invalid body",
            observed="the error of the body",
            sentence="tells a bad body before a bad credential",
            pointer="status",
            expected="401 or 403",
            actual=str(subject.status),
        )


def key_echo(subject: Subject) -> Judged:
    """The key appears in no answer, neither as it is nor encoded; a body that holds it by itself shows nothing."""
    requirement, key, response = "authentication.key-echo", subject.settings.key, subject.exchange.response
    if len(key) < SHORT or response is None or requirement not in subject.contract.by_id:
        return
    headers = "\n".join(value for _, value in response.headers)
    sent = subject.case.request.body or b""
    shown = [form for form in forms(key) if form.encode() in response.body or form in headers]
    if any(form.encode() in sent for form in shown):
        return
    if not shown:
        yield Pass(requirement)
        return
    place = "the header section" if all(form in headers for form in shown) else "the body"
    yield finding(
        requirement,
        rule="credential leak",
        kind="any response",
        observed="the key",
        sentence="shows the key in an answer",
        expected="the key in no answer",
        actual=f"the key stands in {place}",
    )


def _bad(subject: Subject) -> bool:
    """Tell whether a case carries a credential that must be refused."""
    return subject.about_credential and subject.case.expectation is Expectation.REJECTED


CHECKS = (status, challenge, spellings, order, key_echo)
