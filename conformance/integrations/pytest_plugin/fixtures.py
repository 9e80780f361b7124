"""Fixtures of the plugin. Every session of pytest loads this: whatever is heavy is imported when a fixture is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conformance.clients.session import ClientScenario
    from conformance.integrations.checking import CheckedContract
    from conformance.integrations.pytest_plugin.outcomes import Outcomes
    from conformance.integrations.pytest_plugin.servers import ReferenceServer
    from conformance.workflow.reporting import RunResult

__all__ = [
    "client_scenario",
    "conformance_outcomes",
    "conformance_run",
    "conformance_target",
    "environment_contract",
    "reference_server",
]


@pytest.fixture
def client_scenario(request: pytest.FixtureRequest) -> Iterator[ClientScenario]:
    """A scenario for a client: a test with this fixture runs once for each.

    Have the client call `client_scenario.base_url` with `.api_key`, `.parameters` and `.body`, then say what came of
    it: `client_scenario.judge(returned=...)` or `.judge(raised=...)`.
    `@pytest.mark.conformance_scenarios(only="fail.*", respx=True)` chooses among them, and spares the socket.
    """
    from conformance.integrations.pytest_plugin.clients import scenario_of_test  # noqa: PLC0415 (heavy)

    yield from scenario_of_test(request)


@pytest.fixture(scope="session")
def conformance_target(request: pytest.FixtureRequest) -> Iterator[str]:
    """The target that is tested, as `--conformance-target` or a file of settings names it; else a reference server.

    Override it in the `conftest.py` beside your `pyproject.toml` to have your own server tested: return, or yield, its
    URL, `asgi:MODULE:APP`, or a client of httpx or httpx2, be it mocked or not.
    """
    from conformance.integrations.pytest_plugin.servers import target_of_session  # noqa: PLC0415 (heavy)

    with target_of_session(request.config) as target:
        yield target


@pytest.fixture(scope="session")
def environment_contract(request: pytest.FixtureRequest) -> CheckedContract:
    """The contract, which checks a response from any source: `environment_contract.check(response)`."""
    from conformance.integrations.checking import CheckedContract  # noqa: PLC0415 (heavy)
    from conformance.integrations.pytest_plugin.settings import run_options, session_contract  # noqa: PLC0415 (heavy)

    return CheckedContract(session_contract(request.config), stateless=run_options(request.config).stateless)


@pytest.fixture
def reference_server(request: pytest.FixtureRequest) -> Iterator[ReferenceServer]:
    """A right server on a free port of this machine, without anything created.

    `@pytest.mark.conformance_faults("echo.*")` makes it wrong in the ways that are named, as `conformance mock
    --list-faults` lists them.
    """
    from conformance.integrations.pytest_plugin.servers import serving  # noqa: PLC0415 (heavy)
    from conformance.integrations.pytest_plugin.settings import session_contract  # noqa: PLC0415 (heavy)

    faults = [name for marker in request.node.iter_markers("conformance_faults") for name in marker.args]
    with serving(session_contract(request.config), faults) as server:
        yield server


@pytest.fixture
def conformance_run(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., RunResult]:
    """`conformance.run` with this session's settings: keywords come first; the target is `conformance_target`.

    Journal and reports go into the test's temporary folder.
    """
    from conformance.integrations.pytest_plugin.servers import runner_of_session  # noqa: PLC0415 (heavy)

    return runner_of_session(request, tmp_path / "conformance-report")


@pytest.fixture(scope="session")
def conformance_outcomes(request: pytest.FixtureRequest, conformance_target: object) -> Iterator[Outcomes]:
    """What became of the tests of `conformance.suite`: the run behind them starts with the first that asks."""
    from conformance.integrations.pytest_plugin.sessions import outcomes_of_session  # noqa: PLC0415 (heavy)

    with outcomes_of_session(request.session, conformance_target) as outcomes:
        yield outcomes
