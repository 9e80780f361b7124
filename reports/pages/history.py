"""`history.html`: the trend over the runs of a folder."""

from collections.abc import Sequence

import msgspec

from conformance.model.vocabulary import Outcome
from conformance.reports.pages.page import page
from conformance.reports.several import Run

FILENAME = "history.html"

WIDTH, HEIGHT = 720, 160
"""The size of the chart, in units of its own."""

WIDEST = 48
"""The widest bar, in the same units."""


class Bar(msgspec.Struct, frozen=True):
    """One piece of a bar of the chart: an outcome, its place and size."""

    outcome: Outcome
    x: float
    y: float
    width: float
    height: float


def render(runs: Sequence[Run]) -> bytes:
    """Return the bytes of `history.html`; the runs are put in the order in which they were started."""
    ordered = sorted(runs, key=lambda run: (run.results.started_at, run.results.run_id))
    return page(
        "history.html.j2",
        ["history.js"],
        runs=ordered,
        last=ordered[-1].results,
        shown=[each for each in Outcome if any(run.results.counts.requirements.get(each) for run in ordered)],
        bars=list(_bars(ordered)),
        width=WIDTH,
        height=HEIGHT,
    )


def _bars(runs: Sequence[Run]) -> list[Bar]:
    """Return the pieces of all bars: one bar a run, the worst outcomes at its foot."""
    most = max((sum(run.results.counts.requirements.values()) for run in runs), default=0) or 1
    step = WIDTH / len(runs)
    width = min(step * 0.8, WIDEST)
    bars = []
    for place, run in enumerate(runs):
        foot = float(HEIGHT)
        for outcome in Outcome:
            height = run.results.counts.requirements.get(outcome, 0) * HEIGHT / most
            foot -= height
            if height:
                x = place * step + (step - width) / 2
                bars.append(Bar(outcome, round(x, 2), round(foot, 2), round(width, 2), round(height, 2)))
    return bars
