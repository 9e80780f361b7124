"""The matrix of twenty targets with ten thousand cases each: its size.

The suite has a small version of it, with two thousand cases (`tests/reports/test_several.py`).
"""

import sys

import pytest

from conformance.reports.folding.fold import fold
from conformance.reports.pages import matrix
from conformance.reports.several import Run

from .test_report_page import run_of

TARGETS, CASES, MEGABYTES = 20, 10_000, 3.0


def test_twenty_targets_of_ten_thousand_cases(capsys: pytest.CaptureFixture[str]) -> None:
    """The page of twenty targets takes less than three megabytes, whatever the number of their cases."""
    runs = [fold(run_of(CASES + number, entropy=number % 2 == 0)) for number in range(TARGETS)]
    page = matrix.render([Run(each, f"{number}/report.html") for number, each in enumerate(runs)])
    with capsys.disabled():
        sys.stdout.write(f"\n  {TARGETS} targets of {CASES} cases: {len(page) / 1e6:.3f} megabytes\n")
    assert len(page) < MEGABYTES * 1e6
