"""Reducing: trials of smaller bodies, and the search for the smallest that fails (delta debugging).

After Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (2002).
"""

from collections.abc import Awaitable, Callable, Sequence

from conformance.model.case import Case
from conformance.model.finding import Finding

MAX_REQUESTS = 40
"""How many requests one failure may cost."""

Probe = Callable[[Case], Awaitable[Sequence[Finding]]]
"""Sends a case and returns what is found on its answer; nothing where the budget is used up."""


class Trial:
    """The requests that one cause may cost, and whether the failure shows on them."""

    def __init__(self, probe: Probe, finding: Finding) -> None:
        self._probe = probe
        self.key = key_of(finding)
        self.spent = 0

    @property
    def over(self) -> bool:
        """Whether no request is left."""
        return self.spent >= MAX_REQUESTS

    async def fails(self, case: Case) -> bool:
        """Send a case and tell whether it fails in the same way; not where no request is left."""
        if self.over:
            return False
        self.spent += 1
        return any(key_of(each) == self.key for each in await self._probe(case))


async def smallest(items: Sequence[str], fails: Callable[[Sequence[str]], Awaitable[bool]]) -> list[str]:
    """Return a 1-minimal subset that fails (ddmin); `items` as a whole is known to."""
    kept, parts = list(items), 2
    while len(kept) > 1:
        size = max(len(kept) // parts, 1)
        chunks = [kept[start : start + size] for start in range(0, len(kept), size)]
        for chunk in chunks:
            rest = [item for item in kept if item not in chunk]
            if len(chunk) < len(kept) and await fails(chunk):
                kept, parts = chunk, 2
                break
            if parts > 2 and rest and await fails(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
        else:
            if parts >= len(kept):
                break
            parts = min(parts * 2, len(kept))
    if len(kept) == 1 and await fails([]):
        return []
    return kept


def rule_of(finding: Finding) -> str:
    """Return the rule of a finding: the first part of its pattern."""
    return finding.pattern.partition(" | ")[0]


def key_of(finding: Finding) -> str:
    """Return what makes two failures the same while members come and go: the rule, the place of an echo, the status."""
    rule = rule_of(finding)
    return f"{rule} {finding.pointer if rule == 'echo' else ''} {finding.pattern.rpartition(' | ')[2]}"
