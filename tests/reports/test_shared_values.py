"""Shared values: a fold holds once what many events of a journal have in common, and says the same of each."""

import msgspec

from conformance.journal.lines import DECODER
from conformance.model.case import CATALOGUE
from conformance.reports.folding.fold import fold_run
from conformance.reports.folding.journal_index import index_journal

from . import journals


def read_anew(events):
    """Return events as they are read from a file: each with strings of its own."""
    return [DECODER.decode(msgspec.json.encode(each)) for each in events]


def test_equal_parts_are_held_once():
    """Header fields, requirements, stories, rejections and findings of many cases are the same objects."""
    index = index_journal(read_anew(journals.large(200)))
    cases = [each for each in index.cases.values() if each.phase == CATALOGUE]
    kept = {each.id for each in cases}
    responses = [each.exchange.response for send, each in index.sends.items() if index.case_of[send] in kept]
    findings = [each.finding for each in index.findings]
    for parts in (
        [each.request.headers for each in cases],
        [each.requirements for each in cases],
        [each.story.keyword for each in cases],
        [each.headers for each in responses],
        [each.body for each in responses],
        [each.sentence for each in findings],
        [each.symptom for each in findings],
    ):
        assert len({id(each) for each in parts}) == len(set(parts)) < len(parts)


def test_the_request_of_a_case_is_held_once():
    """What was sent for a case is the request of the case."""
    index = index_journal(read_anew(journals.large(200)))
    for number, sent in index.sends.items():
        assert sent.exchange.request is index.cases[index.case_of[number]].request


def test_nothing_else_changes():
    """The fold of a journal that is read says what the fold of its events says."""
    events = journals.large(200)
    read, made = fold_run(read_anew(events)), fold_run(events)
    assert read.results == made.results
    assert read.cases == made.cases
