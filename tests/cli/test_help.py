"""The help of every command."""

import gc
import re

import click
import pytest

from conformance.cli import cli
from conformance.cli.options import GroupedCommand


def test_help_tells_groups_defaults_and_examples(command):
    """`run --help` lists every option under a heading, with its default, examples, and the exit statuses."""
    text = command("run", "--help").out
    for heading in ("Target:", "Cases:", "Pace and limits:", "Examples:", "Exit status:"):
        assert heading in text
    words = " ".join(text.split())
    assert "--timeout SECONDS Timeout of one exchange, in seconds. [default: 10.0]" in words
    assert "--out DIR Directory for the journal and the reports. [default: conformance-report]" in words
    assert "\x1b" not in text


@pytest.mark.parametrize("words", [["--plan"], ["--target", "nowhere"], ["--max-requests", "3"]])
def test_a_run_leaves_the_collector_of_cycles_on(words, command):
    """However it ends: it is off while modules are loaded alone."""
    command("run", *words)
    assert gc.isenabled()


def every_command(group, above=()):
    """Return each command by the words that call it."""
    found = {}
    for name, each in group.commands.items():
        found |= every_command(each, (*above, name)) if isinstance(each, click.Group) else {(*above, name): each}
    return found


COMMANDS = every_command(cli)


def headings(text):
    """Return the heading that each entry of a help text stands under."""
    found, heading = {}, ""
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z].*:", line):
            heading = line.rstrip(":")
        elif heading and (entry := re.match(r"  (?:-\w, )?(\S+)", line)):
            found.setdefault(entry[1], heading)
    return found


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_stands_under_a_heading_that_fits(command, words):
    """It is the group that the table names, where the help has groups; an argument stands under none."""
    found = headings(command(*words, "--help").out)
    grouped = isinstance(COMMANDS[words], GroupedCommand)
    options = [each for each in COMMANDS[words].params if isinstance(each, click.Option)]
    expected = {max(each.opts, key=len): each.group if grouped else "Options" for each in options}
    shown = {entry: heading for entry, heading in found.items() if entry.startswith("--")}
    assert expected | {"--help": "Screen" if grouped else "Options"} == shown
    arguments = [
        each.make_metavar(click.Context(COMMANDS[words])) for each in COMMANDS[words].params if each not in options
    ]
    assert [] == [each for each in arguments if each in found]


def test_the_groups_are_these():
    """No option falls under a heading by accident: `Screen` has what is about the screen alone."""
    groups = {
        each.group for command in COMMANDS.values() if isinstance(command, GroupedCommand) for each in command.params
        if isinstance(each, click.Option)
    }  # fmt: skip
    assert {
        "Cases", "Configuration file", "Connection and credentials", "Harness", "Pace and limits", "Safety", "Screen",
        "Target", "Verdict and reports",
    } == groups  # fmt: skip
    for words, command in COMMANDS.items():
        on_screen = [each.name for each in command.params if getattr(each, "group", "") == "Screen"]
        assert on_screen in ([], ["quiet"]), words
