"""The plugin of pytest. It is loaded in every session: whatever is heavy is imported by what needs it, when it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.integrations.pytest_plugin.declared import DECLARED
from conformance.integrations.pytest_plugin.fixtures import *  # noqa: F403 (pytest finds fixtures by what a plugin holds)
from conformance.integrations.pytest_plugin.keys import DEST, FOLDER, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.terminal import TerminalReporter

SUITE = "conformance.suite"

MARKERS = (
    "conformance_must: a case of a requirement of strength must",
    "conformance_should: a case of a requirement of strength should",
    "conformance_advisory: a case of an advisory requirement",
    "conformance_faults(*ids): faults of the `reference_server` of a test, by id or glob",
    "conformance_scenarios(only=(), skip=(), profile='standard', respx=False): the scenarios of `client_scenario`",
    "conformance_cases(only=(), skip=(), profile='smoke'): run a test once for each case; see `conformance.cases`",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options; their defaults are those of the file of settings, and of `conformance run`."""
    group = parser.getgroup("conformance", "conformance of an HTTP API (see `conformance run --help`)")
    for flag, field, action, metavar, text in DECLARED:
        dest = f"{DEST}{field}"
        if action == "store_const":
            group.addoption(flag, dest=dest, action=action, const=True, default=None, help=text)
        else:
            group.addoption(flag, dest=dest, action=action, default=None, metavar=metavar, help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known; what is wrong with the options is told before anything is collected."""
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    if not hasattr(config, "workerinput") and _asked_for(config):
        from conformance.integrations.pytest_plugin.collecting import check_options  # noqa: PLC0415 (heavy)

        check_options(config)


def _asked_for(config: pytest.Config) -> bool:
    """Tell whether the command line speaks of the suite."""
    given = any(config.getoption(f"{DEST}{field}", None) for _, field, *_ in DECLARED)
    return given or any(SUITE in str(argument) for argument in config.args)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of the suite for each item of the plan, and one of a user's for each case asked for."""
    if "conformance_item" in metafunc.fixturenames:
        from conformance.integrations.pytest_plugin.collecting import items_of_suite  # noqa: PLC0415 (heavy)

        items_of_suite(metafunc)
    if "client_scenario" in metafunc.fixturenames:
        from conformance.integrations.pytest_plugin.clients import scenarios_of_test  # noqa: PLC0415 (heavy)

        scenarios_of_test(metafunc, "client_scenario")
    marker = metafunc.definition.get_closest_marker("conformance_cases")
    if marker is not None:
        from conformance.integrations.pytest_plugin.collecting import cases_of_marker  # noqa: PLC0415 (heavy)

        cases_of_marker(metafunc, marker)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of pytest-xdist where the outcomes of the suite are told."""
    from conformance.integrations.pytest_plugin.sessions import tell_worker  # noqa: PLC0415 (only with pytest-xdist)

    tell_worker(node)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """End a run that nobody waits for any more; a run that came to no good end fails the session."""
    # Innermost of the wrappers: after all workers have ended, and before the terminal sums up.
    folder = session.config.stash.get(FOLDER, None)
    if folder is not None and (
        session.shouldfail or session.shouldstop or session.exitstatus == pytest.ExitCode.INTERRUPTED
    ):
        (folder / "stop").touch()
    yield
    if folder is not None:
        from conformance.integrations.pytest_plugin.sessions import settle  # noqa: PLC0415 (heavy)

        settle(session, folder)


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Say what the run came to, and where the report is."""
    lines = config.stash.get(SUMMARY, ())
    if lines:
        terminalreporter.section("conformance")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take away what was needed for the session alone."""
    folder = config.stash.get(FOLDER, None)
    if folder is not None and not hasattr(config, "workerinput"):
        import shutil  # noqa: PLC0415 (only where there is something to take away)

        shutil.rmtree(folder, ignore_errors=True)
