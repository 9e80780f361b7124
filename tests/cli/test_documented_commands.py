"""The pages of documentation: each call in them is one that the command takes, and those that can be run are run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from msgspec.structs import replace

from conformance.cli import cli
from conformance.integrations.options import OPTIONS, PREFIX
from conformance.workflow.api import read_options
from conformance.workflow.configuration import as_fields, settings_table
from conformance.workflow.options import RunOptions
from conformance.workflow.waivers import waivers_of

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/clients.md", "docs/python.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")

OTHERS = frozenset(
    "--collect-only --cov --editable --group --import-mode --lf --max-examples --pyargs --upgrade --url --version "
    "--hypothesis-profile --strict-markers".split()
)
"""Options of other programs that the pages name."""


def text_of(page):
    """Return a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def lines():
    """Yield each call of the command in a block of a page, as (page, words)."""
    for page in PAGES:
        for kind, text in BLOCK.findall(text_of(page)):
            for line in text.splitlines() if kind == "console" else ():
                for part in line.removeprefix("$ ").split("&&"):
                    words = shlex.split(part, comments=True)
                    if words and Path(words[0]).name == "conformance":
                        yield pytest.param(words[1:], id=f"{page}: {' '.join(words[1:])}")


def spans():
    """Yield each call of the command within a text, as (page, words)."""
    for page in PAGES:
        for text in SPAN.findall(BLOCK.sub("", text_of(page))):
            if text.startswith("conformance ") and not re.search(r"[.…]{2,}", text):
                yield pytest.param(shlex.split(text)[1:], id=f"{page}: {text}")


LINES, SPANS = list(lines()), list(spans())


def parse(words):
    """Parse a call as the command does, without carrying it out; files that examples name need not be there."""
    group, context = cli, click.Context(cli, info_name="conformance")
    while True:
        name, command, words = group.resolve_command(context, list(words))
        if not isinstance(command, click.Group):
            break
        group, context = command, click.Context(command, info_name=name, parent=context)
    try:
        command.make_context(name, words, parent=context)
    except click.BadParameter as error:
        if "does not exist" not in str(error):
            raise


def test_there_are_calls():
    """The pages are read at all."""
    assert 15 <= len(LINES)
    assert 10 <= len(SPANS)


@pytest.mark.parametrize("words", [*LINES, *SPANS])
def test_each_call_is_one_that_the_command_takes(words):
    """No option, argument or command stands there that there is not."""
    parse(words)


def every_option():
    """Return all options of all commands, and those of the plugin of pytest."""
    found, waiting = {"--help"}, [cli]
    while waiting:
        command = waiting.pop()
        waiting += command.commands.values() if isinstance(command, click.Group) else []
        found.update(flag for each in command.params for flag in (*each.opts, *each.secondary_opts))
    return found | {f"{PREFIX}{name}" for name, *_ in OPTIONS} | {"--debug"} | OTHERS


@pytest.mark.parametrize("words", [["run", "--tagret", "x"], ["run", "--profile", "tiny"], ["runs"], ["mock", "x"]])
def test_a_wrong_call_is_seen(words):
    """A call that the command would refuse is refused here."""
    with pytest.raises(click.UsageError):
        parse(words)


@pytest.mark.parametrize("page", PAGES)
def test_each_option_that_is_named_is_there(page):
    """An option between backticks, or in a block, is one of the command, of the plugin, or of a known program."""
    text = text_of(page)
    parts = [*SPAN.findall(text), *(block for _, block in BLOCK.findall(text))]
    named = {each.rstrip("-") for part in parts for each in OPTION.findall(part)}
    assert set() == named - every_option() - {"--conformance"}


RUN = (
    ["run", "--target", "http://127.0.0.1:4010", "--stateless"],
    ["run"],
    ["mock", "--list-faults"],
    ["client", "--init", "python"],
    ["spec", "requirements"],
    ["spec", "cases"],
    ["client", "--list"],
)
"""Calls that need nothing but a server on this machine."""


@pytest.mark.parametrize("words", RUN, ids=" ".join)
def test_calls_that_need_nothing_else_are_run(words, command, right):
    """They stand on a page, and end well."""
    documented = [param.values[0] for param in (*LINES, *SPANS)]
    assert words in documented
    flags = ["--profile", "smoke"] if words[0] == "run" else []
    ended = command(*(right if word == "http://127.0.0.1:4010" else word for word in words), *flags)
    assert 0 == ended.status, ended.err


def blocks(page, kind):
    """Return the blocks of a kind on a page."""
    return [text for found, text in BLOCK.findall(text_of(page)) if found == kind]


def test_the_settings_of_the_readme_are_read(elsewhere, contract):
    """The example of settings names options that there are, the example of waivers is one."""
    settings, waivers = blocks("README.md", "toml")
    (elsewhere / "pyproject.toml").write_text(settings)
    (elsewhere / "waivers.toml").write_text(waivers)
    table, _ = settings_table(elsewhere)
    options = read_options(as_fields(table, RunOptions.__struct_fields__))
    assert 1 == len(waivers_of(replace(options, waivers=elsewhere / "waivers.toml"), contract))
    assert ("https://staging.example.com", "abc123", 15) == (options.target, options.model_id, options.max_creations)


def pytest_in(folder, *arguments):
    """Run pytest in a folder, in a process of its own, and return its exit status."""
    start = "import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))"
    flags = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:asyncio")
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", start, *flags, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_the_python_of_the_readme_runs(elsewhere, right):
    """A run from Python, and property tests that draw from the contract."""
    run, properties = blocks("README.md", "python")
    text = run.replace("http://127.0.0.1:8000", right) + "\n\n" + properties
    (elsewhere / "test_readme.py").write_text(text, encoding="utf-8")
    status, said = pytest_in(elsewhere, "test_readme.py")
    assert (0, True) == (status, "2 passed" in said), said
    assert (elsewhere / "conformance-report" / "report.html").exists()


def test_the_call_of_pytest_in_the_readme_runs(elsewhere, right):
    """The suite as tests, here a few of them."""
    (words,) = [
        line.split() for text in blocks("README.md", "console") for line in text.splitlines() if "--pyargs" in line
    ]
    arguments = [right if word == "http://127.0.0.1:8000" else word for word in words[1:]]
    status, said = pytest_in(elsewhere, *arguments, "-k", "refuse.name.missing")
    assert (0, True) == (status, " passed" in said), said


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
        self._http = httpx.Client(base_url=base_url, headers={"Authorization": f"Api-Key {key}"})

    def create_environment(self, model, body):
        answer = self._http.post(f"/v1/models/{model}/environments", json=body)
        if answer.status_code != 200:
            raise MyClientError(answer.status_code)
        return Created(answer.json())

pytestmark = pytest.mark.client_scenarios(only=("fail.status-*",))

"""


def test_the_test_of_a_client_runs(elsewhere):
    """The example for clients in Python passes with a client that knows an error."""
    (example,) = blocks("docs/clients.md", "python")
    (elsewhere / "test_client.py").write_text(CLIENT + example, encoding="utf-8")
    status, said = pytest_in(elsewhere, "test_client.py")
    assert (0, True) == (status, " passed" in said), said
