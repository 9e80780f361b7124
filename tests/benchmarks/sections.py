"""Sections of the page of benchmarks: what is measured, how often, and the rows that come of it."""

import shutil
import sys
from collections.abc import Callable, Sequence
from itertools import count
from math import isnan
from pathlib import Path
from statistics import median
from typing import TypeVar

import msgspec

T = TypeVar("T")
Row = tuple[str, ...]


class Plan(msgspec.Struct, frozen=True):
    """How much is measured, and the folder for what the programs write."""

    folder: Path
    quick: bool = False
    times: int = 5
    seeds: int = 1
    _numbers: "count[int]" = msgspec.field(default_factory=count)

    def fresh(self) -> Path:
        """Return a folder that does not exist yet."""
        return self.folder / f"run-{next(self._numbers)}"

    def turns(self, name: str, *works: Callable[[], T], times: int = 0) -> list[list[T]]:
        """Do some works in turn, A B A B; return what came of each."""
        found: list[list[T]] = [[] for _ in works]
        rounds = min(self.times, times or self.times)
        for turn in range(1, rounds + 1):
            for number, work in enumerate(works, 1):
                progress(f"{name}: turn {turn} of {rounds}, {number} of {len(works)}")
                found[number - 1].append(work())
        return found


class Group(msgspec.Struct, frozen=True):
    """A section of the page: its name, its title, what is said of it, and the rows of its table, the head first.

    `seconds` estimates how long it needs.
    """

    name: str
    title: str
    says: str
    seconds: Callable[[Plan], float]
    rows: Callable[[Plan], Sequence[Row]]


def progress(text: str) -> None:
    """Print what is done now."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def removed(folder: Path) -> None:
    """Remove a folder that was read: journals of many requests are large."""
    shutil.rmtree(folder, ignore_errors=True)


def middle(values: Sequence[float]) -> float:
    """Return the median of some values, NaN of none."""
    return median(values) if values else float("nan")


def figure(value: float) -> str:
    """Return a number with three digits that count, a dash for NaN."""
    if isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ratio(one: float, other: float) -> str:
    """Return by how much one is more than the other."""
    return f"{figure(one / other)} ×" if other and not isnan(one / other) else "-"  # noqa: RUF001 (the sign of a factor)


def table(rows: Sequence[Row]) -> str:
    """Return a table in Markdown, from its head and its rows; all columns but the first have numbers."""
    head, *more = rows
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *more]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
