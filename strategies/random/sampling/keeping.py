"""What is known to be valid: values of the catalogue, to be taken where something drawn breaks a bound."""

from collections.abc import Callable, Sequence
from itertools import islice

from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Literal, Writable
from conformance.strategies.random.sampling.draws import Chance, Values, Weighted, sampled
from conformance.strategies.random.weighing import FEW
from conformance.strategies.values import classes, scalars

POOL = 40
"""How many values of a pattern or a format are kept, of which one is drawn or changed."""

TRIES = 4
"""How often something is drawn that may break a bound, before a value that is known is taken."""

LONGEST = 300
"""Longer values of the catalogue than this are not drawn: they say nothing more at random."""


def known_values(node: Node, shape: Shape) -> tuple[Writable, ...]:
    """Return valid values of a scalar shape, the typical one first."""
    return tuple(islice(scalars.several(node, shape), POOL)) or (scalars.typical(node, shape),)


def keeping(draw: Values, keeps: Callable[[Writable], bool], known: Sequence[Writable]) -> Values:
    """Return a draw of what keeps something; where that does not come about soon, of a value that is known to."""

    def kept(chance: Chance) -> Writable:
        for _ in range(TRIES):
            found = draw(chance)
            if keeps(found):
                return found
        return chance.pick(known)

    return kept


def of_catalogue(node: Node, shape: Shape) -> Weighted[Writable] | None:
    """Return the valid values of a scalar shape that the catalogue has cases of; None where there are none."""
    if shape.type in {"object", "array", "null"} or "enum" in shape.keywords:
        return None
    alone = Node(node.path, node.owner, node.member, node.pointer, node.required, (shape,))
    found = [each.json for each in classes.valid_values(alone) if not each.undecided and is_small(each.json)]
    return (sampled(found), FEW) if found else None


def is_small(value: Writable) -> bool:
    """Tell whether a value is short enough to be drawn at random."""
    return isinstance(value, Literal) or not isinstance(value, str | list | dict) or len(value) <= LONGEST
