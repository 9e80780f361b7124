"""The ranges of documentation rules, which the schema does not state: random numbers are drawn from them."""

import msgspec

from conformance.contract.contract import Contract
from conformance.contract.prose import Range
from conformance.contract.schemas.nodes import find
from conformance.model.grouping import grouped

ROOM = 1_000
"""How far from its one stated bound a number lies at most."""


class StatedNumbers(msgspec.Struct, frozen=True):
    """The least and the greatest number of a place, whether there must `never` be one, and whether null is allowed."""

    least: int
    most: int
    never: bool
    nullable: bool


def stated_numbers(contract: Contract) -> dict[str, StatedNumbers]:
    """Return the ranges of the numbers of a request, by path; several ranges of a place hold together.

    A place whose ranges contradict each other is omitted.
    """
    stated = grouped((each.pointer, each) for each in contract.prose.ranges if each.pattern is None)
    found = {
        path: _of_place(ranges, nullable=node.nullable)
        for path, ranges in stated.items()
        if (node := find(contract.request, path)) is not None
    }
    return {path: each for path, each in found.items() if each.never or each.least <= each.most}


def _of_place(ranges: list[Range], *, nullable: bool) -> StatedNumbers:
    lows = [each.minimum for each in ranges if each.minimum is not None]
    highs = [each.maximum for each in ranges if each.maximum is not None]
    never = any(each.never for each in ranges)
    least = max(lows) if lows else min(highs, default=0) - ROOM
    return StatedNumbers(least, min(highs) if highs else least + ROOM, never, nullable or never)
