"""Random cases that are too many to be kept, and bits that stand for requirements."""

from collections import Counter

from conformance.model.finding import Symptom

MOST_TOGETHER = 1_000
"""How many sets of requirements that passed together are counted before they are counted one by one."""

Way = tuple[str, Symptom]
"""A way to fail: a requirement, and the pattern of the finding."""


class DroppedCases:
    """Random cases that are too many to be kept: how many they were, and what passed and failed on them."""

    def __init__(self) -> None:
        self.cases = 0
        self.requests = 0
        self.findings: Counter[Way] = Counter()
        self._passes: Counter[int] = Counter()
        self._bits: Counter[int] = Counter()
        """How often exactly these requirements passed together: random cases mostly pass the same ones."""

    @property
    def passes(self) -> Counter[int]:
        """How often each requirement passed, by its number."""
        self._settle()
        return self._passes

    def passed(self, bits: int) -> None:
        """Count requirements that passed, as bits."""
        self._bits[bits] += 1
        if len(self._bits) > MOST_TOGETHER:
            self._settle()

    def _settle(self) -> None:
        for bits, count in self._bits.items():
            for number in numbers(bits):
                self._passes[number] += count
        self._bits.clear()

    def clear(self) -> None:
        """Forget what passed and failed."""
        self._passes.clear()
        self._bits.clear()
        self.findings.clear()


def numbers(bits: int) -> list[int]:
    """Return the numbers of the requirements that bits stand for."""
    return [number for number, bit in enumerate(reversed(f"{bits:b}")) if bit == "1"]
