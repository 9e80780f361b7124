"""The mock knows no field of the contract: it serves other documents, and this one under other names, as well."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from conformance.contract.contract import Contract, build_contract
from conformance.contract.operations.operation import pick_operation
from conformance.contract.reading.document import Document, parse_document
from conformance.mock.app import Mock
from conformance.mock.faults.catalogue import faults
from conformance.mock.faults.echo import echo_faults
from conformance.mock.faults.http.responses import http_response_faults
from conformance.model.json_values import at
from conformance.model.jsontext import plain_json, read
from conformance.strategies.values import bodies

Fixture: TypeAlias = Callable[..., Any]

NAME_OF_NOTHING = Path("no-data-beside-the-document")


def renamed(content: Any, inside: bool = False) -> Any:  # noqa: FBT001, FBT002 (a JSON value; recursion)
    """Return a document whose members of schemas all have another name."""
    if isinstance(content, list):
        return [renamed(item) for item in content]
    if not isinstance(content, dict):
        return content
    result: dict[str, Any] = {}
    for name, item in content.items():
        if inside:
            result[f"x{name[::-1]}"] = renamed(item)
        elif name == "properties":
            result[name] = renamed(item, inside=True)
        elif name == "required" and isinstance(item, list):
            result[name] = [f"x{each[::-1]}" for each in item]
        elif name not in {"examples", "x-codeSamples"}:
            result[name] = renamed(item)
    return result


def contract_of(content: dict[str, Any], operation: str | None = None) -> Contract:
    """Return the contract of a document without any data beside it."""
    document = Document(json.dumps(content), content, "0" * 64, "other.yaml")
    return build_contract(document, pick_operation(document, operation), NAME_OF_NOTHING)


def operation(schema: Any, answer: Any, **more: Any) -> dict[str, Any]:
    """Return a document with one operation."""
    path, success = more.pop("path", "/things"), more.pop("success", "201")
    content = {"content": {"application/json": {"schema": answer}}} if answer is not None else {}
    described = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {success: {"description": "", **content}},
    }
    paths = {path: {"put": {**described, **more.pop("in_operation", {})}}}
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths, **more}


def send(app: Mock, body: object, path: str = "/things", **headers: str) -> Any:
    """Send one request."""
    fields = [
        ("Content-Type", "application/json"),
        *((name.replace("_", "-"), value) for name, value in headers.items()),
    ]
    return app.respond("PUT", path, fields, json.dumps(body).encode())


@pytest.fixture(scope="module")
def other_names(contract: Contract) -> Contract:
    """Return the published document with every member renamed, and nothing beside it."""
    return contract_of(renamed(contract.document.content))


def test_under_other_names_the_answers_are_the_same_but_for_the_names(
    contract: Contract, other_names: Contract
) -> None:
    """The fullest request is repeated, and the answer is valid, whatever the members are called."""
    sent = plain_json(bodies.fullest(other_names.request))
    headers = [("Authorization", "anything"), ("Content-Type", "application/json")]
    body = json.dumps(sent).encode()
    answer = Mock(other_names).respond("POST", "/v1/models/abc/environments", headers, body)
    value = read(answer.body).value
    assert 200 == answer.status
    assert other_names.response_validator is not None
    assert other_names.response_validator.is_valid(value)
    assert isinstance(value, dict)
    assert len(contract.echoes) == len(other_names.echoes)
    for one, other in other_names.echoes:
        assert at(sent, one.path) == at(value, other.path)


def test_under_other_names_there_are_the_same_faults_of_schemas(contract: Contract, other_names: Contract) -> None:
    """What is derived from the schemas does not depend on what its members are called."""
    families = {"response", "accepts"}
    numbers = [
        sum(1 for fault in faults(each) if fault.family in families and ".name." not in fault.id)
        for each in (contract, other_names)
    ]
    assert numbers[0] > 300
    names = sum(1 for fault in faults(other_names) if fault.family in families and ".xeman." in fault.id)
    assert numbers[0] == numbers[1] - names


@pytest.mark.slow
def test_faults_of_other_names_show_as_well(other_names: Contract, drive: Fixture) -> None:
    """Each fault of the renamed document differs from the reference by its witness."""
    alike = []
    for fault in faults(other_names):
        if fault.family not in {"response", "echo", "accepts", "refuses", "crash", "null", "default"}:
            continue
        answers = [
            [
                app.respond(request.method, request.target, request.headers, request.body)
                for request in fault.requests(other_names)
            ]
            for app in (Mock(other_names), Mock(other_names, faults=[fault]))
        ]
        if [each.body for each in answers[0]] == [each.body for each in answers[1]]:
            alike.append(fault.id)
    assert [] == alike
    assert drive


def test_a_document_without_security_parameters_or_names_is_served() -> None:
    """Nothing is asked for that the document does not ask for; objects without names can be created again."""
    content = operation({"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}}, {"type": "object"})
    app = Mock(contract_of(content))
    assert [201, 201, 422, 400] == [
        send(app, {"n": 3}).status,
        send(app, {"n": 3}).status,
        send(app, {"n": 2}).status,
        app.respond("PUT", "/things", [("Content-Type", "application/json")], b"{").status,
    ]


def test_an_operation_without_a_json_answer_gets_its_status_and_nothing_else() -> None:
    """An answer that declares no content has no body and no media type."""
    for success in ("201", "204"):
        answer = send(Mock(contract_of(operation({"type": "object"}, None, success=success))), {})
        assert (int(success), b"", None) == (answer.status, answer.body, answer.header("content-type"))


def test_the_success_with_a_schema_is_the_one_that_is_answered() -> None:
    """Of several declared successes the one whose answer is JSON is given."""
    content = operation({"type": "object"}, {"type": "object"})
    content["paths"]["/things"]["put"]["responses"] = {
        "202": {"description": ""},
        **content["paths"]["/things"]["put"]["responses"],
    }
    assert 201 == send(Mock(contract_of(content)), {}).status


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}},
        {"oneOf": [{"type": "object", "properties": {"k": {"const": 1}}, "required": ["k"]},
                   {"type": "object", "properties": {"k": {"const": 2}, "t": {"type": "string"}}, "required": ["t"]}]},
        {"type": "object", "properties": {"n": {"type": "number", "exclusiveMinimum": 0, "maximum": 1}}},
        {"type": "object", "properties": {"s": {"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^a+$"}}},
        {"type": "object", "properties": {"a": {"type": "array", "minItems": 2, "items": {"type": "integer"}}}},
        {"type": "object", "additionalProperties": False, "properties": {"d": {"type": "string", "format": "date"}}},
        {"type": "string", "enum": ["only"]},
        {"type": ["integer", "null"]},
        True,
        {"type": "object", "properties": {"self": {"$ref": "#/components/schemas/Node"}}},
    ],
)  # fmt: skip
def test_any_schema_is_taken_and_answered_validly(schema: Any) -> None:
    """Whatever schema both bodies have, each answer is valid, and what was sent comes back where it can."""
    node = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Node"}, "v": {"type": "integer"}}}
    contract = contract_of(operation(schema, schema, components={"schemas": {"Node": node}}))
    for answers in ("varied", "fresh", "full"):
        app = Mock(contract, responses=answers)  # type: ignore[arg-type]
        for make in (bodies.smallest, bodies.fullest, bodies.fullest, bodies.fullest):
            answer = send(app, plain_json(make(contract.request)))
            assert 201 == answer.status, answer.body
            assert contract.response_validator is not None
            assert contract.response_validator.is_valid(read(answer.body).value)
    assert len({fault.id for fault in faults(contract)}) == len(faults(contract))


def test_what_the_answer_cannot_hold_is_not_repeated() -> None:
    """Where the response schema is stricter than the request's, the default stands instead of an invalid echo."""
    sent = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
    answered = {"type": "object", "properties": {"a": {"type": "integer", "maximum": 5}, "b": {"type": "integer"}}}
    app = Mock(contract_of(operation(sent, answered)))
    assert {"a": 1, "b": 9} == json.loads(send(app, {"a": 9, "b": 9}).body)
    assert {"a": 4, "b": 9} == json.loads(send(app, {"a": 4, "b": 9}).body)


@pytest.mark.parametrize(
    ("scheme", "right", "wrong"),
    [
        ({"type": "http", "scheme": "bearer"}, {"Authorization": "bearer k"}, {"Authorization": "Api-Key k"}),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, {"X_Key": "k"}, {"Authorization": "k"}),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"Cookie": "a=b; sid=k"}, {"Cookie": "sid="}),
    ],
)
def test_the_documents_own_security_is_asked_for(scheme: Any, right: Any, wrong: Any) -> None:
    """Bearer, a field of another name, a cookie: the credential is taken in its place and nowhere else."""
    security = {"security": [{"S": []}], "components": {"securitySchemes": {"S": scheme}}}
    app = Mock(contract_of(operation({"type": "object"}, {"type": "object"}, **security)), key="k")
    assert [201, 401, 401] == [send(app, {}, **right).status, send(app, {}, **wrong).status, send(app, {}).status]


def test_a_key_in_the_query_is_taken_where_the_document_puts_it() -> None:
    """A credential in the query is one, where the document says so."""
    security = {
        "security": [{"S": []}],
        "components": {"securitySchemes": {"S": {"type": "apiKey", "in": "query", "name": "key"}}},
    }
    app = Mock(contract_of(operation({"type": "object"}, {"type": "object"}, **security)), key="k")
    assert [201, 401] == [send(app, {}, "/things?key=k").status, send(app, {}, "/things?key=x").status]


def test_a_document_in_yaml_is_served(tmp_path: Path) -> None:
    """A contract that was loaded from text serves like any other."""
    content = operation({"type": "object"}, {"type": "object"}, path="/a/{x}.json")
    document = parse_document(json.dumps(content).encode(), str(tmp_path / "a.yaml"))
    app = Mock(build_contract(document, pick_operation(document, None), NAME_OF_NOTHING))
    assert [201, 404] == [send(app, {}, "/a/b.json").status, send(app, {}, "/a/b").status]


def test_what_no_right_request_can_show_is_no_fault():
    """A success that is declared, and what happens to numbers beyond the bounds of a member, are left out."""
    schema = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1, "maximum": 70_000}}}
    answer = {"type": "object", "properties": {"a": {"type": "integer"}}}
    contract = contract_of(operation(schema, answer))
    statuses = {fault.id for fault in http_response_faults(contract)} & {"http.status-201", "http.status-202"}
    assert {"http.status-202"} == statuses
    twisted = {fault.id.rpartition(".")[2] for fault in echo_faults(contract)}
    assert "through-int16" in twisted
    assert set() == twisted & {"through-int32", "through-float", "sign-lost", "lost-when-zero", "negative-to-zero"}
