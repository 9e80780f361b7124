"""Controls: a rejection passes its requirement only beside an accepted request."""

import pytest
from msgspec.structs import replace

from conformance.model.case import Story
from conformance.model.exchange import Response
from conformance.model.vocabulary import Expectation, Group, Outcome
from conformance.reports.folding.controls import NONE_ACCEPTED, NONE_SENT, NOT_KNOWN
from conformance.reports.folding.fold import fold
from conformance.reports.results import RequirementResult

from . import journals
from .journals import MUST, SHOULD, Journal

OK, DENIED = Response(200, (), b"{}"), Response(422, (), b"{}")


def rejection(
    control: Response | None, body: bytes = b"{}", pointer: str = "/settings/min_replica"
) -> RequirementResult:
    """Return what becomes of a requirement that a rejection passes, beside a valid request with this response."""
    journal = Journal()
    if control is not None:
        journal.send(replace(journals.case("control", body=body), expectation=Expectation.ACCEPTED), control)
    case = replace(
        journals.case("rejected"),
        expectation=Expectation.REJECTED,
        requirements=(MUST.id,),
        story=Story(pointer, "type", "", "", "a property is a string", "a string"),
    )
    journal.send(case, DENIED, passed=[MUST.id])
    return next(row for row in fold(journal.end()).requirements if row.id == MUST.id)


def test_beside_an_accepted_request_it_passes() -> None:
    """The accepted request holds the object that the rejected one breaks."""
    assert Outcome.PASSED is rejection(OK, b'{"settings": {"min_replica": 1}}').outcome


@pytest.mark.parametrize("pointer", ["/list/*", "/list/*/n", "/list/0/n"])
def test_items_of_an_array_have_controls_as_well(pointer: str) -> None:
    """An accepted request with an item of an array is the control of all its items."""
    assert Outcome.PASSED is rejection(OK, b'{"list": [{"n": 1}]}', pointer).outcome
    assert Outcome.INCONCLUSIVE is rejection(OK, b'{"other": [{"n": 1}]}', pointer).outcome


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        (None, NONE_SENT),
        (DENIED, NONE_ACCEPTED),
        (OK, "The target accepted no valid request with /settings in this run: rejections in it prove nothing"),
    ],
    ids=["none", "rejected", "without the object"],
)
def test_without_one_it_proves_nothing(control: Response | None, reason: str) -> None:
    """No valid request, one that is rejected as well, and one that lacks the object leave it inconclusive."""
    row = rejection(control)
    assert (Outcome.INCONCLUSIVE, reason) == (row.outcome, row.reason)


def transport(id_: str, group: Group = Group.TRANSPORT) -> RequirementResult:
    """Return what becomes of a requirement that a target passes which rejects every request."""
    rule = replace(MUST, id=id_, group=group)
    journal = Journal((rule,))
    journal.send(replace(journals.case("right"), expectation=Expectation.ACCEPTED), DENIED, passed=[rule.id])
    (row,) = fold(journal.end()).requirements
    return row


def test_405_needs_a_control_as_well() -> None:
    """A target that rejects everything with 405 knows no methods."""
    assert Outcome.INCONCLUSIVE is transport("transport.method-not-allowed").outcome
    assert Outcome.PASSED is transport("transport.date").outcome


def test_what_rejects_every_request_is_not_shown_to_break_on_none() -> None:
    """It never returned 500, and never looked at a body either."""
    row = transport("error.server-error", Group.ERROR)
    assert (Outcome.INCONCLUSIVE, NOT_KNOWN) == (row.outcome, row.reason)


def test_what_was_sent_and_decided_nothing_is_said() -> None:
    """A requirement whose case was sent is not one that no case exercises."""
    journal = Journal()
    journal.send(replace(journals.case("sent"), requirements=(SHOULD.id,)), OK)
    row = next(row for row in fold(journal.end()).requirements if row.id == SHOULD.id)
    assert Outcome.NOT_EXERCISED is row.outcome
    assert "sent was sent for it, and no response decided it" == row.reason


def test_what_any_request_exercises_says_with_what() -> None:
    """That no request gets a 5xx response counts for the kinds of requests that were sent, and for no others."""
    rule = replace(MUST, id="error.server-error", group=Group.ERROR)
    journal = Journal((rule,))
    journal.send(replace(journals.case("right"), expectation=Expectation.ACCEPTED), OK, passed=[rule.id])
    for number, keyword in enumerate(("type", "type", "enum")):
        story = Story("/settings/min_replica", keyword, "", "", "a story", "a kind")
        journal.send(replace(journals.case(f"case-{number}"), story=story), DENIED, passed=[rule.id])
    (row,) = fold(journal.end()).requirements
    assert [("type", 2), ("enum", 1), ("valid request", 1)] == list(row.exercised_by.items())
