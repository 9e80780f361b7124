"""The words that the style rules out are in no text that a person reads: help, titles, faults, scenarios, reports.

Texts are looked at as they are rendered; what stands in backticks or as code is a name or a value and not looked at.
"""

import html
import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from conformance.cli import cli
from conformance.clients.judging.requirements import client_requirements
from conformance.clients.scenarios.catalogue import scenarios
from conformance.contract.contract import Contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import faults, pick
from conformance.mock.server import BackgroundServer
from conformance.model.vocabulary import Profile
from conformance.workflow.documents.listing import list_cases
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY
from tests.style import UNWANTED, plain

IDS = re.compile(r"(?<![a-z])(?:refuses?|refused|taken|takes|answers?|members?|texts?|missing|odd|left-out)(?![a-z])")
"""Parts of ids."""

KEPT = frozenset({"authentication.missing", "missing-c", "two-texts", "json-text", "plain-text", "media-type"})
"""What is right in ids: JSON text is a term of RFC 8259, text a media type, and a credential can be missing."""

ROOT = Path(__file__).parents[1]
PAGES = (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*.md"))

FAULTS = (
    "accepts.*.max_replica.*",
    "rejects.*.min_replica.null",
    "response.DeploymentV1.status.*",
    "echo.*.min_replica.other",
    "malformed.nan-accepted",
    "crash.*.scale_down_delay.zero",
    "auth.unchecked",
)


def hits(text: str) -> list[str]:
    """Return the words of a text that are ruled out, each with what stands around it."""
    words = plain(text)
    around = ((max(0, found.start() - 30), found.end() + 30) for found in UNWANTED.finditer(words))
    return [" ".join(words[begin:end].split()) for begin, end in around]


def commands(command: click.Command, path: str = "conformance") -> dict[str, str]:
    """Return the help of a command and of those below it."""
    with click.Context(command, info_name=path) as context:
        found = {path: command.get_help(context)}
    for name, each in getattr(command, "commands", {}).items():
        found |= commands(each, f"{path} {name}")
    return found


def test_the_help_of_every_command() -> None:
    """No command or option is described with a word that is ruled out."""
    found = commands(cli)
    assert 10 < len(found)
    assert {} == {path: wrong for path, text in found.items() if (wrong := hits(text))}


@pytest.mark.parametrize("path", sorted(PAGES), ids=lambda path: path.name)
def test_documents(path: Path) -> None:
    """No document for users or contributors has such a word, snippets apart."""
    text = re.sub(
        r"```.*?```|^    options:\n      members:[^\n]*",
        " ",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    assert [] == hits(text)


def test_titles_faults_scenarios_and_cases(contract: Contract) -> None:
    """No title of a requirement, sentence of a fault, or description of a scenario or a case has such a word."""
    texts = [row.title for row in (*contract.requirements, *client_requirements(contract))]
    texts += [fault.sentence for fault in faults(contract)]
    texts += [each.story.says for each in scenarios(contract)]
    texts += [
        text
        for case in list_cases(contract, Profile.STANDARD, "model")
        if case.story
        for text in (case.story.says, case.story.kind)
    ]
    assert 4_000 < len(texts)
    assert [] == [(text, wrong) for text in texts if (wrong := hits(text))]


def test_ids(contract: Contract) -> None:
    """No id of a fault, requirement, scenario or case has such a word."""
    ids = {fault.id for fault in faults(contract)} | {each.id for each in scenarios(contract)}
    ids |= {row.id for row in contract.requirements} | {
        case.id for case in list_cases(contract, Profile.STANDARD, "model")
    }
    assert [] == sorted(each for each in ids if IDS.search(each) and not any(kept in each for kept in KEPT))


@pytest.fixture(scope="module")
def folder(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run against a server with several faults: all reports, and the screen as `screen.txt`."""
    out = tmp_path_factory.mktemp("words")
    app = reference_app(contract, faults=pick(contract, FAULTS), key=LOCAL_KEY)
    with BackgroundServer(app) as server:
        ended = CliRunner().invoke(cli, ["run", "--target", server.url, "--profile", "smoke", "--out", str(out)])
    (out / "screen.txt").write_text(ended.output, encoding="utf-8")
    assert "not conforming" in ended.output
    return out


def readable(path: Path) -> str:
    """Return what a person reads of a report, without code, bodies and data."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = re.sub(r"<(script|style|code|pre|mark)\b.*?</\1>", " ", text, flags=re.DOTALL)
        return html.unescape(re.sub(r"<[^>]*>", " ", text))
    if path.suffix == ".md":
        return html.unescape(re.sub(r"<code>.*?</code>", " ", text))
    if path.suffix == ".sarif":
        rules = json.loads(text)["runs"][0]["tool"]["driver"]["rules"]
        found = json.loads(text)["runs"][0]["results"]
        texts = [*(each["shortDescription"]["text"] for each in rules), *(each["message"]["text"] for each in found)]
        return "\n".join(texts)
    if path.suffix == ".xml":
        return html.unescape("\n".join(re.findall(r'message="([^"]*)"', text)))
    return text


@pytest.mark.parametrize("name", ["screen.txt", "report.html", "summary.md", "junit.xml", "results.sarif", "badge.svg"])
def test_reports(folder: Path, name: str) -> None:
    """A run that finds several faults is reported without such a word."""
    assert [] == sorted(set(hits(readable(folder / name))))


def test_causes_and_findings(folder: Path) -> None:
    """Causes, messages and reasons of `results.json` have no such word."""
    results = json.loads((folder / "results.json").read_bytes())
    texts = [each["sentence"] for each in results["causes"]] + [each["message"] for each in results["findings"]]
    texts += [row["reason"] for row in results["requirements"]]
    assert 20 < len(texts)
    assert [] == sorted({(text, *wrong) for text in texts if (wrong := hits(text))})
