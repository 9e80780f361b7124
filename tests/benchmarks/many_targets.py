"""Merges the four shards of each of many targets, and writes the matrix of them all; for a process of its own.

The targets differ in nothing but the names of their folders: shards and reports of one stand for those of all.
"""

import os
import sys
from pathlib import Path

from msgspec.structs import replace

from conformance.journal.events import RequestSent, RunStarted
from conformance.journal.reading import FILE_NAME
from conformance.journal.writing import Journal
from conformance.reports.results import FILENAME as RESULTS
from conformance.runner.shards import Shard
from conformance.workflow.comparison import write_matrix
from conformance.workflow.records.merge import join
from conformance.workflow.reporting import report_again

from .synthetic_runs import run_of

SHARDS = 4


def prepare(folder: Path, targets: int, cases: int) -> None:
    """Write the shards of a run of so many cases, and the folders of targets."""
    events = run_of(cases, entropy=True)
    ids = {each.send: each.case.id for each in events if isinstance(each, RequestSent)}
    for number in range(1, SHARDS + 1):
        shard = Shard(number, SHARDS)
        with Journal(folder / f"shard-{number}" / FILE_NAME) as journal:
            for each in events:
                send = getattr(each, "send", None)
                if isinstance(each, RunStarted):
                    journal.append(replace(each, options={**each.options, "shard": f"{number}/{SHARDS}"}))
                elif send is None or shard.holds(ids[send]):
                    journal.append(each)
    join(_shards(folder), folder / "merged" / FILE_NAME)
    report_again(folder / "merged", kinds=("results",))
    for name in _names(targets):
        (folder / name).mkdir()
        os.link(folder / "merged" / RESULTS, folder / name / RESULTS)


def _names(targets: int) -> list[str]:
    return [f"target-{number}" for number in range(targets)]


def _shards(folder: Path) -> list[Path]:
    return [folder / f"shard-{number}" / FILE_NAME for number in range(1, SHARDS + 1)]


def main() -> None:
    """Merge and write what `prepare` made, in the current folder; the argument is the number of targets."""
    here, names = Path(), _names(int(sys.argv[1]))
    for _ in names:
        join(_shards(here), here / "joined" / FILE_NAME)
    write_matrix([here / name for name in names], here)
