"""Sampled values of any kind, for places of which the schema says nothing."""

from conformance.model.jsontext import Json
from conformance.strategies.random.sampling.draws import Chance, Draw, choice, sampled
from conformance.strategies.random.sampling.numbers import any_size, small
from conformance.strategies.random.sampling.texts import text_from
from conformance.strategies.random.strings import PLAIN
from conformance.strategies.random.weighing import FEW, SINGLE

word = text_from(PLAIN, 1, 5)
"""Short texts of letters."""

_LEAF: Draw[Json] = choice([(small, FEW), (any_size, SINGLE), (word, FEW), (sampled((True, False, None)), FEW)])


def anything(chance: Chance) -> Json:
    """Return a small JSON value of any kind."""
    kind = chance.below(4)
    if kind == 0:
        return [_LEAF(chance) for _ in range(chance.below(3))]
    if kind == 1:
        return {word(chance): _LEAF(chance) for _ in range(chance.below(3))}
    return _LEAF(chance)
