"""Trials: whether smaller bodies fail as well, and the search for the smallest that does.

After Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input" (2002), with the search by halving of
Junker, "QuickXplain" (2004): it needs far fewer requests where few properties of many are to blame.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from conformance.model.case import Case
from conformance.model.finding import Finding

Probe: TypeAlias = Callable[[Case], Awaitable[Sequence[Finding] | None]]
"""Sends a case and returns its failures; None where a limit of the run forbids it, or it can't be judged."""

Same: TypeAlias = Callable[[Finding], bool]
"""Tells whether a failure is the one that is looked into."""


Key: TypeAlias = tuple[str, str, str]
"""What makes two failures the same while members come and go: the rule, the place of an echo, what was observed."""


class FailureProbe:
    """The requests that one failure may cost, and whether it shows on them; `best` is the last case that failed.

    Args:
        probe: sends a case.
        same: tells the failure from others.
        most: how many requests may be sent.
        stopped: tells that no more is to be sent, whatever is left.

    """

    def __init__(self, probe: Probe, same: Same, most: int, stopped: Callable[[], bool] = lambda: False) -> None:
        self._probe = probe
        self._same = same
        self._left = most
        self._stopped = stopped
        self.spent = 0
        self.best: Case | None = None

    @property
    def over(self) -> bool:
        """Whether no request is left."""
        return self._left <= 0 or self._stopped()

    async def fails(self, case: Case) -> bool:
        """Send a case and tell whether it fails in the same way; not where no request is left."""
        if self.over:
            return False
        self._left -= 1
        self.spent += 1
        found = await self._probe(case)
        if found is None:
            self._left = 0
            return False
        if any(map(self._same, found)):
            self.best = case
            return True
        return False


async def smallest(items: Sequence[str], fails: Callable[[Sequence[str]], Awaitable[bool]]) -> list[str]:
    """Return a 1-minimal subset that fails, in order; `items` as a whole is known to.

    The shortest beginning that still fails ends with an item that is needed: halving finds it, and the next one is
    looked for before it. So k items of n cost about k times the logarithm of n. Where the requests run out, what is
    returned fails but may be too much.
    """
    needed: set[str] = set()
    rest = list(items)

    async def with_needed(beginning: Sequence[str]) -> bool:
        return await fails([item for item in items if item in needed or item in beginning])

    while rest and not await with_needed([]):
        short, enough = 0, len(rest)
        while enough - short > 1:
            middle = (short + enough) // 2
            if await with_needed(rest[:middle]):
                enough = middle
            else:
                short = middle
        needed.add(rest[enough - 1])
        rest = rest[: enough - 1]
    # Where an item matters only beside one that is gone by now, more was kept than is needed.
    for item in sorted(needed, key=items.index) if len(needed) > 1 else ():
        without = [each for each in items if each in needed and each != item]
        if await fails(without):
            needed.remove(item)
    return [item for item in items if item in needed]


def rule_of(finding: Finding) -> str:
    """Return the rule that a finding is about."""
    return finding.symptom.rule


def key_of(finding: Finding) -> Key:
    """Return what makes two failures the same while members come and go."""
    rule = rule_of(finding)
    return rule, finding.pointer if rule == "echo" else "", finding.symptom.observed
