"""The JSON Schemas of what a run writes: checked in, equal to the types, and kept by a real run."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

import conformance
from conformance.mock.server import BackgroundServer
from conformance.workflow.documents import schemas

FOLDER = files("conformance.spec") / "schemas"


def unordered(text):
    """Return a schema whose alternatives are in one order: versions of msgspec differ in the place of null."""

    def same(schema):
        return schema | {key: sorted(schema[key], key=json.dumps) for key in ("anyOf",) if key in schema}

    return json.loads(text, object_hook=same)


@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_the_schemas_that_are_checked_in_are_those_of_the_types(name):
    """After a type was changed: `python -m conformance.workflow.documents.schemas spec/schemas`."""
    made, kept = schemas.encoded(schemas.SCHEMAS[name]()), (FOLDER / name).read_bytes()
    assert unordered(made) == unordered(kept)
    assert len(made) == len(kept)


def test_the_schemas_are_written_anew_with_one_command(tmp_path):
    """The command writes every schema into the folder that is named, and asks for one that is there."""
    schemas.main([str(tmp_path)])
    assert set(schemas.SCHEMAS) == {path.name for path in tmp_path.iterdir()}
    with pytest.raises(SystemExit, match="name the folder"):
        schemas.main([str(tmp_path / "nowhere")])


def test_descriptions_are_the_same_in_every_version_of_python():
    """Docstrings are dedented from Python 3.13 on; a property that is called `description` stays."""
    schema = {"description": "A.\n\n    B.\n    ", "properties": {"description": {"enum": ["  "]}}}
    expected = {"description": "A.\n\nB.", "properties": {"description": {"enum": ["  "]}}}
    assert expected == json.loads(schemas.encoded(schema))


async def failing(scope, receive, send):
    """Serve an application that is wrong now and then."""
    if scope["type"] != "http":
        return
    message = await receive()
    status = 200 if b"cfm" in message.get("body", b"") else 500
    await send({"type": "http.response.start", "status": status, "headers": [(b"x-odd", b"\xe9\xff")]})
    await send({"type": "http.response.body", "body": b'{"name": "\\ud800", "created_at": 1e400}'})


@pytest.mark.slow
def test_a_real_run_keeps_the_schemas(tmp_path: Path):
    """Every line of the journal, and the results, of a run full of findings are valid by the schemas."""
    with BackgroundServer(failing) as server:
        result = conformance.run(target=server.url, profile="smoke", out=tmp_path)
    assert 1 == result.exit_status
    line = jsonschema.Draft202012Validator(json.loads((FOLDER / "journal.json").read_bytes()))
    events = [json.loads(text) for text in (tmp_path / "journal.ndjson").read_bytes().splitlines()]
    assert {"run.started", "request.sent", "exchange", "judged", "finding", "run.ended"} <= {
        event["event"] for event in events
    }
    for event in events:
        line.validate(event)
    whole = jsonschema.Draft202012Validator(json.loads((FOLDER / "results.json").read_bytes()))
    whole.validate(json.loads((tmp_path / "results.json").read_bytes()))
    assert not line.is_valid({"event": "exchange", "send": "one"})
    assert not whole.is_valid({})
