"""Campaigns: Hypothesis as a source of cases rather than a test runner.

Only what it documents is used; what it does not is in `hypothesis_internals`.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import msgspec
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import cases, from_schemathesis
from conformance.strategies.random.hypothesis_internals import independent_backend

Draws: TypeAlias = st.SearchStrategy[Case]
Emit: TypeAlias = Callable[[Case], None]

RIGHT, WRONG = "hypothesis-right", "hypothesis-wrong"
THEIR_RIGHT, THEIR_WRONG = "schemathesis-right", "schemathesis-wrong"

SIZES: Mapping[str, int] = {RIGHT: 1600, WRONG: 200, THEIR_RIGHT: 40, THEIR_WRONG: 20}
"""The sources of a fuzz round in turn, and how many draws each makes: slow ones fewer.

Every batch begins with the simplest draw, so small batches repeat themselves; in large ones a source waits long for its
turn.
"""

UNTIMED = (HealthCheck.too_slow, HealthCheck.data_too_large)
"""Health checks that the speed of the machine decides, and that say nothing of what is drawn."""


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

    def draw(self, batch: Batch, emit: Emit) -> None:
        """Hand every case of a batch to `emit`, in order.

        Raises:
            Exception: Hypothesis or Schemathesis says that it cannot go on.

        """

        @settings(
            max_examples=batch.size,
            phases=(Phase.generate,),
            database=None,
            deadline=None,
            backend=independent_backend(),
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=UNTIMED,
        )
        @seed(batch.seed)
        @given(self._strategy(batch.source))
        def test(case: Case) -> None:
            emit(case)

        test()

    def example(self, size: int) -> Iterator[Batch]:
        """Yield the batches of a run that is no campaign: a few right bodies and a few wrong ones."""
        for source, part in ((RIGHT, size - size // 3), (WRONG, size // 3)):
            yield Batch(source, self._derived(source, 0), part)

    def round(self, number: int) -> Iterator[Batch]:
        """Yield one batch of each source; every number gives others."""
        for source, size in SIZES.items():
            yield Batch(source, self._derived(source, number), size)

    def _strategy(self, source: str) -> Draws:
        if source not in self._draws:
            makers: dict[str, Callable[[], Draws]] = {
                RIGHT: lambda: cases.right_cases(self._build),
                WRONG: lambda: cases.wrong_cases(self._build),
                THEIR_RIGHT: lambda: from_schemathesis.random_cases(self._build, right=True),
                THEIR_WRONG: lambda: from_schemathesis.random_cases(self._build, right=False),
            }
            self._draws[source] = makers[source]()
        return self._draws[source]

    def _derived(self, source: str, number: int) -> int:
        digest = hashlib.sha256(f"{self._start} {source} {number}".encode()).digest()
        return int.from_bytes(digest[:8], "big")
