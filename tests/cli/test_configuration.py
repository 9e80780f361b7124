"""Defaults of options from files."""

from pathlib import Path

import pytest


def plan_of(command, *arguments: str) -> str:
    """Return the second line of the plan: profile and counts."""
    ended = command("run", "--plan", *arguments)
    assert 0 == ended.status, ended.err
    return str(ended.out.splitlines()[1])


@pytest.mark.parametrize(
    ("name", "text"),
    [("conformance.toml", 'profile = "smoke"\n'), ("pyproject.toml", '[tool.conformance]\nprofile = "smoke"\n')],
)
def test_a_file_sets_defaults_and_the_command_line_wins(command, name, text):
    """An option stands in a file; given on the command line, that one counts."""
    Path(name).write_text(text)
    assert plan_of(command).startswith("smoke: ")
    assert plan_of(command, "--profile", "full").startswith("full: ")


def test_the_own_file_comes_first(command):
    """Where both files are there, `conformance.toml` counts and the other is not read."""
    Path("conformance.toml").write_text('profile = "smoke"\n')
    Path("pyproject.toml").write_text('[tool.conformance]\nprofile = "no such"\n')
    assert plan_of(command).startswith("smoke: ")


def test_every_kind_of_value(command):
    """Texts, numbers, booleans, lists and tables stand as TOML has them; one text will do for a list."""
    Path("conformance.toml").write_text(
        'only = "accept.all.*"\nskip = ["*.huge", "*.one"]\nmax-requests = 5\nrate = 20\ntimeout = 2.5\n'
        'stateless = true\nreport = "results"\nout = "here"\n[path-param]\nmodel_id = "m"\n'
    )
    listed = command("run", "--plan")
    assert 0 == listed.status, listed.err
    done = command("run")
    assert 3 == done.status
    assert "--max-requests 5 is used up" in done.err
    assert {"journal.ndjson", "results.json"} == {path.name for path in Path("here").iterdir()}


WRONG = {
    'profil = "smoke"': "conformance.toml sets 'profil', which is no option of `conformance run`; did you mean 'profile'?",  # noqa: E501
    "zzz = 1": "which is no option of `conformance run`; known are: ",
    "timeout = true": "conformance.toml: timeout is a boolean, not a number; write timeout = 2.5",
    "max_requests = 1.5": "max_requests is a number, not a whole number; write max-requests = 10",
    "max-requests = 0": "conformance.toml: max-requests: 0 is not in the range",
    'profile = "tiny"': "conformance.toml: profile: 'tiny' is not one of 'smoke', 'standard', 'full'",
    'stateless = "yes"': "stateless is a text, not true or false",
    "only = [1]": "only is a list, not a text or a list of texts",
    "target = 4010": "target is a whole number, not a text",
    'path-param = "model_id=m"': 'path-param is a text, not a table of texts; write path-param = { name = "value" }',
    "seed = 2026-01-01": "seed is a date or time, not a whole number",
    "a = = b": "conformance.toml cannot be read",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_file_that_is_wrong(command, text):
    """What a file sets wrongly is told with the file, the option, and what it should be."""
    Path("conformance.toml").write_text(text)
    ended = command("run", "--plan")
    assert 2 == ended.status
    assert WRONG[text] in ended.complaint


def test_help_comes_whatever_stands_in_the_file(command):
    """A broken file keeps nobody from the help, from the version, or from other commands."""
    Path("conformance.toml").write_text("a = = b")
    assert 0 == command("run", "--help").status
    assert 0 == command("--version").status
    assert 0 == command("spec", "requirements").status


@pytest.mark.parametrize("text", ["a = = b", "[project]\nname = 'x'\n", "tool = 3\n", "[tool.other]\nx = 1\n"])
def test_the_project_file_of_others_is_left_alone(command, text):
    """A `pyproject.toml` that does not speak of the suite sets nothing and breaks nothing."""
    Path("pyproject.toml").write_text(text)
    assert plan_of(command).startswith("standard: ")


@pytest.mark.parametrize("text", ["[tool.conformance]\na = = b", "[tool]\nconformance = 3\n"])
def test_the_project_file_that_means_us_and_is_broken(command, text):
    """A `pyproject.toml` that speaks of the suite and cannot be read is told."""
    Path("pyproject.toml").write_text(text)
    ended = command("run", "--plan")
    assert 2 == ended.status
    assert "pyproject.toml" in ended.complaint
