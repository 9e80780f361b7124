"""Processor time and memory of a run of the default catalogue, beside a short run of Schemathesis."""

from collections.abc import Sequence
from functools import partial

from .runs import ToolRun, our_run, their_run
from .sections import Group, Plan, Row, figure, middle, ratio

HEAD: Row = ("run", "turns", "requests", "seconds of the processor", "milliseconds a request", "peak, MB")


def _seconds(plan: Plan) -> float:
    return 10 if plan.quick else plan.times * 20


def _rows(plan: Plan) -> Sequence[Row]:
    words = ("--max-requests", "100") if plan.quick else ()
    works = (
        partial(our_run, plan, *words),
        partial(our_run, plan, *words, again=True),
        partial(their_run, plan, "--max-examples", "100"),
    )
    found = [(len(runs), _figures(runs)) for runs in plan.turns("processor time", *works)]
    (_, first), (_, again), (_, other) = found
    names = (*(["run with `--max-requests`"] if words else ["default run, first"]), "again", "Schemathesis")
    rows = [(name, str(turns), *map(figure, each)) for name, (turns, each) in zip(names, found, strict=True)]
    ratios = [(f"ratio, {name}", "", *map(ratio, each, other)) for name, each in (("first", first), ("again", again))]
    return [HEAD, *rows, *ratios]


def _figures(runs: Sequence[ToolRun]) -> tuple[float, ...]:
    """Return the requests of some runs, their seconds of the processor, milliseconds a request, and peak: medians."""
    requests, seconds = (
        middle([float(each) for each in column])
        for column in zip(*((each.counts.requests, each.ended.processor) for each in runs), strict=True)
    )
    return requests, seconds, 1000 * seconds / requests, middle([each.ended.peak for each in runs])


GROUP = Group(
    "processor",
    "Processor time and memory",
    "Seconds of the processor of a default run against a running server, its child processes included and the "
    "server not, beside what Schemathesis needs for 100 requests; and the peak of the largest process "
    "(`ru_maxrss`). The first run draws the cases of Schemathesis and Hypothesis, a run again has them from the "
    "[cache folder](running.md#random-cases).",
    _seconds,
    _rows,
)
