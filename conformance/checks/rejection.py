"""Rejection: what the contract forbids is rejected."""

from conformance.checks.shared.findings import finding
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.finding import Pass, Symptom
from conformance.model.vocabulary import Expectation

DUPLICATES = "reject.duplicate-names"

NO_CREDENTIAL = Symptom("accepts", "a request without a credential", "2xx")
"""The symptom of a target that asks for no credential: that it takes a wrong one as well is no fault of its own."""


def rejected(subject: Subject) -> Judged:
    """A request that the contract forbids is not answered with 2xx (its class is another requirement)."""
    case = subject.case
    if case.expectation is not Expectation.REJECTED or not subject.focus:
        return
    if subject.succeeded:
        yield finding(
            subject.focus,
            rule="accepts",
            kind=subject.kind,
            observed="2xx",
            sentence=f"takes {subject.kind}",
            message=f"takes {case.story.says if case.story else case.id} with {subject.status}",
            pointer=case.story.pointer if case.story else "",
            place=subject.place,
            expected="refused: a 4xx",
            actual=str(subject.status),
            within=NO_CREDENTIAL if subject.about_credential else None,
        )
    elif subject.rejected and (subject.about_credential or not subject.beside):
        for requirement in case.requirements:
            if requirement != "error.unknown-resource":
                yield Pass(requirement)


def duplicates(subject: Subject) -> Judged:
    """A body with a member twice is recorded."""
    if DUPLICATES not in subject.case.requirements:
        return
    if subject.succeeded:
        yield finding(
            DUPLICATES,
            rule="accepts",
            kind=subject.kind,
            observed="2xx",
            sentence="takes a body with a duplicate property",
            actual=str(subject.status),
        )
    elif subject.rejected and not subject.beside:
        yield Pass(DUPLICATES)


CHECKS = (rejected, duplicates)
