"""Direction: read-only properties are not sent, write-only ones not returned, and an optional body may be absent."""

import json
from typing import Any

import pytest

from conformance.checks.judging import judge
from conformance.checks.shared.subject import Settings, Subject
from conformance.classify.classification import classify
from conformance.contract.contract import Contract
from conformance.mock.app import Mock
from conformance.model.case import Case, Request
from conformance.model.exchange import Exchange, Response
from conformance.model.finding import Finding
from conformance.model.vocabulary import Expectation

from .agreement import catalogue_cases, disagreements, drawn
from .contracts import contract_of, value_of

TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind", "made", "word"],
    "additionalProperties": False,
    "properties": {
        "id": {**TEXT, "format": "uuid", "readOnly": True},
        "kind": TEXT,
        "made": {**TEXT, "readOnly": True},
        "word": {**TEXT, "writeOnly": True},
        "inner": {
            "type": "object",
            "properties": {"n": {"type": "integer"}, "total": {"$ref": "#/components/schemas/T"}},
        },
    },
}


@pytest.fixture(scope="module")
def contract() -> Contract:
    """Return the contract of an operation that takes and returns the same object."""
    return contract_of(SCHEMA, SCHEMA, components={"schemas": {"T": {"type": "integer", "readOnly": True}}})


def paths(contract: Contract) -> tuple[set[str], set[str]]:
    """Return the places of the request and of the response."""
    assert contract.response is not None
    request, response = ({node.path for node in root.walk()} for root in (contract.request, contract.response))
    return request, response


def test_each_body_has_the_places_that_belong_into_it(contract: Contract) -> None:
    """Read-only properties are no places of a request, and write-only ones none of a response."""
    request, response = paths(contract)
    assert {"", "/kind", "/word", "/inner", "/inner/n"} == request
    assert {"", "/id", "/kind", "/made", "/inner", "/inner/n", "/inner/total"} == response


def test_no_valid_request_has_an_optional_read_only_property(contract: Contract) -> None:
    """What is required is sent all the same (`required` still counts); no other read-only property is."""
    cases = [*catalogue_cases(contract), *drawn(contract, 30)]
    assert [] == disagreements(contract, cases)
    sent = [value_of(case)[1] for case in cases if case.expectation is Expectation.ACCEPTED]
    held = {name for body in sent if isinstance(body, dict) for name in body}
    assert {"kind", "made", "word", "inner"} == held & SCHEMA["properties"].keys()
    assert not any(isinstance(body, dict) and "total" in (body.get("inner") or {}) for body in sent)


def test_what_a_server_does_with_a_read_only_property_is_open(contract: Contract) -> None:
    """A body with one that is not required, or without one that is, may be accepted or rejected."""
    right = {"kind": "k", "made": "now", "word": "w"}
    for body in ({**right, "id": "x"}, {"kind": "k", "word": "w"}, {**right, "inner": {"total": "x"}}):
        assert Expectation.OBSERVED is classify(contract, json.dumps(body).encode()).expectation
    assert Expectation.ACCEPTED is classify(contract, json.dumps(right).encode()).expectation
    assert Expectation.REJECTED is classify(contract, json.dumps({**right, "kind": 1}).encode()).expectation


def test_a_response_without_a_required_write_only_property_is_right(contract: Contract) -> None:
    """A server never returns what is write-only, whatever `required` says; what else is missing is a finding."""
    body = {"kind": "k", "made": "now", "word": "w"}

    def found(answer: dict[str, Any]) -> list[str]:
        headers = (("Content-Type", "application/json"), ("Date", "Thu, 26 Nov 2026 16:00:00 GMT"))
        response = Response(200, headers, json.dumps(answer).encode())
        request = Request("PUT", "/things", (("Content-Type", "application/json"),), json.dumps(body).encode())
        case = Case("case", Expectation.ACCEPTED, (contract.requirements[0].id,), request)
        judged = judge(Subject(contract, case, Exchange(request, response), Settings()))
        return [each.pointer for each in judged if isinstance(each, Finding) and "response" in each.requirement]

    assert [] == found({"kind": "k", "made": "now"})
    assert ["/made"] == found({"kind": "k"})


def test_the_mock_returns_no_optional_write_only_property() -> None:
    """What the document calls write-only is sent and does not come back."""
    schema = {"type": "object", "properties": {"secret": {**TEXT, "writeOnly": True}, "a": TEXT}}
    app = Mock(contract_of(schema, schema))
    answer = app.respond("PUT", "/things", [("Content-Type", "application/json")], b'{"secret": "s", "a": "b"}')
    assert {"a": "b"} == json.loads(answer.body)


def test_an_optional_body_may_be_absent() -> None:
    """No case demands that a request without a body is rejected; one demands that it is accepted."""
    contract = contract_of({"type": "object"}, required=False)
    cases = {case.id: case for case in catalogue_cases(contract)}
    assert {"accept.no-body"} == {id_ for id_ in cases if id_.endswith((".no-body", "reject.json.empty"))}
    case = cases["accept.no-body"]
    assert (None, Expectation.ACCEPTED, ("accept.body.optional",)) == (
        case.request.body, case.expectation, case.requirements,
    )  # fmt: skip
    assert [] == disagreements(contract, cases.values())
    needed = {case.id for case in catalogue_cases(contract_of({"type": "object"}))}
    assert {"reject.json.empty", "reject.json.no-body"} <= needed
