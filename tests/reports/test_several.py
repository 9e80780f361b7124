"""Several runs: matrix, comparison and history say what the runs say, and nothing else."""

import json
import re
import zlib
from base64 import b64decode
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from conformance.model.exchange import Response
from conformance.model.vocabulary import Expectation
from conformance.reports.folding.fold import fold
from conformance.reports.pages import compare, history, matrix
from conformance.reports.results import Results
from conformance.reports.several import Run, State, changes

from . import journals
from .journals import ADVISORY, MUST, RESPONSE, SHOULD, Journal


def lists(page: bytes) -> Any:
    """Return the packed lists of a page."""
    found = re.search(rb'id="lists">([^<]*)<', page)
    assert found
    return json.loads(zlib.decompress(b64decode(found.group(1))))


def results(*found: Any, passed: tuple[str, ...] = ()) -> Results:
    """Return the results of a run with a finding of each requirement in `found`, and passes, beside a control."""
    journal = Journal()
    journal.send(replace(journals.case("control"), expectation=Expectation.ACCEPTED), Response(200, (), b"{}"))
    journal.send(journals.case(), Response(200, (), b"{}"), passed=passed)
    for row in found:
        journal.find(journals.case(), row)
    return fold(journal.end())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (results(), results(MUST), [(State.NEW, MUST.id, 0, 1)]),
        (results(MUST), results(MUST, MUST), [(State.UNCHANGED, MUST.id, 1, 2)]),
        (results(MUST), results(passed=(MUST.id,)), [(State.FIXED, MUST.id, 1, 0)]),
        (results(MUST), results(passed=(SHOULD.id,)), [(State.GONE, MUST.id, 1, 0)]),
        (results(ADVISORY), results(), []),
        (
            results(SHOULD, MUST),
            results(RESPONSE, SHOULD, passed=(MUST.id,)),
            [(State.NEW, RESPONSE.id, 0, 1), (State.UNCHANGED, SHOULD.id, 1, 1), (State.FIXED, MUST.id, 1, 0)],
        ),
    ],
    ids=["new", "unchanged", "fixed", "gone", "advisory", "mixed"],
)
def test_changes(old: Results, new: Results, expected: list[object]) -> None:
    """A failure is new, unchanged, fixed (exercised and not found), or gone (not decided)."""
    found = [(each.state, each.finding.requirement, each.before, each.after) for each in changes(old, new)]
    assert expected == found


def test_comparison_page() -> None:
    """The page has a row for each change, and a title that says the worst of it."""
    page = compare.render(
        Run(results(MUST), "old/report.html"), Run(results(RESPONSE, passed=(MUST.id,)), "new/report.html")
    )
    assert '<h1 id="verdict">1 new failure</h1>' in page.decode()
    assert [(row["id"], row["state"]) for row in lists(page)["changes"]] == [(RESPONSE.id, "new"), (MUST.id, "fixed")]
    assert "No new failure" in compare.render(Run(results(MUST)), Run(results(MUST))).decode()


def test_matrix_page() -> None:
    """Each requirement has the outcome of each target, in the order in which they were named."""
    page = matrix.render([Run(results(MUST), "one/report.html"), Run(results(passed=(MUST.id,)))])
    row = next(row for row in lists(page)["requirements"] if row["id"] == MUST.id)
    assert [(cell["outcome"], cell["said"]) for cell in row["cells"]] == [
        ("failed", "the value was accepted"),
        ("passed", ""),
    ]
    assert row["agreement"] == "different outcomes"
    assert lists(page)["links"] == ["one/report.html", ""]


def test_matrix_of_different_documents() -> None:
    """A requirement that one run does not know has no outcome there, and the page says that documents differ."""
    first = results(MUST)
    other = replace(first, requirements=first.requirements[1:], contract=replace(first.contract, sha256="aa" * 32))
    page = matrix.render([Run(first), Run(other)])
    assert lists(page)["requirements"][0]["cells"][1] is None
    assert "used 2 different OpenAPI documents" in page.decode()


def test_matrix_of_operations() -> None:
    """Runs of several operations are called by these; those of one by their targets."""
    first = results(MUST)
    other = replace(first, contract=replace(first.contract, operation="GET /other"))
    page = matrix.render([Run(first), Run(other)])
    assert [first.contract.operation, "GET /other"] == lists(page)["targets"]
    assert '<h1 id="verdict">2 operations</h1>' in page.decode()


def test_matrix_of_twenty_targets_is_small() -> None:
    """Twenty targets with the requirements of a real contract take less than three megabytes."""
    large = fold(journals.large(2_000))
    assert len(matrix.render([Run(large, f"{number}/report.html") for number in range(20)])) < 3_000_000


def test_what_the_matrix_keeps_of_a_run_is_what_it_shows() -> None:
    """The page is the same, and what is held of a run is a part of it."""
    runs = [fold(journals.large(2_000)), results(MUST, RESPONSE), results(passed=(MUST.id,))]
    kept = [matrix.kept(each) for each in runs]
    assert matrix.render([Run(each) for each in runs]) == matrix.render([Run(each) for each in kept])
    assert len(msgspec.json.encode(kept[0])) < len(msgspec.json.encode(runs[0])) / 3


def test_history_page() -> None:
    """The runs stand in the order in which they were started, whatever the order of the folders."""
    first = results(MUST)
    later = replace(results(passed=(MUST.id,)), started_at="2025-10-10T00:00:00.000Z")
    page = history.render([Run(later), Run(first)]).decode()
    assert "The latest of 2 runs, from 9 October 2025, 08:53 UTC to 10 October 2025, 00:00 UTC." in page
    assert page.index('<rect class="failed"') < page.index('<rect class="passed"')


@pytest.mark.parametrize(
    "render",
    [
        lambda run: matrix.render([run, run]),
        lambda run: compare.render(Run(results()), run),
        lambda run: history.render([run]),
    ],
    ids=["matrix", "compare", "history"],
)
def test_hostile_texts(render: Any) -> None:
    """What a target sent is text on these pages too: no element of its making, no invisible character."""
    page = render(Run(fold(journals.hostile()), "a/report.html")).decode()
    assert "<script>alert" not in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2028\u2029]", page)
    assert page == render(Run(fold(journals.hostile()), "a/report.html")).decode()
