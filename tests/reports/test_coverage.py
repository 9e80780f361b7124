"""Coverage of a run: counted from its journal, as data, and in the summary."""

import json
from typing import Any

import pytest

from conformance.contract.contract import load_contract
from conformance.model.case import Case, Story
from conformance.model.errors import JournalError
from conformance.model.exchange import Failure, Response
from conformance.model.vocabulary import Expectation
from conformance.reports.folding import coverage
from conformance.reports.folding.fold import fold, fold_run
from conformance.reports.folding.outcomes import FAILED, INCONCLUSIVE, OK, exit_status
from conformance.reports.formats import markdown
from conformance.reports.results import CoverageResult, Sides

from . import journals

SCHEMA = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer"}, "b": {"type": "boolean"}, "odd": {"contains": {"type": "null"}}},
}
ANSWER = {"type": "object", "properties": {"n": {"type": "integer"}}}
TYPE = Story("/n", "type", "1", "true", "n is true", "true")
SOUND = Story("", "properties", "", "", "right", "right")


def document(request: Any = SCHEMA, answer: Any = ANSWER) -> str:
    """Return the text of a document with the operation that the synthetic journals name."""
    content = {"content": {"application/json": {"schema": answer}}} if answer is not None else {}
    operation = {
        "requestBody": {"content": {"application/json": {"schema": request}}},
        "responses": {"200": {"description": "", **content}},
    }
    paths = {"/v1/models/{model_id}/environments": {"post": operation}}
    return json.dumps({"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths})


def run(*sent: tuple[Case, Response | None], text: str = "", **header: Any) -> journals.Journal:
    """Return the journal of a run that sent cases and got answers; without one the connection was lost."""
    journal = journals.Journal(document=text or document(), **header)
    for case, answer in sent:
        passed = [journals.MUST.id] if answer is not None else []
        journal.send(case, answer, None if answer else Failure.CLOSED, passed=passed)
    return journal


def right(body: bytes = b'{"n": 1}', name: str = "accept.n") -> Case:
    """Return a case that must be accepted."""
    return journals.case(name, expectation=Expectation.ACCEPTED, body=body, story=SOUND)


def wrong(body: bytes = b'{"n": true}') -> Case:
    """Return a case that must be refused for the type of a member."""
    return journals.case("reject.n", body=body, story=TYPE)


def counts(coverage: CoverageResult | None) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """Return both counts of the request by path and keyword."""
    assert coverage is not None
    return {(row.path, row.keyword): (row.valid, row.invalid) for row in coverage.request.keywords}


TAKEN = Response(200, (("Content-Type", "application/json"),), b'{"n": 1}')
REFUSED = Response(400, (), b"{}")


def test_what_was_answered_is_counted_on_its_side() -> None:
    """Each answered body counts where it keeps and where it breaks the schema; percentages are rounded down."""
    found = fold(run((right(), TAKEN), (wrong(), REFUSED)).end()).coverage
    assert found is not None
    told = counts(found)
    assert {("", "type"): (1, 0), ("/n", "required"): (1, 0), ("/n", "type"): (1, 1), ("/b", "type"): (0, 0)} == told
    assert (Sides(4, 3), Sides(4, 1), 50.0) == (found.request.valid, found.request.invalid, found.request.percent)
    assert [True] == [each.endswith("/schema/properties/odd contains") for each in found.request.unknown]
    assert (None, True) == (found.minimum, found.enough)


def test_what_was_lost_is_not_counted() -> None:
    """A request without an answer exercised nothing, and an answer to what must be refused shows nothing."""
    found = fold(run((right(), None), (wrong(), TAKEN)).end()).coverage
    assert (0, 1) == counts(found)["/n", "type"]
    assert found is not None
    assert found.response is not None
    assert (0, 0) == (found.response.valid.exercised, found.response.invalid.exercised)


def test_answers_are_counted_by_what_they_are() -> None:
    """A right answer counts on the valid side, a wrong one on the invalid; what is no JSON on neither."""
    answers = [TAKEN, Response(200, (), b'{"n": "x"}'), Response(200, (), b"{"), Response(500, (), b'{"n": 1}')]
    sent = [(right(name=f"accept.{number}"), answer) for number, answer in enumerate(answers)]
    found = fold(run(*sent).end()).coverage
    assert found is not None
    assert found.response is not None
    rows = {(row.path, row.keyword): (row.valid, row.invalid) for row in found.response.keywords}
    assert (1, 1) == rows["/n", "type"]
    without = fold(run(text=document(answer=None)).end()).coverage
    assert without is not None
    assert without.response is None


@pytest.mark.parametrize(("profile", "strengths"), [("smoke", [2]), ("standard", [2]), ("full", [2, 3])])
def test_combinations_go_by_the_profile(profile: str, strengths: list[int]) -> None:
    """Pairs are counted in every run, triples in a full one."""
    text = load_contract().document.text
    found = fold(run(text=text, profile=profile).end()).coverage
    assert found is not None
    assert strengths == [each.strength for each in found.combinations]
    assert {0} == {each.covered for each in found.combinations}


def test_a_journal_whose_document_cannot_be_read_has_no_coverage() -> None:
    """Nothing is said where nothing is known."""
    assert fold(journals.passing()).coverage is None


@pytest.mark.parametrize(("least", "enough", "status"), [("50", True, OK), ("50.01", False, FAILED), ("0", True, OK)])
def test_a_gate(least: str, enough: bool, status: int) -> None:  # noqa: FBT001 (a column of a table)
    """A whole run below the percentage that was asked for fails, one at it does not."""
    results = fold(run((right(), TAKEN), (wrong(), REFUSED), options={"min_coverage": least}).end())
    assert results.coverage is not None
    assert (float(least), enough) == (results.coverage.minimum, results.coverage.enough)
    assert status == exit_status(results)


def test_a_run_that_was_cut_short_says_so_before_the_gate() -> None:
    """What was cut is no lack of cases: the run cannot tell."""
    results = fold(run((right(), TAKEN), options={"min_coverage": "99"}).end("the time is up"))
    assert INCONCLUSIVE == exit_status(results)


def test_a_gate_that_is_no_number() -> None:
    """A damaged journal is told as one."""
    with pytest.raises(JournalError, match="which is not a number"):
        fold(run(options={"min_coverage": "all"}).end())


def test_the_summary_has_a_table() -> None:
    """Sides, pairs, what was not exercised, what no rule knows, and the gate are on the page."""
    page = markdown.render(
        fold_run(run((right(), TAKEN), (wrong(), REFUSED), options={"min_coverage": "90"}).end())
    ).decode()
    assert "| keywords of the request schema, sent | 3 of 4 | 1 of 4 | 50 % |" in page
    assert "| keywords of the response schema, received | 2 of 2 | 0 of 2 | |" in page
    assert "| pairs of values of the request properties, sent | 3 of 56 | | |" in page
    assert "**Below `--min-coverage` 90 %.**" in page
    assert "<code>/b type</code> (valid and invalid)" in page
    assert "Keywords of the request schema that are not tested: <code>" in page
    assert "contains</code>" in page


HOSTILE = [
    b'{"t": "\\ud800"}',
    b'{"\\ud800": 1}',
    b'{"n": 1e999999999, "m": -1e-999999999}',
    b'{"l": [' + b"1," * 200_000 + b"1]}",
    b'{"l": [' + b"[" * 100 + b"]" * 100 + b"]}",
    b'{"n": ' + b"9" * 4_000 + b"}",
    b"[" * 100_000,
]


@pytest.mark.slow
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_no_answer_ends_or_stalls_a_report(body: bytes) -> None:
    """Lone surrogates, huge numbers, long and deep arrays are counted or passed over, and quickly."""
    answer = {
        "type": "object",
        "properties": {
            "t": {"type": "string", "pattern": "^a", "minLength": 1},
            "n": {"type": "integer", "multipleOf": 3, "maximum": 10},
            "m": {"type": "number", "exclusiveMinimum": 0},
            "l": {"type": "array", "uniqueItems": True, "maxItems": 5, "items": {"type": ["integer", "array"]}},
        },
    }
    found = fold(run((right(), Response(200, (), body)), text=document(answer=answer)).end()).coverage
    assert found is not None
    assert found.response is not None
    assert found.response.valid.exercised + found.response.invalid.exercised > 0 or body.startswith(b"[")


def test_only_so_many_answers_are_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of any length is reported in bounded time."""
    monkeypatch.setattr(coverage, "MOST", 2)
    found = fold(run(*[(right(name=f"accept.{number}"), TAKEN) for number in range(5)]).end()).coverage
    assert found is not None
    assert found.response is not None
    assert {2} == {row.valid for row in found.response.keywords if row.keyword == "type"}
