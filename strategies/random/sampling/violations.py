"""Sampled violations: at each place of a body values that are wrong there, and the bodies that hold them."""

from collections.abc import Iterator

import msgspec

from conformance.classify.coercion import NUMERIC
from conformance.classify.kinds import MISSING, undeclared_kind
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import Shape
from conformance.model.jsontext import Json
from conformance.strategies.catalogue import rejected
from conformance.strategies.random.places import FAR, ViolationPlace
from conformance.strategies.random.sampling.anything import anything, word
from conformance.strategies.random.sampling.draws import Chance, Draw, Weighted, choice, constant, sampled
from conformance.strategies.random.sampling.keeping import is_small
from conformance.strategies.random.sampling.numbers import any_size
from conformance.strategies.random.sampling.texts import free
from conformance.strategies.random.sampling.values import route_to
from conformance.strategies.random.weighing import FEW, MANY, SINGLE
from conformance.strategies.values import bodies
from conformance.strategies.values import classes as fixed
from conformance.strategies.values.value import Value
from conformance.strategies.values.wrong_types import wrong_type

FRACTIONS = (0.5, 0.25, 0.125)


class InvalidDraw(msgspec.Struct, frozen=True):
    """A place of a body, a draw of what is wrong there, and the route on which a body holds the place."""

    place: ViolationPlace
    wrong: Draw[Value]
    route: dict[int, int]


def violation_of(place: ViolationPlace) -> InvalidDraw | None:
    """Return what is drawn to break a place; None where no value is known to."""
    node = place.node
    match place.keyword:
        case "required":
            return InvalidDraw(place, constant(_absent()), route_to(place.lineage))
        case "additionalProperties":
            return InvalidDraw(place, _undeclared(node.shapes[place.branch]), route_to(place.lineage, place.branch))
        case _:
            wrong = list(_wrong(node))
            return InvalidDraw(place, choice(wrong), route_to(place.lineage)) if wrong else None


def _absent() -> Value:
    return Value("absent", bodies.ABSENT, MISSING, "required")


def _wrong(node: Node) -> Iterator[Weighted[Value]]:
    """Yield the classes of the catalogue, and random values of every type that is not allowed."""
    known = [each for each in fixed.invalid_values(node) if is_small(each.json) and not each.undecided]
    if known:
        yield sampled(known), MANY
    for found, weight in _of_other_types(node.types):
        yield _typed(node, found), weight


def _typed(node: Node, found: Draw[Json]) -> Draw[Value]:
    return lambda chance: wrong_type(node, "random", found(chance))


def _of_other_types(allowed: frozenset[str]) -> Iterator[Weighted[Json]]:
    if not allowed & NUMERIC:
        # 0 and 1 are booleans to many programs: the catalogue has them.
        yield (lambda chance: 2 + abs(any_size(chance))) if "boolean" in allowed else any_size, FEW
    if "number" not in allowed:
        yield (lambda chance: chance.below(2 * FAR) - FAR + chance.pick(FRACTIONS)), FEW
    if "string" not in allowed:
        # A first letter that begins no number, no boolean and no null: no lax parser reads such a text as one.
        odd = free(0, 8)
        yield (lambda chance: "a" + odd(chance)), FEW
        if allowed & NUMERIC:
            yield (lambda chance: str(any_size(chance))), SINGLE
    if "array" not in allowed:
        yield (lambda chance: [anything(chance) for _ in range(chance.below(4))]), FEW
    if "object" not in allowed:
        yield (lambda chance: {word(chance): anything(chance) for _ in range(chance.below(4))}), FEW


def _undeclared(shape: Shape) -> Draw[Value]:
    """Return properties that a closed object does not declare, as objects of one property."""
    known = [name for _, name, _ in rejected.undeclared_names(shape)]
    odd = free(0, 12)

    def draw(chance: Chance) -> Value:
        name = odd(chance)
        if shape.declares(name) or chance.one_in(MANY):
            name = chance.pick(known)
        value = anything(chance)
        return Value("unknown-property", {name: value}, undeclared_kind(shape, name, value), "additionalProperties")

    return draw
