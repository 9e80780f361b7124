"""The catalogue beside Schemathesis: processor time a case."""

import os
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from conformance.contract.contract import Contract
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue import catalogue as module
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

Fixture: TypeAlias = Callable[..., Any]

STANDARD_SECONDS = 0.3
"""What the complete standard catalogue may cost; asserted with room for a loaded machine."""

ROOM = 3.0

EXAMPLES = 100


@pytest.fixture(scope="module")
def operation(contract: Contract) -> Any:
    """Return the operation as Schemathesis sees it."""
    schema = schemathesis.openapi.from_dict(yaml.safe_load(contract.document.text))
    return schema[contract.operation.path][contract.operation.method]


def standard(contract: Contract, profile: Profile = Profile.STANDARD) -> int:
    """Make a catalogue, bytes included; returns how many requests it has."""
    module._standard.cache_clear()  # noqa: SLF001 (what is measured is to make it, not to be given it again)
    return sum(len(item.cases) for item in catalogue(contract, profile, Knowledge({"model_id": "abcd1234"})))


def coverage_phase(operation: Any) -> int:
    """Make the cases of Schemathesis' coverage phase, both ways, with their bytes; returns how many."""
    schema = operation.schema
    cases = schema.iter_coverage_cases(
        operation,
        generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
        generation_config=schema.config.generation_for(operation=operation),
    )
    return sum(1 for case in cases if case.as_transport_kwargs(base_url="http://127.0.0.1"))


def positive_strategy(operation: Any) -> int:
    """Draw right cases from Schemathesis' strategy."""
    drawn = []

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def draw(case: Any) -> None:
        drawn.append(case)

    draw()
    return len(drawn)


def test_a_case_costs_less_than_one_of_the_coverage_phase(
    contract: Contract, operation: Any, measure: Fixture, told: Fixture
) -> None:
    """Case for case, the catalogue is made faster than the deterministic cases of Schemathesis."""
    standard(contract), coverage_phase(operation)
    ours = measure(lambda: standard(contract)) / standard(contract)
    theirs = measure(lambda: coverage_phase(operation), times=3) / coverage_phase(operation)
    told("microseconds a case", ours=ours * 1e6, coverage_phase=theirs * 1e6, ratio=theirs / ours)
    assert ours < theirs


def test_a_case_costs_less_than_a_random_one(
    contract: Contract, operation: Any, measure: Fixture, told: Fixture
) -> None:
    """Case for case, the catalogue is made many times faster than right cases are drawn."""
    standard(contract)
    ours = measure(lambda: standard(contract)) / standard(contract)
    theirs = measure(lambda: positive_strategy(operation), times=3) / EXAMPLES
    told("microseconds a case", ours=ours * 1e6, positive_strategy=theirs * 1e6, ratio=theirs / ours)
    assert ours * 5 < theirs


@pytest.mark.parametrize(
    ("profile", "seconds"), [(Profile.STANDARD, STANDARD_SECONDS), (Profile.FULL, 5 * STANDARD_SECONDS)]
)
def test_the_whole_catalogue_is_made_at_once(
    contract: Contract, measure: Fixture, told: Fixture, profile: Profile, seconds: float
) -> None:
    """All bytes of a profile cost a fraction of a second."""
    taken = measure(lambda: standard(contract, profile))
    told(f"{profile} in seconds", taken=taken, requests=standard(contract, profile), processors=os.cpu_count() or 1)
    assert taken < seconds * ROOM
