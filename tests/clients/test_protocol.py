"""The lines between the suite and a harness: described by a schema, and read without trust."""

import json
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.clients import protocol
from conformance.clients.scenarios.catalogue import BASELINE

SCHEMA = json.loads((files("conformance.spec") / "schemas" / "client-protocol.json").read_bytes())


@pytest.mark.parametrize("id_", [BASELINE, "send.all.beyond-float", "send.path.model_id.nul", "fail.reset"])
def test_what_the_suite_writes_keeps_the_schema(plan, id_):
    """Each line of the suite is one line, and valid."""
    scenario = next(each for each in plan if each.id == id_)
    for line in (protocol.hello("POST /a"), protocol.ask(scenario, "http://127.0.0.1:1/x", "key")):
        assert (1, b"\n") == (line.count(b"\n"), line[-1:])
        jsonschema.validate(json.loads(line), SCHEMA)
    asked = json.loads(protocol.ask(scenario, "http://127.0.0.1:1/x", "key"))
    expected = {"base_url": "http://127.0.0.1:1/x", "api_key": "key", "body_json": scenario.body, **scenario.parameters}
    assert expected == asked["call"]


@given(st.text(), st.text(), st.text())
def test_answers_are_read_as_they_were_written(id_, type_, message):
    """Whatever text a harness puts into an answer comes out of it."""
    try:
        line = json.dumps({"id": id_, "raised": {"type": type_, "message": message}}).encode()
        answer = protocol.read_result(line)
    except UnicodeEncodeError:
        return
    assert (id_, type_, message) == (answer.id, answer.raised.type, answer.raised.message)


@pytest.mark.parametrize(
    "line",
    [b"", b"noise", b"[]", b"{}", b'{"id": "a"}',
     b'{"id": "a", "returned_json": 1}', b'{"id": 1, "returned_json": "1"}',
     b'{"id": "a", "returned_json": "1", "raised": {"type": "T"}}', b'{"id": "a", "raised": "T"}', b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_answer_is_none(line):
    """Bytes that are no answer, in any way, are told as that."""
    assert protocol.read_result(line) is None
    assert protocol.read_ready(line) is None
