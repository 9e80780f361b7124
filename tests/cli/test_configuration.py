"""Defaults of options from files."""

from pathlib import Path

import pytest


def plan_of(command, *arguments: str) -> str:
    """Return the line of the plan with profile and counts, without random cases."""
    ended = command("run", "--plan", "--phases", "catalogue", *arguments)
    assert 0 == ended.status, ended.err
    lines = ended.out.splitlines()
    return str(lines[1 + next(place for place, line in enumerate(lines) if line.endswith(": nothing is sent"))])


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
    assert "--max-requests 5 is reached" in done.err
    assert {"journal.ndjson", "results.json"} == {path.name for path in Path("here").iterdir()}


WRONG = {
    'profil = "smoke"': "conformance.toml sets 'profil', which is not an option; did you mean 'profile'?",
    "zzz = 1": "conformance.toml sets 'zzz', which is not an option; options: target, ",
    "timeout = true": "conformance.toml: timeout must be a number greater than 0, got True",
    "max_requests = 1.5": "conformance.toml: max-requests must be an integer of at least 1, got 1.5",
    "max-requests = 0": "conformance.toml: max-requests must be an integer of at least 1, got 0",
    "min-coverage = 101": "conformance.toml: min-coverage must be a number from 0 to 100, got 101",
    'profile = "tiny"': "conformance.toml: profile must be one of smoke, standard, full, fuzz, got 'tiny'",
    'fail-on = "advisory"': "conformance.toml: fail-on must be one of must, should, got 'advisory'",
    'stateless = "yes"': "conformance.toml: stateless must be a boolean, got 'yes'",
    "only = [1]": "conformance.toml: only must be a string or a list of strings, got `list`",
    "target = 4010": "conformance.toml: target must be a string, got 4010",
    'path-param = "m"': "conformance.toml: path-param must be NAME=VALUE or a table of strings, got 'm'",
    "seed = 2026-01-01": "conformance.toml: seed must be an integer, got `date`",
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


UNTRUSTED = {
    'api-key-command = "touch ran"': "api-key-command",
    'allow-host = "api.example.com"': "allow-host",
    "allow-plaintext = true": "allow-plaintext",
}


@pytest.mark.parametrize("line", UNTRUSTED)
@pytest.mark.parametrize(("name", "head"), [("conformance.toml", ""), ("pyproject.toml", "[tool.conformance]\n")])
def test_a_file_that_somebody_left_in_the_folder_is_not_trusted(command, name, head, line):
    """What would run a command, or send the user's key elsewhere, is used only from a file that the user trusts."""
    Path(name).write_text(f'{head}{line}\nonly = "accept.all.one"\nquiet = true\n')
    shown = name if not head else f"[tool.conformance] of {name}"
    flag = UNTRUSTED[line]
    for arguments in (("run",), ("run", "--plan"), ("cleanup", "nowhere"), ("replay", "nowhere", "accept.all.one")):
        ended = command(*arguments)
        assert (2, False) == (ended.status, Path("ran").exists())
        said = f"conformance: {shown} sets {flag}, and is not trusted; check the file, then add --trust-config, "
        assert f"{said}or give --{flag} on the command line" == ended.complaint
    for trusting in (("--trust-config",), ("--config", name)):
        ended = command("run", "--api-key-env", "NONE", *trusting)
        assert ("not trusted" in ended.err, Path("ran").exists()) == (False, False)
        command("run", *trusting)
        assert (flag == "api-key-command") == Path("ran").exists()
        Path("ran").unlink(missing_ok=True)


@pytest.mark.slow
def test_what_the_command_line_sets_is_not_used_from_the_file(command):
    """An option that the user gives does not need trust in the file that sets it as well."""
    Path("conformance.toml").write_text('allow-host = "evil.example.com"\ntarget = "https://evil.example.com"\n')
    ended = command("run", "--allow-host", "api.example.com", "--model-id", "m")
    assert (2, True) == (ended.status, ended.complaint.startswith("conformance: evil.example.com is a remote host"))
    Path("conformance.toml").write_text("allow-plaintext = false\nallow-host = []\n")
    assert 0 == command("run", "--plan").status


@pytest.mark.parametrize(("name", "head"), [("conformance.toml", ""), ("pyproject.toml", "[tool.conformance]\n")])
def test_the_file_is_named_first(command, name, head):
    """The first line says which file sets options, where one does that are used."""
    Path(name).write_text(f'{head}only = "accept.all.one"\n')
    said = "options from " + (name if not head else f"[tool.conformance] of {name}")
    assert said == command("run", "--plan").out.splitlines()[0]
    assert said != command("run", "--plan", "--only", "accept.all.null").out.splitlines()[0]


def test_a_file_that_the_user_names(command):
    """It is read in the place of those in the folder; one that is not there is told."""
    Path("conformance.toml").write_text('profile = "no such"\n')
    Path("mine.toml").write_text('profile = "smoke"\n')
    ended = command("run", "--plan", "--config", "mine.toml")
    assert (0, "options from mine.toml") == (ended.status, ended.out.splitlines()[0])
    assert "there is no file none.toml" in command("run", "--plan", "--config", "none.toml").complaint
