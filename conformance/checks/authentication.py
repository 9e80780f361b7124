"""Authentication: how bad credentials are answered, and that the key is never shown."""

import base64
from urllib.parse import quote

from conformance.checks.subject import Judged, Subject, finding
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation

SHORT_KEY = 6
"""A key of fewer characters may occur in an answer by chance."""


def status(subject: Subject) -> Judged:
    """A missing or wrong credential is answered with 401 or 403; a 401 carries WWW-Authenticate."""
    if not _about_credentials(subject) or subject.case.expectation is not Expectation.REFUSED or not subject.refused:
        return
    if subject.status in {401, 403}:
        yield Pass("authentication.status")
    else:
        yield finding(
            "authentication.status",
            rule="status of a bad credential",
            kind="a bad credential",
            observed=str(subject.status),
            sentence=f"answers {subject.status} to a bad credential",
            pointer="status",
            expected="401 or 403",
            actual=str(subject.status),
        )
    if subject.status == 401 and subject.response is not None:
        if subject.response.header("WWW-Authenticate"):
            yield Pass("authentication.challenge")
        else:
            yield finding(
                "authentication.challenge",
                rule="challenge",
                kind="401",
                observed="none",
                sentence="answers 401 without WWW-Authenticate",
                pointer="WWW-Authenticate",
                expected="WWW-Authenticate",
                actual="none",
            )


def spellings(subject: Subject) -> Judged:
    """Spellings that no document decides are recorded: the scheme in other letter case, and Bearer."""
    for requirement in ("authentication.scheme-case", "authentication.bearer"):
        if requirement not in subject.case.requirements:
            continue
        taken = requirement == "authentication.bearer"
        if subject.succeeded is not taken and (subject.succeeded or subject.refused):
            yield Pass(requirement)
        elif subject.succeeded or subject.refused:
            yield finding(
                requirement,
                rule="credential",
                kind=subject.kind,
                observed="taken" if subject.succeeded else "refused",
                sentence=f"{'takes' if subject.succeeded else 'refuses'} a credential with {subject.kind}",
                pointer="Authorization",
                actual=str(subject.status),
            )


def order(subject: Subject) -> Judged:
    """Bad credentials with a bad body give the credential's error."""
    if "authentication.order" not in subject.case.requirements or not subject.refused:
        return
    if subject.status in {401, 403}:
        yield Pass("authentication.order")
    else:
        yield finding(
            "authentication.order",
            rule="order",
            kind="a bad credential with a bad body",
            observed=str(subject.status),
            sentence="tells a bad body before a bad credential",
            expected="401 or 403",
            actual=str(subject.status),
        )


def key_echo(subject: Subject) -> Judged:
    """The key appears in no answer, neither as it is nor base64- or percent-encoded."""
    key, response = subject.settings.key, subject.exchange.response
    if len(key) < SHORT_KEY or response is None or "authentication.key-echo" not in subject.contract.by_id:
        return
    forms = {key, quote(key, safe=""), base64.b64encode(key.encode()).decode().rstrip("=")}
    headers = "\n".join(value for _, value in response.headers)
    shown = [form for form in forms if form.encode() in response.body or form in headers]
    if shown:
        yield finding(
            "authentication.key-echo",
            rule="key",
            kind="any answer",
            observed="key shown",
            sentence="shows the key in an answer",
            expected="the key in no answer",
            actual="the key stands in the answer",
        )
    else:
        yield Pass("authentication.key-echo")


def _about_credentials(subject: Subject) -> bool:
    return any(each.startswith("authentication.") for each in subject.case.requirements[:1])


CHECKS = (status, spellings, order, key_echo)
