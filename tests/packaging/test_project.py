"""The files at the root say the same as the tree, and as one another."""

import hashlib
import os
import re
import sysconfig
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance.model.version import VERSION

PUBLISHED = "fbd1514550d934246c223e37d839a078b02ac496304d641584fc6a85b08fc15e"
"""The SHA-256 of the document as it was published."""

MAPPED = ("reports", "spec", "strategies")


def packages(tree: Path) -> list[str]:
    """Return the packages of the tree: every folder with modules, under the name that it is imported by."""
    modules = [path for room in ("conformance", *MAPPED) for path in (tree / room).rglob("*.py")]
    folders = {path.parent.relative_to(tree).parts for path in modules}
    return sorted(".".join(parts if parts[0] == "conformance" else ("conformance", *parts)) for parts in folders)


def command(text: str) -> str:
    """Return the one line of `text` that runs the tests, outside of comments."""
    (found,) = {line.strip() for line in text.splitlines() if re.match(r"[^#`]*\.venv/bin/tox$", line)}
    return found


def test_every_folder_with_modules_is_a_package_of_the_wheel(tree: Path, project: dict[str, Any]) -> None:
    """A package that is missing from the list works when installed editable, and is missing from the wheel."""
    assert packages(tree) == sorted(project["tool"]["setuptools"]["packages"])


def test_every_package_says_what_it_is(tree: Path, project: dict[str, Any]) -> None:
    """Each package has an `__init__.py`: without one its data files are not found."""
    mapping = project["tool"]["setuptools"]["package-dir"]

    def folder(name: str) -> Path:
        above, _, last = name.rpartition(".")
        return tree / mapping[name] if name in mapping else (folder(above) if above else tree) / last

    names = project["tool"]["setuptools"]["packages"]
    assert [] == [name for name in names if not (folder(name) / "__init__.py").is_file()]


def test_the_document_is_the_published_one(tree: Path) -> None:
    """Not a byte of the held document was changed."""
    assert hashlib.sha256((tree / "spec" / "openapi.yaml").read_bytes()).hexdigest() == PUBLISHED


def test_one_version_is_told(tree: Path, project: dict[str, Any]) -> None:
    """The package, its metadata and the change log name the same version."""
    assert project["project"]["version"] == VERSION
    assert f"## [{VERSION}]" in (tree / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_continuous_integration_runs_the_documented_command(page: str, tree: Path) -> None:
    """What the pages tell people to run is, word for word, what `.ci/run` runs."""
    assert command((tree / page).read_text()) == command((tree / ".ci" / "run").read_text())


def test_continuous_integration_can_be_started(tree: Path) -> None:
    """The script of continuous integration is executable."""
    assert os.access(tree / ".ci" / "run", os.X_OK)


def test_the_nouns_are_kept_from_every_dependency(project: dict[str, Any]) -> None:
    """The import contract of `conformance.model` names each library that the project depends on, msgspec apart."""
    wanted = {re.split(r"[\[>=<~ ]", each)[0].lower() for each in project["project"]["dependencies"]} - {"msgspec"}
    providers = packages_distributions()
    modules = {
        name
        for name, owners in providers.items()
        if name.isidentifier()
        and not name.startswith("_")
        and wanted & {owner.lower().replace("_", "-") for owner in owners}
    }
    contracts = project["tool"]["importlinter"]["contracts"]
    (contract,) = (each for each in contracts if each["name"].startswith("The nouns"))

    assert set() == modules - set(contract["forbidden_modules"]) - {"py"}


@pytest.mark.skipif("CONFORMANCE_TESTS_ON_WHEEL" not in os.environ, reason="only tox installs the wheel")
def test_the_installed_wheel_is_what_is_tested() -> None:
    """Under tox the package comes from the environment's own folder, though the tree holds one of the same name."""
    assert Path(sysconfig.get_path("purelib")) == Path(conformance.__file__).parents[1]
