"""Acceptance: what the contract allows is taken."""

from conformance.checks.subject import Judged, Subject, finding
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation, Group


def accepted(subject: Subject) -> Judged:
    """A request that the contract allows is answered with success; one that prose speaks against may be refused."""
    case = subject.case
    if case.expectation is not Expectation.ACCEPTED or subject.response is None:
        return
    if subject.status in subject.contract.operation.successes:
        for requirement in case.requirements:
            yield Pass(requirement)
        return
    secured = subject.contract.operation.security is not None
    outside = {404, 405} | ({401, 403} if secured else set())
    if not subject.refused or subject.status in outside or (subject.status == 409 and not case.slotted):
        return
    if case.beyond and not subject.settings.loopback:
        return
    focus = case.requirements[0]
    story = case.story
    yield finding(
        focus,
        rule="refuses",
        kind=subject.kind,
        observed=f"{subject.status // 100}xx",
        sentence=f"refuses {subject.kind}",
        message=f"refuses {story.says if story else case.id} with {subject.status}",
        pointer=story.pointer if story else "",
        expected="accepted: " + ", ".join(map(str, subject.contract.operation.successes)),
        actual=str(subject.status),
    )


def prose(subject: Subject) -> Judged:
    """Whether pages are right about what is refused: a note either way."""
    for requirement in subject.case.beyond:
        if subject.refused and subject.status not in {401, 403, 404, 405}:
            yield Pass(requirement)
        elif subject.succeeded:
            row = subject.contract.by_id.get(requirement)
            yield finding(
                requirement,
                rule="takes what a page forbids",
                kind=requirement,
                observed="2xx",
                sentence=f"takes what a page says is refused: {row.title if row else requirement}",
                pointer=subject.case.story.pointer if subject.case.story else "",
                expected="refused, by the page",
                actual=str(subject.status),
            )


def trials(subject: Subject) -> Judged:
    """The fate of trial bodies is recorded; where prose says what it should be, that is a pass."""
    story = subject.case.story
    if story is None or story.keyword != "trial" or not (subject.succeeded or subject.refused):
        return
    trial = next(each for each in subject.contract.prose.trials if each.id == story.kind)
    if trial.accepted is subject.succeeded:
        yield Pass(trial.requirement)
        return
    word = "taken" if subject.succeeded else "refused"
    yield finding(
        trial.requirement,
        rule="trial",
        kind=story.kind,
        observed=word,
        sentence=f"{story.kind.replace('-', ' ')}: {word}",
        actual=str(subject.status),
    )


def right_credential(subject: Subject) -> Judged:
    """A right credential in the documented form is accepted."""
    if subject.case.expectation is not Expectation.ACCEPTED or "authentication.valid" not in subject.contract.by_id:
        return
    row = subject.contract.by_id.get(subject.case.requirements[0]) if subject.case.requirements else None
    if subject.succeeded:
        yield Pass("authentication.valid")
    elif subject.status in {401, 403}:
        aside = row is not None and row.group is Group.TRANSPORT
        yield finding(
            row.id if aside and row else "authentication.valid",
            rule="refuses",
            kind=subject.kind if aside else "a right credential",
            observed=str(subject.status),
            sentence=f"refuses a right credential{f' with {subject.kind}' if aside else ''}",
            pointer=subject.contract.operation.security.name if subject.contract.operation.security else "",
            expected="accepted",
            actual=str(subject.status),
        )


CHECKS = (accepted, prose, trials, right_credential)
