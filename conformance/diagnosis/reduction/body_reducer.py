"""Body reducer: the simplest body that fails as a random one does, found by asking the target.

Properties are taken away, then values are made simpler; every body that is tried is labelled anew by the contract, so
that a valid body stays valid and an invalid one invalid. All of it follows from the body and from the answers alone.
"""

from collections.abc import Sequence

from conformance.contract.schemas.nodes import find
from conformance.diagnosis.reduction.body_parts import keeping, leaves, objects, scalars
from conformance.diagnosis.reduction.simplest_values import simplest_value
from conformance.diagnosis.reduction.trials import FailureProbe, smallest
from conformance.model.case import SLOT, Case
from conformance.model.json_values import at, body_value, holds, with_value
from conformance.model.jsontext import Json, write
from conformance.model.pointer import join
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import body_case

PASSES = 4
"""How often all values are gone through, at most: one that became simpler may let another."""


class BodyReducer:
    """The search from one body that fails; `body` is the simplest so far.

    Args:
        build: labels bodies, and makes requests of them.
        case: what failed.
        trial: tells whether a case fails in the same way.

    """

    def __init__(self, build: Builder, case: Case, trial: FailureProbe) -> None:
        self._build = build
        self._case = case
        self._trial = trial
        self._asked: dict[str, bool] = {}
        self.body = body_value(case.request.body)

    async def simplest(self) -> Case | None:
        """Return the simplest case that fails, None where none was found; where requests run out, the best so far."""
        if self.body is None or not await self._fails(self.body):
            return None  # how it is spelled is what matters
        await self._reduce("")
        for _ in range(PASSES):
            before = self.body
            await self._simplify_values()
            if self._trial.over or write(before) == write(self.body):
                break
        return self._trial.best

    async def _fails(self, body: Json) -> bool:
        """Tell whether a body fails; one that does is the body from now on."""
        text = write(body)
        if text not in self._asked:
            self._asked[text] = not self._trial.over and await self._ask(body)
        if self._asked[text]:
            self.body = body
        return self._asked[text]

    async def _ask(self, body: Json) -> bool:
        case, tried = self._case, body_case(self._build, self._case.phase, body, None)
        if tried.expectation is not case.expectation or not set(tried.needs) <= set(case.needs):
            return False
        if tried.beyond and not case.beyond:
            return False  # of a body that no page speaks against, none is made that one does
        return await self._trial.fails(tried)

    async def _reduce(self, pointer: str) -> None:
        """Take away what is not needed of an object or array, and of what lies in it."""
        held = at(self.body, pointer)
        if not isinstance(held, dict | list) or self._trial.over:
            return
        array = isinstance(held, list)
        items = [str(index) for index in range(len(held))] if array else [each for each in leaves(held) if each]
        whole = self.body

        async def fails(kept: Sequence[str]) -> bool:
            less = [held[int(index)] for index in kept] if isinstance(held, list) else keeping(held, frozenset(kept))
            return await self._fails(with_value(whole, pointer, less))

        await fails(await smallest(items, fails))
        for inner in self._inside(pointer):
            await self._reduce(inner)

    def _inside(self, pointer: str) -> list[str]:
        left = at(self.body, pointer)
        if isinstance(left, list):
            return [join(pointer, index) for index in range(len(left))]
        return [pointer + each for each in leaves(left) if each]

    async def _simplify_values(self) -> None:
        for pointer in [each for each in objects(self.body) if each]:
            if holds(self.body, pointer):
                await self._fails(with_value(self.body, pointer, {}))
        for pointers in [*self._alike(), *([each] for each in scalars(self.body))]:
            if all(holds(self.body, each) for each in pointers):
                await self._simplify(pointers)

    def _alike(self) -> list[list[str]]:
        """Return the places whose values are equal: where that matters, none can be changed alone."""
        found: dict[str, list[str]] = {}
        for pointer in scalars(self.body):
            value = at(self.body, pointer)
            if not isinstance(value, dict | list | bool | None):
                found.setdefault(write(value), []).append(pointer)
        return [pointers for pointers in found.values() if len(pointers) > 1]

    async def _simplify(self, pointers: list[str]) -> None:
        whole, value = self.body, at(self.body, pointers[0])

        async def fails(tried: Json) -> bool:
            body = whole
            for pointer in pointers:
                body = with_value(body, pointer, tried)
            return await self._fails(body)

        for tried in self._preferred(pointers[0]):
            if write(tried) == write(value) or await fails(tried):
                return
        await simplest_value(value, fails, (SLOT,))

    def _preferred(self, pointer: str) -> Sequence[Json]:
        """Return what is tried first at a place: the values that a schema lists, the usual name of the new object."""
        contract = self._build.contract
        if pointer == contract.identity:
            return (SLOT,)
        node = find(contract.request, pointer)
        return [value for shape in (node.shapes if node else ()) for value in shape.listed("enum")]
