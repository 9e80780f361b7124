"""One run for a session of pytest, be it one process or several."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from conformance.integrations.pytest_plugin.background import BackgroundRun
from conformance.integrations.pytest_plugin.keys import FOLDER, ITEM, SUMMARY
from conformance.integrations.pytest_plugin.outcomes import Outcomes, claim
from conformance.integrations.pytest_plugin.settings import suite_options
from conformance.targets.httpx_client.users_client import is_client
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import MOCK, RunOptions

WORKER_INPUT = "conformance_folder"


def session_folder(config: pytest.Config) -> Path:
    """Return the folder that all processes of this session share; it is made when it is first asked for."""
    if FOLDER not in config.stash:
        given = getattr(config, "workerinput", {}).get(WORKER_INPUT)
        config.stash[FOLDER] = Path(given or tempfile.mkdtemp(prefix="conformance-"))
    return config.stash[FOLDER]


def tell_worker(node: Any) -> None:  # noqa: ANN401 (a class of pytest-xdist, which need not be there)
    """Tell a worker of pytest-xdist the folder."""
    node.workerinput[WORKER_INPUT] = str(session_folder(node.config))


@contextmanager
def outcomes_of_session(session: pytest.Session, target: object) -> Iterator[Outcomes]:
    """Give the outcomes of the suite; the first process that asks carries out the run, and stays until it is over.

    `target` is what `conformance_target` gives: a text, or a client of httpx or httpx2.

    Raises:
        UsageError: it is neither.

    """
    config = session.config
    folder = session_folder(config)
    if not claim(folder):
        yield Outcomes(folder)
        return
    options = suite_options(config)
    client = target if is_client(target) else None
    if client is None and (options.target != MOCK or not isinstance(target, EmbeddedUrl)):
        options = replace(options, target=read_options(RunOptions, {"target": target}).target)
    if config.getoption("maxfail", 0) == 1 and options.max_failures is None:
        options = replace(options, max_failures=1)
    with BackgroundRun(options, selected(session), folder, client) as background:
        try:
            yield Outcomes(folder)
        finally:
            if session.shouldfail or session.shouldstop or session.exitstatus == pytest.ExitCode.INTERRUPTED:
                background.stop()


class EmbeddedUrl(str):
    """The URL of a reference server that was started because no target was named."""

    __slots__ = ()


def selected(session: pytest.Session) -> Iterator[str]:
    """Yield the items of the suite whose tests this session is to run."""
    for item in session.items:
        callspec = getattr(item, "callspec", None)
        if callspec is not None and ITEM in callspec.params:
            yield callspec.params[ITEM]


def settle(session: pytest.Session, folder: Path) -> None:
    """Keep what a run came to for the terminal; one that is not whole, or failed, fails the session as well."""
    ended = Outcomes(folder).end()
    if ended is None or hasattr(session.config, "workerinput"):
        return
    session.config.stash[SUMMARY] = (f"no run: {ended.problem}",) if ended.problem else ended.lines
    if ended.status and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
