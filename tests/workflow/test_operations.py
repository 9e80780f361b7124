"""Runs of all operations of a document: what each is given, and what limits them together."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from conformance.model.errors import ConformanceError
from conformance.workflow.operations import carry_out_all, every_operation
from conformance.workflow.run import Hooks
from conformance.workflow.setup.options import RunOptions

DOCUMENT = """
openapi: 3.1.0
info: {title: T, version: "1"}
security: [{key: []}]
paths:
  /a:
    get:
      security: []
      parameters: [{name: q, in: query, schema: {type: integer}}]
      responses: {"200": {description: ok}}
  /b/{id}:
    delete:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: ok}}
  /B/{id}:
    delete:
      security: [{}]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: ok}}
  /f:
    post:
      requestBody: {required: true, content: {multipart/form-data: {}}}
      responses: {"204": {description: ok}}
components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}
"""


@pytest.fixture
def options(tmp_path: Path) -> RunOptions:
    """Return the options of a run of every operation of the document."""
    (tmp_path / "spec.yaml").write_text(DOCUMENT, encoding="utf-8")
    return RunOptions(
        spec=tmp_path / "spec.yaml", operation="all", out=tmp_path / "out", reports=("results",), only=("accept.*",)
    )


def test_each_operation_has_a_directory_and_what_is_given_for_it(options: RunOptions) -> None:
    """Parameters and credentials go where they are declared; what needs another body is not tested."""
    given: dict[str, Any] = {"params": {"q": "1", "id": "x"}, "credentials": ("key=env:KEY",), "model_id": "m"}
    found = every_operation(replace(options, **given))
    assert {
        "get-a": ("GET /a", {"q": "1"}, (), None),
        "delete-b-id": ("DELETE /b/{id}", {"id": "x"}, ("key=env:KEY",), "m"),
        "delete-b-id-2": ("DELETE /B/{id}", {"id": "x"}, (), "m"),
    } == {
        name: (each.operation, each.params, each.credentials, each.model_id)
        for name, each in found.runs.targets.items()
    }
    (untested,) = found.untested
    assert untested.endswith(
        "POST /f has no JSON request body: it requires one of multipart/form-data; name another one"
    )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"params": {"x": "1"}}, "no operation has a parameter 'x'; they have: id, q"),
        ({"path_params": {"y": "1"}}, "no operation has a parameter 'y'; they have: id, q"),
        ({"credentials": ("z=env:A",)}, "no operation has a security scheme 'z'; they have: key"),
        ({"spec": None}, "--operation all needs a document; name one with --spec"),
        ({"shard": "1/2"}, "--operation all and --shard exclude each other; run each operation in shards"),
    ],
)
def test_what_no_operation_has_is_an_error(given: dict[str, Any], problem: str, options: RunOptions) -> None:
    """It would be ignored without a word."""
    with pytest.raises(ConformanceError) as raised:
        every_operation(replace(options, **given))
    assert problem == str(raised.value)


def test_limits_are_those_of_all_runs(options: RunOptions) -> None:
    """Each run may send what those before it left; where nothing is left, the rest are not run."""
    begun: list[tuple[str, int | None]] = []

    def begin(name: str, limited: RunOptions) -> Hooks:
        begun.append((name, limited.max_requests))
        return Hooks()

    runs = every_operation(replace(options, max_requests=12)).runs
    done = list(carry_out_all(runs, begin))
    sent = [each.result.results.counts.requests for each in done if each.result]
    assert 12 == sum(sent)
    assert [(name, 12 - sum(sent[:place])) for place, name in enumerate(list(runs.targets)[: len(sent)])] == begun
    assert len(done) < len(runs.targets)
    assert all((options.out / each.name / "results.json").is_file() for each in done)
