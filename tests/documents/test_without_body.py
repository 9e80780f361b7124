"""Operations without a JSON body: parameters, credentials, transport and responses are tested, other bodies are not."""

from pathlib import Path
from typing import Any

import pytest

from conformance.contract.contract import Contract
from conformance.journal.writing import MemorySink
from conformance.model.errors import ContractError
from conformance.model.vocabulary import Profile
from conformance.reports.folding.fold import fold_run
from conformance.reports.formats import markdown
from conformance.reports.pages import html
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue
from conformance.workflow.setup.run_header import header_of

from .running import CONFORMING, contract_from, run_of, said

DOCUMENT = """
security: [{key: []}]
paths:
  /books:
    get:
      parameters:
        - {name: author, in: query, required: true, schema: {type: string, minLength: 2}}
        - {name: page, in: query, schema: {type: integer, minimum: 1}}
      responses:
        '200':
          description: some
          headers: {X-Total: {required: true, schema: {type: integer}}}
          content:
            application/json:
              schema: {type: array, items: {type: object, required: [title], properties: {title: {type: string}}}}
        default: {description: error, content: {application/problem+json: {schema: {type: object}}}}
    head: {responses: {'200': {description: the same, content: {application/json: {schema: {type: array}}}}}}
  /books/{book}:
    parameters: [{name: book, in: path, required: true, schema: {type: integer, minimum: 1}}]
    delete: {responses: {'204': {description: removed}, '404': {description: none}}}
    post: {responses: {'202': {description: done, content: {application/json: {schema: {type: object}}}}}}
  /covers:
    post:
      requestBody:
        content: {multipart/form-data: {schema: {type: object}}}
      responses: {'200': {description: done}}
    put:
      requestBody:
        required: true
        content: {multipart/form-data: {schema: {type: object}}, image/png: {}}
      responses: {'200': {description: done}}
    patch:
      requestBody:
        content:
          application/json: {schema: {type: object, properties: {a: {type: string}}}}
          application/x-www-form-urlencoded: {schema: {type: object}}
      responses: {'200': {description: done}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-API-Key}}
"""


def contract_of(operation: str, folder: Path) -> Contract:
    """Return the contract of an operation of the document."""
    return contract_from(DOCUMENT, folder, operation)


@pytest.mark.parametrize(
    "operation", ["GET /books", "HEAD /books", "DELETE /books/{book}", "POST /books/{book}", "POST /covers"]
)
def test_each_is_conforming_on_its_own_mock(operation: str, tmp_path: Path) -> None:
    """Whatever the method."""
    assert CONFORMING == said(run_of(contract_of(operation, tmp_path)))


def test_what_is_exercised(tmp_path: Path) -> None:
    """Parameters, credentials, transport and the response; nothing is said of bodies that are not sent."""
    results = run_of(contract_of("GET /books", tmp_path))
    passed = {row.id for row in results.requirements if row.outcome == "passed"}
    assert {
        "accept.query.author", "reject.query.author.required", "reject.query.author.minLength", "accept.query.page",
        "reject.query.page.type", "reject.query.page.minimum", "authentication.missing", "authentication.valid",
        "authentication.wrong", "authentication.location", "transport.status", "transport.media-type",
        "transport.method-not-allowed", "response.200.header.X-Total.required", "response.200.header.X-Total.schema",
        "response.default.media-type",
    } <= passed  # fmt: skip
    assert [] == [
        row.id for row in results.requirements if row.id.startswith(("accept.json", "reject.json", "accept.body"))
    ]
    assert 0 == results.counts.creations


def test_no_request_has_a_body(tmp_path: Path) -> None:
    """Nor a media type of one, whatever a case is about."""
    contract = contract_of("GET /books", tmp_path)
    cases = [case for item in catalogue(contract, Profile.FULL, Knowledge()) for case in item.cases]
    assert {None} == {case.request.body for case in cases}
    assert "content-type" not in {name.lower() for case in cases for name, _ in case.request.headers}


@pytest.mark.parametrize(
    ("operation", "warnings"),
    [
        ("POST /covers", ("bodies of multipart/form-data are not tested",)),
        ("PATCH /covers", ("bodies of application/x-www-form-urlencoded are not tested",)),
        ("GET /books", ()),
    ],
)
def test_other_bodies_are_told_once(operation: str, warnings: Any, tmp_path: Path) -> None:
    """A form or a file that may be left out is left out; one beside JSON is not sent as a wrong media type either."""
    contract = contract_of(operation, tmp_path)
    assert warnings == contract.warnings


def test_a_declared_form_is_no_wrong_media_type(tmp_path: Path) -> None:
    """What is not tested is not called an undeclared media type."""
    assert CONFORMING == said(run_of(contract_of("PATCH /covers", tmp_path), only=("accept.smallest", "*media-type*")))


def test_a_body_that_must_be_another_is_told(tmp_path: Path) -> None:
    """Without it no request is valid."""
    problem = (
        r"PUT /covers has no JSON request body: it requires one of multipart/form-data, image/png; name another one"
    )
    with pytest.raises(ContractError, match=problem):
        contract_of("PUT /covers", tmp_path)


def test_what_is_not_tested_is_in_every_report(tmp_path: Path) -> None:
    """A warning on the screen alone is lost where nobody looks at it."""
    results = run_of(contract_of("POST /covers", tmp_path), only=("accept.smallest",))
    assert ("bodies of multipart/form-data are not tested",) == results.warnings
    sink = MemorySink()
    sink.append(header_of(contract_of("POST /covers", tmp_path), "http://127.0.0.1:1", Profile.SMOKE))
    told = fold_run(sink.events)
    assert "- bodies of multipart/form-data are not tested\n" in markdown.render(told).decode()
    assert "<li>bodies of multipart/form-data are not tested</li>" in html.render(told).decode()
