"""Reports: the seconds and the memory of each for runs of more and more cases, and how they grow."""

from collections.abc import Sequence
from functools import partial
from math import log
from pathlib import Path

import msgspec

from .processes import ended, module
from .report_cost import KINDS, Cost
from .sections import Group, Plan, Row, figure, middle, removed

LIMIT_SECONDS = 300.0
LARGE = 100_000
TIMES = 3
"""How often a report is made at most; one of a `LARGE` run once."""

SHORT = 0.01
"""Seconds of the largest run below which nothing is said of growth."""


def _sizes(plan: Plan) -> tuple[int, ...]:
    return (300, 1_000) if plan.quick else (1_000, 10_000, LARGE)


def _times(plan: Plan, cases: int) -> int:
    return 1 if cases >= LARGE else min(plan.times, TIMES)


def _seconds(plan: Plan) -> float:
    return sum(_times(plan, each) * len(KINDS) * (0.7 + each / 6_000) for each in _sizes(plan))


def _cost(plan: Plan, kind: str, journal: Path) -> Cost:
    folder = plan.fresh()
    end = ended(module("report_cost", "render", kind, str(journal)), folder, LIMIT_SECONDS)
    removed(folder)
    return msgspec.json.decode(end.said, type=Cost)


def _costs(plan: Plan, cases: int) -> list[tuple[float, float]]:
    """Return the seconds and the peak of each kind for a run of so many cases."""
    journal = plan.fresh()
    ended(module("report_cost", "write", str(cases), str(journal)), journal, LIMIT_SECONDS)
    works = (partial(_cost, plan, kind, journal) for kind in KINDS)
    found = plan.turns(f"reports of {cases:,} cases", *works, times=_times(plan, cases))
    removed(journal)
    return [(middle([each.seconds for each in one]), middle([each.peak for each in one])) for one in found]


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return the slope of the logarithms of some values over those of the sizes: 1 where they grow alike."""
    across, upward = [log(each) for each in sizes], [log(each) for each in values]
    mean, height = sum(across) / len(across), sum(upward) / len(upward)
    spread = sum((each - mean) ** 2 for each in across)
    return sum((x - mean) * (y - height) for x, y in zip(across, upward, strict=True)) / spread


def _rows(plan: Plan) -> Sequence[Row]:
    sizes = _sizes(plan)
    found = [_costs(plan, cases) for cases in sizes]
    head = ("report", *(f"{each:,}: s" for each in sizes), "exponent", *(f"{each:,}: MB" for each in sizes), "exponent")
    rows: list[Row] = [head]
    for place, kind in enumerate(KINDS):
        seconds, peaks = zip(*(costs[place] for costs in found), strict=True)
        grows = figure(exponent(sizes, seconds)) if seconds[-1] >= SHORT else "-"
        memory = figure(exponent(sizes, peaks))
        rows.append((f"`{kind}`", *map(figure, seconds), grows, *map(figure, peaks), memory))
    return rows


GROUP = Group(
    "reports",
    "Reports",
    "Seconds of the processor for the fold of a synthetic journal of so many cases, and for each report of it "
    "beyond the fold; and the peak of the process that does both. The exponents are those of growth with the "
    "number of cases: 1 is proportional, and nothing is said of less than 10 milliseconds.",
    _seconds,
    _rows,
)
