"""Random cases that are too many to be kept, and bits that stand for requirements."""

from collections import Counter
from itertools import compress, count

from conformance.model.finding import Symptom

_DIGITS = bytes.maketrans(b"01", b"\0\1")

Way = tuple[str, Symptom]
"""A way to fail: a requirement, and the pattern of the finding."""


class DroppedCases:
    """Random cases that are too many to be kept: how many they were, and what passed and failed on them."""

    def __init__(self) -> None:
        self.cases = 0
        self.requests = 0
        self.findings: Counter[Way] = Counter()
        self._planes: list[int] = []
        """How often each requirement passed: bit n of plane k is the bit of value 2**k of the count of requirement n.

        All counts are increased at once, by as many operations as planes change: two on average.
        """

    @property
    def passes(self) -> Counter[int]:
        """How often each requirement passed, by its number."""
        found: Counter[int] = Counter()
        for place, plane in enumerate(self._planes):
            for number in numbers(plane):
                found[number] += 1 << place
        return found

    def passed(self, bits: int) -> None:
        """Count requirements that passed, as bits."""
        carried = bits
        for place, plane in enumerate(self._planes):
            if not carried:
                return
            self._planes[place], carried = plane ^ carried, plane & carried
        if carried:
            self._planes.append(carried)

    def clear(self) -> None:
        """Forget what passed and failed."""
        self._planes.clear()
        self.findings.clear()


def numbers(bits: int) -> list[int]:
    """Return the numbers of the requirements that bits stand for."""
    return list(compress(count(), f"{bits:b}"[::-1].encode().translate(_DIGITS)))
