"""Projects of users, made and tested in folders of their own."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from conformance.contract.contract import Contract, load_contract

# What sessions within a session load is loaded here once: they forget what they have loaded by themselves.
from conformance.integrations.pytest_plugin import collecting, servers  # noqa: F401
from conformance.mock.app import Mock, reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY

QUIET = "-p no:asyncio -p no:randomly -p no:schemathesis -p no:unraisableexception"
"""Plugins that change every session, take long to load or to end, and that few of these tests are about."""


@pytest.fixture(autouse=True)
def without_variables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what the environment says to the suite and to pytest."""
    if "pytester" in request.fixturenames:
        # It takes pytest's own variables away, so it comes first.
        request.getfixturevalue("pytester")
    for name in list(os.environ):
        if name.startswith(("CONFORMANCE_", "PYTEST_")) and name != "CONFORMANCE_TESTS_ON_WHEEL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTEST_ADDOPTS", QUIET)


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Return the contract of the published document."""
    return load_contract()


class Served(msgspec.Struct):
    """A reference server that is running, and its application."""

    url: str
    mock: Mock


Serve = Callable[..., Served]


@pytest.fixture
def serve(contract: Contract) -> Iterator[Serve]:
    """Return what starts the reference server, right but for the faults named, until the test is over."""
    with ExitStack() as stack:

        def start(*faults: str, key: str = LOCAL_KEY) -> Served:
            app = reference_app(contract, faults=pick(contract, faults), key=key)
            return Served(stack.enter_context(BackgroundServer(app)).url, app)

        yield start


def results_of(folder: Path) -> dict[str, Any]:
    """Return the results that a run has left in `folder`."""
    found = json.loads((folder / "results.json").read_bytes())
    assert isinstance(found, dict)
    return found


VARYING = ("run_id", "started_at", "duration", "target")


def steady(folder: Path) -> dict[str, Any]:
    """Return the results in `folder` but for what differs from run to run."""
    found = results_of(folder)
    text = json.dumps({name: value for name, value in found.items() if name not in VARYING})
    told = json.loads(re.sub(r"\d{4}-\d\d-\d\dT[0-9:.Z]+", "DATE", text.replace(found["run_id"], "RUN")))
    assert isinstance(told, dict)
    return told


@pytest.fixture(name="steady")
def _steady() -> Callable[[Path], dict[str, Any]]:
    """Give `steady` to a test."""
    return steady


@pytest.fixture(name="results_of")
def _results_of() -> Callable[[Path], dict[str, Any]]:
    """Give `results_of` to a test."""
    return results_of
