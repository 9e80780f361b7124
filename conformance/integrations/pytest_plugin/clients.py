"""Scenarios for a user's tests of a client: which there are, and one of them live for a test."""

import inspect
from collections.abc import Iterator

import pytest

from conformance.clients.scenarios.catalogue import chosen, scenarios
from conformance.clients.session import ClientScenario, ClientSession
from conformance.integrations.pytest_plugin.settings import session_contract
from conformance.model.errors import UsageError
from conformance.model.vocabulary import Profile

MARKER = "conformance_scenarios"

_SESSION: pytest.StashKey[ClientSession] = pytest.StashKey()


_Choice = tuple[tuple[str, ...], tuple[str, ...], Profile, bool]
"""What a marker chooses: globs to keep and to leave out, how many scenarios, and whether respx answers."""


def _selected(only: object = (), skip: object = (), profile: str = "standard", *, respx: bool = False) -> _Choice:
    return (_globs(only), _globs(skip), Profile(profile), respx)


def _globs(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]


def scenarios_of_test(metafunc: pytest.Metafunc, fixture: str) -> None:
    """Make a test of each scenario that the marker of a test chooses; without it, of all.

    Raises:
        CollectError: an argument of the marker, or an option, cannot be used.

    """
    try:
        only, skip, profile, _ = _choice(metafunc.definition)
        plan = chosen(scenarios(session_contract(metafunc.config), profile), only=only, skip=skip)
    except UsageError as error:
        raise pytest.Collector.CollectError(f"{MARKER}: {error}") from error
    metafunc.parametrize(fixture, [pytest.param(each, id=each.id) for each in plan], indirect=True)


def scenario_of_test(request: pytest.FixtureRequest) -> Iterator[ClientScenario]:
    """Yield the scenario of a test, live: over a socket, or through respx where the marker says so."""
    session, scenario = _session(request), request.param
    *_, respx = _choice(request.node)
    if not respx:
        with session.playing(scenario) as played:
            yield played
        return
    router = request.getfixturevalue("respx_mock")
    with session.mocking(scenario, router) as played:
        yield played


def _choice(node: pytest.Item | pytest.Function) -> _Choice:
    marker = node.get_closest_marker(MARKER)
    if marker is None:
        return _selected()
    try:
        inspect.signature(_selected).bind(*marker.args, **marker.kwargs)
        return _selected(*marker.args, **marker.kwargs)
    except (TypeError, ValueError) as error:
        raise UsageError(str(error), "use only=, skip=, profile= and respx=") from error


def _session(request: pytest.FixtureRequest) -> ClientSession:
    """Return the session of scenarios of this session of pytest; it ends with it."""
    stash = request.config.stash
    if _SESSION not in stash:
        stash[_SESSION] = session = ClientSession(session_contract(request.config)).__enter__()
        request.config.add_cleanup(lambda: session.__exit__(None, None, None))
    return stash[_SESSION]
