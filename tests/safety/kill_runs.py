"""Kills of every kind at random moments, and a table of what came of them.

`python -m tests.safety.kill_runs [KIND ...] [--kills N] [--seed N] [--out FILE]`, from the root of the tree. The exit
status is 1 where something was sent twice, lost or misreported.
"""

import argparse
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.contract.contract import load_contract

from .kill_kinds import KINDS
from .kills import Result, Sequences

HEADING = "| kind | kills | sent twice | lost | misreported |\n| --- | ---: | ---: | ---: | ---: |"


def line(kind: str, result: Result) -> str:
    """Return a row of the table."""
    return f"| {kind} | {result.kills} | {result.twice} | {result.lost} | {result.misreported} |"


def table(results: dict[str, Result]) -> str:
    """Return the table, its last row the sum."""
    whole = Result()
    for each in results.values():
        whole.add(each)
    return "\n".join([HEADING, *(line(kind, each) for kind, each in results.items()), line("all", whole)])


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def carry_out(kinds: list[str], kills: int, seed: int, root: Path) -> dict[str, Result]:
    """Make sequences of the kinds in turn until so many processes were killed; returns the figures of each kind.

    Ctrl-C ends it with the figures so far.
    """
    results = {kind: Result() for kind in kinds}
    sequences = Sequences(load_contract(), root)
    with suppress(KeyboardInterrupt):
        for number, kind in ((number, kind) for number in count(seed) for kind in kinds):
            done = sum(each.kills for each in results.values())
            if done >= kills:
                break
            result = sequences.make(kind, number, KINDS[kind])
            results[kind].add(result)
            tell(f"{done + result.kills} of {kills}: {kind}, seed {number}")
            for note in result.notes:
                tell(f"  {note}")
    return results


def main() -> int:
    """Print the table, and write it where that is asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.safety.kill_runs", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"one of {', '.join(KINDS)}; all where none is named")
    parser.add_argument("--kills", type=int, default=200, help="how many processes to kill")
    parser.add_argument("--seed", type=int, default=0, help="the seed to begin with, so that kills can be repeated")
    parser.add_argument("--out", type=Path, help="file to write the table to")
    chosen = parser.parse_args()
    unknown = set(chosen.kinds) - set(KINDS)
    if unknown:
        parser.error(f"there is no kind {', '.join(sorted(unknown))}")
    with TemporaryDirectory() as folder:
        results = carry_out(chosen.kinds or list(KINDS), chosen.kills, chosen.seed, Path(folder))
    sys.stdout.write(table(results) + "\n")
    if chosen.out is not None:
        chosen.out.write_text(table(results) + "\n", encoding="utf-8")
    return 0 if not any(each.twice or each.lost or each.misreported for each in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
