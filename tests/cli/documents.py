"""What the documents show: every block, every call within a text, every example of `--help` and of a docstring.

Each is a snippet, and `way_of` says how it is tried. The tests of a way go over all snippets that have it, wherever
they stand; a snippet of a kind that nobody has thought of has no way, and `test_documents.py` fails until it has.
"""

import doctest
import re
import shlex
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

import click
import msgspec
from markdown_it import MarkdownIt

from conformance.cli import cli

ROOT = Path(__file__).parents[2]
ROOMS = ("conformance", "reports", "spec", "strategies")
ELSEWHERE = ("tests", "build")
"""Folders of the tree whose pages are not for users."""


EXAMPLES = "examples/README.md"


class Way(StrEnum):
    """How a snippet is tried, and where."""

    CALLED = "carried out in this process: tests/cli/test_documented_calls.py, test_documented_document_calls.py"
    PYTHON = "run by Python or pytest: tests/cli/test_documented_python.py"
    SETTINGS = "read as settings or waivers: tests/cli/test_documented_settings.py"
    FILE = "a file of a program for continuous integration, valid by its schema: tests/packaging/test_recipes.py"
    RECIPE = "read as YAML, and its calls parsed: tests/cli/test_documented_settings.py"
    FRAGMENT = "a piece of Python or of the protocol, held to what takes it: tests/cli/test_documented_settings.py"
    SECTION = "files are written and commands called, section by section: tests/integrations/test_documents.py"
    PROOF = "a proof, for minutes: tests/proof/test_documents.py, `tox run -e proof`"
    TUTORIAL = "carried out in the order of the page: tests/cli/test_tutorial.py"
    EXAMPLE = "carried out in the folder of its example: tests/integrations/test_examples.py"
    ACCEPTANCE = "needs Node, cURL or an installation: tests/acceptance/test_documents.py, `tox run -e acceptance`"
    DEVELOPMENT = (
        "runs these tests or changes the tree, so it is held to what there is: tests/acceptance/test_documents.py"
    )
    NONE = "not run; the reason stands in NOT_RUN"


NOT_RUN = {
    "POST /v1/models/{model_id}/environments": "the operation",
    "not exercised": "an outcome",
    "not conforming": "a verdict",
    "3 of 4": "how many of the requests showed a finding",
    "expected == actual": "how a test reads",
    "{data, error}": "the shape of a value in TypeScript",
}
"""Words between backticks that look like a call and are none, with what they are."""

PROGRAMS = frozenset(
    "conformance curl docker make node npm npx pip pipx pytest python python3 ruff sh st tox uv uvx".split()
)
BLOCKS = {"console": "line", "python": "python", "toml": "toml", "": "text"}
"""Languages of blocks, and the kind of snippet that they make."""


class Snippet(msgspec.Struct, frozen=True):
    """A piece of a document: where it stands, of what kind it is, and its text.

    Kinds: `line` (of a block of commands), `python`, `toml`, `text` (blocks), `span` (between backticks), `help` (an
    example of `--help`), `doctest`; a block in another language has that as its kind.
    """

    page: str
    number: int
    kind: str
    text: str
    block: int = 0

    @property
    def name(self) -> str:
        """What a test is called that is about it."""
        return f"{self.page}:{self.number}: {self.text.splitlines()[0]}"

    @property
    def program(self) -> str:
        """The program that it calls, empty where it calls none."""
        words = [word for word in self.text.split() if not re.fullmatch(r"[A-Z_]+=\S*", word)]
        name = words[0].removeprefix(".venv/bin/") if words else ""
        return name if name in PROGRAMS else ""


def pages() -> list[str]:
    """Return all pages of the tree that are for users."""
    found = [path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *ROOT.glob("[!.]*/**/*.md"))]
    return sorted(path.as_posix() for path in found if path.parts[0] not in ELSEWHERE)


def text_of(page: str) -> str:
    """Return a page."""
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def snippets() -> tuple[Snippet, ...]:
    """Return all snippets of all documents."""
    of_pages = (each for page in pages() for each in snippets_of(page, text_of(page)))
    return (*of_pages, *_of_help(cli, ()), *_of_docstrings())


def example_lines(folder: str) -> list[str]:
    """Return the calls that the page of the examples shows for one of them."""
    parts = re.split(r"^## ", text_of(EXAMPLES), flags=re.MULTILINE)
    (part,) = (each for each in parts if f"`{folder}/`" in each)
    return [each.text for each in snippets_of(EXAMPLES, part) if each.kind == "line"]


def by(way: Way) -> list[Snippet]:
    """Return the snippets that are tried in a way."""
    return [each for each in snippets() if way_of(each) is way]


def snippets_of(page: str, text: str) -> Iterator[Snippet]:
    """Yield the snippets of a page."""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        start = token.map[0] + 1 if token.map else 0
        if token.type in {"fence", "code_block"}:
            language = token.info.strip()
            kind = BLOCKS.get(language, language)
            if kind == "line":
                yield from _lines(page, start, token.content)
            else:
                yield Snippet(page, start, kind, token.content, start)
        for child in token.children or ():
            if child.type == "code_inline" and re.search(r"[ (]", child.content):
                yield Snippet(page, start, "span", child.content)


def _lines(page: str, start: int, text: str) -> Iterator[Snippet]:
    """Yield the lines of a block of commands, continued ones as one, without what they say about themselves."""
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    for number, line in enumerate(joined.splitlines(), start + 1):
        if line.strip():
            yield Snippet(page, number, "line", re.sub(r"\s+#.*", "", line.removeprefix("$ ").rstrip()), start)


def _of_help(command: click.Command, above: tuple[str, ...]) -> Iterator[Snippet]:
    """Yield the examples of the help of a command, and of those below it."""
    page = " ".join((*above, command.name or "", "--help"))
    said = re.sub(r"\\\n\s*", "", command.help or "").splitlines()
    for number, line in enumerate(said, 1):
        if re.match(r" +conformance ", line):
            yield Snippet(page, number, "help", re.sub(r" +", " ", line.strip()))
    for number, text in enumerate(re.findall(r"`([^`]+)`", f"{command.help or ''} {command.epilog or ''}"), 1):
        if " " in text:
            yield Snippet(page, number, "span", text)
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        yield from _of_help(each, (*above, command.name or ""))


def _of_docstrings() -> Iterator[Snippet]:
    """Yield the examples of all docstrings of the package."""
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for example in doctest.DocTestParser().get_examples(path.read_text(encoding="utf-8")):
            yield Snippet(path.relative_to(ROOT).as_posix(), example.lineno + 1, "doctest", example.source)


def way_of(snippet: Snippet) -> Way | None:
    """Return how a snippet is tried, None where nobody has said so."""
    if snippet.text in NOT_RUN:
        return Way.NONE
    if snippet.page == "docs/python.md" and snippet.block:
        return Way.SECTION if snippet.kind in {"line", "python", "toml"} else None
    if snippet.page == "docs/tutorial.md" and snippet.kind in {"line", "text"} and " venv " not in snippet.text:
        return Way.TUTORIAL
    if snippet.kind == "yaml":
        return _way_of_yaml(snippet.text)
    if snippet.page == EXAMPLES and snippet.kind == "line":
        return Way.EXAMPLE
    if snippet.kind in {"line", "help"} or (snippet.kind == "span" and snippet.program):
        return _way_of_call(snippet)
    blocks = {
        "python": Way.PYTHON,
        "doctest": Way.PYTHON,
        "toml": Way.SETTINGS,
        "text": Way.ACCEPTANCE,
    }
    if snippet.kind == "text" and snippet.page in {"ARCHITECTURE.md", "docs/machines.md"}:
        return Way.NONE  # drawings
    return blocks.get(snippet.kind) or (_way_of_words(snippet.text) if snippet.kind == "span" else None)


def _way_of_yaml(text: str) -> Way:
    if text.startswith("operation: "):
        return Way.SETTINGS  # a file of relations
    return Way.FILE if text.startswith("# .") else Way.RECIPE


def _way_of_call(snippet: Snippet) -> Way | None:
    words = shlex.split(snippet.text)
    if words[0] == "export":
        return Way.CALLED  # the block is carried out with it
    if "venv" in words or snippet.program == "pip":
        return Way.ACCEPTANCE
    if snippet.page in {"CONTRIBUTING.md", "docs/benchmarks.md"} or snippet.program in {"tox", "ruff"}:
        return Way.DEVELOPMENT
    if {"node", "npx", "sh"} & {Path(word).name for word in words} or "runs/a" in words:
        return Way.ACCEPTANCE
    if words[:2] == ["conformance", "prove"]:
        return Way.PROOF
    return {"conformance": Way.CALLED, "pytest": Way.PYTHON, "st": Way.PYTHON}.get(snippet.program)


def _way_of_words(text: str) -> Way | None:
    """Return how words between backticks are tried that call no program."""
    if text.startswith("-- "):
        return Way.DEVELOPMENT
    if text.startswith("-n "):
        return Way.ACCEPTANCE
    if text.startswith(("--conformance-", "addopts = ")):
        return Way.PYTHON
    if text.startswith("--"):
        return Way.CALLED
    if re.fullmatch(r"[a-z-]+ = \S.*", text):
        return Way.SETTINGS
    if text.startswith(('{"', "import ")) or re.match(r"@?[\w.]+\(.*\)$", text):
        return Way.FRAGMENT
    return None
