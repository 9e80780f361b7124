"""Names that the target accepted: whether a name is one of them, or begins like one."""

from bisect import bisect_left, insort
from itertools import takewhile
from operator import eq


class UsedNames:
    """The names that were accepted so far."""

    def __init__(self) -> None:
        self._sorted: list[str] = []
        self._known: set[str] = set()

    def add(self, name: str) -> None:
        """Add a name that was accepted; the empty one is none."""
        if name and name not in self._known:
            self._known.add(name)
            insort(self._sorted, name)

    def __contains__(self, name: str) -> bool:
        """Tell whether a name was accepted."""
        return name in self._known

    def start(self, name: str) -> int:
        """Return how many of the first characters of a name are those of one that was accepted."""
        at = bisect_left(self._sorted, name)
        beside = self._sorted[max(0, at - 1) : at + 1]  # no other one has a longer start in common
        return max((_alike(name, each) for each in beside), default=0)


def _alike(one: str, other: str) -> int:
    """Return how many characters two strings have in common before they differ."""
    return sum(takewhile(bool, map(eq, one, other)))
