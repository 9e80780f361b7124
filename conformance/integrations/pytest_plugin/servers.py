"""Servers and runs for fixtures."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import asdict, replace

from conformance.contract.contract import Contract
from conformance.integrations.calls import Secret
from conformance.integrations.pytest_plugin.sessions import EmbeddedUrl
from conformance.integrations.pytest_plugin.settings import run_options, session_contract
from conformance.mock.app import Mock, reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer
from conformance.strategies.path_values import UNKNOWN_VALUES
from conformance.targets.httpx_client.users_client import is_client
from conformance.workflow.reporting import RunResult
from conformance.workflow.run import run
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY, find_key, other_credentials
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import MOCK, RunOptions


class ReferenceServer(msgspec.Struct, frozen=True):
    """A reference server that is running.

    `key` is the one right credential (empty where the operation asks for none), `mock` the application: its `requests`
    and `creations` count, `fired` tells how often each fault showed, and `reset()` makes it as new.
    """

    url: str
    key: str
    mock: Mock


@contextmanager
def serving(contract: Contract, faults: Iterable[str] = (), *, key: str = LOCAL_KEY) -> Iterator[ReferenceServer]:
    """Serve the reference behaviour, but for the faults that ids or globs name, on a free port of this machine.

    Raises:
        UsageError: there is no such fault.

    """
    key = key if contract.operation.security is not None else ""
    mock = reference_app(contract, faults=pick(contract, faults), key=key or None)
    with BackgroundServer(mock) as server:
        yield ReferenceServer(server.url, Secret(key), mock)


@contextmanager
def target_of_session(config: pytest.Config) -> Iterator[str]:
    """Give the target that the session was told to test; without one, a reference server's URL."""
    options = run_options(config)
    if options.target != MOCK:
        yield options.target
        return
    contract = session_contract(config)
    key = find_key(contract, options, loopback=True)
    keys = other_credentials(contract, options, loopback=True)
    app = reference_app(contract, key=key or None, keys=keys, unknown=frozenset(UNKNOWN_VALUES))
    with BackgroundServer(app) as server:
        yield EmbeddedUrl(server.url)


def runner_of_session(request: pytest.FixtureRequest, out: Path) -> Callable[..., RunResult]:
    """Return `conformance.run` with the settings of a session."""

    def call(**keywords: object) -> RunResult:
        options = run_options(request.config)
        if "target" not in keywords:
            given = request.getfixturevalue("conformance_target")
            keywords["target"] = str(given) if isinstance(given, EmbeddedUrl) else given
        client = keywords.pop("target") if is_client(keywords["target"]) else None
        typed = asdict(read_options(RunOptions, keywords))
        chosen = replace(options, **{"out": out, **{name: typed[name] for name in keywords}})
        return run(chosen, client=client)

    return call
