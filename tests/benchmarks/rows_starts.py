"""Starts: the processor time of commands that do little."""

from collections.abc import Sequence
from functools import partial

from .processes import Ended, Server, ended, ours
from .sections import Group, Plan, Row, figure, middle, removed

COMMANDS = {
    "`--version`": ("--version",),
    "`--help` of `run`": ("run", "--help"),
    "a run of one request": ("run", "--max-requests", "1"),
}
LIMIT_SECONDS = 60.0
HEAD: Row = ("command", "turns", "seconds of the processor", "seconds")


def _seconds(plan: Plan) -> float:
    return plan.times * 5


def _end(plan: Plan, words: Sequence[str], url: str) -> Ended:
    folder = plan.fresh()
    target = ("--quiet", "--target", url) if "--max-requests" in words else ()
    end = ended(ours(*words, *target), folder, LIMIT_SECONDS)
    removed(folder)
    return end


def _rows(plan: Plan) -> Sequence[Row]:
    with Server() as server:
        found = plan.turns("starts", *(partial(_end, plan, words, server.url) for words in COMMANDS.values()))
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
    "Seconds of commands of this suite that do little; the run has a running server, and writes all reports.",
    _seconds,
    _rows,
)
