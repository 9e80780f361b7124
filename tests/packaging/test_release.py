"""What is released: a source distribution with the whole tree, from which the same wheel is built."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from .conftest import BUILD, copy_of
from .same_wheel import differing

SOURCE = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"


def build(code: str, folder: Path, out: Path) -> Path:
    """Build a distribution in a folder; gives the only file that it makes."""
    command = [sys.executable, "-c", code, str(out)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    assert done.returncode == 0, done.stderr
    (found,) = out.iterdir()
    return found


@pytest.mark.slow
def test_the_source_distribution_has_the_tree_and_makes_the_same_wheel(
    wheel: Path, tree_files: tuple[Path, ...], tmp_path: Path
) -> None:
    """Every file of the tree is in it, so that its tests run without a clone, and its wheel is that of the tree."""
    (tmp_path / "source").mkdir()
    packed = build(SOURCE, copy_of(tree_files, tmp_path / "copy"), tmp_path / "source")
    with tarfile.open(packed) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    (folder,) = (tmp_path / "unpacked").iterdir()
    assert [] == [str(path) for path in tree_files if not (folder / path).is_file()]
    (tmp_path / "wheel").mkdir()
    assert [] == differing(wheel, build(BUILD, folder, tmp_path / "wheel"))


def test_the_command_of_a_release_is_documented(tree: Path) -> None:
    """CONTRIBUTING.md has the environment of tox, and the tag of the version form that the changelog has."""
    text = (tree / "CONTRIBUTING.md").read_text(encoding="utf-8")
    part = text.partition("## Releasing")[2].partition("\n## ")[0]
    assert ".venv/bin/tox run -e release" in part
    version = tomllib.loads((tree / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(
        rf"^## \[{re.escape(version)}\]", (tree / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )


def test_a_wheel_that_differs_is_seen(tmp_path: Path) -> None:
    """A wheel is like itself, and unlike one with another file, or with other content."""

    def packed(name: str, **files: str) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for path, text in files.items():
                archive.writestr(path, text)
        return tmp_path / name

    one = packed("one.whl", a="1", b="2")
    assert [] == differing(one, packed("same.whl", b="2", a="1"))
    assert ["b", "c"] == differing(one, packed("other.whl", a="1", b="3", c="4"))
