"""Acceptance: what the contract allows is accepted."""

from collections.abc import Sequence
from functools import lru_cache

from conformance.checks.shared import messages
from conformance.checks.shared.findings import SentRequest, finding, finding_of_sent, request_finding, sent_of
from conformance.checks.shared.key_leaks import hidden
from conformance.checks.shared.scope import ANY, ONLY_ACCEPTED, CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING, Settled, passes
from conformance.checks.shared.subject import Judged, Subject
from conformance.classify.requirements import BEYOND_PROSE
from conformance.contract.contract import Contract
from conformance.model.finding import Doubt, Finding, Judgement, Pass, Symptom
from conformance.model.vocabulary import Expectation, Group, Strength

VALID = "authentication.valid"
RESERVED = "accept.reserved-property"
TRIAL = "trial"
"""What the story of a trial body is about."""

LEAVES_NOTHING = "error.leaves-nothing"
"""What a case says that has the name of a rejected request."""

ADMITTED = (Pass(VALID),)


def accepted(subject: Subject) -> Judged:
    """A request that the contract allows is accepted; one that the documentation rules out may be rejected.

    401, 404 and 405 are about credential and path, and so is 403 before a valid request was accepted; a redirect is no
    verdict on a body, and 409 is one only where the object has a fresh name, which no rejected request had.
    """
    case = subject.case
    if case.expectation is not Expectation.ACCEPTED or not subject.focus:
        return NOTHING
    if subject.accepted:
        return passes(subject.contract, case.requirements)
    return _not_accepted(subject)


def _not_accepted(subject: Subject) -> Judged:
    case = subject.case
    fresh = case.slotted and LEAVES_NOTHING not in case.requirements
    if not 400 <= subject.status < 500 or _is_outside(subject) or (subject.status == 409 and not fresh):
        return
    if case.beyond and not subject.settings.loopback:
        return
    successes = " or ".join(map(str, subject.contract.operation.successes))
    yield request_finding(
        subject,
        _weakened(subject),
        messages.REJECTS,
        rule="rejects",
        observed="4xx",
        expected=f"accepted with {successes}",
    )


def prose(subject: Subject) -> Judged:
    """Whether the documentation is right about what is rejected: a note where such a body is accepted."""
    beyond, contract = subject.case.beyond, subject.contract
    if not beyond:
        return NOTHING
    if subject.rejected and not subject.beside:
        return passes(contract, beyond)
    return _documented(subject, beyond) if subject.succeeded else NOTHING


def _documented(subject: Subject, beyond: Sequence[str]) -> Judged:
    """Return a note for each documentation rule that an accepted body violates."""
    contract, key, sent, status = subject.contract, subject.settings.key, sent_of(subject), subject.status
    notes = _notes(contract, key, sent, status)
    try:
        return Settled([notes[each] for each in beyond])
    except KeyError:
        new = [each for each in beyond if each not in notes]
    if not all(each in contract.by_id for each in new):
        return [_note(each, sent, status) for each in beyond]
    for each in new:
        notes[each] = hidden(_note(each, sent, status), key)
    return Settled([notes[each] for each in beyond])


@lru_cache(maxsize=256)
def _notes(_: Contract, _key: str, _sent: SentRequest, _status: int) -> dict[str, Judgement | Doubt]:
    """Return the notes that were made so far, by requirement: random bodies have them by the thousand."""
    return {}


def _note(requirement: str, sent: SentRequest, status: int) -> Finding:
    symptom = Symptom("documentation rule", "a body that violates a documentation rule", "2xx")
    return finding_of_sent(requirement, messages.DOCUMENTED, symptom, "rejected, as documented", sent, status)


def trials(subject: Subject) -> Judged:
    """Whether trial bodies are accepted is recorded; as the documentation says, it is a pass."""
    story = subject.case.story
    if story is None or story.keyword != TRIAL:
        return
    trial = next((each for each in subject.contract.prose.trials if each.kind == story.kind), None)
    if trial is None or not (subject.succeeded or (subject.rejected and not subject.beside)):
        return
    if trial.accepted is subject.succeeded:
        yield Pass(trial.requirement)
        return
    yield request_finding(
        subject,
        trial.requirement,
        messages.ACCEPTS if subject.succeeded else messages.REJECTS,
        rule="trial",
        observed="accepted" if subject.succeeded else "rejected",
        expected="" if trial.accepted is None else "accepted" if trial.accepted else "rejected",
    )


def reserved(subject: Subject) -> Judged:
    """Whether a property name that parsers reserve is accepted is recorded."""
    requirement = RESERVED
    if requirement not in subject.case.requirements:
        return
    if subject.succeeded:
        yield Pass(requirement)
    elif subject.rejected and not subject.beside:
        yield request_finding(
            subject, requirement, messages.REJECTS, rule="rejects", observed="4xx", expected="accepted"
        )


def right_credential(subject: Subject) -> Judged:
    """A valid credential in the documented form is accepted.

    Where only names or framing of header fields changed, the requirement of that change speaks. 403 says nothing of
    the credential once a valid request was accepted, nor of a body that may be rejected: firewalls return it.
    """
    if subject.case.expectation is not Expectation.ACCEPTED or VALID not in subject.contract.by_id:
        return NOTHING
    return ADMITTED if subject.succeeded else _right_rejected(subject)


def _right_rejected(subject: Subject) -> Judged:
    row = subject.row
    aside = subject.group is Group.TRANSPORT
    weak = row is not None and row.strength is not Strength.MUST
    if subject.status == 401 or (subject.status == 403 and (aside or not weak) and not subject.settings.proven):
        security = subject.contract.operation.security
        kind = subject.kind if aside else "a valid credential"
        yield finding(
            subject.focus if aside else VALID,
            Symptom("rejects", kind, str(subject.status)),
            **messages.REJECTS.filled(kind=kind, request=messages.with_status(kind, subject.status)),
            pointer=security.name if security else "",
            expected="accepted",
            actual=str(subject.status),
        )


def _is_outside(subject: Subject) -> bool:
    """Tell whether a status is about the path, or about the credential where one is asked for."""
    secured = subject.contract.operation.security is not None
    credential = subject.status == 401 or (subject.status == 403 and not subject.settings.proven)
    return subject.status in {404, 405, 429} or (secured and credential)


def _weakened(subject: Subject) -> str:
    """Return the requirement that speaks: never one of strength must where the documentation rules the body out."""
    row = subject.row
    must = row is not None and row.strength is Strength.MUST
    return BEYOND_PROSE if subject.case.beyond and must else subject.focus


CHECKS: CheckScopes = {
    accepted: CheckScope(expectations=ONLY_ACCEPTED),
    prose: ANY,
    trials: CheckScope(keyword=TRIAL),
    reserved: CheckScope(requirements=frozenset({RESERVED})),
    right_credential: CheckScope(expectations=ONLY_ACCEPTED),
}
