"""Relations between requests and responses that a file states: drafted, read, and tested as requirements."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from conformance.contract.contract import Contract
from conformance.contract.relations import read_relations, with_relations
from conformance.model.errors import UsageError
from conformance.model.jsontext import Json
from conformance.model.requirement import RelationFile, StatedRelation, StatedRelationKind
from conformance.model.vocabulary import Profile
from conformance.workflow.documents.relations import Draft, ShownExchange, relations_of

from .running import CONFORMING, contract_from, run_of, said

DOCUMENT = """
paths:
  /shelves/{shelf}/books:
    post:
      parameters: [{name: shelf, in: path, required: true, schema: {type: string}}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [title]
              properties:
                title: {type: string}
                label: {type: string, minLength: 4, maxLength: 40}
                format: {type: string, enum: [paper, audio]}
      responses:
        '201':
          description: made
          content:
            application/json:
              schema:
                type: object
                required: [name, labels, format, shelf]
                properties:
                  name: {type: string}
                  labels: {type: array, items: {type: string}}
                  format: {type: string}
                  shelf: {type: string}
"""

RELATIONS = (
    StatedRelation("/title", "/name"),
    StatedRelation("/label", "/labels", StatedRelationKind.CONTAINS),
    StatedRelation("/format", "/format"),
    StatedRelation("/format", "/format", StatedRelationKind.DEFAULT, value="paper"),
    StatedRelation("$request.path.shelf", "/shelf"),
)

FILE = {
    "operation": "POST /shelves/{shelf}/books",
    "relations": [
        {"request": "/title", "response": "/name"},
        {"request": "/label", "response": "/labels", "kind": "contains"},
        {"request": "/format", "response": "/format"},
        {"request": "/format", "response": "/format", "kind": "default", "value": "paper"},
        {"request": "$request.path.shelf", "response": "/shelf"},
    ],
}

SERVER = """
import json
from urllib.parse import unquote

WRONG = {wrong}

async def app(scope, receive, send):
    body = b""
    while True:
        event = await receive()
        body += event.get("body", b"")
        if not event.get("more_body"):
            break
    status, answer = 400, {{}}
    try:
        asked = json.loads(body)
        right = scope["method"] == "POST" and scope["path"].startswith("/shelves/")
        right = right and isinstance(asked, dict) and isinstance(asked.get("title"), str)
        label, kind = asked.get("label", "none"), asked.get("format", "paper")
        right = right and isinstance(label, str) and 4 <= len(label) <= 40 and kind in ("paper", "audio")
    except ValueError:
        right = False
    if right:
        status, shelf = 201, unquote(scope["raw_path"].decode("latin-1").split("/")[2])
        labels = ["new"] if WRONG else ["new", label]
        kind = "audio" if WRONG and "format" not in asked else kind
        name = asked["title"].upper() if WRONG else asked["title"]
        answer = {{"name": name, "labels": labels, "format": kind, "shelf": shelf}}
    headers = [(b"content-type", b"application/json"), (b"date", b"Fri, 27 Nov 2026 00:00:00 GMT")]
    await send({{"type": "http.response.start", "status": status, "headers": headers}})
    await send({{"type": "http.response.body", "body": json.dumps(answer).encode()}})
"""


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    """The contract of the document."""
    return contract_from(DOCUMENT, tmp_path)


def server(*, wrong: bool) -> Any:
    """Return a server that keeps the relations, or breaks three of them."""
    names: dict[str, Any] = {}
    exec(SERVER.format(wrong=wrong), names)  # noqa: S102 - the same text is a module of its own in another process
    return names["app"]


def shown(body: dict[str, Json], response: dict[str, Json], shelf: str = "a") -> ShownExchange:
    """Return an exchange."""
    sent = {f"/{name}": value for name, value in body.items()} | {"$request.path.shelf": shelf}
    return ShownExchange(sent, body, response)


def test_relations_of_exchanges() -> None:
    """What all exchanges keep is drafted, of several places that were equal by chance the most alike."""
    found = list(
        relations_of(
            [
                shown({"a": 1, "b": 1, "tag": "name"}, {"a": 1, "tags": ["x", "name"], "c": "none", "one": 1}),
                shown({"a": 2, "b": 2, "tag": "word"}, {"a": 2, "tags": ["word"], "c": "none", "one": 1}),
                shown({"a": 3, "tag": "text", "c": "some"}, {"a": 3, "tags": ["text", "y"], "c": "some", "one": 1}),
                shown({"a": 4, "c": "other"}, {"a": 4, "tags": [], "c": "other", "one": 1}),
                shown({"a": 5, "c": "third"}, {"a": 5, "tags": [], "c": "third", "one": 1}),
                shown({"a": 6}, {"a": 6, "tags": [], "c": "none", "one": 1}),
            ]
        )
    )
    assert [
        StatedRelation("/a", "/a"),
        StatedRelation("/c", "/c"),
        StatedRelation("/c", "/c", StatedRelationKind.DEFAULT, value="none"),
        StatedRelation("/tag", "/tags", StatedRelationKind.CONTAINS),
    ] == found


def test_what_one_exchange_breaks_is_no_relation() -> None:
    """Nor is what too few exchanges, or values, show."""
    exchanges = [shown({"a": number}, {"a": number}) for number in range(5)]
    assert [StatedRelation("/a", "/a")] == list(relations_of(exchanges))
    assert [] == list(relations_of([*exchanges, shown({"a": 9}, {"a": 8})]))
    assert [] == list(relations_of(exchanges[:2]))
    assert [] == list(relations_of([shown({"a": 1}, {"a": 1})] * 5))


def test_the_text_of_a_draft() -> None:
    """It is read as what was drafted, and a default of null stands there."""
    relations = (StatedRelation("/a", "/a"), StatedRelation("/a", "/a", StatedRelationKind.DEFAULT, value=None))
    text = Draft(RelationFile("POST /things", relations), 9).text
    assert relations == msgspec.convert(yaml.safe_load(text), RelationFile).relations
    assert (
        "operation: POST /things\nrelations:\n- request: /a\n  response: /a\n"
        "- request: /a\n  response: /a\n  kind: default\n  value: null\n"
    ) == text


def test_a_server_that_keeps_them_conforms(contract: Contract) -> None:
    """Each is a requirement that passes, in the place of what would be learned of the same places."""
    results = run_of(with_relations(contract, RELATIONS), server(wrong=False), profile=Profile.SMOKE, stateless=False)
    outcomes = {row.id: str(row.outcome) for row in results.requirements if row.id.startswith("semantics.")}
    stated = {id_: outcome for id_, outcome in outcomes.items() if ".relation." in id_}
    assert dict.fromkeys((each.id for each in RELATIONS), "passed") == stated
    assert not any(id_.endswith(".format.echo") for id_ in outcomes)


def test_a_server_that_breaks_them_has_a_cause_of_each(contract: Contract) -> None:
    """They fail as requirements of strength must do."""
    results = run_of(with_relations(contract, RELATIONS), server(wrong=True), profile=Profile.SMOKE)
    failed = {row.id for row in results.requirements if row.outcome == "failed"}
    assert {"semantics.relation.title.to.name.equal", "semantics.relation.label.to.labels.contains"} <= failed
    assert "semantics.relation.format.default" in failed
    assert "semantics.relation.path.shelf.to.shelf.equal" not in failed


def test_the_reference_server_of_another_document_needs_none(contract: Contract) -> None:
    """Without a file, a run is as it was."""
    assert CONFORMING == said(run_of(contract, profile=Profile.SMOKE))


def test_a_file(contract: Contract, tmp_path: Path) -> None:
    """The file is YAML, and so JSON."""
    path = tmp_path / "relations.yaml"
    path.write_text(yaml.safe_dump(FILE), encoding="utf-8")
    assert RELATIONS == read_relations(path, contract)
    path.write_text(json.dumps(FILE), encoding="utf-8")
    assert RELATIONS == read_relations(path, contract)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"request": "/nothing"}, "relation 1: the request body has no /nothing"),
        ({"response": "/nothing"}, "relation 1: the response body has no /nothing"),
        ({"request": "title"}, "relation 1: request is 'title', and neither a JSON pointer nor `$request.path.NAME`"),
        ({"request": "$request.query.page"}, "relation 1: POST /shelves/{shelf}/books has no query parameter 'page'"),
        ({"kind": "same"}, "Invalid enum value 'same' - at `$.relations[0].kind`"),
    ],
)
def test_wrong_files(contract: Contract, tmp_path: Path, change: dict[str, str], problem: str) -> None:
    """What is wrong is named with its place."""
    path = tmp_path / "relations.yaml"
    relation = {"request": "/title", "response": "/name", **change}
    path.write_text(yaml.safe_dump({**FILE, "relations": [relation]}), encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_relations(path, contract)
    assert problem == raised.value.problem.partition(f"{path}, " if "relation 1" in problem else f"{path}: ")[2]


def test_a_file_of_another_operation(contract: Contract, tmp_path: Path) -> None:
    """It is not used."""
    path = tmp_path / "relations.yaml"
    path.write_text(yaml.safe_dump({**FILE, "operation": "POST /others"}), encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        read_relations(path, contract)
    assert f"{path} states relations of POST /others" == raised.value.problem


@pytest.mark.slow
def test_draft_and_run_on_the_command_line(contract: Contract, tmp_path: Path) -> None:
    """The draft of a right server fails a wrong one."""
    for name, wrong in (("right", False), ("wrong", True)):
        (tmp_path / f"{name}.py").write_text(SERVER.format(wrong=wrong), encoding="utf-8")
    call = [sys.executable, "-m", "conformance"]
    more = ["--spec", "spec.yaml", "--out", "out", "--target"]
    drafted = subprocess.run(  # noqa: S603
        [*call, "spec", "relations", *more, "asgi:right:app"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == drafted.returncode
    (tmp_path / "relations.yaml").write_text(drafted.stdout, encoding="utf-8")
    assert {"/title", "/label", "/format"} <= {
        each.request for each in read_relations(tmp_path / "relations.yaml", contract)
    }
    for name, outcomes in (("right", {"passed"}), ("wrong", {"passed", "failed"})):
        run = [*call, "run", "--profile", "smoke", "--relations", "relations.yaml", *more, f"asgi:{name}:app"]
        subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603
        rows = json.loads((tmp_path / "out" / "results.json").read_text())["requirements"]
        assert outcomes == {row["outcome"] for row in rows if row["id"].startswith("semantics.relation.")}
