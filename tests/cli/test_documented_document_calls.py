"""Calls of the command about documents and several targets: each is carried out as it is written."""

import re
from pathlib import Path

import pytest

from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer
from conformance.workflow.setup.credentials.key_sources import LOCAL_KEY

from .calling import FEW, LOCAL, OUT, QUICK, calls

DRIFT = (
    "conformance spec drift newer.yaml",
    "conformance spec drift old.yaml newer.yaml",
    "conformance spec drift newer.yaml --fail-on breaking --reader client",
    "conformance spec drift old.yaml new.yaml --format markdown --out drift.md",
)


@calls(*DRIFT)
def test_drift_between_documents(call, carry_out, contract):
    """The document has a property more than the built-in one, or than the older one; it breaks no client."""
    held = contract.document.text
    Path("old.yaml").write_text(held)
    for name in ("newer.yaml", "new.yaml"):
        Path(name).write_text(
            held.replace("        name:\n", "        label:\n          type: string\n        name:\n", 1)
        )
    ended = carry_out(call)
    said = Path("drift.md").read_text() if "drift.md" in call else ended.out
    assert (0, True) == (ended.status, "Adds the optional request property" in said), said


@calls(
    "conformance spec which old.yaml newer.yaml --target http://127.0.0.1:4010",
    "conformance spec which 2026-06.yaml 2026-08.yaml --target http://127.0.0.1:4010",
)
@pytest.mark.slow
def test_the_document_that_a_target_keeps(call, carry_out, contract, monkeypatch):
    """A server of the newer document keeps it."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", LOCAL_KEY)
    for name in ("old.yaml", "newer.yaml", "2026-06.yaml", "2026-08.yaml"):
        Path(name).write_text(contract.document.text)
    with BackgroundServer(reference_app(contract, key=LOCAL_KEY)) as server:
        ended = carry_out(call, http___127_0_0_1_4010=server.url)
    assert (0, 1) == (ended.status, ended.out.count(" requests, "))


RELATIONS = """
operation: POST /v1/models/{model_id}/environments
relations: [{request: /name, response: /name}]
"""


@calls(
    f"conformance spec relations --spec api.yaml --target {LOCAL}",
    f"conformance run --spec api.yaml --target {LOCAL} --relations relations.yaml",
)
@pytest.mark.slow
def test_relations(call, carry_out, contract, monkeypatch):
    """What the server returns is drafted, and what a file states is tested."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", LOCAL_KEY)
    Path("api.yaml").write_text(contract.document.text)
    Path("relations.yaml").write_text(RELATIONS)
    more, told = ((), "- request: /name\n") if "spec relations" in call else (QUICK, "conforming: ")
    with BackgroundServer(reference_app(contract, key=LOCAL_KEY)) as server:
        ended = carry_out(call, *more, http___127_0_0_1_4010=server.url)
    assert (0, True) == (ended.status, told in ended.out)


@calls(f"conformance run --target {LOCAL} --also-spec newer.yaml")
@pytest.mark.slow
def test_what_a_newer_document_explains(call, carry_out, contract, monkeypatch):
    """It says so for each document, after the causes."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", LOCAL_KEY)
    Path("newer.yaml").write_text(contract.document.text)
    with BackgroundServer(reference_app(contract, key=LOCAL_KEY)) as server:
        ended = carry_out(call, *QUICK, http___127_0_0_1_4010=server.url)
    assert "newer.yaml explains 0 of 0 causes and 0 of " in ended.out


@calls(
    "conformance campaign targets.toml",
    "conformance campaign targets.toml --only 'staging-*' --resume",
    "conformance campaign targets.toml --executor dask --scheduler tcp://scheduler.example.com:8786 --workers 2",
)
@pytest.mark.slow
def test_many_targets_from_a_file(call, carry_out, contract, monkeypatch):
    """Two servers, and one matrix; the cluster of this machine stands for one elsewhere."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", LOCAL_KEY)
    with BackgroundServer(reference_app(contract, key=LOCAL_KEY)) as server:
        targets = "".join(f'[targets.staging-{name}]\ntarget = "{server.url}"\n' for name in "ab")
        Path("targets.toml").write_text(f'[defaults]\nonly = ["accept.s*"]\n{targets}')
        ended = carry_out(re.sub(r" --scheduler \S+", "", call))
    assert (0, True) == (ended.status, Path("conformance-campaign/matrix.html").is_file()), ended.err


@pytest.mark.slow
@calls("conformance run --operation all", "--operation all")
def test_all_operations(call, carry_out, contract):
    """A document with one operation has one directory, and a matrix."""
    Path("api.yaml").write_text(contract.document.text, encoding="utf-8")
    words = call if call.startswith("conformance") else f"conformance run {call}"
    assert 0 == carry_out(words, *FEW, "--spec", "api.yaml", "--phases", "catalogue").status
    assert (1, True) == (len([*OUT.glob("*/results.json")]), (OUT / "matrix.html").exists())
