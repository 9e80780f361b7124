"""Rejection: what the contract forbids is rejected, and what it leaves open is recorded."""

from conformance.checks.shared import messages
from conformance.checks.shared.findings import request_finding
from conformance.checks.shared.scope import ONLY_REJECTED, CheckScope, CheckScopes
from conformance.checks.shared.settled import NOTHING, passes
from conformance.checks.shared.subject import Judged, Subject
from conformance.model.finding import Pass
from conformance.model.vocabulary import Expectation

RECORDED = frozenset(
    {
        "reject.duplicate-names",
        "reject.json-media-type",
        "reject.no-media-type",
        "transport.other-path",
    }
)
"""Requirements whose requests may be accepted, which is a note."""

WRONG_KEY, UNTESTED = "authentication.wrong", "authentication.unconfigured"
"""A wrong key is tested where the right one is known; a target that accepts a key that was made up knows none."""

EXPECTED = "rejected with 4xx"


def rejected(subject: Subject) -> Judged:
    """A request that the contract forbids is not accepted (the class of its status is another requirement)."""
    case = subject.case
    if case.expectation is not Expectation.REJECTED or not subject.focus:
        return NOTHING
    if subject.succeeded:
        return _accepted(subject)
    if not subject.rejected or (subject.beside and not subject.about_credential):
        return NOTHING
    shown = [each for each in case.requirements if each != "error.unknown-resource"]
    if subject.focus == WRONG_KEY and subject.settings.key_made_up:
        shown.append(UNTESTED)
    return passes(subject.contract, shown)


def _accepted(subject: Subject) -> Judged:
    if subject.focus == WRONG_KEY and subject.settings.key_made_up:
        yield request_finding(
            subject,
            UNTESTED,
            messages.NO_KEY,
            rule="checks no key",
            kind="a wrong key",
            observed="2xx",
            expected=EXPECTED,
        )
    else:
        yield request_finding(
            subject, subject.focus, messages.ACCEPTS, rule="accepts", observed="2xx", expected=EXPECTED
        )


def recorded(subject: Subject) -> Judged:
    """Whether a request that a server may accept or reject is accepted is recorded."""
    for requirement in RECORDED.intersection(subject.case.requirements):
        if subject.succeeded:
            yield request_finding(
                subject, requirement, messages.ACCEPTS, rule="accepts", observed="2xx", expected=EXPECTED
            )
        elif subject.rejected and not subject.beside:
            yield Pass(requirement)


CHECKS: CheckScopes = {
    rejected: CheckScope(expectations=ONLY_REJECTED),
    recorded: CheckScope(requirements=RECORDED),
}
