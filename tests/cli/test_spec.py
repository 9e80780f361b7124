"""`conformance spec` and the screen: what a run judges and sends, for people and for programs."""

import base64
import json
from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.mock.app import reference_app
from conformance.workflow.reporting import STATELESS

ROOT = Path(__file__).parents[2]

STORY = {"pointer", "keyword", "was", "became", "says"}
CASE = {"id", "expectation", "requirements", "story", "method", "path", "headers"}


def test_requirements_for_programs(command):
    """`spec requirements --json` lists rows with id, title, strength, group and source."""
    ended = command("spec", "requirements", "--json")
    assert 0 == ended.status
    rows = json.loads(ended.out)
    assert len(rows) > 200
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert {"id", "title", "strength", "group", "source", "alias"} == set(row)
        assert row["strength"] in {"must", "should", "advisory"}
        assert row["source"]
        assert all(isinstance(each, str) for each in row["source"])


def test_requirements_for_people(command):
    """Where no terminal reads, each requirement is one line of fields between tabs."""
    ended = command("spec", "requirements")
    assert 0 == ended.status
    assert {5} == {line.count("\t") + 1 for line in ended.out.splitlines()}


@pytest.mark.parametrize("profile", ["smoke", "standard"])
def test_cases_for_programs(command, profile):
    """`spec cases --json` lists every case with its request; the body as JSON where no float damages it."""
    ended = command("spec", "cases", "--json", "--profile", profile, "--model-id", "abc")
    assert 0 == ended.status
    cases = json.loads(ended.out)
    assert len({case["id"] for case in cases}) == len(cases)
    for case in cases:
        assert set(case) - {"body", "body_base64"} == CASE
        assert not {"body", "body_base64"} <= set(case)
        assert case["story"] is None or set(case["story"]) == STORY
        assert case["expectation"] in {"accepted", "rejected", "observed"}
        assert all(isinstance(name, str) and isinstance(value, str) for name, value in case["headers"])
        base64.b64decode(case.get("body_base64", ""), validate=True)
    text = json.dumps(cases)
    assert "/abc/" in text
    assert "$API_KEY" in text
    assert "cfm-00000000-0000" in text
    assert any("body_base64" in case for case in cases)


def test_cases_for_people(command):
    """Where no terminal reads, each case is one line: id, expectation, all its requirements, its story."""
    listed = command("spec", "cases", "--profile", "smoke").out.splitlines()
    described = json.loads(command("spec", "cases", "--json", "--profile", "smoke").out)
    assert [
        "\t".join((each["id"], each["expectation"], ",".join(each["requirements"]), each["story"]["says"]))
        for each in described
    ] == listed


def test_a_run_on_a_screen_that_is_no_terminal(command, right):
    """A run says what it sends where, the verdict, and where the report is: plain lines without any control code."""
    ended = command("run", "--target", right, "--only", "accept.all.*")
    lines = ended.out.splitlines()
    assert f"POST /v1/models/{{model_id}}/environments at {right}" == lines[0]
    assert lines[1].startswith("standard: ")
    assert lines[-3].startswith(f"conforming: {len(load_contract().requirements)} requirements (")
    assert "report: conformance-report/report.html" == lines[-1]
    assert "\x1b" not in ended.out + ended.err
    quiet = command("run", "--target", right, "--only", "accept.all.*", "--out", "another", "--quiet")
    assert [lines[-3]] == quiet.out.splitlines()


@pytest.mark.slow
def test_a_run_proposes_stateless(command, serve, contract):
    """A server that gives everybody the same right answer is met with a proposal, which then is right."""
    answer = reference_app(contract, responses="full").respond(
        "POST",
        "/v1/models/m/environments",
        [("Authorization", f"{contract.scheme} k".strip()), ("Content-Type", "application/json")],
        b'{"name": "fixed"}',
    )
    assert 200 == answer.status
    server = serve(lambda _, __: (200, {}, answer.body))
    first = command("run", "--target", server.url, "--only", "accept.*", "--max-requests", "120")
    assert f"\nhint: {STATELESS}\n" in first.out
    again = command("run", "--target", server.url, "--only", "accept.*", "--max-requests", "120", "--stateless")
    assert "hint" not in again.out


@pytest.mark.parametrize("call", ["spec cases", "spec requirements", "mock --list-faults"])
def test_each_command_that_lists_reads_another_document(command, call):
    """`--spec FILE` is a file to them as it is to a run; the built-in document gives what it gives without it."""
    document = str(ROOT / "spec" / "openapi.yaml")
    assert command(*call.split()).out == command(*call.split(), "--spec", document).out
