"""Operations: the one under test is found, and read through every reference."""

import json
from typing import Any

import pytest

from conformance.contract.contract import contract_of, load_contract
from conformance.contract.operations.operation import operations, pick_operation
from conformance.contract.operations.security import Security
from conformance.model.errors import ContractError

from .documents import JSON, content_of, document_of, operation_of

SCHEMA = {"schema": {"type": "object"}}
BODY = {"content": {JSON: SCHEMA}}


def secured(scheme: Any, stated: Any = None) -> Security | None:
    """Return the security of an operation whose document knows the scheme `S`."""
    return operation_of(components={"securitySchemes": {"S": scheme}}, security=stated or [{"S": []}]).security


def test_the_published_operation() -> None:
    """The contract of the suite is read as it stands."""
    found = load_contract().operation
    assert "POST /v1/models/{model_id}/environments" == found.name
    assert ("model_id",) == found.path_parameters
    assert ((200,), ("200",), ("POST",)) == (found.successes, found.statuses, found.methods)
    assert (True, JSON, JSON) == (found.request_required, found.request_media_type, found.response_media_type)
    assert Security("header", "Authorization", "", "#/components/securitySchemes/ApiKeyAuth") == found.security


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, ("header", "X-Key", "")),
        ({"type": "apiKey", "in": "query", "name": "key"}, ("query", "key", "")),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, ("cookie", "sid", "")),
        ({"type": "http", "scheme": "bearer"}, ("header", "Authorization", "Bearer")),
        ({"type": "http", "scheme": "basic"}, ("header", "Authorization", "Basic")),
        ({"type": "oauth2", "flows": {}}, ("header", "Authorization", "Bearer")),
        ({"type": "openIdConnect", "openIdConnectUrl": "x"}, ("header", "Authorization", "Bearer")),
        ({"type": "mutualTLS"}, None),
    ],
)
def test_kinds_of_security(scheme: Any, expected: tuple[str, str, str] | None) -> None:
    """Each kind of scheme is a place, a name and a word before the credential."""
    found = secured(scheme)
    assert expected == (found and (found.location, found.name, found.scheme))


@pytest.mark.parametrize("stated", [[], [{}], [{}, {"S": []}], [{"S": []}, {}]])
def test_security_that_is_optional_is_none(stated: Any) -> None:
    """Where a request without a credential is right as well, none is sent and none is missed."""
    scheme = {"type": "http", "scheme": "bearer"}
    assert operation_of(components={"securitySchemes": {"S": scheme}}, security=stated).security is None


def test_the_operations_own_security_goes_first() -> None:
    """`security: []` at the operation takes that of the document away."""
    scheme = {"type": "http", "scheme": "bearer"}
    more = {"components": {"securitySchemes": {"S": scheme}}, "security": [{"S": []}]}
    assert operation_of(**more, operation={"security": []}).security is None


def test_security_that_is_not_declared_is_told() -> None:
    """A scheme that the components do not have leads nowhere."""
    with pytest.raises(ContractError, match="securitySchemes/Absent' leads nowhere"):
        operation_of(security=[{"Absent": []}])


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({JSON: SCHEMA}, JSON),
        ({"text/plain": SCHEMA, JSON: SCHEMA}, JSON),
        ({"application/vnd.x.v1+json": SCHEMA}, "application/vnd.x.v1+json"),
        ({"application/json; charset=utf-8": SCHEMA}, "application/json; charset=utf-8"),
        ({"Application/JSON": SCHEMA}, "Application/JSON"),
    ],
)
def test_media_types_that_are_json(content: Any, found: str) -> None:
    """The first media type that is JSON, by name or by suffix, is taken, with the name as it is written."""
    assert found == operation_of(operation={"requestBody": {"content": content}}).request_media_type


@pytest.mark.parametrize(
    "content", [{}, {"text/plain": SCHEMA}, {"application/jsonp": SCHEMA}, {"application/xml": SCHEMA}, {JSON: {}}]
)
def test_an_operation_without_a_json_body_is_told(content: Any) -> None:
    """An operation that is asked for by name, and requires a body that is not JSON, cannot be tested."""
    document = document_of(content_of({}, operation={"requestBody": {"required": True, "content": content}}))
    with pytest.raises(
        ContractError, match=r"PUT /things has no JSON request body: it requires one of .*; name another"
    ):
        pick_operation(document, "PUT /things")


def test_references_in_every_place_are_followed() -> None:
    """Bodies, responses and the path item itself may be references."""
    content = content_of({})
    operation = content["paths"]["/things"].pop("put")
    content["paths"]["/things"] = {"$ref": "#/components/pathItems/Things"}
    content["components"] = {
        "pathItems": {"Things": {"put": operation}},
        "requestBodies": {"B": {**BODY, "required": True}},
        "responses": {"R": {"$ref": "#/components/responses/S"}, "S": {"description": "", **BODY}},
    }
    operation["requestBody"] = {"$ref": "#/components/requestBodies/B"}
    operation["responses"] = {"201": {"$ref": "#/components/responses/R"}}
    document = document_of(content)
    found = pick_operation(document, "put /things")
    assert "#/components/requestBodies/B/content/application~1json/schema" == found.request_pointer
    assert "#/components/responses/S/content/application~1json/schema" == found.response_pointer
    assert (True, (201,)) == (found.request_required, found.successes)
    assert ("PUT /things",) == operations(document)


def test_of_several_successes_the_one_with_json_gives_the_answer() -> None:
    """All declared successes are accepted; the first that has a schema is the one to hold answers against."""
    responses = {
        "202": {"description": ""},
        "200": {"description": "", **BODY},
        "404": {"description": ""},
        "default": {},
    }
    found = operation_of(operation={"responses": responses})
    assert ((202, 200), ("202", "200", "404", "default")) == (found.successes, found.statuses)
    assert found.response_pointer.startswith("#/paths/~1things/put/responses/200/")


@pytest.mark.parametrize("responses", [{}, {"302": {}}, {"404": {}, "4XX": {}}])
def test_without_a_declared_success_nothing_can_be_expected(responses: Any) -> None:
    """An operation that declares no 2xx has no right answer."""
    with pytest.raises(ContractError, match="declares no 2xx response; declare the successful status"):
        operation_of(operation={"responses": responses})


def test_an_answer_without_content_has_no_pointer() -> None:
    """A success that declares no body is one."""
    found = operation_of(operation={"responses": {"204": {"description": ""}}})
    assert ("", "", (204,)) == (found.response_pointer, found.response_media_type, found.successes)


def test_the_name_of_an_operation_is_taken_in_any_letter_case() -> None:
    """The method may be written small, with spaces around."""
    assert "PUT /things" == pick_operation(document_of(content_of({})), "  put   /things ").name


@pytest.mark.parametrize("name", ["POST /things", "PUT /thing", "nonsense", "", "PUT"])
def test_an_operation_that_is_not_there_is_told_with_what_is(name: str) -> None:
    """The message lists the operations of the document."""
    with pytest.raises(ContractError, match=r"has no operation .*; name one with --operation: 'PUT /things'$"):
        pick_operation(document_of(content_of({})), name)


def test_several_candidates_are_listed_and_not_guessed() -> None:
    """Without a name, a document with several operations that take JSON is ambiguous; five are listed."""
    content = content_of({})
    operation = content["paths"]["/things"]["put"]
    content["paths"] = {f"/t{number}": {"put": operation, "get": {"responses": {}}} for number in range(7)}
    with pytest.raises(ContractError) as caught:
        pick_operation(document_of(content), None)
    assert str(caught.value).endswith("'PUT /t0', 'PUT /t1', 'PUT /t2', 'PUT /t3', 'PUT /t4' and 2 more")
    assert "has 7 operations with a JSON request body" in str(caught.value)


def test_a_document_is_derived_once() -> None:
    """Whoever asks for the same operation of the same bytes is given the same contract, whatever it is called."""
    data = json.dumps(content_of({"type": "object"})).encode()
    first = contract_of(data, "one.json", None)
    assert first is contract_of(data, "other.json", first.operation.name)
    assert first is not contract_of(data + b" ", "one.json", None)
    with pytest.raises(ContractError, match=r"^other\.json has no operation"):
        contract_of(data, "other.json", "POST /absent")
