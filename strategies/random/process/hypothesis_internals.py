"""The one module that uses what Hypothesis does not document, and a later version may change.

`tests/strategies/test_hypothesis_internals.py` fails in plain words where a version has changed it.
"""

import inspect
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cache, lru_cache
from typing import Any, NoReturn, TypeVar

from hypothesis import HealthCheck, Phase, control, core, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal import charmap, entropy, floats
from hypothesis.internal.conjecture import choice, data, engine, providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.internal.intervalsets import IntervalSet
from hypothesis.strategies._internal import lazy

T = TypeVar("T")

INDEPENDENT = "conformance"

READY = "_conformance_ready"
"""The attribute with which a strategy keeps what draws in its place, once that is known to be valid."""

DISTINCT_BOUNDS = 4096
"""Of how many bounds of integers it is kept where they lie in their distribution."""

SAMPLE = 12
"""How many cases show whether they are drawn alike with and without a record."""

SURROGATES = (0xD800, 0xDFFF)
"""The first and the last character that UTF-8 does not encode."""


def independent_backend() -> str:
    """Return the name of a backend that draws each case by itself, from the distributions of Hypothesis' own backend.

    Under its own name that one begins every batch with small examples and makes three of four draws out of earlier
    ones, of which a tenth to a quarter equal what was drawn before.
    """
    own = providers.HypothesisProvider
    providers.AVAILABLE_PROVIDERS[INDEPENDENT] = f"{own.__module__}.{own.__name__}"
    return INDEPENDENT


def without_digest(test: T) -> T:
    """Return a test whose source is not read: Hypothesis would find its failures again by it, which are not kept."""
    test._hypothesis_internal_database_key = b""  # type: ignore[attr-defined]  # noqa: SLF001  (see above)
    return test


def prepare_process() -> None:
    """Have all that is drawn in this process follow from its seed, and begin a second earlier.

    Hypothesis draws constants from the source of modules that are not installed: in a clone of this suite the same seed
    would give other cases after every edit. Which characters UTF-8 encodes it finds out by encoding all of them, and
    keeps the result in its folder; a process without that folder repeats it. A version that keeps the result in another
    form is left alone.
    """
    none = Constants()
    providers._get_local_constants = lambda: none  # noqa: SLF001  (see above)
    scan = charmap.intervals_from_codec
    if inspect.signature(scan).return_annotation == tuple[IntervalSet, IntervalSet]:
        first, last = SURROGATES
        utf8 = IntervalSet(((0, first - 1), (last + 1, sys.maxunicode))), IntervalSet(())
        charmap.intervals_from_codec = lambda codec: utf8 if codec == "utf-8" else scan(codec)  # type: ignore[assignment]


@cache
def draw_unrecorded() -> bool:
    """Have cases drawn without a record of their draws, which takes half of the time; tells whether it could be done.

    A version that draws other cases without it is left alone. The module `random` is seeded for each case as before;
    but Hypothesis neither gives it back its state, which nobody needs here, nor warns of strategies that use it.
    """
    recorded = _sample()
    replaced: list[tuple[Any, str, Any]] = []
    with suppress(Exception):  # whatever a version that was changed raises
        for place, name, replacement in _replacements():
            replaced.append((place, name, getattr(place, name)))
            setattr(place, name, replacement)
        if _sample() == recorded:
            return True
    for place, name, own in replaced:
        setattr(place, name, own)
    return False


def _replacements() -> Iterator[tuple[Any, str, Any]]:
    """Yield where Hypothesis keeps what is replaced, under which name, and what takes its place."""
    begin = engine.ConjectureRunner.new_conjecture_data

    def unrecorded(self: Any, prefix: Any, **others: Any) -> data.ConjectureData:  # noqa: ANN401  (not ours)
        # The simplest case, the first of every batch, is drawn by a prefix.
        if self.using_hypothesis_backend or prefix or others:
            return begin(self, prefix, **others)
        return UnrecordedData(random=self.random, provider=self.provider)

    yield engine.ConjectureRunner, "new_conjecture_data", unrecorded
    yield providers.INTEGERS_DISTRIBUTION, "cdf", lru_cache(DISTINCT_BOUNDS)(providers.INTEGERS_DISTRIBUTION.cdf)
    yield control, "deprecate_random_in_strategy", lambda *_: nullcontext()
    yield core, "deterministic_PRNG", _seeded


@contextmanager
def _seeded() -> Iterator[None]:
    for each in tuple(entropy.RANDOMS_TO_MANAGE.values()):
        each.seed(0)
    yield


def _sample() -> list[str]:
    """Return values of every kind as the independent backend draws them; as texts, because no NaN equals another."""
    numbers = st.integers() | st.integers(0, 4) | st.integers(-200, 300) | st.floats() | st.booleans()
    texts = st.text("ab", max_size=3) | st.sampled_from("xyz").map(str.upper)
    lists = st.lists(numbers, max_size=2) | st.lists(st.integers(0, 3), unique=True)
    objects = st.dictionaries(texts, numbers.filter(bool), max_size=2)
    chosen = st.integers(1, 2).flatmap(lambda size: st.binary(max_size=size))
    backend = independent_backend()
    found: list[str] = []

    @settings(
        max_examples=SAMPLE,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        backend=backend,
        suppress_health_check=list(HealthCheck),  # a process that was stopped for a while is not slow
    )
    @seed(0)
    @given(st.tuples(numbers, texts, lists, objects, chosen))
    def test(value: object) -> None:
        found.append(repr(value))

    test()
    return found


class UnrecordedData(data.ConjectureData):
    """The draws of one case, without the record of them: only shrinking, mutations and reports of failures read it.

    What is drawn is the same, and so are the limits: depth, length, and what a strategy that draws nothing ends with.
    """

    def draw(self, strategy: st.SearchStrategy[T], label: int | None = None, observe_as: str | None = None) -> T:  # noqa: ARG002  (as in the library)
        """Draw a value of a strategy."""
        ready = strategy.__dict__.get(READY)
        if ready is None:
            ready = self._made_ready(strategy)
        if self.depth >= data.MAX_DEPTH:
            self.mark_invalid("max depth exceeded")
        self.depth += 1
        try:
            value: T = ready.do_draw(self)
            return value
        finally:
            if not self.frozen:
                self.depth -= 1

    def _made_ready(self, strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
        """Return what draws in the place of a strategy, once it is known to be valid; the strategy keeps it."""
        strategy.validate()
        if strategy.is_empty:
            self.mark_invalid(f"empty strategy {strategy!r}")
        unwrap: Callable[[object], st.SearchStrategy[T]] = lazy.unwrap_strategies
        strategy.__dict__[READY] = found = unwrap(strategy)
        return found

    def start_span(self, label: int) -> None:  # noqa: ARG002  (as in the library)
        """Begin a part of the case: all that is kept of it is how deep it is."""
        self.depth += 1

    def stop_span(self, *, discard: bool = False) -> None:  # noqa: ARG002  (as in the library)
        """End the part that began last."""
        if not self.frozen:
            self.depth -= 1

    def draw_integer(
        self,
        min_value: int | None = None,
        max_value: int | None = None,
        *,
        weights: dict[int, float] | None = None,
        shrink_towards: int = 0,
        forced: int | None = None,
        observe: bool = True,
    ) -> int:
        """Draw an integer: four of five draws do."""
        if self.length == self.max_length:
            self.mark_overrun()
        if forced is None:
            found = self.provider.draw_integer(min_value, max_value, weights=weights, shrink_towards=shrink_towards)
        else:
            found = forced
        if observe:
            self._count(found)
        return found

    def mark_interesting(self, interesting_origin: Any = None) -> NoReturn:  # noqa: ANN401  (not ours)
        """Raise what a strategy has raised: the engine would draw the case again, from its record."""
        raise self.expected_exception or RuntimeError(interesting_origin)

    def _pooled_constraints(self, choice_type: Any, constraints: Any) -> Any:  # noqa: ANN401, ARG002  (not ours)
        return constraints

    def _draw(self, choice_type: Any, constraints: Any, *, observe: bool, forced: Any) -> Any:  # noqa: ANN401  (not ours)
        if self.length == self.max_length:
            self.mark_overrun()
        found = getattr(self.provider, f"draw_{choice_type}")(**constraints) if forced is None else forced
        if isinstance(found, float) and math.isnan(found):
            found = floats.int_to_float(floats.float_to_int(found))  # no NaN is the same object as another
        if observe:
            self._count(found)
        return found

    def _count(self, found: choice.ChoiceT) -> None:
        self.length += choice.choice_size(found)
        if self.length > self.max_length:
            self.mark_overrun()
