"""The extension of Schemathesis: what `st run` finds with it, and without."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
import yaml

from conformance.integrations.schemathesis_contracts import Contracts, about

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "spec" / "openapi.yaml"
KEY = "conformance-local-key"
EXTENSION = "conformance.integrations.schemathesis"

MISSED = ("echo.CreateEnvironmentRequestV1.name.other", "auth.key-echoed-in-answer")


def runs(folder, document, key, *urls, hooks=""):
    """Return what `st run` comes to against each URL."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("CONFORMANCE_")}
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, str(HERE / "schemathesis_runs.py"), str(document), key, *urls],
        cwd=folder,
        env={**variables, "SCHEMATHESIS_HOOKS": hooks},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_the_reference_is_green_with_the_extension_alone(tmp_path, serve):
    """Plain `st run` complains of what the document does not declare; with the extension nothing is found."""
    (plain,) = runs(tmp_path, DOCUMENT, KEY, serve(key=KEY).url)
    assert 1 == plain["status"]
    assert "Undocumented status code" in plain["said"]
    urls = [serve(key=KEY).url, *(serve(fault, key=KEY).url for fault in MISSED)]
    right, echo, leak = runs(tmp_path, DOCUMENT, "", *urls, hooks=EXTENSION)
    assert 0 == right["status"], right["said"]
    assert "No issues found" in right["said"]
    assert 1 == echo["status"] == leak["status"]
    assert "semantics.CreateEnvironmentRequestV1.name.echo" in echo["said"]
    assert "authentication.key-echo" in leak["said"]
    assert KEY not in "".join(each["said"] for each in (right, echo))


def test_every_requirement_has_one_check(contract):
    """Each requirement of the groups that the checks are about belongs to one check."""
    checks = ("echo", "defaults", "errors", "credentials", "verdict")
    groups = {"acceptance", "rejection", "authentication", "semantics", "error"}
    counts = {
        row.id: sum(about(check, row) for check in checks) for row in contract.requirements if row.group in groups
    }
    assert {1} == set(counts.values())
    assert all(not any(about(check, row) for check in checks) for row in contract.requirements if row.id not in counts)


def test_a_4xx_is_declared_where_none_is(tmp_path, monkeypatch):
    """The document that Schemathesis goes by declares a 4xx for each operation, and keeps what was declared."""
    monkeypatch.chdir(tmp_path)
    raw = yaml.safe_load(DOCUMENT.read_bytes())
    other = {"responses": {"200": {"description": "fine"}, "default": {"description": "else"}}}
    raw["paths"]["/other"] = {"get": other, "parameters": []}
    Contracts().load(raw)
    (operation,) = (value["post"] for path, value in raw["paths"].items() if path.endswith("environments"))
    assert ["200", "4XX"] == [str(status) for status in operation["responses"]]
    assert ["200", "default"] == list(other["responses"])


def test_the_catalogue_is_sent_as_examples(tmp_path, monkeypatch):
    """The right and the wrong bodies of the smoke profile are examples, each with a name of its own."""
    monkeypatch.chdir(tmp_path)
    raw = yaml.safe_load(DOCUMENT.read_bytes())
    contracts = Contracts()
    contracts.load(raw)
    operation = schemathesis.openapi.from_dict(raw)["/v1/models/{model_id}/environments"]["POST"]
    examples = list(contracts.examples(operation))
    assert 40 < len(examples)
    full = [each for each in examples if all(member in each.body for member in (b"min_replica", b"rolling_deploy"))]
    names = [json.loads(each.body)["name"] for each in full]
    assert names
    assert len(set(names)) == len(names)
    assert {"conformance"} == {each.path_parameters["model_id"] for each in examples}


def test_settings_that_cannot_be_used(tmp_path):
    """A wrong setting is told before anything is sent."""
    (tmp_path / "conformance.toml").write_text("profile = 'tiny'")
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", f"import {EXTENSION}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "UsageError: profile cannot be 'tiny'" in done.stderr
