"""Causes: a hundred findings of one fault are one line."""

from msgspec.structs import replace

from conformance.model.vocabulary import Strength
from conformance.reports.folding.fold import fold

from . import journals
from .journals import ADVISORY, MUST, SHOULD, Journal


def test_findings_of_one_pattern_are_one_cause() -> None:
    """Findings of one pattern make one cause, counted, with the members told and the smallest body as evidence."""
    journal = Journal()
    for number, body in enumerate([b'{"name": "long"}', b"{}", b'{"name": 1}']):
        one = journals.case(f"case-{number}", body=body)
        journal.send(one)
        journal.find(one, MUST, pointer=f"/items/{number}/{'ab'[number % 2]}")
    (cause,) = fold(journal.end()).causes
    assert cause.count == 3
    assert cause.sentence == "accepts a string where an integer is required: `/items/*/a`, `/items/*/b`"
    assert cause.pointers == ("/items/*/a", "/items/*/b")
    assert (cause.case, cause.finding, cause.findings) == ("case-1", "f2", ("f1", "f2", "f3"))


def test_of_equal_bodies_the_one_that_a_failure_was_cut_down_to_is_the_evidence() -> None:
    """A body that was kept from an earlier run is as small, but its case has no story of its own."""
    journal = Journal()
    for name, reduced in (("case", False), ("case.minimal", True)):
        one = replace(journals.case(name, body=b"{}"), reduced=reduced)
        journal.send(one)
        journal.find(one, MUST)
    (cause,) = fold(journal.end()).causes
    assert (cause.case, cause.finding) == ("case.minimal", "f2")


def test_places_that_are_no_members() -> None:
    """Where a fault shows in headers, the sentence speaks of places."""
    journal = Journal()
    journal.send(journals.case())
    journal.find(journals.case(), MUST, pointer="Content-Type")
    journal.find(journals.case(), MUST, pointer="Retry-After")
    assert fold(journal.end()).causes[0].sentence.endswith(": `Content-Type`, `Retry-After`")


def test_order_is_strength_then_count_then_pattern() -> None:
    """The most severe cause comes first, then the most frequent, then by name."""
    journal = Journal()
    journal.send(journals.case())
    found = [(ADVISORY, "a"), (SHOULD, "b"), (SHOULD, "b"), (MUST, "d"), (MUST, "c"), (SHOULD, "e")]
    for requirement, rule in found:
        journal.find(journals.case(), requirement, rule=rule)
    rules = [each.pattern.partition(" | ")[0] for each in fold(journal.end()).causes]
    assert rules == ["c", "d", "b", "e", "a"]


def test_cause_takes_its_strongest_requirement() -> None:
    """A pattern that breaks several requirements weighs as the strongest, whose case is the evidence."""
    journal = Journal()
    small, big = journals.case("small", body=b"{}"), journals.case("big")
    journal.send(small)
    journal.find(small, SHOULD)
    journal.send(big)
    journal.find(big, MUST)
    (cause,) = fold(journal.end()).causes
    assert (cause.strength, cause.case) == (Strength.MUST, "big")
    assert cause.requirements == (SHOULD.id, MUST.id)


def test_thousands_collapse() -> None:
    """A large run with a thousand findings has a handful of causes, with ids that are the same in every run."""
    once, again = fold(journals.large(2000)), fold(journals.large(400))
    assert len(once.findings) > 200
    assert len(once.causes) == 4
    assert {each.id for each in once.causes} == {each.id for each in again.causes}


def test_root_is_no_further_place() -> None:
    """A finding without a place, beside findings at one, adds none to the sentence."""
    journal = Journal()
    journal.send(journals.case())
    journal.find(journals.case(), MUST, pointer="")
    journal.find(journals.case(), MUST, pointer="/name")
    assert fold(journal.end()).causes[0].sentence == "accepts a string where an integer is required: `/name`"
