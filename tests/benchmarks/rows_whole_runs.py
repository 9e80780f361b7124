"""Requests a second of whole processes: a run with all checks, its journal and all reports, and `schemathesis run`."""

from collections.abc import Sequence
from functools import partial

from .runs import ToolRun, our_run, their_run
from .sections import Group, Plan, Row, figure, middle, ratio

HEAD: Row = (
    "run",
    "turns",
    "requests",
    "a second",
    "peak, MB",
    "Schemathesis: requests",
    "a second",
    "peak, MB",
    "ratio of the rates",
)
MANY = 20_000
FEW_TIMES = 2
"""How often a run of so many cases is done at most."""


AGAIN = "default run, again"


def _runs(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return the options of the runs by what they are called: the default ones, and random cases."""
    if plan.quick:
        return {"at most 300 cases": ("--max-requests", "300")}
    random = {f"at most {cases:,} random cases": _random(cases) for cases in (2_000, MANY)}
    return {"default run, first": (), AGAIN: (), **random}


def _random(cases: int) -> tuple[str, ...]:
    return ("--profile", "fuzz", "--time-budget", "600", "--max-requests", str(cases))


def _seconds(plan: Plan) -> float:
    return 20 if plan.quick else plan.times * 45 + FEW_TIMES * 40


def _rows(plan: Plan) -> Sequence[Row]:
    named = _runs(plan)
    *small, largest = (partial(our_run, plan, *words, again=name == AGAIN) for name, words in named.items())
    examples = "300" if plan.quick else "1300"
    few = plan.times if plan.quick else FEW_TIMES
    beside = partial(their_run, plan, "--max-examples", examples)
    *runs, other = plan.turns("whole runs", *small, beside)
    runs += plan.turns("whole run", largest, times=few)
    _, theirs, _ = beside_figures = _figures(other)
    rows: list[Row] = [HEAD]
    for name, each in zip(named, runs, strict=True):
        _, rate, _ = mine = _figures(each)
        shown = (*map(figure, mine), *map(figure, beside_figures))
        rows.append((name, str(len(each)), *shown, ratio(rate, theirs)))
    return rows


def _figures(runs: Sequence[ToolRun]) -> tuple[float, float, float]:
    """Return how many requests some runs sent, how many a second, and the peak: medians."""
    requests = middle([float(each.counts.requests) for each in runs])
    return requests, middle([each.rate for each in runs]), middle([each.ended.peak for each in runs])


GROUP = Group(
    "whole-runs",
    "Whole runs",
    "Requests a second from the start of a process to its end, counted by the server. A run of this suite has "
    "all checks, the journal and all reports; beyond the catalogue it has the profile `fuzz` and "
    "`--max-requests`. Schemathesis has its fuzzing phase, all of its checks and `--continue-on-failure`; its "
    "rate is measured once for all rows, on as many requests as the table says. A peak is that of the largest "
    "process (`ru_maxrss`). A default run again has the cases of Schemathesis and Hypothesis from the "
    "[cache folder](running.md#random-cases).",
    _seconds,
    _rows,
)
