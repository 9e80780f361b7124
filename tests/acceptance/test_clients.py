"""Real client libraries, each in an environment of its own: what the run must find about them, each as one cause."""

import json
import re
import subprocess
import sys

import pytest
import yaml

from conformance.model.vocabulary import Outcome
from conformance.workflow.client import run_client
from conformance.workflow.setup.options import ClientOptions
from tests.acceptance.client_libraries import (
    CLIENTS,
    GENERATED_PYTHON,
    HEY_API,
    SAMPLE,
    SDK_NEW,
    SDK_OLD,
    node,
    python,
)
from tests.acceptance.matrix import listed, told
from tests.acceptance.servers import DOCUMENT

OTHER_STATUS = "a status other than 200"
PLACES = re.compile(r": `| in \d+ places$")
"""Where the places begin in a sentence."""


@pytest.fixture(autouse=True)
def beside(monkeypatch):
    """Harnesses import modules beside them: what keeps the tests themselves off the tree is not for them."""
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)


def play(tmp_path, *command):
    """Play all scenarios against the client behind a harness; returns the results, and the causes by sentence."""
    said = []
    results = run_client(ClientOptions(command=command, out=tmp_path / "report"), tell=said.append).results
    # fetch of Node 20 waits for ever for a gzip stream with a wrong checksum.
    assert [] == [line for line in said if not line.startswith("fail.gzip-checksum: the harness wrote no result")]
    assert "" == results.reason
    return results, {PLACES.split(cause.sentence)[0]: cause for cause in results.causes}


def play_library(tmp_path, library):
    """Play all scenarios against a library as `play` does; what is found is what the matrix lists."""
    results, causes = play(tmp_path, *library.command(tmp_path))
    assert listed(library.name) == told(results)
    return results, causes


def test_the_sample_of_the_document_does_not_encode_and_knows_no_errors(tmp_path):
    """The Python that the document shows: the model is put into the path as it is, and every answer is printed."""
    _, causes = play_library(tmp_path, SAMPLE)
    unencoded = causes["Does not percent-encode `model_id` in the path"]
    assert ("must", ("client-request.path.model_id",)) == (unencoded.strength, unencoded.requirements)
    errors = causes[f"Returns the body for {OTHER_STATUS} instead of reporting an error"]
    statuses = {f"client-error.status-{status}" for status in (400, 401, 403, 404, 409, 422, 429, 500, 502, 503)}
    assert ("must", True) == (errors.strength, statuses <= set(errors.requirements))


def test_openapi_python_client_returns_none_for_errors_and_dicts_for_what_it_does_not_know(tmp_path):
    """Every undocumented status is None, without a sign; a value outside a list makes a whole object a dict."""
    _, causes = play_library(tmp_path, GENERATED_PYTHON)
    errors = causes[f"Returns `null` for {OTHER_STATUS} instead of reporting an error"]
    statuses = {f"client-error.{each}" for each in ("status-400", "status-401", "status-500", "created")}
    assert ("must", True) == (errors.strength, statuses <= set(errors.requirements))
    plain = causes["Returns a plain `dict` instead of the usual class for a response with an unknown enum value"]
    assert ("/candidate_deployment", "/current_deployment") == plain.pointers[:2]


@pytest.mark.parametrize("library", [SDK_OLD, SDK_NEW], ids=["0.10.0", "0.13.1"])
def test_the_official_sdk_sends_bearer(tmp_path, library):
    """The SDK sends the key as a later document has it; made from that document, it reads no right answer any more."""
    results, causes = play_library(tmp_path, library)
    bearer = causes["Sends the key with the scheme Bearer instead of Api-Key"]
    assert ("must", ("client-request.scheme",)) == (bearer.strength, bearer.requirements)
    unread = causes.get("Raises ValidationError for every valid response")
    outcomes = {row.id: row.outcome for row in results.requirements}
    if library is SDK_NEW:
        assert ("must", True) == (unread.strength, "client-response.read" in unread.requirements)
        return
    assert unread is None
    assert Outcome.PASSED is outcomes["client-response.read"]
    # The rows of members: `client-response.`, and the name of a component.
    members = [row for row in results.requirements if row.group == "client-response" and row.id[16:17].isupper()]
    assert set() == {row.id for row in members if row.outcome is Outcome.FAILED}


def test_hey_api_damages_big_integers_and_returns_pages(tmp_path):
    """The fetch client: a BigInt becomes a text, an integer beyond 53 bits another, a page in HTML data."""
    _, causes = play_library(tmp_path, HEY_API)
    assert "must" == causes["Sends a string instead of a number"].strength
    assert "must" == causes["Rounds integers above 2^53 in the response"].strength
    (page,) = [cause for cause in causes.values() if "client-error.html" in cause.requirements]
    assert ("must", True) == (page.strength, "an HTML page with status 200" in page.sentence)


def test_the_template_for_typescript_makes_calls(tmp_path, monkeypatch):
    """As it is written it calls by fetch, and fails no must: numbers that JavaScript lacks are not played."""
    monkeypatch.chdir(tmp_path)
    begin = "from conformance.cli import main; main()"
    begun = subprocess.run([sys.executable, "-c", begin, "client", "--init", "typescript"], check=False)  # noqa: S603
    assert 0 == begun.returncode
    results, causes = play(tmp_path, *node(tmp_path / "harness.mts"))
    assert "my-client 1.0" == results.target
    assert set() == {sentence for sentence, cause in causes.items() if cause.strength == "must"}
    outcomes = {row.id: row.outcome for row in results.requirements}
    assert Outcome.PASSED is outcomes["client-response.read"]
    assert Outcome.PASSED is outcomes["client-error.status-500"]


def test_right_clients_have_no_finding(tmp_path):
    """Two clients of our own that are right, in two languages: not one finding, of whatever strength."""
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))))
    interpreter = python("right", "httpx>=0.28", "jsonschema>=4.23", "rfc3339-validator>=0.1.4", "pyyaml>=6")
    commands = (
        (interpreter, str(CLIENTS / "right_python.py"), str(DOCUMENT)),
        node("right_typescript.mts", document),
    )
    for command in commands:
        results, _ = play(tmp_path, *command)
        assert () == results.findings
        assert {Outcome.PASSED} == {row.outcome for row in results.requirements} - {Outcome.NOT_EXERCISED}
