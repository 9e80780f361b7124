"""`conformance.run(...)`: what the command does, called from Python."""

import asyncio
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.model.errors import UsageError
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import RunOptions

COMMAND = "from conformance.cli import main; main()"
VARYING = {"run_id", "started_at", "duration", "target"}


def steady(out: Path) -> dict[str, Any]:
    """Return the results of a run but for what differs from run to run."""
    found = json.loads((out / "results.json").read_bytes())
    return {name: value for name, value in found.items() if name not in VARYING}


def test_the_call_does_what_the_command_does(tmp_path):
    """Options, exit status and results are those of the command."""
    with BackgroundServer(reference_app(load_contract())) as server:
        called = conformance.run(target=server.url, profile="smoke", concurrency=1, seed=7, out=tmp_path / "called")
    arguments = ["run", "--profile", "smoke", "--concurrency", "1", "--seed", "7", "--out", str(tmp_path / "typed")]
    with BackgroundServer(reference_app(load_contract())) as server:
        typed = subprocess.run(  # noqa: S603 (our own command)
            [sys.executable, "-c", COMMAND, *arguments, "--target", server.url],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert typed.returncode == called.exit_status, typed.stderr
    assert steady(tmp_path / "typed") == steady(tmp_path / "called")
    assert called.out == tmp_path / "called"


WRONG = {
    "tagret": ("x", "there is no option 'tagret'; did you mean 'target'?"),
    "zzz": (1, "there is no option 'zzz'; options: target"),
    "profile": ("tiny", "profile must be one of smoke, standard, full, fuzz, got 'tiny'"),
    "fail_on": ("may", "fail_on must be one of must, should, got 'may'"),
    "timeout": ("soon", "timeout must be a number greater than 0, got 'soon'"),
    "concurrency": (0, "concurrency must be an integer of at least 1, got 0"),
    "stateless": ("yes", "stateless must be a boolean, got 'yes'"),
    "out": (3, "out must be a path, got 3"),
    "path_params": (["a"], "path_params must be NAME=VALUE or a table of strings, got ['a']"),
    "reports": ("pdf", "there is no report format 'pdf'; choose from results"),
}


@pytest.mark.parametrize("name", WRONG)
def test_options_that_cannot_be_used(name, tmp_path, monkeypatch):
    """An option or a value that there is not is told before anything is done."""
    monkeypatch.chdir(tmp_path)
    value, said = WRONG[name]
    with pytest.raises(UsageError) as told:
        conformance.run(**{name: value})
    assert said in str(told.value)
    assert [] == list(tmp_path.iterdir())


def test_options_may_be_written_as_comes_natural():
    """Paths may be texts, lists may be lists or one text."""
    options = read_options(
        RunOptions, {"out": "here", "only": "a.*", "skip": ["b", "c"], "profile": "smoke", "timeout": 3}
    )
    assert RunOptions(out=Path("here"), only=("a.*",), skip=("b", "c"), profile="smoke", timeout=3.0) == options


def test_a_call_from_a_running_loop(tmp_path):
    """Where an event loop runs already, as in a notebook, the run is carried out all the same."""

    async def call() -> int:
        return conformance.run(only="accept.all.null", out=tmp_path).exit_status

    assert 0 == asyncio.run(call())


def test_a_call_from_another_thread(tmp_path):
    """A run needs not be in the main thread."""
    statuses: list[int] = []
    only = "accept.all.null"
    thread = threading.Thread(target=lambda: statuses.append(conformance.run(only=only, out=tmp_path).exit_status))
    thread.start()
    thread.join(30)
    assert [0] == statuses


def test_an_application_is_tested_without_a_socket(tmp_path, monkeypatch):
    """`asgi:MODULE:APP` is tested in this process; cases that only a socket shows are left out with the reason."""
    (tmp_path / "an_app_of_mine.py").write_text(
        "from conformance.contract.contract import load_contract\n"
        "from conformance.mock.app import reference_app\n"
        "app = reference_app(load_contract(), key='conformance-local-key')\n"
    )
    monkeypatch.chdir(tmp_path)
    result = conformance.run(target="asgi:an_app_of_mine:app", profile="smoke")
    assert 0 == result.exit_status
    assert "asgi:an_app_of_mine:app" == result.results.target


def test_the_package_hands_on_what_is_public():
    """`run` and the version are there; another name is not."""
    assert conformance.__version__
    with pytest.raises(AttributeError, match="no attribute 'walk'"):
        _ = conformance.walk
