"""The sampler: cases of one contract, thousands a second, all of which follow from a seed."""

from collections.abc import Iterator
from functools import cached_property
from typing import cast

from conformance.classify.bounds import keeps_bounds
from conformance.contract.schemas.nodes import find
from conformance.model.case import SLOT, Case
from conformance.model.jsontext import Json
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import places
from conformance.strategies.random.labelling import body_case
from conformance.strategies.random.sampling.draws import Chance, Values, choice, constant
from conformance.strategies.random.sampling.numbers import between
from conformance.strategies.random.sampling.texts import free
from conformance.strategies.random.sampling.values import ValueChoices, values
from conformance.strategies.random.sampling.violations import InvalidDraw, violation_of
from conformance.strategies.random.stated_numbers import stated_numbers
from conformance.strategies.random.stories import story_of
from conformance.strategies.random.strings import MOST_CHARACTERS
from conformance.strategies.random.weighing import MANY, SINGLE

PHASE = "sampler"

WRONG = 3
"""One case in so many breaks the contract."""

PLAIN = 3
"""One valid body in so many keeps the documentation rules, so its rejection is a failure at full strength."""

TRIES = 4
"""How often a body is drawn that is to keep the documentation rules about several properties."""


class Sampler:
    """Samples cases with a body.

    A schema that the suite cannot construct for is sampled all the same: both validators label what comes out.

    Args:
        build: makes the cases.

    """

    def __init__(self, build: Builder) -> None:
        self._build = build
        self._root = build.contract.request
        self._modelled = self._root.modelled

    def cases(self, seed: int, count: int) -> Iterator[Case]:
        """Yield `count` cases; the same seed gives the same ones. None where requests have no body."""
        if not self._build.has_body:
            return
        chance = Chance(seed)
        for _ in range(count):
            wrong = self._violations and chance.one_in(WRONG)
            yield self._wrong(chance) if wrong else self._right(chance)

    def _right(self, chance: Chance) -> Case:
        body = self._drawn(chance, self._free) if not chance.one_in(PLAIN) else self._plain_body(chance)
        return body_case(self._build, PHASE, body, None, valid=True if self._modelled else None)

    def _drawn(self, chance: Chance, draw: Values) -> Json:
        chance.begin()
        return cast("Json", draw(chance))

    def _plain_body(self, chance: Chance) -> Json:
        """Return a body that keeps the documentation rules, where one is drawn soon."""
        body = self._drawn(chance, self._plain)
        for _ in range(TRIES):
            if not self._build.contract.prose.beyond(body):
                break
            body = self._drawn(chance, self._plain)
        return body

    def _wrong(self, chance: Chance) -> Case:
        violation = chance.pick(self._violations)
        chance.begin(violation.route)
        body = cast("Json", self._base(chance))
        value = violation.wrong(chance)
        story = story_of(self._root, violation.place, value, body)
        broken = places.plant(violation.place, value, body)
        return body_case(self._build, PHASE, broken, story, valid=False if self._modelled else None)

    @cached_property
    def _free(self) -> Values:
        return values(self._root, ValueChoices(self._name(odd=True)))

    @cached_property
    def _plain(self) -> Values:
        return values(self._root, ValueChoices({**self._ranges(), **self._name(odd=False)}, extras=False))

    @cached_property
    def _base(self) -> Values:
        return values(self._root, ValueChoices({**self._ranges(), **self._name(odd=False)}))

    @cached_property
    def _violations(self) -> tuple[InvalidDraw, ...]:
        """Everything that can be broken."""
        found = map(violation_of, places.places(self._root))
        return tuple(each for each in found if each is not None)

    def _name(self, *, odd: bool) -> dict[str, Values]:
        """Return the draw of the property that names the new object: with the slot in it, so it is always fresh."""
        path = self._build.contract.identity
        node = find(self._root, path) if path is not None else None
        shape = node.shape("string") if node is not None else None
        if path is None or shape is None or not keeps_bounds(shape, SLOT):
            return {}
        if not odd or {"enum", "pattern", "format", "maxLength"} & shape.keywords.keys():
            return {path: constant(SLOT)}
        more = free(0, MOST_CHARACTERS)
        ways: list[tuple[Values, int]] = [
            (constant(SLOT), SINGLE),
            (lambda chance: more(chance) + SLOT, SINGLE),
            (lambda chance: SLOT + more(chance), SINGLE),
        ]
        return {path: choice(ways)}

    def _ranges(self) -> dict[str, Values]:
        """Return draws of the numbers that the documentation rules allow, by path."""
        found: dict[str, Values] = {}
        for path, each in stated_numbers(self._build.contract).items():
            numbers = [] if each.never else [(between(each.least, each.most), MANY)]
            none = [(constant(None), SINGLE)] if each.nullable else []
            found[path] = choice([*numbers, *none])
        return found
