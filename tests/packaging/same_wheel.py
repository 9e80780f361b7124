"""Whether the wheels in two folders hold the same files: `python tests/packaging/same_wheel.py FOLDER FOLDER`."""

import sys
import zipfile
from pathlib import Path


def content(wheel: Path) -> dict[str, bytes]:
    """Return all files of a wheel, metadata too."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def differing(one: Path, other: Path) -> list[str]:
    """Return the names of the files that only one of two wheels has, or that differ."""
    first, second = content(one), content(other)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def main(folders: list[str]) -> None:
    """Compare the wheels of two folders; the exit status is 1 if they differ."""
    one, other = (next(Path(folder).glob("*.whl")) for folder in folders)
    found = differing(one, other)
    sys.exit(f"the wheel of the source distribution differs: {', '.join(found)}" if found else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
