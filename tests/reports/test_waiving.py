"""Waivers: what they let pass, until when, and what is said of those that nobody needs."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from conformance.journal.events import AnyEvent
from conformance.model.vocabulary import Outcome, Strength, Verdict
from conformance.model.waiver import Waiver
from conformance.reports.folding.fold import fold, fold_run
from conformance.reports.folding.outcomes import exit_status
from conformance.reports.folding.waiving import told
from conformance.reports.formats import junit, markdown
from conformance.reports.pages import html
from conformance.reports.results import Results, WaiverState

from .journals import ADVISORY, MUST, RESPONSE, SHOULD, START, Journal, case, passing

TODAY = datetime.fromtimestamp(START, UTC).date()
LATER, EARLIER = date(2999, 12, 31), date(2001, 1, 1)


def waiver(expires: date = LATER, **about: Any) -> Waiver:
    """Return a waiver."""
    return Waiver(owner="Ada", reason="mended in release 7", expires=expires, **about)


def failing(*waivers: Waiver, end: str = "", **header: Any) -> list[AnyEvent]:
    """Return a run in which one must fails twice, by two causes."""
    journal = Journal(waivers=waivers, **header)
    one, two = case("one"), case("two")
    journal.send(one)
    journal.find(one, MUST)
    journal.send(two)
    journal.find(two, MUST, place="/other", rule="other")
    journal.send(case("three", requirements=(SHOULD.id,)), passed=[SHOULD.id])
    return journal.end(end)


def outcome(results: Results, id_: str = MUST.id) -> Outcome:
    """Return the outcome of a requirement."""
    return next(row.outcome for row in results.requirements if row.id == id_)


def states(results: Results) -> list[WaiverState]:
    """Return how the waivers stood."""
    return [each.state for each in results.waivers]


def test_a_waived_requirement_fails_nothing() -> None:
    """All findings of a waived requirement carry the waiver, the requirement is waived, and the run passes."""
    results = fold(failing(waiver(requirement=MUST.id)))
    said = "mended in release 7 (Ada, expires 2999-12-31)"
    assert [said, said] == [each.waiver for each in results.findings]
    assert (Outcome.WAIVED, Verdict.CONFORMING, 0) == (outcome(results), results.verdict, exit_status(results))
    assert 1 == results.counts.requirements[Outcome.WAIVED]
    assert ("f1", "f2") == results.waivers[0].findings
    assert [WaiverState.NEEDED] == states(results)
    assert "" == told(results.waivers[0])


@pytest.mark.parametrize(
    ("cause", "waived"),
    [
        (f"{MUST.id} | /other | other | string | accepted", [False, True]),
        ("other | string | accepted", [False, True]),
        ("other", [False] * 2),
    ],
)
def test_a_cause_is_waived_by_itself(cause: str, waived: list[bool]) -> None:
    """A waiver of a cause or a pattern lets its findings pass and no others: the requirement still fails."""
    results = fold(failing(waiver(cause=cause)))
    assert waived == [each.waiver is not None for each in results.findings]
    assert (Outcome.FAILED, 1) == (outcome(results), exit_status(results))


@pytest.mark.parametrize(("expires", "status"), [(TODAY, 0), (EARLIER, 1)])
def test_a_waiver_holds_up_to_its_day(expires: date, status: int) -> None:
    """On its last day a waiver holds; after it the failure counts again, and the finding says why."""
    results = fold(failing(waiver(expires, requirement=MUST.id)))
    assert status == exit_status(results)
    notes = {each.note for each in results.findings}
    assert notes == ({"the waiver of Ada expired on 2001-01-01"} if status else {""})
    assert [WaiverState.EXPIRED if status else WaiverState.NEEDED] == states(results)


def test_the_day_is_that_of_the_header() -> None:
    """The day of the run is in its header, so that a report made again later says the same."""
    rows = (waiver(TODAY, requirement=MUST.id),)
    assert 1 == exit_status(fold(failing(*rows, date="2999-01-01")))


def test_another_waiver_goes_on_where_one_has_expired() -> None:
    """Of several waivers that name a failure, one that is in force is enough."""
    results = fold(failing(waiver(EARLIER, requirement=MUST.id), waiver(requirement=MUST.id)))
    assert (0, [WaiverState.EXPIRED, WaiverState.NEEDED]) == (exit_status(results), states(results))


def test_what_is_said_of_waivers_that_are_over() -> None:
    """An expired waiver and one that nothing needs are told, with what to do."""
    results = fold(failing(waiver(EARLIER, requirement=MUST.id), waiver(requirement=SHOULD.id)))
    assert [
        f"the waiver of {MUST.id} (Ada) expired on 2001-01-01; what it covered fails again",
        f"the waiver of {SHOULD.id} (Ada) is no longer needed; remove it",
    ] == [told(each) for each in results.waivers]
    unneeded = fold(failing(waiver(EARLIER, requirement=SHOULD.id)))
    assert f"the waiver of {SHOULD.id} (Ada) expired on 2001-01-01; nothing needs it" == told(unneeded.waivers[0])


def test_nothing_is_said_of_what_the_run_did_not_decide() -> None:
    """A waiver of a requirement that was not exercised may be needed, as may any where the run was cut short."""
    assert [WaiverState.UNDECIDED] == states(fold(failing(waiver(requirement=RESPONSE.id))))
    cut = fold(failing(waiver(requirement=SHOULD.id), waiver(cause="gone"), end="interrupted"))
    assert [WaiverState.UNDECIDED] * 2 == states(cut)
    assert ["", ""] == [told(each) for each in cut.waivers]
    assert [WaiverState.NOT_NEEDED] == states(fold(failing(waiver(cause="gone"))))


def test_a_waiver_of_a_should_counts_where_the_run_fails_on_it() -> None:
    """With `--fail-on should` a waived should fails nothing; an advisory finding is no failure, so never waived."""
    journal = Journal(waivers=(waiver(requirement=SHOULD.id), waiver(requirement=ADVISORY.id)))
    for row in (SHOULD, ADVISORY):
        one = case(f"case-{row.id}", requirements=(row.id,))
        journal.send(one)
        journal.find(one, row)
    results = fold(journal.end(), fail_on=Strength.SHOULD)
    assert 0 == exit_status(results)
    assert (Outcome.WAIVED, Outcome.OBSERVED) == (outcome(results, SHOULD.id), outcome(results, ADVISORY.id))
    assert [WaiverState.NEEDED, WaiverState.NOT_NEEDED] == states(results)


def test_the_reports_show_waivers() -> None:
    """The summary and the page list the waivers; a waived failure is no failure of JUnit but is told there."""
    run = fold_run(failing(waiver(requirement=MUST.id), waiver(EARLIER, cause="gone|`<")))
    page, summary = html.render(run).decode(), markdown.render(run).decode()
    tests = b"".join(junit.pieces(run)).decode()
    assert '<h2 id="waivers">Waivers</h2>' in page
    assert "gone|`&lt;" in page
    assert "1 failed requirement is waived." in page
    assert f"| <code>{MUST.id.replace('_', '&#95;')}</code>" in summary.replace("min_replica", "min&#95;replica")
    assert "| Ada | 2001-01-01 | 0 | expired |" in summary
    assert "waived: mended in release 7 (Ada, expires 2999-12-31)" in summary
    assert "<failure" not in tests
    assert "(waived: mended in release 7 (Ada, expires 2999-12-31))" in tests


def test_runs_without_waivers_show_none() -> None:
    """Where no waiver was given, no report speaks of them."""
    run = fold_run(passing())
    assert () == run.results.waivers
    assert b"Waivers" not in markdown.render(run)
    assert b'id="waivers"' not in html.render(run)
