"""How the cost of a piece of work grows with its input: an exponent that is fitted to processor times of one process.

Linear work has an exponent of 1, n log n one of about 1.1 at these sizes, the square 2. What a machine is busy with
besides lengthens a time, never shortens it: so each is the least of several, and an exponent that is too large is
measured again.
"""

import gc
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import log10
from typing import TypeVar

T = TypeVar("T")

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
MOST = 1.25
"""The largest exponent of work that does not grow faster than n log n."""

LONGEST = float(os.environ.get("CONFORMANCE_GROWTH_SECONDS", "0.5"))
"""Seconds that the largest input may take: where more is to be expected, the size before it is the last.

With 1.5 nearly all is measured up to 10 MB, in some four minutes.
"""

SOON = 0.002
"""Seconds that are too few to be compared: what takes the square of so little shows in the next size."""

FAST = 0.3
"""Seconds in which the largest input is nothing to compare: it costs what the memory for it costs."""

ROUNDS = 4


class Growth:
    """The times of one piece of work, by the size of its input."""

    def __init__(self, work: Callable[[T], object], make: Callable[[int], T], sizes: tuple[int, ...] = SIZES) -> None:
        self._measure = lambda size, tries: _least(work, make(size), tries)
        self._sizes = sizes
        self.times: dict[int, float] = {}

    def exponent(self) -> float:
        """Return the exponent, 0 where nothing takes long enough; it is measured again while it is beyond `MOST`."""
        with _no_garbage():
            for size in self._sizes:
                if self.times and max(self.times.values()) * size / max(self.times) > LONGEST:
                    break
                self.times[size] = self._measure(size, 2)
            for _ in range(ROUNDS):
                if self._fitted() <= MOST:
                    break
                for size in self.times:
                    self.times[size] = min(self.times[size], self._measure(size, 3))
        return self._fitted()

    def _fitted(self) -> float:
        """Return the slope of the line through the last three points, time over size, both as logarithms."""
        if self.times.get(SIZES[-1], LONGEST) < FAST:
            return 0.0
        points = [(log10(size), log10(seconds)) for size, seconds in self.times.items() if seconds > SOON][-3:]
        if len(points) == 1 and len(self.times) > 1:
            # What was too short to be compared took at most so long.
            before = max(size for size in self.times if log10(size) < points[0][0])
            points.insert(0, (log10(before), log10(SOON)))
        if len(points) < 2:
            return 0.0
        x, y = (sum(each) / len(points) for each in zip(*points, strict=True))
        return sum((one - x) * (other - y) for one, other in points) / sum((one - x) ** 2 for one, _ in points)


def _least(work: Callable[[T], object], subject: T, tries: int) -> float:
    found = []
    for _ in range(tries):
        begun = time.process_time()
        work(subject)
        found.append(time.process_time() - begun)
        if found[-1] > LONGEST / 4:
            break
    return min(found)


@contextmanager
def _no_garbage() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def too_fast(pieces: dict[str, tuple[Callable[[T], object], Callable[[int], T]]]) -> dict[str, str]:
    """Return what of some pieces of work grows faster than n log n, with its exponent and times."""
    found = {}
    for name, (work, make) in pieces.items():
        growth = Growth(work, make)
        exponent = growth.exponent()
        if exponent > MOST:
            times = ", ".join(f"{size}: {seconds:.4f} s" for size, seconds in growth.times.items())
            found[name] = f"exponent {exponent:.2f} ({times})"
    return found
