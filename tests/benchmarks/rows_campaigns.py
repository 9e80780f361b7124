"""Campaigns: how many requests both tools send in the same time, and how many of them are sent twice."""

from collections.abc import Sequence
from functools import partial

from .runs import ToolRun, our_run, their_run
from .sections import Group, Plan, Row, figure, middle, ratio

HEAD: Row = ("time", "turns", "a second", "Schemathesis, a second", "ratio", "duplicates")


def _budget(plan: Plan) -> int:
    return 4 if plan.quick else 60


FEW_TIMES = 2
"""How often campaigns of so long are carried out at most."""


def _seconds(plan: Plan) -> float:
    return min(plan.times, FEW_TIMES) * 2 * (_budget(plan) + 4)


def _duplicates(run: ToolRun) -> float:
    """Return the share of generated cases that were generated before, in percent."""
    phases = run.results.phases if run.results is not None else ()
    generated = sum(each.generated for each in phases)
    return 100 * sum(each.duplicates for each in phases) / max(1, generated)


def _rows(plan: Plan) -> Sequence[Row]:
    budget = str(_budget(plan))
    our, their = plan.turns(
        "campaign",
        partial(our_run, plan, "--profile", "fuzz", "--time-budget", budget),
        partial(their_run, plan, "--max-time", budget),
        times=FEW_TIMES,
    )
    one, other = (middle([each.rate for each in runs]) for runs in (our, their))
    duplicates = f"{middle([_duplicates(each) for each in our]):.1f} %"
    return [HEAD, (f"{budget} s", str(len(our)), figure(one), figure(other), ratio(one, other), duplicates)]


GROUP = Group(
    "campaigns",
    "Campaigns",
    "Requests a second, counted by the server over the whole process: the profile `fuzz` of this suite beside "
    "the fuzzing phase of Schemathesis, both with the same time (`--time-budget`, `--max-time`). Duplicates are "
    "the cases that were generated before, of all that were generated; they are not sent.",
    _seconds,
    _rows,
)
