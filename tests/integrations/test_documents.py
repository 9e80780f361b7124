"""Every example of the documentation runs: its files are written, and its commands called, section by section."""

import itertools
import re
import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.documents import Way, by

pytest_plugins = ["pytester"]

DOCUMENT = Path(__file__).parents[2] / "spec" / "openapi.yaml"
PAGE = Path(__file__).parents[2] / "docs" / "python.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections():
    """Return the sections of the page that have a command, by their headings."""
    parts = re.split(r"^## (.*)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = dict(zip(parts[::2], map(BLOCK.findall, parts[1::2]), strict=True))
    return {heading: blocks for heading, blocks in found.items() if any(kind == "console" for kind, _ in blocks)}


SECTIONS = sections()


def lines(kind, text):
    """Return of how many snippets a block is made."""
    return len(text.splitlines()) if kind == "console" else 1


def test_there_are_examples():
    """The page has examples, every one in a section that calls a command after it, and every file of one has a name."""
    assert 8 <= len(SECTIONS)
    told = [each.kind.replace("line", "console") for each in by(Way.SECTION)]
    tried = [kind for blocks in SECTIONS.values() for kind, text in blocks for _ in range(lines(kind, text))]
    assert told == tried
    assert {"console"} == {blocks[-1][0] for blocks in SECTIONS.values()}
    files = [text for blocks in SECTIONS.values() for kind, text in blocks if kind in {"python", "toml"}]
    assert all(text.startswith("# ") for text in files)


SLOW = {"Schemathesis": [pytest.mark.slow]}
"""Sections that call a program which takes long."""


@pytest.mark.slow
@pytest.mark.parametrize("heading", [pytest.param(each, marks=SLOW.get(each, ())) for each in SECTIONS])
def test_the_examples_run(heading, pytester, serve):
    """Each command of a section ends well, with the files that stand before it."""
    for kind, text in SECTIONS[heading]:
        if kind in {"python", "toml"}:
            (pytester.path / text.splitlines()[0].removeprefix("# ")).write_text(text, encoding="utf-8")
            continue
        for line in text.splitlines():
            done = call(pytester, line.removeprefix("$ "), serve)
            assert 0 == done.ret, done.stdout.str() + done.stderr.str()


def call(pytester, line, serve):
    """Call a command line of the page; a server that it names is the reference server."""
    words = shlex.split(line)
    if words[0] == "pytest":
        return pytester.runpytest_inprocess(*words[1:])
    variables = dict(word.split("=", 1) for word in itertools.takewhile(lambda word: "=" in word, words))
    program, *arguments = words[len(variables) :]
    named = {"http://127.0.0.1:4010": lambda: serve().url, "openapi.yaml": lambda: str(DOCUMENT)}
    arguments = [named[each]() if each in named else each for each in arguments]
    starts = {"python": (), "st": ("-c", "from schemathesis.cli import schemathesis; schemathesis()")}[program]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        return pytester.run(sys.executable, *starts, *arguments)
