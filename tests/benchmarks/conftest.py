"""Benchmarks run only when their folder is named: `pytest tests/benchmarks`, `tox run -e benchmark`.

They compare in one run, by medians of processor time, so that what else the machine does falls on both sides.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any, TypeAlias

import pytest

from conformance.contract.contract import Contract, load_contract

Measure: TypeAlias = Callable[..., float]


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Return the published contract."""
    return load_contract()


@pytest.fixture
def measure() -> Measure:
    """Return a function that tells the median processor time of a call, in seconds."""

    def seconds(work: Callable[[], Any], *, times: int = 5) -> float:
        taken = []
        for _ in range(times):
            begun = time.process_time()
            work()
            taken.append(time.process_time() - begun)
        return median(taken)

    return seconds


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """Return a function that shows figures although output is captured."""

    def show(title: str, **figures: float) -> None:
        with capsys.disabled():
            shown = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items())
            print(f"\n  {title}: {shown}")  # noqa: T201 (what benchmarks are for)

    return show
