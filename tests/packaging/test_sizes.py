"""How large the parts of the package are, and that a name means one thing: what a reader can take in."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("conformance", "strategies", "reports")

MOST_MODULES = 16
MOST_LINES_OF_MODULE = 350
MOST_LINES_OF_FUNCTION = 60


def modules():
    """Yield the files of all modules."""
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py")


def too_long(path):
    """Yield what of a module is longer than it may be, with its lines."""
    text = path.read_text(encoding="utf-8")
    sizes = {path.name: (len(text.splitlines()), MOST_LINES_OF_MODULE)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            sizes[node.name] = ((node.end_lineno or 0) - node.lineno + 1, MOST_LINES_OF_FUNCTION)
    yield from (f"{name}: {lines} lines of {most}" for name, (lines, most) in sizes.items() if lines > most)


def test_modules_and_functions_are_short():
    """A module has at most 350 lines, a function at most 60: what is longer is split by meaning."""
    assert [] == [f"{path.relative_to(ROOT)}: {each}" for path in modules() for each in too_long(path)]


def test_a_room_has_few_modules():
    """A folder has at most 16 modules: a larger one has sub-rooms."""
    held = [path.parent.relative_to(ROOT).as_posix() for path in modules()]
    assert {} == {room: held.count(room) for room in held if held.count(room) > MOST_MODULES}


def test_no_two_classes_have_one_name():
    """A public class is known by its name alone, wherever it is used."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in modules())
    names = Counter(each.name for tree in trees for each in tree.body if isinstance(each, ast.ClassDef))
    assert [] == [name for name, count in names.items() if count > 1 and not name.startswith("_")]
