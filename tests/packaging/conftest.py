"""The tree that the tests stand in, and a wheel that was built from a clean copy of it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="session")
def tree() -> Path:
    """Return the root of the tree."""
    return ROOT


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    """Return the content of `pyproject.toml`."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="session")
def tree_files() -> tuple[Path, ...]:
    """Return every file of the tree that is not ignored, relative to the root."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed: it tells which files belong to the tree")
    command = [git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True)  # noqa: S603 (our own words)
    if done.returncode:
        pytest.skip("this is no clone: git does not tell which files belong to the tree")
    listed = done.stdout
    paths = {Path(name) for name in listed.decode().split("\0") if name}
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def copy_of(files: tuple[Path, ...], folder: Path) -> Path:
    """Copy files of the tree into a folder."""
    for path in files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
    return folder


@pytest.fixture(scope="session")
def wheel(tree_files: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a wheel from a copy of the tree that holds nothing left over from earlier builds."""
    copy, built = copy_of(tree_files, tmp_path_factory.mktemp("copy")), tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-c", BUILD, str(built)]
    done = subprocess.run(command, cwd=copy, check=False, capture_output=True, text=True)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stderr
    (found,) = built.glob("*.whl")
    return found
