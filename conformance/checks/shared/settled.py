"""Judgements of which nothing is left to ask."""

from collections.abc import Sequence
from functools import lru_cache

from conformance.contract.contract import Contract
from conformance.model.finding import Doubt, Judgement, Pass


class Settled(tuple[Judgement | Doubt, ...]):
    """Judgements of requirements that the contract has, whose texts do not show the key.

    A check that makes the same ones for thousands of exchanges returns them as such: they are not looked at one by one.
    """

    __slots__ = ()


NOTHING = Settled()


@lru_cache(maxsize=64)
def _passes(contract: Contract) -> dict[str, Pass]:
    return {each: Pass(each) for each in contract.by_id}


def passes(contract: Contract, requirements: Sequence[str]) -> tuple[Judgement | Doubt, ...]:
    """Return passes of some requirements; where the contract lacks one, each is still to be looked at."""
    known = _passes(contract)
    try:
        return Settled([known[each] for each in requirements])
    except KeyError:
        return tuple(map(Pass, requirements))
