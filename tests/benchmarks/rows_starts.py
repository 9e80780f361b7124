"""Starts: the processor time of commands that do little."""

from collections.abc import Sequence
from functools import partial

from .processes import Ended, Server, ended, ours
from .sections import Group, Plan, Row, figure, middle, removed

AGAIN = "`conformance run`, again"
COMMANDS = {
    "`--version`": ("--version",),
    "`--help` of `run`": ("run", "--help"),
    "a run of one request": ("run", "--max-requests", "1"),
    "`conformance run`, first": ("run",),
    AGAIN: ("run",),
}
LIMIT_SECONDS = 60.0
HEAD: Row = ("command", "turns", "seconds of the processor", "seconds")


def _seconds(plan: Plan) -> float:
    return plan.times * 5


def _end(plan: Plan, name: str, url: str) -> Ended:
    words = COMMANDS[name]
    folder = plan.fresh()
    recordings = plan.folder / "recordings" if name == AGAIN else None
    if recordings is not None and not recordings.exists():
        recordings.mkdir()
        _end(plan, name, url)
    target = ("--quiet", "--target", url) if "--max-requests" in words else ()
    end = ended(ours(*words, *target), folder, LIMIT_SECONDS, recordings=recordings)
    removed(folder)
    return end


def _rows(plan: Plan) -> Sequence[Row]:
    with Server() as server:
        found = plan.turns("starts", *(partial(_end, plan, name, server.url) for name in COMMANDS))
    rows = [
        (
            name,
            str(len(ends)),
            figure(middle([each.processor for each in ends])),
            figure(middle([each.seconds for each in ends])),
        )
        for name, ends in zip(COMMANDS, found, strict=True)
    ]
    return [HEAD, *rows]


GROUP = Group(
    "starts",
    "Starts",
    "Seconds of commands of this suite that do little, and of the run without options, with its own server. A run "
    "writes all reports; that of one request has a running server. A run again has the cases of Schemathesis and "
    "Hypothesis from the [cache folder](running.md#random-cases).",
    _seconds,
    _rows,
)
