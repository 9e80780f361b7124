"""Whole runs of both tools against a server in a process of its own."""

from pathlib import Path

import msgspec

from .processes import Ended, Server, ended, ours, theirs
from .sections import Plan, removed
from .serving import Counts

LIMIT_SECONDS = 900.0
"""No program runs longer."""


class Phase(msgspec.Struct, frozen=True):
    """What a random phase of a run generated."""

    phase: str
    generated: int
    duplicates: int


class Results(msgspec.Struct, frozen=True):
    """What is read of results.json."""

    duration: float
    phases: tuple[Phase, ...] = ()


class ToolRun(msgspec.Struct, frozen=True):
    """A run: what its program took, what the server counted, and what the suite says of it."""

    ended: Ended
    counts: Counts
    results: Results | None = None

    @property
    def rate(self) -> float:
        """Requests a second of the whole process, its start and its reports included."""
        return self.counts.requests / self.ended.seconds


def our_run(plan: Plan, *words: str, keep: Path | None = None, again: bool = False) -> ToolRun:
    """Carry out `conformance run` with all checks, the journal and all reports; `keep` is a folder for them.

    A run `again` has the drawn cases of one before it; every other run draws its own.
    """
    recordings = plan.folder / "recordings" if again else None
    if recordings is not None and not recordings.exists():
        recordings.mkdir()
        our_run(plan, *words, again=True)
    folder = keep or plan.fresh()
    with Server() as server:
        command = ours("run", "--quiet", "--target", server.url, "--out", str(folder / "report"), "--seed", "1", *words)
        end = ended(command, folder, LIMIT_SECONDS, recordings=recordings)
        counts = server.counts()
    path = folder / "report" / "results.json"
    if not path.is_file():
        message = f"conformance run has no results: {end.said[-1000:]}"
        raise RuntimeError(message)
    results = msgspec.json.decode(path.read_bytes(), type=Results)
    if keep is None:
        removed(folder)
    return ToolRun(end, counts, results)


def their_run(plan: Plan, *words: str) -> ToolRun:
    """Carry out `schemathesis run` with all checks; it goes on after failures."""
    folder = plan.fresh()
    with Server() as server:
        command = theirs(server.url, "--phases", "fuzzing", "--continue-on-failure", "--seed", "1", *words)
        end = ended(command, folder, LIMIT_SECONDS)
        counts = server.counts()
    if not counts.requests:
        message = f"schemathesis run has sent nothing: {end.said[-1000:]}"
        raise RuntimeError(message)
    removed(folder)
    return ToolRun(end, counts)
