"""One fault of the mock is one cause, in the shortest profile as well."""

from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Strength
from conformance.workflow.api import run

KEY = "a-key-for-tests"
EVERY = 30
"""Of so many faults one is tried."""

LEAST = 0.95


def test_one_fault_is_one_cause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the faults that a run finds, nearly all come out as exactly one cause."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    contract = load_contract()
    several: dict[str, list[str]] = {}
    found = 0
    for number, fault in enumerate(pick(contract, ("*",))[::EVERY]):
        with BackgroundServer(reference_app(contract, faults=(fault,), key=KEY)) as server:
            out = tmp_path / str(number)
            options = {"profile": "smoke", "timeout": 2.0, "repeats": 1, "phases": ("catalogue",)}
            results = run(target=server.url, out=out, reports=(), **options).results
        said = [each.sentence for each in results.causes if each.strength is not Strength.ADVISORY]
        found += bool(said)
        if len(said) > 1:
            several[fault.id] = said
    assert found > 20
    assert len(several) <= (1 - LEAST) * found, several
