"""The public Python names: what the documents use, and nothing else; typed, described, imported on first use."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import conformance
from tests.cli.documents import snippets

ROOT = Path(__file__).parents[2]
EXTENSIONS = {"conformance.integrations.schemathesis", "conformance.suite"}
"""Modules whose names are public beside those of the package: one is imported for its effect, one is run by pytest."""

FUNCTIONS = sorted(name for name in conformance.__all__ if inspect.isfunction(getattr(conformance, name)))
REFERENCE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def used(tree):
    """Return the names of the package that a program uses, and the modules of it that it imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "conformance":
            yield f"conformance.{node.attr}"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "conformance":
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.startswith("conformance."))


PUBLIC = {f"conformance.{name}" for name in conformance.__all__} | EXTENSIONS
PROGRAMS = [each for each in snippets() if each.kind == "python"]
EXAMPLES = sorted((ROOT / "examples").rglob("*.py"))


def test_programs_of_the_documents_use_public_names_alone():
    """No page has a program that imports, or names, what may change without notice."""
    found = {name for each in PROGRAMS for name in used(ast.parse(each.text))}
    assert set() == found - PUBLIC
    assert 8 < len(found)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples_use_public_names_alone(path):
    """So does no example."""
    assert set() == set(used(ast.parse(path.read_text(encoding="utf-8")))) - PUBLIC


def test_the_reference_describes_every_public_name_and_no_other():
    """`docs/api.md` has an entry for each name that the package offers."""
    entries = re.findall(r"^::: conformance\.(\w+)$", REFERENCE, re.MULTILINE)
    assert sorted({*conformance.__all__} - {"__version__"}) == sorted(entries)


def test_the_package_shows_its_public_names_alone():
    """`dir()` has the names of `__all__`, each is there, and each is imported from one place."""
    assert sorted(conformance.__all__) == dir(conformance)
    homes = [name for names in conformance.HOMES.values() for name in names.split()]
    assert sorted({*conformance.__all__} - {"__version__"}) == sorted(homes)
    assert all(getattr(conformance, name) is not None for name in conformance.__all__)
    with pytest.raises(AttributeError, match="module 'conformance' has no attribute 'runs'"):
        _ = conformance.runs


def test_importing_the_package_imports_none_of_it():
    """What a program does not use costs it nothing."""
    code = "import sys, conformance; print(sorted(name for name in sys.modules if name.startswith('conformance')))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    assert "['conformance', 'conformance.model', 'conformance.model.version']" == done.stdout.strip()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_is_described(name):
    """Its arguments, its errors and an example, which tests run."""
    function = getattr(conformance, name)
    text = inspect.getdoc(function)
    described = set(re.findall(r"^    (\w+): ", text.partition("Args:")[2].partition("\n\n")[0], re.MULTILINE))
    for other in re.findall(r"rguments (?:as for|are those of) `(\w+)`", text):
        described |= set(inspect.signature(getattr(conformance, other)).parameters)
    assert set() == set(inspect.signature(function).parameters) - described
    assert ">>> " in text.partition("Examples:")[2]
    assert "Raises:" in text or name == "cases"


def methods():
    """Yield the methods that the reference shows, with their names."""
    for entry in re.split(r"^::: ", REFERENCE, flags=re.MULTILINE)[1:]:
        kind = getattr(conformance, re.match(r"conformance\.(\w+)", entry)[1])
        members = re.search(r"members: \[(.*)\]", entry)
        shown = members[1].split(", ") if members else [each for each in vars(kind) if each[0] != "_"]
        if inspect.isclass(kind):
            found = {name: inspect.getattr_static(kind, name, None) for name in shown}
            yield from ((f"{kind.__name__}.{key}", each) for key, each in found.items() if inspect.isfunction(each))


@pytest.mark.parametrize(("name", "method"), list(methods()))
def test_each_method_describes_its_arguments(name, method):
    """Each argument of a method that the reference shows has its line."""
    text = inspect.getdoc(method)
    described = set(re.findall(r"^    (\w+): ", text.partition("Args:")[2].partition("\n\n")[0], re.MULTILINE))
    assert (name, set()) == (name, {*inspect.signature(method).parameters} - {"self"} - described)


@pytest.mark.parametrize("name", sorted({*conformance.__all__} - {"__version__", *FUNCTIONS}))
def test_each_class_is_described(name):
    """By a docstring of its own; so are its public methods and properties."""
    kind = getattr(conformance, name)
    assert kind.__doc__
    assert kind.__doc__ != getattr(kind.__base__, "__doc__", None)
    own = [
        each
        for key, each in vars(kind).items()
        if not key.startswith("_") and (callable(each) or isinstance(each, property))
    ]
    assert [] == [each for each in own if not inspect.getdoc(each)]


USER = """
import httpx
import pytest
from hypothesis import given

import conformance

contract: conformance.Contract = conformance.load_contract()
app: conformance.Mock = conformance.reference_app(contract, faults=["echo.*"], key="a-key-of-mine")
result: conformance.RunResult = conformance.run(target=httpx.Client(base_url="http://127.0.0.1"), only=["accept.*"])
verdict: conformance.Verdict = result.results.verdict
failed: list[str] = [row.id for row in result.results.requirements if row.outcome is conformance.Outcome.FAILED]


@conformance.cases(only="reject.name.*")
def test_names(case: conformance.CaseToSend, environment_contract: conformance.CheckedContract) -> None:
    found: conformance.Findings = environment_contract.check(httpx.Response(200), case=case)
    finding: conformance.Finding = found[0]
    strength: conformance.Strength = found.strength(finding)
    what: tuple[str, conformance.Expectation] = (case.id, case.expectation)
    one: conformance.Case = case.case
    with pytest.raises(conformance.NotConformingError):
        found.raise_for(strength)


def test_a_client(client_scenario: conformance.ClientScenario, reference_server: conformance.ReferenceServer) -> None:
    url: str = reference_server.url
    client_scenario.judge(returned={"name": url})


@given(conformance.invalid_environment_requests())
def test_wrong(wrong: conformance.InvalidBody) -> None:
    story: conformance.Story = wrong.story
    with conformance.respx_router(base_url="http://x") as router:
        count: int = router.mock.creations + len(story.says)


def problem(error: conformance.UsageError | conformance.RunStoppedError) -> str:
    return error.remedy
"""
WRONG = """
import conformance

conformance.load_contract(3)
conformance.reference_app(fault="echo")
conformance.open_contract().chek(None)
conformance.runs()
"""


@pytest.mark.slow
def test_a_strict_program_of_a_user_has_types(tmp_path):
    """A strict program that uses the names as the documents do has no error for mypy; each mistake of another has."""
    (tmp_path / "user.py").write_text(USER, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    (tmp_path / "conformance").mkdir()
    rooms = [*Path(conformance.__file__).parent.iterdir(), *(ROOT / name for name in ("reports", "spec", "strategies"))]
    for room in {each.name: each for each in reversed(rooms)}.values():
        (tmp_path / "conformance" / room.name).symlink_to(room)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "user.py", "wrong.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    found = re.findall(r"^(\w+)\.py:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    expected = [("4", "arg-type"), ("5", "call-arg"), ("6", "attr-defined"), ("7", "attr-defined")]
    assert [("wrong", *each) for each in expected] == found, done.stdout
