"""What the wheel holds, and that it works where nothing else of the project is."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MAPPED = ("reports", "spec", "strategies")


def shipped(path: Path) -> str | None:
    """Return the name in the wheel of a file of the tree, or None where it must not be there."""
    if path.parts[0] in MAPPED:
        return f"conformance/{path.as_posix()}"
    return path.as_posix() if path.parts[0] == "conformance" else None


def packed(wheel: Path) -> dict[str, bytes]:
    """Return the files of a wheel, metadata apart."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel, without what it depends on, into an empty folder."""
    folder = tmp_path_factory.mktemp("installed")
    quietly = ("--quiet", "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "install", *quietly, "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 (our own words)
    return folder


def python(code: str, folder: Path, installed: Path) -> str:
    """Run `code` in `folder`, as a user would: the folder comes first, the installed wheel next."""
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", code],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
        | {"PYTHONPATH": str(installed)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_wheel_holds_exactly_the_files_of_the_rooms(wheel: Path, tree: Path, tree_files: tuple[Path, ...]) -> None:
    """Every module, template and data file is in the wheel, unchanged, and nothing besides."""
    expected = {name: (tree / path).read_bytes() for path in tree_files if (name := shipped(path))}
    found = packed(wheel)

    assert sorted(expected) == sorted(found)
    assert [] == [name for name, content in expected.items() if found[name] != content]


def test_the_wheel_holds_what_no_import_asks_for(wheel: Path) -> None:
    """The mark of a typed package, the document, the rows and the templates of the report are there."""
    names = packed(wheel).keys()

    assert {"conformance/py.typed", "conformance/spec/openapi.yaml", "conformance/spec/prose.yaml"} <= names
    assert any(name.startswith("conformance/spec/requirements/") for name in names)
    assert any(name.startswith("conformance/reports/pages/templates/") for name in names)


def test_the_wheel_takes_one_name_only(wheel: Path) -> None:
    """Nothing is installed under names that a user's own modules may have, such as `strategies` or `tests`."""
    assert {"conformance"} == {name.partition("/")[0] for name in packed(wheel)}


@pytest.mark.parametrize("name", ["conformance", *(f"conformance.{each}" for each in MAPPED)])
def test_the_installed_wheel_imports_in_an_empty_folder(name: str, installed: Path, tmp_path: Path) -> None:
    """The mapped folders are packages of the installed wheel, far from the tree."""
    where = Path(python(f"import {name} as room; print(room.__file__)", tmp_path, installed))

    assert installed.joinpath(*name.split("."), "__init__.py") == where


def test_the_installed_wheel_reads_its_data(installed: Path, tmp_path: Path) -> None:
    """The contract of the published document is built from the files in the wheel."""
    code = "from conformance.contract.contract import load_contract; print(load_contract().operation.method)"

    assert python(code, tmp_path, installed) == "POST"


def test_modules_of_the_user_keep_their_names(installed: Path, tmp_path: Path) -> None:
    """A user's own `strategies.py` is theirs, and the suite still finds its own."""
    for name in MAPPED:
        (tmp_path / f"{name}.py").write_text("OWNER = 'user'\n")
    rooms = ", ".join(f"conformance.{name}" for name in MAPPED)
    code = f"import {', '.join(MAPPED)}, {rooms}; print({', '.join(f'{name}.OWNER' for name in MAPPED)})"

    assert python(code, tmp_path, installed) == "user user user"
