"""Judgements of which nothing is left to ask."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from conformance.checks.shared.key_leaks import hidden
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


def settled(contract: Contract, key: str, judgements: Iterable[Judgement | Doubt]) -> Settled:
    """Return the judgements of requirements that the contract has, without the key; raises as `Contract.asks`."""
    return Settled(hidden(each, key) for each in judgements if contract.asks(each.requirement))
