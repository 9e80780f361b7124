"""Planted faults: how soon either tool sends a request that meets one."""

from collections.abc import Sequence
from functools import partial

from .planted import FAULTS
from .processes import Server, ended, ours, theirs
from .sections import Group, Plan, Row, figure, middle, ratio, removed
from .serving import Counts

START_SECONDS = 5.0
HEAD: Row = ("", "conformance", "Schemathesis", "ratio")


def _budget(plan: Plan) -> int:
    return 8 if plan.quick else 20


def _faults(plan: Plan) -> list[str]:
    return ["a name with a tilde"] if plan.quick else list(FAULTS)


def _seconds(plan: Plan) -> float:
    return plan.seeds * len(_faults(plan)) * (_budget(plan) + START_SECONDS) * 1.2


def _commands(url: str, budget: int, seed: int) -> tuple[list[str], list[str]]:
    our = ours("run", "--quiet", "--profile", "fuzz", "--time-budget", str(budget), "--target", url)
    their = theirs(url, "--phases", "examples,coverage,fuzzing", "--checks", "not_a_server_error")
    seeded = ["--seed", str(seed)]
    return [*our, "--report", "results", *seeded], [*their, "--max-time", str(budget), *seeded]


def _tried(plan: Plan, fault: str, seed: int, tool: int) -> Counts:
    """Let a tool look for a fault until it meets it, or its time is over; return what the server counted."""
    folder = plan.fresh()
    with Server(fault) as server:
        command = _commands(server.url, _budget(plan), seed)[tool]
        server.begin()
        ended(command, folder, _budget(plan) + START_SECONDS, lambda: server.counts().met is not None)
        counts = server.counts()
    removed(folder)
    return counts


def _rows(plan: Plan) -> Sequence[Row]:
    found: tuple[list[Counts], list[Counts]] = ([], [])
    for fault in _faults(plan):
        for seed in range(1, plan.seeds + 1):
            works = (partial(_tried, plan, fault, seed, tool) for tool in (0, 1))
            turns = plan.turns(f"{fault}, seed {seed}", *works, times=1)
            for known, more in zip(found, turns, strict=True):
                known.extend(more)
    shares = (f"{sum(each.met is not None for each in tool)} of {len(tool)}" for tool in found)
    rows: list[Row] = [HEAD, ("met", *shares, "")]
    for place, name in enumerate(("requests", "seconds")):
        one, other = (middle([_spent(each)[place] for each in tool]) for tool in found)
        rows.append((f"{name} until met", figure(one), figure(other), ratio(one, other)))
    return rows


def _spent(counts: Counts) -> tuple[float, float]:
    """Return the requests and the seconds until a fault was met; all of them where it was not."""
    return counts.met or (counts.requests, counts.seconds)


GROUP = Group(
    "planted-faults",
    "Planted faults",
    "Servers with one fault each that only random data meets (`tests/benchmarks/planted.py`): the requests, and "
    "the seconds from the start of the process, until a tool meets it; medians. Each tool has 20 seconds a "
    "fault (8 with `--quick`) and 5 to start; a fault that it does not meet counts with all that it sent.",
    _seconds,
    _rows,
)
