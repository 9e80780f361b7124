"""The table of benchmarks: ratios to other tools, and how reports grow; medians of runs in turn, on this machine.

`python -m tests.benchmarks.table [--quick] [--only NAME] [--seeds N] [--out docs/benchmarks.md]`, from the root of the
tree. All traffic is on loopback; servers are started here and end here. `--list` prints the groups, and the seconds
that each needs. A server and a tool need a core each: figures are those of a machine with two that does nothing else.
"""

import argparse
import os
import platform
import re
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from . import (
    rows_campaigns,
    rows_client_cost,
    rows_planted_faults,
    rows_processor_time,
    rows_reports,
    rows_starts,
    rows_whole_runs,
    rows_workers,
)
from .sections import Group, Plan, progress, table

GROUPS = (
    rows_whole_runs.GROUP,
    rows_client_cost.GROUP,
    rows_campaigns.GROUP,
    rows_workers.GROUP,
    rows_planted_faults.GROUP,
    rows_processor_time.GROUP,
    rows_starts.GROUP,
    rows_reports.GROUP,
)
PACKAGES = ("environment-conformance", "schemathesis", "hypothesis", "aiohttp", "uvicorn", "httptools", "msgspec")
COMMAND = ".venv/bin/python -m tests.benchmarks.table --out docs/benchmarks.md"
LINE = 120
TITLE = f"""\
# Benchmarks

`{COMMAND}` writes this page
([CONTRIBUTING.md](../CONTRIBUTING.md) says how to set up that environment). Each figure is a median of runs in turn
(A B A B ...), so that what else the machine does affects both sides. All servers are on this machine, each in a process
of its own, and respond as the mock does without options. A ratio is the first figure divided by the other one.
"""


def machine() -> str:
    """Return the date, the machine and the versions."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", info.read_text(encoding="utf-8") if info.exists() else "", re.MULTILINE)
    processor = found[1].strip() if found is not None else platform.processor() or platform.machine()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = f"{os.cpu_count()} cores, {processor}"
    return _wrapped(f"{datetime.now(UTC):%Y-%m-%d}; {cores}; Python {platform.python_version()}; {packages}.")


def _wrapped(text: str) -> str:
    return textwrap.fill(text, LINE, break_long_words=False, break_on_hyphens=False)


def section(group: Group, plan: Plan) -> str:
    """Return the section of a group."""
    begun = time.monotonic()
    rows = group.rows(plan)
    progress(f"{group.name}: done in {time.monotonic() - begun:.0f} s")
    return f"## {group.title}\n\n{_wrapped(group.says)}\n\n{table(rows)}\n"


def page(groups: Sequence[Group], plan: Plan) -> str:
    """Return the whole page."""
    quick = "\nMeasured with `--quick`: once, with few requests.\n" if plan.quick else ""
    return "\n".join([TITLE, machine(), quick, *(section(each, plan) for each in groups)])


def chosen(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.table", description=__doc__)
    names = [each.name for each in GROUPS]
    parser.add_argument("--quick", action="store_true", help="small sizes, once each")
    parser.add_argument("--only", action="append", choices=names, help="only this group; repeatable")
    parser.add_argument("--list", action="store_true", help="print the groups and the seconds that each needs")
    parser.add_argument("--times", type=int, default=5, help="how often the runs take turns")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds for the planted faults")
    parser.add_argument("--out", type=Path, help="file to write the page to")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print the page, and write it where that is asked for; returns the exit status."""
    options = chosen(words)
    groups = [each for each in GROUPS if not options.only or each.name in options.only]
    with tempfile.TemporaryDirectory(prefix="conformance-benchmarks-") as folder:
        plan = Plan(Path(folder), options.quick, 1 if options.quick else options.times, options.seeds)
        for each in groups:
            progress(f"{each.name}: {each.title}, about {each.seconds(plan):.0f} s")
        if options.list:
            return 0
        progress(f"all groups need about {sum(each.seconds(plan) for each in groups) / 60:.0f} minutes")
        text = page(groups, plan)
    sys.stdout.write(text)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
