"""Lay out what mutmut needs: the installed package, the tests of the checks, and the settings, side by side."""

import shutil
import sys
from pathlib import Path

import conformance


def lay_out(root: Path, tree: Path) -> None:
    """Copy the package that is installed, and what of the tree at `root` its tests need, into `tree`."""
    for source, target in (
        (Path(conformance.__file__).parent, tree / "conformance"),
        (root / "tests" / "checks", tree / "tests" / "checks"),
    ):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tree)


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]))
