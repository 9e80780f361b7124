"""Faults of other documents: what no valid request or response of a document shows is no fault of it."""

from pathlib import Path

from conformance.contract.contract import load_contract
from conformance.mock.app import Mock
from conformance.mock.faults.catalogue import faults, pick
from conformance.strategies.path_values import unknown_path_value

DOCUMENT = """
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /quotas:
    put:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, minProperties: 1, additionalProperties: {type: integer, minimum: 0}}
      responses:
        "200":
          description: ok
          content: {application/json: {schema: {type: object, additionalProperties: {type: integer, minimum: 0}}}}
        "204": {description: the same}
  /quotas/{id}:
    delete:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {"204": {description: ok}}
"""


def test_what_a_map_cannot_show(tmp_path: Path) -> None:
    """Its property has a name that was made up, it may be empty in a response, and none of its numbers is negative."""
    (tmp_path / "spec.yaml").write_text(DOCUMENT, encoding="utf-8")
    contract = load_contract(tmp_path / "spec.yaml", "PUT /quotas")
    ids = {fault.id for fault in faults(contract)}
    assert () == contract.echoes
    assert set() == ids & {
        "http.status-204", "http.empty-object", "path.encoded-slash-accepted", "state.responses-swapped",
        "state.first-response-again", "crash.number.below-int32", "lexical.non-ascii-rejected",
        "rejects.put-requestBody-content-application-json-schema.required-only",
        "rejects.put-requestBody-content-application-json-schema.values.absent",
    }  # fmt: skip
    assert {"crash.number.beyond-int32", "http.status-201", "path.letter-case-accepted"} <= ids


def test_an_unknown_value_is_one_that_the_schema_allows(tmp_path: Path) -> None:
    """The reference server knows no such number either."""
    (tmp_path / "spec.yaml").write_text(DOCUMENT, encoding="utf-8")
    assert "987654321" == unknown_path_value(load_contract(tmp_path / "spec.yaml", "DELETE /quotas/{id}"), "id")


def test_a_parameter_that_is_an_object_can_be_rejected(tmp_path: Path) -> None:
    """Its members are parameters of their own."""
    schema = "{type: object, properties: {lt: {type: integer}}}"
    own = f"{{name: at, in: query, style: deepObject, explode: true, required: true, schema: {schema}}}"
    text = DOCUMENT.replace("parameters: [", f"parameters: [{own}, ")
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    contract = load_contract(tmp_path / "spec.yaml", "DELETE /quotas/{id}")
    (fault,) = pick(contract, ["parameter.query.at.rejected"])
    (request,) = fault.requests(contract)
    mocks = (Mock(contract), Mock(contract, faults=(fault,)))
    answers = [mock.respond(request.method, request.target, [("Host", "x")], b"") for mock in mocks]
    assert [204, 400] == [each.status for each in answers]
