"""Rejection: what the contract forbids is refused."""

from conformance.checks.subject import UNJUDGED, Judged, Subject, finding
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation, Group


def refused(subject: Subject) -> Judged:
    """A request that the contract forbids is not answered with 2xx (its class is another requirement)."""
    case = subject.case
    if case.expectation is not Expectation.REFUSED or subject.response is None:
        return
    focus = case.requirements[0]
    if subject.succeeded:
        story = case.story
        says = story.says if story else case.id
        yield finding(
            focus,
            rule="takes",
            kind=subject.kind,
            observed="2xx",
            sentence=f"takes {subject.kind}",
            message=f"takes {says} with {subject.status}",
            pointer=story.pointer if story else "",
            expected="refused: a 4xx",
            actual=str(subject.status),
        )
    elif subject.refused and (is_outside_body(subject) or subject.status not in UNJUDGED):
        for requirement in case.requirements:
            yield Pass(requirement)


def duplicates(subject: Subject) -> Judged:
    """A body with a member twice is recorded."""
    if "reject.duplicate-names" not in subject.case.requirements:
        return
    if subject.succeeded:
        yield finding(
            "reject.duplicate-names",
            rule="takes",
            kind=subject.kind,
            observed="2xx",
            sentence="takes a body with a member twice",
            actual=str(subject.status),
        )
    elif subject.refused and subject.status not in UNJUDGED:
        yield Pass("reject.duplicate-names")


def is_outside_body(subject: Subject) -> bool:
    """Tell whether a case is about credentials or the path, so that 401, 403 and 404 are answers to it."""
    row = subject.contract.by_id.get(subject.case.requirements[0]) if subject.case.requirements else None
    return row is not None and row.group in {Group.AUTHENTICATION, Group.ERROR}


CHECKS = (refused, duplicates)
