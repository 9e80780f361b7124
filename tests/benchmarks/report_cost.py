"""What a report of a synthetic run costs, in a process of its own.

As a program: `write N FOLDER` writes the journal of a run of N cases; `render KIND FOLDER` reads and folds it, renders
one report, and prints what that took. The kind `fold` renders none.
"""

import re
import resource
import sys
import time
from collections import deque
from pathlib import Path

import msgspec

from conformance.journal.reading import read_journal
from conformance.journal.writing import Journal
from conformance.reports.folding.fold import fold_run
from conformance.reports.writing import REPORTS, collector_paused

from .synthetic_runs import run_of

FOLD = "fold"
KINDS = (FOLD, *REPORTS)


class Cost(msgspec.Struct, frozen=True):
    """Seconds of the processor of a report, or of the fold, and the peak of its process in megabytes."""

    seconds: float
    peak: float


def write(cases: int, folder: Path) -> None:
    """Write the journal of a run."""
    with Journal(folder / "journal.ndjson") as journal:
        for event in run_of(cases, entropy=False):
            journal.append(event)


def render(kind: str, folder: Path) -> Cost:
    """Fold a journal, and render a report of it, as a run does: with the collector of cycles paused."""
    begun = time.process_time()
    with collector_paused():
        run = fold_run(read_journal(folder))
        if kind != FOLD:
            begun = time.process_time()
            deque(REPORTS[kind].pieces(run), maxlen=0)
        seconds = time.process_time() - begun
    return Cost(seconds, peak())


def peak() -> float:
    """Return the peak of this process in megabytes.

    On Linux `ru_maxrss` is at least what the process held that started this one; the system knows its own peak as well.
    """
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii") if status.exists() else "")
    held = int(found[1]) if found is not None else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 1024


def main() -> None:
    """Do what the arguments say."""
    what, value, folder = sys.argv[1:]
    if what == "write":
        write(int(value), Path(folder))
    else:
        sys.stdout.write(msgspec.json.encode(render(value, Path(folder))).decode())
