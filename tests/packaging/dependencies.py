"""What an installation consists of: each package, why it is there, its size and licence. Prints a Markdown table.

`python -m tests.packaging.dependencies`, in an environment where nothing else is installed, makes the table of
`docs/installation.md`.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

SUITE = "environment-conformance"
SMALLEST = 0.1
COMPATIBLE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|Unlicense|0BSD", re.IGNORECASE)
"""Licences that allow what MIT allows to whoever installs the suite; none of their files are part of it."""


def needed(name: str, why: str = "", seen: set[str] | None = None) -> Iterator[tuple[Distribution, str]]:
    """Yield a distribution and all that it depends on here, once each, with the names of what first needs them."""
    seen = set() if seen is None else seen
    found = distribution(name)
    waiting = []
    for line in found.requires or ():
        each = Requirement(line)
        key = re.sub(r"[-_.]+", "-", each.name).lower()
        if key in seen or (each.marker is not None and not each.marker.evaluate({"extra": ""})):
            continue
        seen.add(key)
        waiting.append(each.name)
    for each in waiting:
        try:
            yield distribution(each), why or name
        except PackageNotFoundError:
            continue
    for each in waiting:
        yield from needed(each, each, seen)


def licence(found: Distribution) -> str:
    """Return the licence that a distribution names, in few words."""
    said = found.metadata
    classified = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier") or () if "License ::" in each]
    stated = (said.get("License") or "").strip()
    short = stated if 0 < len(stated) < 40 and stated != "UNKNOWN" else ""
    return said.get("License-Expression") or short or ", ".join(classified) or "not stated"


def megabytes(found: Distribution) -> float:
    """Return the size of the files of a distribution, bytecode apart, in MB."""
    paths = (found.locate_file(each) for each in found.files or () if each.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def main() -> None:
    """Print the table, the direct dependencies first."""
    rows = [(each, why, megabytes(each)) for each, why in needed(SUITE)]
    sys.stdout.write("| package | needed by | MB | licence |\n| --- | --- | ---: | --- |\n")
    for each, why, size in sorted(rows, key=lambda row: (row[1] != SUITE, row[0].name.lower())):
        by = "the suite" if why == SUITE else why
        shown = f"{size:.1f}" if size >= SMALLEST else f"< {SMALLEST}"
        sys.stdout.write(f"| {each.name} | {by} | {shown} | {licence(each)} |\n")
    sys.stdout.write(f"\n{len(rows)} packages, {sum(size for *_, size in rows):.0f} MB.\n")


if __name__ == "__main__":
    main()
