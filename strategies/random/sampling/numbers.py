"""Sampled numbers: they keep the bounds of a shape, are of every size, and repeat each other."""

from fractions import Fraction

from conformance.classify.bounds import as_number, keeps_bounds
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import plain_json
from conformance.strategies.random.generation import number_limits
from conformance.strategies.random.sampling.draws import Chance, Draw, Values, choice, constant, sampled
from conformance.strategies.random.sampling.keeping import keeping, known_values
from conformance.strategies.random.weighing import FEW, MANY, MOST, SINGLE

SMALL = 128
"""How far from 0 the numbers lie of which each is drawn more often than any other: most faults sit there."""

MOST_BITS = 64
"""How many bits an integer without a bound has at most; the catalogue has larger ones."""

DENOMINATORS = (2, 4, 8, 10, 100)
"""What fractions are drawn over."""

LARGEST = 10**300
"""Numbers farther from 0 get no fraction: sums of them are no 64-bit floats."""

MOST_DIGITS = 6
"""How many digits a fraction between two bounds has at most."""


def integers(shape: Shape) -> Draw[int]:
    """Return integers that keep the bounds of a shape."""
    multiple = as_number(shape.value("multipleOf"))
    unit = Fraction(multiple).numerator if multiple is not None else 1
    low, high = number_limits(shape)
    least = None if low is None else -(-low.__ceil__() // unit)
    most = None if high is None else high.__floor__() // unit
    if least is not None and most is not None:
        found = between(least, most)
    elif least is None and most is None:
        found = choice([(small, MANY), (any_size, MOST), (_drawn_before, FEW)])
    else:
        found = _beyond(least or 0, 1) if most is None else _beyond(most, -1)
    return found if unit == 1 else lambda chance: found(chance) * unit


def small(chance: Chance) -> int:
    """Return an integer near 0."""
    number = int(chance.random() * 2 * SMALL) - SMALL
    chance.drawn.append(number)
    return number


def any_size(chance: Chance) -> int:
    """Return an integer of any number of bits, each as likely."""
    number = chance.getrandbits(1 + chance.below(MOST_BITS))
    number = number if chance.one_in(2) else -number
    chance.drawn.append(number)
    return number


def _drawn_before(chance: Chance) -> int:
    """Return a number that the body has already: faults of two properties that are equal show to nothing else."""
    return chance.pick(chance.drawn) if chance.drawn else small(chance)


def between(least: int, most: int) -> Draw[int]:
    """Return integers from `least` to `most`, the edges more often than others."""
    if most <= least:
        return constant(least)
    edges = (least, least + 1, most - 1, most)

    def draw(chance: Chance) -> int:
        if chance.one_in(MANY):
            return chance.pick(edges)
        return chance.randint(least, most) if chance.one_in(2) else min(most, least + abs(small(chance)))

    return draw


def _beyond(bound: int, sign: int) -> Draw[int]:
    """Return numbers that have one bound alone."""
    step = choice([(small, MOST), (any_size, MANY), (constant(0), SINGLE)])
    return lambda chance: bound + sign * abs(step(chance))


def numbers(node: Node, shape: Shape) -> Values:
    """Return numbers that keep the bounds of a shape."""
    known = known_values(node, shape)
    multiple = as_number(shape.value("multipleOf"))
    if multiple is not None and Fraction(multiple).denominator > 1:
        return sampled(known)
    low, high = number_limits(shape)
    ways: list[tuple[Values, int]] = [] if multiple is not None else [(_fractions(shape), MANY)]
    if low is None or high is None or low.__ceil__() <= high.__floor__():
        ways.append((integers(shape), MANY))
    if not ways:
        return sampled(known)  # nothing keeps all bounds: the validators say so of what is sent
    return keeping(choice(ways), lambda number: keeps_bounds(shape, plain_json(number)), known)


def _fractions(shape: Shape) -> Draw[float]:
    low, high = number_limits(shape)
    if low is not None and high is not None and max(abs(low), abs(high)) < LARGEST:
        least, width = float(low), float(high - low)
        return lambda chance: round(least + width * chance.random(), 1 + chance.below(MOST_DIGITS))
    whole = integers(shape)

    def draw(chance: Chance) -> float:
        number = whole(chance)
        return number + chance.pick((-1, 1)) / chance.pick(DENOMINATORS) if abs(number) < LARGEST else number

    return draw
