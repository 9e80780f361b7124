"""Calls, options, settings, waivers, and pieces of Python and of the protocol on the pages, held to what takes them."""

import ast
import inspect
import json
import re
import shlex
import tomllib

import click
import hypothesis
import msgspec
import pytest
import yaml
from hypothesis.database import DirectoryBasedExampleDatabase
from jsonschema import Draft202012Validator
from msgspec.structs import replace

import conformance
from conformance.cli import cli
from conformance.integrations.pytest_plugin.options import OPTIONS, PREFIX
from conformance.integrations.pytest_plugin.plugin import MARKERS
from conformance.model.requirement import RelationFile
from conformance.workflow.setup.campaign_file import read_campaign
from conformance.workflow.setup.configuration import file_options
from conformance.workflow.setup.option_table import read_options
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.waivers import waivers_of

from .documents import ROOT, Way, by, pages, snippets

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
OTHERS = frozenset(
    "--collect-only --cov --editable --group --import-mode --lf --max-examples --pyargs --upgrade --url --version "
    "--hypothesis-profile --strict-markers --kills --draws --first --sample --pairs --quick --max-time "
    "--continue-on-failure".split()
)
"""Options of other programs that the pages name."""

TOML = [each.text for each in by(Way.SETTINGS) if each.kind == "toml"]
YAML = [each.text for each in by(Way.SETTINGS) if each.kind == "yaml"]
LINES = sorted({each.text for each in by(Way.SETTINGS) if each.kind not in {"toml", "yaml"}})


def test_the_settings_of_the_readme(elsewhere, contract):
    """The example of settings names options that there are, the example of waivers is one."""
    campaign, settings, waivers = TOML
    (elsewhere / "pyproject.toml").write_text(settings, encoding="utf-8")
    (elsewhere / "waivers.toml").write_text(waivers, encoding="utf-8")
    options = read_options(RunOptions, file_options(RunOptions, elsewhere))
    assert 1 == len(waivers_of(replace(options, waivers=elsewhere / "waivers.toml"), contract))
    assert ("https://staging.example.com", "abc123", 15) == (options.target, options.model_id, options.max_creations)
    (elsewhere / "targets.toml").write_text(campaign, encoding="utf-8")
    targets = read_campaign(elsewhere / "targets.toml").targets
    assert {"staging": 15, "mock": None} == {name: each.max_creations for name, each in targets.items()}


def test_the_file_of_relations():
    """It has the form that the option reads."""
    (text,) = YAML
    file = msgspec.convert(yaml.safe_load(text), RelationFile)
    assert ["equal", "contains", "default", "equal"] == [each.kind for each in file.relations]


@pytest.mark.parametrize("line", LINES)
def test_a_setting_within_a_text(line, elsewhere):
    """The reader of settings takes it, from both files."""
    (expected,) = tomllib.loads(line).values()
    for name, head in (("conformance.toml", ""), ("pyproject.toml", "[tool.conformance]\n")):
        path = elsewhere / name
        path.write_text(f"{head}{line}\n", encoding="utf-8")
        (found,) = file_options(RunOptions).values()
        assert expected == (list(found) if isinstance(found, tuple) else found)
        path.unlink()


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


def every_call():
    """Return all calls of the command in all documents, wherever they are carried out."""
    parts = (part for each in snippets() for part in each.text.split(" && "))
    return sorted({part for part in parts if re.match(r"(\.venv/bin/)?conformance ", part)})


@pytest.mark.parametrize("call", every_call())
def test_each_call_is_one_that_the_command_takes(call):
    """No option, argument or command stands there that there is not; that of a harness may be missing."""
    parse(shlex.split(call)[1:])


@pytest.mark.parametrize("words", [["run", "--tagret", "x"], ["run", "--profile", "tiny"], ["runs"], ["mock", "x"]])
def test_a_wrong_call_is_seen(words):
    """A call that the command would refuse is refused here."""
    with pytest.raises(click.UsageError):
        parse(words)


VARIABLES = re.compile(r"\$\{\{[^}]*\}\}|\$\(\([^)]*\)\)|\$\w+")


@pytest.mark.parametrize("text", [each.text for each in by(Way.RECIPE)])
def test_a_recipe(text):
    """It is YAML, and calls the command as it is; a variable stands for a number. A part of a cluster calls Dask."""
    recipe = yaml.safe_load(text)
    calls = re.findall(r"^ *- (?:run: )?(conformance .*)$", text, re.MULTILINE)
    assert calls or recipe["metadata"]["name"].startswith("dask-")
    for each in calls:
        parse(shlex.split(VARIABLES.sub("1", each))[1:])


def every_option():
    """Return all options of all commands, and those of the plugin of pytest."""
    found, waiting = {"--help", "--debug"}, [cli]
    while waiting:
        command = waiting.pop()
        waiting += command.commands.values() if isinstance(command, click.Group) else []
        found.update(flag for each in command.params for flag in (*each.opts, *each.secondary_opts))
    return found | {f"{PREFIX}{row.flag}" for row in OPTIONS} | OTHERS


@pytest.mark.parametrize("page", pages())
def test_each_option_that_is_named_is_there(page):
    """An option on a page, in whatever place, is one of the command, of the plugin, or of a known program."""
    named = {each.rstrip("-") for each in OPTION.findall((ROOT / page).read_text(encoding="utf-8"))}
    assert set() == named - every_option() - {"--conformance"}


NAMES = {
    "conformance": conformance,
    "settings": hypothesis.settings,
    "DirectoryBasedExampleDatabase": DirectoryBasedExampleDatabase,
    **{name: getattr(conformance, name) for name in conformance.__all__},
}
"""What a piece of Python on a page may name."""

PYTHON = sorted({each.text for each in by(Way.FRAGMENT) if not each.text.startswith("{")})


def from_redis(name):
    """Return a class about Redis, whose library is one of the tests' own."""
    homes = {"Redis": "redis", "RedisExampleDatabase": "hypothesis.extra.redis"}
    return getattr(pytest.importorskip(homes[name]), name)


def bound(call):
    """Hold a call to the signature of what it calls: each keyword is one that it takes."""
    path = ast.unparse(call.func).split(".")
    if path[:2] == ["pytest", "mark"]:
        (said,) = [each for each in MARKERS if each.startswith(f"{path[2]}(")]
        assert [] == [each.arg for each in call.keywords if f"{each.arg}=" not in said]
        return
    if path[0] == "httpx":
        return
    called = from_redis(path[0]) if "Redis" in path[0] else NAMES[path[0]]
    for name in path[1:]:
        called = getattr(called, name)
    given = [argument for argument in call.args if ast.unparse(argument) != "..."]
    placed = [None] if called == hypothesis.settings.register_profile else given
    inspect.signature(called).bind_partial(*placed, **{each.arg: None for each in call.keywords})


@pytest.mark.parametrize("text", PYTHON)
def test_a_piece_of_python(text):
    """It is Python, and names functions and keywords that there are."""
    tree = ast.parse(text.removeprefix("@"))
    if isinstance(tree.body[0], ast.Import):
        exec(compile(tree, "page", "exec"), {})  # noqa: S102 (our own words)
        return
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert calls
    for call in calls:
        bound(call)


JSON = [each.text for each in by(Way.FRAGMENT) if each.text.startswith("{")]


def test_the_lines_of_the_protocol():
    """Each line that the page shows is one of the kind that it says, by the schema; the last are the types in one."""
    schema = json.loads((ROOT / "spec" / "schemas" / "client-protocol.json").read_bytes())
    *lines, types = map(json.loads, JSON)
    lines.append({**lines[3], "types": types})
    kinds = ("Hello", "Ready", "Call", "Result", "Result", "Result", "Result")
    for kind, line in zip(kinds, lines, strict=True):
        validator = Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})
        assert [] == [error.message for error in validator.iter_errors(line)]
        assert set(line) <= set(schema["$defs"][kind]["properties"])


def test_there_are_pages():
    """They are found, and snippets in all that have any."""
    assert {"README.md", "CONTRIBUTING.md", "docs/python.md", "docs/clients.md"} <= set(pages())
    assert 100 < len(snippets())
