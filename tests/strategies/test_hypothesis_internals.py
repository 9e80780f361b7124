"""What the suite uses of Hypothesis without being told that it may: that it is there, and does what it is used for."""

import hypothesis
import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis.internal import charmap
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import integers, tuples

from conformance.strategies.random.process.hypothesis_internals import independent_backend, prepare_process

CHANGED = f"Hypothesis {hypothesis.__version__} has changed; adapt strategies/random/process/hypothesis_internals.py: "


@pytest.fixture(autouse=True)
def given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give Hypothesis its own ways back after each test."""
    for module, name, what in (
        (charmap, "intervals_from_codec", "the function that finds the characters of a codec"),
        (providers, "_get_local_constants", "the function that finds constants in the source of modules"),
        (providers, "HypothesisProvider", "its own backend"),
        (providers, "AVAILABLE_PROVIDERS", "the register of backends"),
    ):
        assert hasattr(module, name), f"{CHANGED}{what} is no longer {module.__name__}.{name}"
        monkeypatch.setattr(module, name, getattr(module, name))
    providers.CONSTANTS_CACHE.cache.clear()


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
