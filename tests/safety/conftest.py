"""What tests of safety share: the contract, and an empty folder to work in."""

import os
from pathlib import Path

import pytest

from conformance.contract.contract import Contract, load_contract


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Return the contract of the published document."""
    return load_contract()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, without variables of the suite."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("CONFORMANCE_") and name != "CONFORMANCE_TESTS_ON_WHEEL":
            monkeypatch.delenv(name)
    return tmp_path
