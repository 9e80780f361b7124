"""The report of ten thousand cases: how large it is, and how little of it is in the document at any time.

How fast it is, is told by `tests/benchmarks/test_report_page.py`: time is the machine's affair.
"""

from pathlib import Path
from typing import Any

import pytest

from conformance.reports.folding.fold import fold_run
from conformance.reports.pages.html import render

from ..benchmarks.test_report_page import run_of  # noqa: TID252 - test modules are found by path

ELEMENTS = "document.querySelectorAll('*').length"

SCROLLED = """async (top) => {
  document.getElementById("case-list").scrollTop = top;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
"""Scrolls the list, and waits until its rows are those in sight."""


@pytest.mark.parametrize(("entropy", "megabytes"), [(False, 1.5), (True, 6.0)])
def test_ten_thousand_cases(watch: Any, tmp_path: Path, entropy: bool, megabytes: float) -> None:  # noqa: FBT001 - a parameter of the test
    """The file keeps within its bar, never more than 3,000 elements are there, and it prints on less than 20 pages."""
    path = tmp_path / "report.html"
    path.write_bytes(render(fold_run(run_of(10_000, entropy=entropy))))
    assert path.stat().st_size < megabytes * 1e6
    watched = watch()
    page = watched.open(path)
    counts = [page.evaluate(ELEMENTS)]
    for part in page.locator("details").all():
        part.locator("> summary").click()
        counts.append(page.evaluate(ELEMENTS))
    for step in range(10):
        page.evaluate(SCROLLED, step * 50_000)
        # The first rows are out of sight: a click on one would scroll it in, and all of them are made anew.
        page.locator("#case-rows .row").nth(6).click()
        page.wait_for_selector("#panel[open] #details .exchange")
        counts.append(page.evaluate(ELEMENTS))
        page.keyboard.press("Escape")
    page.locator("#case-search").fill("numbered 99")
    counts.append(page.evaluate(ELEMENTS))
    assert max(counts) <= 3_000
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert 1 <= (tmp_path / "report.pdf").read_bytes().count(b"/Type /Page\n") < 20
    watched.check_quiet()
