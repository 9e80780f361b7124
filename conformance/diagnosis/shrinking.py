"""Shrinking: the body of a random case that failed is made as simple as it can be, one request after the other.

Members are taken away, then values are made plainer; every body that is tried is labelled anew by the contract, so
that a right body stays right and a wrong one wrong. All of it follows from the body and from the answers alone.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeAlias

from conformance.contract.nodes import find
from conformance.diagnosis.plainer import plainest
from conformance.diagnosis.reducing import smallest
from conformance.model.case import SLOT, Case
from conformance.model.json_encoding import text_of
from conformance.model.jsontext import Json, JsonFault, read
from conformance.model.pointer import join, lookup, split
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.labelling import body_case

MAX_REQUESTS = 300
"""How many requests one failure may cost."""

MAX_FAILURES = 40
"""How many failures of a run are shrunk."""

PASSES = 4
"""How often all values are gone through, at most: one that became plainer may let another."""

Probe: TypeAlias = Callable[[Case], Awaitable[bool | None]]
"""Sends a case and tells whether it fails in the same way; None where a limit of the run forbids it."""


class _OverError(Exception):
    """No more is to be asked."""


class Shrinker:
    """Finds the simplest case that fails as a given one does.

    Args:
        build: labels bodies, and makes requests of them.

    """

    def __init__(self, build: Builder) -> None:
        self.build = build
        self.failures = 0
        self.over = False

    def finish(self) -> None:
        """Stop what is being shrunk, and shrink nothing more: the time is over."""
        self.over = True

    async def simplest(self, case: Case, probe: Probe) -> Case | None:
        """Return the simplest case that fails, None where none was found; where the time is over, the best so far."""
        body = value_of(case)
        if body is None or self.over or self.failures >= MAX_FAILURES:
            return None
        self.failures += 1
        search = _Search(self, case, body, probe)
        with suppress(_OverError):
            await search.run()
        return search.best


class _Search:
    """The search for one body; `body` fails."""

    def __init__(self, shrinker: Shrinker, case: Case, body: Json, probe: Probe) -> None:
        self._shrinker = shrinker
        self._case = case
        self._probe = probe
        self._asked: dict[str, bool] = {}
        self._spent = 0
        self.body = body
        self.best: Case | None = None

    async def run(self) -> None:
        if not await self._fails(self.body):
            return  # how it is spelled is what matters
        await self._reduce("")
        for _ in range(PASSES):
            before = self.body
            await self._make_plainer()
            if text_of(before) == text_of(self.body):
                return

    async def _fails(self, body: Json) -> bool:
        """Tell whether a body fails; one that does is the body from now on."""
        text = text_of(body)
        if text not in self._asked:
            self._asked[text] = await self._ask(body_case(self._shrinker.build, self._case.phase, body, None))
        if self._asked[text]:
            self.body = body
        return self._asked[text]

    async def _ask(self, tried: Case) -> bool:
        case = self._case
        if tried.expectation is not case.expectation or not set(tried.needs) <= set(case.needs):
            return False
        if tried.beyond and not case.beyond:
            return False  # of a body that no page speaks against, none is made that one does
        self._spent += 1
        answer = None if self._shrinker.over or self._spent > MAX_REQUESTS else await self._probe(tried)
        if answer is None:
            raise _OverError
        if answer:
            self.best = tried
        return answer

    async def _reduce(self, pointer: str) -> None:
        """Take away what is not needed of an object or array, and of what lies in it."""
        held = lookup(self.body, pointer)
        if isinstance(held, dict):
            items = [each for each in _leaves(held) if each]

            def made(kept: Sequence[str]) -> Json:
                return _keeping(held, "", frozenset(kept))

        elif isinstance(held, list):
            items = [str(index) for index in range(len(held))]

            def made(kept: Sequence[str]) -> Json:
                return [held[int(index)] for index in kept]

        else:
            return

        whole = self.body

        async def fails(kept: Sequence[str]) -> bool:
            return await self._fails(replaced(whole, [pointer], made(kept)))

        await fails(await smallest(items, fails))
        left = lookup(self.body, pointer)
        inner = range(len(left)) if isinstance(left, list) else [split(each) for each in _leaves(left) if each]
        for each in inner:
            await self._reduce(join(pointer, *(each if isinstance(each, tuple) else (each,))))

    async def _make_plainer(self) -> None:
        for pointer in [each for each in _holders(self.body) if each]:
            await self._fails(replaced(self.body, [pointer], {}))
        for pointers in self._alike():
            await self._plainer(pointers)
        for pointer in list(_places(self.body)):
            await self._plainer([pointer])

    def _alike(self) -> list[list[str]]:
        """Return the places whose values are equal: where that matters, none can be changed alone."""
        found: dict[str, list[str]] = {}
        for pointer in _places(self.body):
            value = lookup(self.body, pointer)
            if not isinstance(value, dict | list | bool | None):
                found.setdefault(text_of(value), []).append(pointer)
        return [pointers for pointers in found.values() if len(pointers) > 1]

    async def _plainer(self, pointers: list[str]) -> None:
        whole, value = self.body, lookup(self.body, pointers[0])

        async def fails(tried: Json) -> bool:
            return await self._fails(replaced(whole, pointers, tried))

        for tried in self._preferred(pointers[0]):
            if text_of(tried) == text_of(value) or await fails(tried):
                return
        await plainest(value, fails, (SLOT,))

    def _preferred(self, pointer: str) -> Sequence[Json]:
        """Return what is tried first at a place: the values that a schema lists, the usual name of the new object."""
        contract = self._shrinker.build.contract
        if pointer == contract.identity:
            return (SLOT,)
        node = find(contract.request, pointer)
        listed = [shape.value("enum") for shape in node.shapes] if node is not None else []
        return [value for each in listed if isinstance(each, list) for value in each]


def value_of(case: Case) -> Json:
    """Return the JSON value of the body of a case, None where it has none."""
    try:
        return read(case.request.body or b"").value
    except JsonFault:
        return None


def replaced(body: Json, pointers: Sequence[str], value: Json) -> Json:
    """Return a body with a value at each of several places."""
    for pointer in pointers:
        body = _replaced(body, split(pointer), value)
    return body


def _replaced(body: Json, tokens: Sequence[str], value: Json) -> Json:
    if not tokens:
        return value
    token, *rest = tokens
    if isinstance(body, dict):
        return {**body, token: _replaced(body[token], rest, value)}
    if isinstance(body, list):
        index = int(token)
        return [*body[:index], _replaced(body[index], rest, value), *body[index + 1 :]]
    return body


def _leaves(value: Json, pointer: str = "") -> Iterator[str]:
    """Yield what can be taken away of a body by itself: members that are no objects, and empty objects."""
    if isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, join(pointer, name))
    else:
        yield pointer


def _places(value: Json, pointer: str = "") -> Iterator[str]:
    """Yield every place of a body that holds no other, and every array."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _places(item, join(pointer, name))
        return
    yield pointer
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, join(pointer, index))


def _holders(value: Json, pointer: str = "") -> Iterator[str]:
    """Yield every object of a body that holds something."""
    if isinstance(value, dict) and value:
        yield pointer
        for name, item in value.items():
            yield from _holders(item, join(pointer, name))


def _keeping(value: Json, pointer: str, kept: frozenset[str]) -> Json:
    """Return an object with the members at `kept` alone, and what they lie in."""
    if not isinstance(value, dict):
        return value
    found = {}
    for name, item in value.items():
        here = join(pointer, name)
        if any(each == here or each.startswith(f"{here}/") for each in kept):
            found[name] = _keeping(item, here, kept)
    return found
