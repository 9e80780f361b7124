"""The Python of the pages but `docs/python.md`, the examples of docstrings, and calls of pytest and `st`, run."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest
from schemathesis.cli import schemathesis

import conformance

# What sessions within a session load is loaded here once: they forget what they have loaded by themselves.
from conformance.integrations.pytest_plugin import clients, collecting, servers  # noqa: F401
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer

from .documents import ROOT, Way, by

pytest_plugins = ["pytester"]

HERE = "http://127.0.0.1:8000"
QUIET = "-p no:cacheprovider -p no:randomly -p no:asyncio -p no:schemathesis -p no:unraisableexception".split()
SETTING = 'addopts = ["-p", "no:schemathesis"]'


def of(kind, page=""):
    """Return the snippets of a kind that are tried here, all or those of a page."""
    return [each for each in by(Way.PYTHON) if each.kind == kind and each.page.startswith(page)]


@pytest.fixture
def session(pytester):
    """Return what runs pytest in the folder of the test; gives its exit status and what it said."""

    def run(*arguments):
        done = pytester.runpytest_inprocess(*QUIET, *arguments)
        return done.ret, done.stdout.str() + done.stderr.str()

    return run


def test_every_snippet_is_known_here():
    """The tests below are about these, and there is no other."""
    programs = [each.page for each in of("python")]
    assert ["README.md"] * 2 + ["docs/api.md"] * 7 + ["docs/clients.md"] == programs
    described = {
        inspect.getsourcefile(getattr(conformance, name))
        for name in conformance.__all__
        if name.islower() and name != "__version__"
    }
    modules = {Path(each).name for each in described if each}
    assert modules == {Path(each.page).name for each in of("doctest")}
    calls = {(each.page, each.text) for each in by(Way.PYTHON) if each.kind in {"line", "span"}}
    assert calls == {
        ("README.md", f"pytest --pyargs conformance.suite --conformance-target {HERE}"),
        ("docs/python.md", "--conformance-fail-on should"),
        ("docs/python.md", SETTING),
        ("docs/python.md", "pytest --help"),
        ("CHANGELOG.md", "pytest --help"),
        ("docs/python.md", "st run"),
    }


@pytest.mark.slow
def test_the_python_of_the_readme(pytester, session, right):
    """A run from Python, and property tests that draw from the contract."""
    called, properties = (each.text for each in of("python", "README.md"))
    text = called.replace(HERE, right) + "\n\n" + properties
    (pytester.path / "test_readme.py").write_text(text, encoding="utf-8")
    status, said = session("test_readme.py")
    assert (0, True) == (status, "2 passed" in said), said
    assert (pytester.path / "conformance-report" / "report.html").exists()


@pytest.mark.slow
def test_the_python_of_the_reference(pytester, session, right):
    """Each example of the API is a program, or a test, that passes."""
    text = "\n\n".join(each.text for each in of("python", "docs/api.md")).replace(HERE, right)
    (pytester.path / "test_api.py").write_text(text, encoding="utf-8")
    status, said = session("test_api.py")
    assert (0, True) == (status, "3 passed" in said), said


def test_the_suite_as_tests(session, right):
    """A few of them, and stricter, as the page says between backticks."""
    (words,) = [each.text.split() for each in of("line", "README.md")]
    arguments = [right if word == HERE else word for word in words[1:]]
    more = [word for each in of("span", "docs/python.md") if each.text.startswith("--") for word in each.text.split()]
    status, said = session(*arguments, *more, "-k", "accept.smallest or reject.name.absent")
    assert (0, True) == (status, " passed" in said), said


def test_what_the_suite_is_told_is_in_the_help_of_pytest(session):
    """Each option of the plugin is explained there."""
    status, said = session("--help")
    assert (0, True) == (status, "--conformance-target=URL" in said)


def test_schemathesis_can_be_turned_off(pytester):
    """The setting of pytest is read as one, and its plugin stays away."""
    pytester.makepyprojecttoml(f"[tool.pytest.ini_options]\n{SETTING}\n")
    assert pytester.parseconfig().pluginmanager.is_blocked("schemathesis")


def test_schemathesis_has_the_command():
    """`st run` is what the extension is for; tests/integrations has it at work."""
    assert "--max-examples" in {option for each in schemathesis.commands["run"].params for option in each.opts}


CLIENT = """
import httpx
import pytest

class MyClientError(Exception):
    pass

class Created(dict):
    def to_dict(self):
        return dict(self)

class MyClient:
    def __init__(self, base_url, key):
        self._base_url, self._headers = base_url, {"Authorization": f"Api-Key {key}"}

    def create_environment(self, model, body):
        answer = httpx.post(f"{self._base_url}/v1/models/{model}/environments", json=body, headers=self._headers)
        if answer.status_code != 200:
            raise MyClientError(answer.status_code)
        return Created(answer.json())

pytestmark = pytest.mark.conformance_scenarios(only=("fail.status-*",))

"""


@pytest.mark.slow
def test_the_test_of_a_client(pytester, session):
    """The example for clients in Python passes with a client that knows an error."""
    (example,) = (each.text for each in of("python", "docs/clients.md"))
    (pytester.path / "test_client.py").write_text(CLIENT + example, encoding="utf-8")
    status, said = session("test_client.py")
    assert (0, True) == (status, " passed" in said), said


@pytest.mark.slow
@pytest.mark.parametrize("page", sorted({each.page for each in of("doctest")}))
def test_the_examples_of_docstrings(page, contract):
    """They say what they show; a server of ours stands for the one that they name, whose mark says to skip it."""
    room = Path(page).with_suffix("").as_posix().replace("/", ".")
    module = importlib.import_module(room if room.startswith("conformance") else f"conformance.{room}")
    with BackgroundServer(reference_app(contract, key="conformance-local-key")) as server:
        source = (ROOT / page).read_text(encoding="utf-8")
        shown = source.replace("http://127.0.0.1:4010", server.url).replace("# doctest: +SKIP", "")
        # The same call, but for fewer requests.
        shown = shown.replace("stateless=True)", 'stateless=True, profile="smoke")')
        test = doctest.DocTestParser().get_doctest(shown, dict(vars(module)), page, page, 0)
        done = doctest.DocTestRunner().run(test)
    assert (0, len([each for each in of("doctest") if each.page == page])) == (done.failed, done.attempted)
