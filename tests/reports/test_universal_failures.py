"""A fault that shows with every request is one cause."""

from datetime import date

import pytest
from msgspec.structs import replace

from conformance.model.vocabulary import Expectation
from conformance.model.waiver import Waiver
from conformance.reports.folding import fold

from . import journals
from .journals import MUST, SHOULD, Journal


def refusing(kinds: int, *, spared: bool = False, waivers: tuple[Waiver, ...] = ()) -> Journal:
    """Return a run whose every case but, where `spared`, the last is answered 502, each case of a kind of its own."""
    journal = Journal(waivers=waivers)
    for number in range(kinds):
        # The right request has a body, and the largest id: neither size nor name makes it the evidence.
        case = replace(
            journals.case(f"case-{kinds - number:02}", body=b"" if number else b'{"name": "first"}'),
            expectation=Expectation.REJECTED if number else Expectation.ACCEPTED,
        )
        journal.send(case)
        journal.find(
            case,
            MUST,
            rule="server error",
            kind=f"kind {number}",
            observed="502",
            sentence=f"answers 502 to kind {number}",
            pointer=f"/member_{number}",
        )
    if spared:
        journal.send(journals.case("spared"), passed=[MUST.id])
    return journal


def test_every_request() -> None:
    """What all cases show in the same way is one cause, with a right request as the evidence."""
    (cause,) = fold(refusing(12).end()).causes
    assert (cause.sentence, cause.count, cause.case) == ("answers 502 to every request", 12, "case-12")
    assert cause.pattern == "server error | every request | 502"


def test_findings_keep_what_they_are() -> None:
    """Only the pattern is wider: each finding keeps its own cause, so that waivers and comparisons still know it."""
    one, *others = fold(refusing(12).end()).findings
    assert one.pointer == "/member_11"
    assert {each.pattern for each in (one, *others)} == {"server error | every request | 502"}


@pytest.mark.parametrize(("kinds", "spared", "count"), [(12, True, 12), (4, False, 4)])
def test_not_every_request(kinds: int, count: int, *, spared: bool) -> None:
    """One case that is without it, or too few kinds to tell, and each kind stays a cause of its own."""
    assert len(fold(refusing(kinds, spared=spared).end()).causes) == count


def test_kinds_that_were_answered_differently() -> None:
    """What was observed must be the same: a 502 here and a 500 there are not one fault."""
    journal = refusing(6)
    for number in range(6):
        case = journals.case(f"other-{number}", body=b"")
        journal.send(case)
        journal.find(
            case,
            MUST,
            rule="server error",
            kind=f"kind {number}",
            observed="500",
            sentence=f"answers 500 to {number}",
        )
    assert len(fold(journal.end()).causes) == 12


def test_beside_another_requirement() -> None:
    """What breaks another requirement is told beside it."""
    journal = refusing(6)
    journal.find(journals.case("case-01"), SHOULD)
    assert len(fold(journal.end()).causes) == 2


def test_waived_by_the_pattern_that_is_told() -> None:
    """A waiver that names the pattern of the cause, as a drafted one does, lets all its findings pass."""
    waiver = Waiver(owner="team", reason="known", expires=date(2999, 1, 1), cause="server error | every request | 502")
    results = fold(refusing(12, waivers=(waiver,)).end())
    assert all(each.waiver for each in results.findings)
