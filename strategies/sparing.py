"""Sparing: of a large schema, a kind of case is tried at some places, and not at every one."""

from collections import Counter

LARGE = 150
"""A body of more places than this is large: it has more cases than a standard run sends."""

MOST_PLACES = 16
"""At how many places of a large body a kind of case is tried, where no requirement needs it at another."""


class Sparing:
    """Tells which cases are left out before they are made; of a body that is not large, none.

    Args:
        large: whether the body has too many places to try everything at each.

    """

    def __init__(self, *, large: bool) -> None:
        self._large = large
        self._requirements: set[str] = set()
        self._kinds: Counter[str] = Counter()
        self.count = 0
        """How many were left out."""

    def spares(self, requirement: str, kind: str, most: int = MOST_PLACES) -> bool:
        """Tell whether a case is left out: its requirement has one, and its kind was tried at `most` places."""
        if not self._large:
            return False
        if requirement in self._requirements and self._kinds[kind] >= most:
            self.count += 1
            return True
        self._requirements.add(requirement)
        self._kinds[kind] += 1
        return False
