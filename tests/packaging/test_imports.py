"""Who imports whom, wherever the import stands."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = {"conformance": "conformance", "strategies": "conformance.strategies", "reports": "conformance.reports"}


def modules():
    """Return the files of all modules by their names."""
    found = {}
    for folder, package in ROOMS.items():
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            found[".".join((package, *(part for part in parts if part != "__init__")))] = path
    return found


def imported(path, known):
    """Return the modules that a file imports: at its top, within a function, or for types alone."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module in known:
            for name in node.names:
                below = f"{node.module}.{name.name}"
                yield below if below in known else node.module


def test_no_module_imports_itself_through_others():
    """There is no circle, not even one that TYPE_CHECKING or an import within a function hides."""
    known = modules()
    sorter = TopologicalSorter({name: set(imported(path, known)) - {name} for name, path in known.items()})
    assert len(known) == len(tuple(sorter.static_order()))
