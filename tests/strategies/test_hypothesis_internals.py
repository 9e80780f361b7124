"""What the suite uses of Hypothesis without being told that it may: that it is there, and does what it is used for."""

import itertools
import random
from collections.abc import Iterator
from types import SimpleNamespace

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, control, core, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import HypothesisDeprecationWarning
from hypothesis.internal import charmap
from hypothesis.internal.conjecture import data, engine, providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import integers, tuples

from conformance.contract.contract import load_contract
from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.random.process.campaign import RIGHT, THEIR_RIGHT, THEIR_WRONG, WRONG, Batch, Campaign
from conformance.strategies.random.process.hypothesis_internals import (
    UnrecordedData,
    draw_unrecorded,
    independent_backend,
    prepare_process,
)

INDEPENDENT = settings(backend=independent_backend(), database=None, deadline=None)

WITHOUT_RECORD = (6, 170, 17)
"""The first version that is known to draw the same cases without a record."""

nested: st.SearchStrategy[list[object]] = st.deferred(lambda: st.lists(nested, min_size=1) | st.just([]))
"""Lists in lists, now and then deeper than Hypothesis draws."""

SIMPLEST = 5

CHANGED = f"Hypothesis {hypothesis.__version__} has changed; adapt strategies/random/process/hypothesis_internals.py: "


@pytest.fixture(autouse=True)
def given_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give Hypothesis its own ways back after each test."""
    draw_unrecorded.cache_clear()
    if distribution := getattr(providers, "INTEGERS_DISTRIBUTION", None):
        monkeypatch.setattr(distribution, "cdf", distribution.cdf)
    for module, name, what in (
        (charmap, "intervals_from_codec", "the function that finds the characters of a codec"),
        (providers, "_get_local_constants", "the function that finds constants in the source of modules"),
        (providers, "HypothesisProvider", "its own backend"),
        (engine.ConjectureRunner, "new_conjecture_data", "what begins a case"),
        (control, "deprecate_random_in_strategy", "what warns of strategies that use the module random"),
        (core, "function_digest", "what reads the source of a test"),
        (core, "deterministic_PRNG", "what seeds the module random"),
        (providers, "AVAILABLE_PROVIDERS", "the register of backends"),
    ):
        assert hasattr(module, name), f"{CHANGED}{what} is no longer {module.__name__}.{name}"
        monkeypatch.setattr(module, name, getattr(module, name))
    providers.CONSTANTS_CACHE.cache.clear()
    yield
    draw_unrecorded.cache_clear()


def drawn(backend: str) -> list[tuple[int, int]]:
    """Return a thousand pairs of integers as a backend draws them."""
    found: list[tuple[int, int]] = []

    @settings(max_examples=1000, phases=(Phase.generate,), backend=backend, database=None, deadline=None)
    @seed(1)
    @given(tuples(integers(), integers()))
    def test(pair: tuple[int, int]) -> None:
        found.append(pair)

    test()
    return found


@pytest.mark.slow
def test_the_independent_backend_draws_each_case_by_itself() -> None:
    """Of the backend under its own name, many values are those of an earlier draw."""

    def repeated(backend: str) -> int:
        values = [number for pair in drawn(backend) for number in pair]
        return len(values) - len(set(values))

    own, independent = repeated("hypothesis"), repeated(independent_backend())
    assert independent < own / 2, f"{CHANGED}the backend repeats itself ({independent} times, {own} by its own name)"


@pytest.mark.slow
def test_draws_do_not_depend_on_the_source_of_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constants that Hypothesis finds in the modules of a clone are not drawn."""
    constant = 123_456_789_012_345
    monkeypatch.setattr(providers, "_get_local_constants", lambda: Constants(integers=[constant]))
    with_constants = drawn(independent_backend())
    assert any(constant in pair for pair in with_constants), f"{CHANGED}it draws no constants from modules any more"
    providers.CONSTANTS_CACHE.cache.clear()
    prepare_process()
    assert not any(constant in pair for pair in drawn(independent_backend()))


@pytest.mark.slow
def test_hypothesis_is_told_what_it_would_find() -> None:
    """All characters but surrogates, each of which comes back as it was; other codecs are left to it."""
    found, ascii_ = charmap.intervals_from_codec("utf-8"), charmap.intervals_from_codec("ascii")
    prepare_process()
    told = charmap.intervals_from_codec("utf-8")
    assert found is not told, f"{CHANGED}the characters of a codec have another form: every run takes 1 s longer"
    assert [each.intervals for each in found] == [each.intervals for each in told]
    assert ascii_ is charmap.intervals_from_codec("ascii")


def test_another_form_of_the_answer_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of Hypothesis that keeps the characters of a codec in another form finds them by itself."""

    def ask(codec_name: str) -> list[int]:
        return [len(codec_name)]

    monkeypatch.setattr(charmap, "intervals_from_codec", ask)
    prepare_process()
    assert ask is charmap.intervals_from_codec


def cases(source: str, size: int) -> list[Case]:
    """Return the cases of a batch of a campaign for the document of the suite."""
    found: list[Case] = []
    Campaign(Builder(load_contract(), {"model_id": "abc"}), 1).draw(Batch(source, 7, size), found.append)
    return found


def values(strategy: st.SearchStrategy[object]) -> list[str]:
    """Return forty values of a strategy as the independent backend draws them."""
    found: list[str] = []

    @settings(INDEPENDENT, max_examples=40, phases=(Phase.generate,), suppress_health_check=list(HealthCheck))
    @seed(1)
    @given(strategy)
    def test(value: object) -> None:
        found.append(repr(value))

    test()
    return found


@pytest.mark.skipif(hypothesis.__version_info__ < WITHOUT_RECORD, reason="this version is left alone")
def test_this_version_draws_the_same_without_a_record() -> None:
    """Half of the time of a campaign depends on it."""
    assert draw_unrecorded(), f"{CHANGED}it draws other cases without a record, so campaigns are half as fast"
    assert isinstance(
        engine.ConjectureRunner(lambda _: None, settings=INDEPENDENT).new_conjecture_data([]), UnrecordedData
    )


@pytest.mark.parametrize(
    ("source", "size"),
    [(RIGHT, 60), (WRONG, 30), *(pytest.param(each, 8, marks=pytest.mark.slow) for each in (THEIR_RIGHT, THEIR_WRONG))],
)
def test_the_same_cases_are_drawn_without_a_record(source: str, size: int) -> None:
    """To the byte, with their labels and stories."""
    recorded = cases(source, size)
    draw_unrecorded()
    assert size == len(recorded)
    assert recorded == cases(source, size)


@pytest.mark.parametrize(
    "strategy",
    [
        st.lists(st.binary(min_size=900, max_size=900), min_size=4, max_size=30),
        st.recursive(st.integers(), lambda inner: st.lists(inner, min_size=1, max_size=2), max_leaves=100),
        st.deferred(lambda: nested),
        st.floats() | st.integers(0, 3).filter(lambda number: number < 1),
    ],
)
def test_the_limits_of_a_case_hold_without_a_record(
    monkeypatch: pytest.MonkeyPatch, strategy: st.SearchStrategy[object]
) -> None:
    """A case that is too long or too deep is drawn anew, as with a record; so is one that a filter rejects."""
    monkeypatch.setattr(engine, "BUFFER_SIZE", 8192)  # Schemathesis raises it
    recorded = values(strategy)
    draw_unrecorded()
    assert recorded == values(strategy)


@pytest.mark.skipif(hypothesis.__version_info__ < WITHOUT_RECORD, reason="this version is left alone")
def test_a_process_that_was_stopped_for_a_while_draws_without_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-Z stops it as well; that is no reason to end it, nor to draw at half the speed."""
    minutes = itertools.count(0, 60)
    monkeypatch.setattr(data, "time", SimpleNamespace(perf_counter=lambda: next(minutes)))
    assert draw_unrecorded()
    assert next(minutes) > 0, f"{CHANGED}it measures the time of a case in another place"


def test_an_error_of_a_strategy_is_told_without_a_record() -> None:
    """It is what the strategy has raised."""

    def fail(number: int) -> None:
        if number != SIMPLEST:
            raise LookupError(f"nothing at {number}")

    draw_unrecorded()
    with pytest.raises(LookupError, match="nothing at"):
        values(st.integers(SIMPLEST, 9).map(fail))


@pytest.mark.skipif(hypothesis.__version_info__ < WITHOUT_RECORD, reason="this version is left alone")
def test_strategies_that_use_the_module_random_draw_the_same_and_are_not_warned_of() -> None:
    """To keep its state, give it back and compare it takes a tenth of the time of each case."""
    before = random.getstate()
    odd = st.integers().map(lambda _: random.sample(range(1000), 3))
    with pytest.warns(HypothesisDeprecationWarning, match="module inside strategies"):
        recorded = values(odd)
    assert before == random.getstate()
    draw_unrecorded()
    assert recorded == values(odd)
    assert before != random.getstate(), f"{CHANGED}it keeps the state of the module random in another place"


def test_the_source_of_a_campaign_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be for every batch, to find failures again that nobody keeps."""

    def digest(_: object) -> bytes:
        raise AssertionError(f"{CHANGED}every batch takes half a millisecond longer")

    monkeypatch.setattr(core, "function_digest", digest)
    assert 3 == len(cases(RIGHT, 3))


@pytest.mark.parametrize("count", [lambda self, _: self.provider.draw_boolean(), None])
def test_a_version_that_draws_otherwise_without_a_record_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, count: object
) -> None:
    """So it is where what is used of it is gone."""

    def parts() -> list[object]:
        return [engine.ConjectureRunner.new_conjecture_data, vars(control), vars(core)]

    own = [dict(each) if isinstance(each, dict) else each for each in parts()]
    monkeypatch.setattr(UnrecordedData, "_count", count)
    assert not draw_unrecorded()
    assert own == parts()
