"""Campaigns: Hypothesis made to hand over what it draws, to shrink what failed, and to replay what failed before.

Only documented parts of Hypothesis are used. A batch of draws follows from its seed alone, so what failed is found
again by drawing the batch once more, and Hypothesis then shrinks it as it does any failing test.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias
from unittest import SkipTest

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from conformance.model.case import Case
from conformance.strategies import from_schemathesis, random_cases
from conformance.strategies.building import Builder
from conformance.strategies.orders import Origin
from conformance.strategies.stopping import StoppedError

Draws: TypeAlias = st.SearchStrategy[Case]
Emit: TypeAlias = Callable[[Case, Origin], None]
Fails: TypeAlias = Callable[[Case], bool]

RIGHT, WRONG = "hypothesis-right", "hypothesis-wrong"
THEIR_RIGHT, THEIR_WRONG = "schemathesis-right", "schemathesis-wrong"

SIZES: Mapping[str, int] = {RIGHT: 400, WRONG: 100, THEIR_RIGHT: 20, THEIR_WRONG: 10}
"""The sources of a fuzz round in turn, and how many draws each makes: slow ones fewer."""

MOST_KEPT = 1_000
"""How many failures of one source a replay goes through at most."""

UNTIMED = (HealthCheck.too_slow, HealthCheck.data_too_large)
"""Health checks that the speed of the machine decides, and that say nothing of what is drawn."""


class FailedError(Exception):
    """What a test raises when the target failed it: so Hypothesis learns of it."""


class Campaign:
    """Draws, shrinks and replays random cases of one contract.

    Args:
        build: makes the cases.
        start: everything that is drawn follows from this seed.
        database: the folder where failures are kept; None keeps none.

    """

    def __init__(self, build: Builder, start: int, database: Path | None = None) -> None:
        self._build = build
        self._start = start
        self._database = DirectoryBasedExampleDatabase(database) if database is not None else None
        self._draws: dict[str, Draws] = {}

    def draw(self, origin: Origin, emit: Emit) -> None:
        """Hand every case of a batch to `emit`, in order.

        Raises:
            Exception: Hypothesis or Schemathesis says that it cannot go on.

        """

        def hand_over(case: Case) -> None:
            emit(case, origin)

        self._carry_out(origin, hand_over, (Phase.generate,), None, UNTIMED)

    def example(self, size: int) -> Iterator[Origin]:
        """Yield the batches of a run that is no campaign: a few right bodies and a few wrong ones."""
        for source, part in ((RIGHT, size - size // 3), (WRONG, size // 3)):
            yield Origin(source, self._derived(source, 0), part)

    def round(self, number: int) -> Iterator[Origin]:
        """Yield one batch of each source; every number gives others."""
        for source, size in SIZES.items():
            yield Origin(source, self._derived(source, number), size)

    def shrink(self, origin: Origin, case: Case, fails: Fails) -> Case | None:
        """Return the simplest case like one of a batch that still fails; None where it is not found again.

        `fails` is asked about every simpler case, each once, one after the other.
        """
        known = {case.id: True}
        best: Case | None = None

        def test(drawn: Case) -> None:
            nonlocal best
            if best is None and drawn.id != case.id:
                return
            if drawn.id not in known:
                known[drawn.id] = fails(drawn)
            if known[drawn.id]:
                best = drawn
                raise FailedError

        with suppress(FailedError, StoppedError):
            self._carry_out(origin, test, (Phase.generate, Phase.shrink), self._database, tuple(HealthCheck))
        return best

    def replay(self, fails: Fails, sources: Iterable[str] = tuple(SIZES)) -> None:
        """Send the failures that the database keeps to `fails`; those that fail no more are forgotten."""
        if self._database is None:
            return
        for source in sources:
            kept = _Kept(self._database)

            def test(case: Case, kept: _Kept = kept) -> None:
                kept.failed = fails(case)

            # Hypothesis skips a test that it has nothing to replay for.
            with suppress(SkipTest):
                self._carry_out(Origin(source, 0, MOST_KEPT), test, (Phase.reuse,), kept, tuple(HealthCheck))

    def _carry_out(
        self,
        origin: Origin,
        act: Callable[[Case], None],
        phases: tuple[Phase, ...],
        database: ExampleDatabase | None,
        unchecked: tuple[HealthCheck, ...],
    ) -> None:
        """Run `act` as the body of a test; the seed stands below the settings, for it would take the database away."""

        @settings(
            max_examples=origin.size,
            phases=phases,
            database=_Scoped(database, origin.source) if database is not None else None,
            deadline=None,
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=unchecked,
        )
        @seed(origin.seed)
        @given(self._strategy(origin.source))
        def test(case: Case) -> None:
            act(case)

        test()

    def _strategy(self, source: str) -> Draws:
        if source not in self._draws:
            makers: dict[str, Callable[[], Draws]] = {
                RIGHT: lambda: random_cases.right_cases(self._build),
                WRONG: lambda: random_cases.wrong_cases(self._build),
                THEIR_RIGHT: lambda: from_schemathesis.random_cases(self._build, right=True),
                THEIR_WRONG: lambda: from_schemathesis.random_cases(self._build, right=False),
            }
            self._draws[source] = makers[source]()
        return self._draws[source]

    def _derived(self, source: str, number: int) -> int:
        digest = hashlib.sha256(f"{self._start} {source} {number}".encode()).digest()
        return int.from_bytes(digest[:8], "big")


class _Kept(ExampleDatabase):
    """A database as a replay sees it: a failure is forgotten only where the target did not fail it any more."""

    def __init__(self, whole: ExampleDatabase) -> None:
        super().__init__()
        self._whole = whole
        self._asked = False
        self.failed = False

    def save(self, key: bytes, value: bytes) -> None:
        """Keep a failure."""
        self._whole.save(key, value)

    def fetch(self, key: bytes) -> Iterator[bytes]:
        """Yield the failures that are kept: those that were asked for first, which are the smallest."""
        if not self._asked:
            self._asked = True
            yield from self._whole.fetch(key)

    def delete(self, key: bytes, value: bytes) -> None:
        """Forget a failure that was just replayed, where it is none."""
        if not self.failed:
            self._whole.delete(key, value)


class _Scoped(ExampleDatabase):
    """One source's part of a database: what one strategy draws means nothing to another."""

    def __init__(self, whole: ExampleDatabase, scope: str) -> None:
        super().__init__()
        self._whole = whole
        self._scope = f"conformance {scope} ".encode()

    def save(self, key: bytes, value: bytes) -> None:
        """Keep a failure."""
        self._whole.save(self._scope + key, value)

    def fetch(self, key: bytes) -> Iterator[bytes]:
        """Yield the failures that are kept."""
        yield from self._whole.fetch(self._scope + key)

    def delete(self, key: bytes, value: bytes) -> None:
        """Forget a failure."""
        self._whole.delete(self._scope + key, value)
