"""Authentication: how missing and wrong credentials are rejected, and that no response shows the key."""

from conformance.checks.shared import messages
from conformance.checks.shared.findings import finding, request_finding, status_finding, status_word
from conformance.checks.shared.key_leaks import SHORT, encoded_forms
from conformance.checks.shared.scope import ANY, CLIENT_ERRORS, ONLY_REJECTED, CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.finding import Pass, Symptom
from conformance.model.jsontext import MAX_TEXT
from conformance.model.vocabulary import Expectation

ABOUT_CREDENTIALS = frozenset({400, 401, 403})
"""Statuses of a rejection that may be about a credential; another one says nothing of it."""

SPELLINGS = {"authentication.scheme-case": True, "authentication.bearer": False}
"""Requirements of forms of a credential that no document decides, each with whether servers accept that form."""

ORDER = "authentication.order"

NOT_SHOWN = "authentication.key-echo"

UNAUTHORISED = (Pass("authentication.status"),)
KEY_HIDDEN = (Pass(NOT_SHOWN),)


def status(subject: Subject) -> Judged:
    """A missing or wrong credential is rejected with 401 or 403."""
    if not _bad(subject) or not 400 <= subject.status < 500 or subject.status == 429:
        return NOTHING
    if subject.status in {401, 403}:
        return UNAUTHORISED
    return (
        status_finding(
            subject,
            "authentication.status",
            messages.CREDENTIAL_STATUS,
            Symptom("status for an invalid credential", "an invalid credential", status_word(subject.status)),
            expected="401 or 403",
        ),
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
            Symptom("challenge", "401", "absent"),
            **messages.CHALLENGE.filled(what=subject.what),
            pointer="WWW-Authenticate",
            expected="WWW-Authenticate",
            actual="absent",
        )


def spellings(subject: Subject) -> Judged:
    """Forms of a credential that no document decides are recorded: the scheme in other letter case, and Bearer."""
    if not subject.succeeded and subject.status not in ABOUT_CREDENTIALS:
        return
    for requirement, usual in SPELLINGS.items():
        if requirement not in subject.case.requirements:
            continue
        if subject.succeeded is usual:
            yield Pass(requirement)
        else:
            yield request_finding(
                subject,
                requirement,
                messages.ACCEPTS if subject.succeeded else messages.REJECTS,
                rule="credential form",
                observed="accepted" if subject.succeeded else "rejected",
                expected="rejected" if subject.succeeded else "accepted",
            )


def order(subject: Subject) -> Judged:
    """An invalid credential with an invalid body is rejected for the credential."""
    requirement = ORDER
    if requirement not in subject.case.requirements or subject.status not in {400, 401, 403, 415, 422}:
        return
    if subject.status in {401, 403}:
        yield Pass(requirement)
    else:
        yield status_finding(
            subject,
            requirement,
            messages.ORDER,
            Symptom("order of validation", "an invalid credential with an invalid body", "the error of the body"),
            expected="401 or 403",
        )


def key_echo(subject: Subject) -> Judged:
    """No response contains the key, plain or encoded; a request body that holds it by itself decides nothing."""
    key, response = subject.settings.key, subject.exchange.response
    if len(key) < SHORT or response is None or NOT_SHOWN not in subject.contract.by_id:
        return NOTHING
    headers = "\n".join([value for _, value in response.headers])
    body = response.body
    for form, data in encoded_forms(key):
        if data in body or form in headers:
            return _shown(subject, body, headers)
    return KEY_HIDDEN if len(body) <= MAX_TEXT else NOTHING


def _shown(subject: Subject, body: bytes, headers: str) -> Judged:
    shown = [form for form, data in encoded_forms(subject.settings.key) if data in body or form in headers]
    sent = subject.case.request.body or b""
    if any(form.encode() in sent for form in shown):
        return
    place = "the header section" if all(form in headers for form in shown) else "the body"
    yield finding(
        NOT_SHOWN,
        Symptom("credential leak", "any response", "the key"),
        **messages.KEY_SHOWN.filled(place=place),
        expected="the key in no response",
        actual=f"the key in {place}",
    )


def _bad(subject: Subject) -> bool:
    """Tell whether a case carries a credential that must be rejected."""
    return subject.about_credential and subject.case.expectation is Expectation.REJECTED


CHECKS: CheckScopes = {
    status: CheckScope(expectations=ONLY_REJECTED, statuses=CLIENT_ERRORS),
    challenge: CheckScope(expectations=ONLY_REJECTED, statuses=range(401, 402), complete=True),
    spellings: CheckScope(requirements=frozenset(SPELLINGS)),
    order: CheckScope(requirements=frozenset({ORDER})),
    key_echo: ANY,
}
