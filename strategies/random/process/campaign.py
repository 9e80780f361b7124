"""Campaigns: the sampler, Hypothesis and Schemathesis as sources of cases, in turn.

Hypothesis is no test runner here. Only what it documents is used; what it does not is in `hypothesis_internals`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TypeAlias

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from conformance.classify.bounds import keeps_bounds
from conformance.contract.schemas.nodes import find
from conformance.model.case import SLOT, Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import from_schemathesis, strings
from conformance.strategies.random.from_hypothesis import breakable, invalid_bodies, valid_bodies
from conformance.strategies.random.from_parameters import right_requests, wrong_requests
from conformance.strategies.random.generation import Choices, Values, nulls
from conformance.strategies.random.labelling import body_case
from conformance.strategies.random.process.hypothesis_internals import independent_backend, without_digest
from conformance.strategies.random.sampling.sampler import Sampler
from conformance.strategies.random.stated_numbers import stated_numbers
from conformance.strategies.random.weighing import MANY, SINGLE, weighted

Draws: TypeAlias = st.SearchStrategy[Case]
Emit: TypeAlias = Callable[[Case], None]

SAMPLER = "sampler"
RIGHT, WRONG = "hypothesis-right", "hypothesis-wrong"
THEIR_RIGHT, THEIR_WRONG = "schemathesis-right", "schemathesis-wrong"

SIZES: Mapping[str, int] = {SAMPLER: 1000, RIGHT: 100, WRONG: 20, THEIR_RIGHT: 8, THEIR_WRONG: 4}
"""The sources of a first fuzz round in turn, and how many draws each makes: slow ones fewer, so that each has its time.

Of a library every batch begins with the simplest draw, so small batches repeat themselves; after large ones a slow
target has no time left for the next source.
"""

LARGEST_ROUND = 4
"""In each round the sampler makes as many draws more as in the first one, up to this round.

A target that is slow meets the draws of the libraries early; one that gets far waits for them less and less.
"""

UNTIMED = (HealthCheck.too_slow, HealthCheck.data_too_large)
"""Health checks that the speed of the machine decides, and that say nothing of what is drawn."""


SIEVED = (HealthCheck.filter_too_much,)
"""The health check that is of no use where a validator sorts out what cannot be constructed."""


class Batch(msgspec.Struct, frozen=True):
    """Draws of one source: their seed, and how many there are."""

    source: str
    seed: int
    size: int


class Campaign:
    """Draws random cases of one contract.

    Args:
        build: makes the cases.
        start: everything that is drawn follows from this seed.

    """

    def __init__(self, build: Builder, start: int) -> None:
        self._build = build
        self._start = start
        self._draws: dict[str, Draws] = {}
        self._sampler = Sampler(build)

    def draw(self, batch: Batch, emit: Emit) -> None:
        """Hand every case of a batch to `emit`, in order.

        Where nothing of a source fits the schema, there is none.

        Raises:
            Exception: Hypothesis or Schemathesis says that it cannot go on.

        """
        if batch.source == SAMPLER:
            for case in self._sampler.cases(batch.seed, batch.size):
                emit(case)
            return
        strategy = self._strategy(batch.source)
        if strategy.is_empty:
            return

        modelled = self._build.contract.request.modelled

        @without_digest
        @settings(
            max_examples=batch.size,
            phases=(Phase.generate,),
            database=None,
            deadline=None,
            backend=independent_backend(),
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=(*UNTIMED, *(() if modelled else SIEVED)),
        )
        @seed(batch.seed)
        @given(strategy)
        def test(case: Case) -> None:
            emit(case)

        with suppress(*(() if modelled else (Unsatisfiable,))):
            test()

    def sample(self, size: int) -> Batch:
        """Return the batch of the sampler that comes before all rounds."""
        return Batch(SAMPLER, self._derived(SAMPLER, 0), size)

    def example(self, size: int) -> Iterator[Batch]:
        """Yield the batches of a run that is no campaign: a few valid bodies and a few wrong ones."""
        for source, part in ((RIGHT, size - size // 3), (WRONG, size // 3)):
            yield Batch(source, self._derived(source, 0), part)

    def round(self, number: int) -> Iterator[Batch]:
        """Yield one batch of each source; every number gives others."""
        for source, size in SIZES.items():
            times = min(number, LARGEST_ROUND) if source == SAMPLER else 1
            yield Batch(source, self._derived(source, number), times * size)

    def _strategy(self, source: str) -> Draws:
        if source not in self._draws:
            makers: dict[str, Callable[[], Draws]] = {
                RIGHT: lambda: right_cases(self._build),
                WRONG: lambda: wrong_cases(self._build),
                THEIR_RIGHT: lambda: from_schemathesis.random_cases(self._build, right=True),
                THEIR_WRONG: lambda: from_schemathesis.random_cases(self._build, right=False),
            }
            self._draws[source] = makers[source]()
        return self._draws[source]

    def _derived(self, source: str, number: int) -> int:
        digest = hashlib.sha256(f"{self._start} {source} {number}".encode()).digest()
        return int.from_bytes(digest[:8], "big")


PHASE = "hypothesis"


def right_cases(build: Builder) -> st.SearchStrategy[Case]:
    """Return a strategy of requests that the contract allows."""
    contract = build.contract
    if not build.has_body:
        return right_requests(build, PHASE)
    free = Choices(fixed=_name(build, odd=True))
    tame = Choices(extras=False, fixed={**_ranges(build), **_name(build, odd=False)})
    both = [valid_bodies(contract.request, contract.request_validator, each) for each in (free, tame)]
    known = True if contract.request.modelled else None
    return st.one_of(both).map(lambda body: body_case(build, PHASE, body, None, valid=known))


def wrong_cases(build: Builder) -> st.SearchStrategy[Case]:
    """Return a strategy of requests that the contract forbids, each for one reason; empty where none can be."""
    contract = build.contract
    if not build.has_body:
        return wrong_requests(build, PHASE)
    if not breakable(contract.request, _tame(build)):
        return st.nothing()
    known = False if contract.request.modelled else None
    found = invalid_bodies(contract.request, contract.request_validator, _tame(build))
    return found.map(lambda drawn: body_case(build, PHASE, drawn.body, drawn.story, valid=known))


def _tame(build: Builder) -> Choices:
    return Choices(fixed={**_ranges(build), **_name(build, odd=False)})


def _name(build: Builder, *, odd: bool) -> dict[str, Values]:
    """Return the strategy of the property that names the new object: with the slot in it, so it is always fresh."""
    path = build.contract.identity
    node = find(build.contract.request, path) if path is not None else None
    shape = node.shape("string") if node is not None else None
    if path is None or shape is None or not keeps_bounds(shape, SLOT):
        return {}
    if not odd or {"enum", "pattern", "format", "maxLength"} & shape.keywords.keys():
        return {path: st.just(SLOT)}
    more = strings.free(0, strings.MOST_CHARACTERS)
    return {path: st.just(SLOT) | more.map(lambda text: text + SLOT) | more.map(lambda text: SLOT + text)}


def _ranges(build: Builder) -> dict[str, Values]:
    """Return strategies of the numbers that pages allow, by path."""
    found: dict[str, Values] = {}
    for path, each in stated_numbers(build.contract).items():
        numbers = [] if each.never else [(st.integers(each.least, each.most), MANY)]
        none = [(nulls(), SINGLE)] if each.nullable else []
        found[path] = weighted([*numbers, *none])
    return found
