"""The types of the installed wheel, and who may import whom there: as `tox run -e static`, beside the other tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    os.environ.get("TOX_ENV_NAME") != "tests", reason="`tox` has the wheel and the versions to check it with"
)


def called(folder: Path, *arguments: str) -> None:
    """Run a program of the environment outside the tree, where the wheel is imported; what it finds fails the test."""
    command = [str(Path(sys.executable).parent / arguments[0]), *arguments[1:]]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert 0 == ended.returncode, ended.stdout + ended.stderr


def test_types(tree: Path, tmp_path: Path) -> None:
    """Mypy, strict, finds nothing in the package."""
    called(tmp_path, "mypy", "--config-file", str(tree / "pyproject.toml"), "-p", "conformance")


def test_imports(tree: Path, tmp_path: Path) -> None:
    """No module imports what stands above it."""
    called(tmp_path, "lint-imports", "--config", str(tree / "pyproject.toml"), "--no-cache")
