"""Rejection: what the contract forbids is rejected."""

from conformance.checks.shared import messages
from conformance.checks.shared.findings import request_finding
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation

DUPLICATES = "reject.duplicate-names"

EXPECTED = "rejected with 4xx"


def rejected(subject: Subject) -> Judged:
    """A request that the contract forbids is not accepted (the class of its status is another requirement)."""
    case = subject.case
    if case.expectation is not Expectation.REJECTED or not subject.focus:
        return
    if subject.succeeded:
        yield request_finding(
            subject, subject.focus, messages.ACCEPTS, rule="accepts", observed="2xx", expected=EXPECTED
        )
    elif subject.rejected and (subject.about_credential or not subject.beside):
        for requirement in case.requirements:
            if requirement != "error.unknown-resource":
                yield Pass(requirement)


def duplicates(subject: Subject) -> Judged:
    """Whether a body with a duplicate property is accepted is recorded."""
    if DUPLICATES not in subject.case.requirements:
        return
    if subject.succeeded:
        yield request_finding(subject, DUPLICATES, messages.ACCEPTS, rule="accepts", observed="2xx", expected=EXPECTED)
    elif subject.rejected and not subject.beside:
        yield Pass(DUPLICATES)


CHECKS = (rejected, duplicates)
