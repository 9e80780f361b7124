"""The examples run as their page says, each in a copy of its folder; some need tests/acceptance."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.cli.documents import EXAMPLES, ROOT, Way, by, example_lines

ELSEWHERE = {"fastapi_app", "typescript_client"}
"""Run by tests/acceptance/test_examples.py."""

FOLDERS = sorted(path.name for path in (ROOT / EXAMPLES).parent.iterdir() if path.is_dir())

pytestmark = pytest.mark.skipif(not FOLDERS, reason="there are no examples here")


def test_every_example_is_on_the_page_and_has_its_test():
    """No folder without lines, and no line without a folder."""
    lines = [line for name in FOLDERS for line in example_lines(name)]
    assert sorted(each.text for each in by(Way.EXAMPLE)) == sorted(lines)
    assert {"python_client", "staging"} == {*FOLDERS} - ELSEWHERE


@pytest.fixture
def shell(tmp_path):
    """Return what runs a line in a copy of an example, with the programs of this environment first."""
    programs = tmp_path / "programs"
    programs.mkdir()
    starts = {"pytest": "-m pytest", "conformance": "-c 'from conformance.cli import main; main()'", "python": ""}
    for name, start in starts.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {start} "$@"\n')
        (programs / name).chmod(0o755)
    ours = ("CONFORMANCE_", "PYTEST_", "PYTHONSAFEPATH", "COVERAGE")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    variables |= {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    if "CONFORMANCE_TESTS_ON_WHEEL" not in os.environ:
        variables["PYTHONPATH"] = str(ROOT)

    def run(name, line, **more):
        folder = tmp_path / name
        if not folder.exists():
            shutil.copytree(ROOT / "examples" / name, folder)
        done = subprocess.run(  # noqa: S603 (a line of our own page)
            ["/bin/sh", "-c", line], cwd=folder, env=variables | more, capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr, folder

    return run


@pytest.mark.slow
def test_a_staging_server(shell, serve):
    """The run is a test; a server on this machine is in the place of the one on the page."""
    (line,) = example_lines("staging")
    served = serve()
    status, said, folder = shell("staging", line.replace("https://staging.example.com", served.url))
    assert (0, True) == (status, "1 passed" in said), said
    assert (folder / "conformance-report" / "report.html").exists()
    # On loopback an object is created whose name no URL can contain.
    assert len(served.mock.stored) <= 1 < served.mock.creations
    wrong = serve("accepts.CreateEnvironmentRequestV1.name.absent").url
    few = "-p no:cacheprovider --conformance-only accept.smallest --conformance-only reject.name.absent.smallest"
    status, said, _ = shell("staging", line.replace("https://staging.example.com", wrong), PYTEST_ADDOPTS=few)
    assert (1, True) == (status, "AssertionError: must: Accepts" in said), said


@pytest.mark.slow
def test_a_client_in_python(shell):
    """Its unit tests, its scenarios, and the tests beside a mock server pass."""
    unit, scenarios, processes = example_lines("python_client")
    status, said, _ = shell("python_client", unit)
    assert (0, True) == (status, "5 passed" in said), said
    few = "--only 'send.path.*' --only 'fail.status-40*' -- "
    status, said, _ = shell("python_client", scenarios.replace("-- ", few, 1))
    assert (0, True) == (status, "conforming: " in said), said
    status, said, _ = shell("python_client", processes)
    assert (0, True) == (status, "1 passed" in said), said
