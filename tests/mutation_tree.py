"""Lay out what mutmut needs: the installed package, the tests of the checks, and the settings, side by side."""

import shutil
import sys
from pathlib import Path

import conformance

TESTS = ("tests/checks", "tests/classify/test_dual_validation.py")
"""The tests that mutants are run against."""


def lay_out(root: Path, tree: Path) -> None:
    """Copy the package that is installed, and what of the tree at `root` its tests need, into `tree`."""
    shutil.rmtree(tree / "tests", ignore_errors=True)
    copied = {name: root / name for name in TESTS} | {"conformance": Path(conformance.__file__).parent}
    for name, source in copied.items():
        if source.is_dir():
            shutil.rmtree(tree / name, ignore_errors=True)
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, tree / name)
    shutil.copy(root / "pyproject.toml", tree)


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]))
