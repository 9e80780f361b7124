"""Acceptance: what the contract allows is accepted."""

from conformance.checks.shared.findings import finding
from conformance.checks.shared.subject import Judged, Subject
from conformance.classify.requirements import BEYOND_PROSE
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation, Group, Strength

VALID = "authentication.valid"


def accepted(subject: Subject) -> Judged:
    """A request that the contract allows is answered with success; one that prose speaks against may be refused.

    401, 404 and 405 are about credential and path, and so is 403 before a right request was taken; a redirection is no
    verdict on a body, and 409 is one only where the object has a fresh name.
    """
    case = subject.case
    if case.expectation is not Expectation.ACCEPTED or not subject.focus:
        return
    if subject.status in subject.contract.operation.successes:
        for requirement in case.requirements:
            yield Pass(requirement)
        return
    if not 400 <= subject.status < 500 or _is_outside(subject) or (subject.status == 409 and not case.slotted):
        return
    if case.beyond and not subject.settings.loopback:
        return
    yield finding(
        _weakened(subject),
        rule="rejects",
        kind=subject.kind,
        observed="4xx",
        sentence=f"refuses {subject.kind}",
        message=f"refuses {case.story.says if case.story else case.id} with {subject.status}",
        pointer=case.story.pointer if case.story else "",
        place=subject.place,
        expected="accepted: " + ", ".join(map(str, subject.contract.operation.successes)),
        actual=str(subject.status),
    )


def prose(subject: Subject) -> Judged:
    """Whether pages are right about what is refused: a note where such a body is taken."""
    for requirement in subject.case.beyond:
        if subject.rejected and not subject.beside:
            yield Pass(requirement)
        elif subject.succeeded:
            row = subject.contract.by_id.get(requirement)
            yield finding(
                requirement,
                rule="documentation rule",
                kind="a body that violates a documentation rule",
                observed="2xx",
                sentence="takes what a page says is refused",
                message=f"takes what a page says is refused: {row.title if row else requirement}",
                pointer=subject.case.story.pointer if subject.case.story else "",
                place=subject.place,
                expected="refused, by the page",
                actual=str(subject.status),
            )


def trials(subject: Subject) -> Judged:
    """The fate of trial bodies is recorded; where prose says what it should be, that is a pass."""
    story = subject.case.story
    if story is None or story.keyword != "trial":
        return
    trial = next((each for each in subject.contract.prose.trials if each.id == story.kind), None)
    if trial is None or not (subject.succeeded or (subject.rejected and not subject.beside)):
        return
    if trial.accepted is subject.succeeded:
        yield Pass(trial.requirement)
        return
    word = "accepted" if subject.succeeded else "rejected"
    yield finding(
        trial.requirement,
        rule="trial",
        kind=story.kind,
        observed=word,
        sentence=f"{story.kind.replace('-', ' ')}: {word}",
        actual=str(subject.status),
    )


def right_credential(subject: Subject) -> Judged:
    """A right credential in the documented form is accepted.

    Where only names or framing of header fields were changed, the requirement of that change speaks. 403 is no word on
    the credential once a right request was taken, nor on a body that a sane server may refuse: firewalls answer so.
    """
    if subject.case.expectation is not Expectation.ACCEPTED or VALID not in subject.contract.by_id:
        return
    if subject.succeeded:
        yield Pass(VALID)
        return
    row = subject.row
    aside = subject.group is Group.TRANSPORT
    weak = row is not None and row.strength is not Strength.MUST
    if subject.status == 401 or (subject.status == 403 and (aside or not weak) and not subject.settings.proven):
        security = subject.contract.operation.security
        yield finding(
            subject.focus if aside else VALID,
            rule="rejects",
            kind=subject.kind if aside else "a valid credential",
            observed=str(subject.status),
            sentence=f"refuses a right credential{f' with {subject.kind}' if aside else ''}",
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
    """Return the requirement that speaks: never one of strength must where a page speaks against the body."""
    row = subject.row
    must = row is not None and row.strength is Strength.MUST
    return BEYOND_PROSE if subject.case.beyond and must else subject.focus


CHECKS = (accepted, prose, trials, right_credential)
