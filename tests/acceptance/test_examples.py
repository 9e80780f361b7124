"""Examples that need more than the tests' own environment: FastAPI from PyPI, and Node with tsx."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.documents import ROOT, example_lines

from .test_documents import MODULES, shell

EXAMPLES = ROOT / "examples"


def copied(name: str, folder: Path) -> Path:
    """Copy an example into a folder."""
    return Path(shutil.copytree(EXAMPLES / name, folder / name))


def test_the_application_of_fastapi(tmp_path: Path) -> None:
    """Its test passes with FastAPI as it is now."""
    folder = copied("fastapi_app", tmp_path)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(tmp_path / "site"), "fastapi"]
    subprocess.run(pip, check=True, timeout=240)  # noqa: S603 (our own words)
    (line,) = example_lines("fastapi_app")
    status, said = shell(folder, f"{line} -p no:cacheprovider", PYTHONPATH=str(tmp_path / "site"))
    assert (0, True) == (status, "1 passed" in said), said


def test_the_client_in_typescript(tmp_path: Path) -> None:
    """No requirement of strength must fails for it."""
    if not MODULES.exists():
        pytest.fail("run `npm install` in tests/acceptance")
    folder = copied("typescript_client", tmp_path)
    (folder / "node_modules").symlink_to(MODULES)
    (line,) = example_lines("typescript_client")
    status, said = shell(folder, line)
    assert (0, True) == (status, "\nconforming: " in said), said
