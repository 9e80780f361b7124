"""A whole document on one server: each request goes to its operation, and each operation conforms."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.mock.app import Mock
from conformance.mock.whole_document import WholeDocument
from conformance.model.vocabulary import Profile
from conformance.strategies.path_values import UNKNOWN_VALUES
from conformance.workflow.operations import contracts_of

from ..documents.running import CONFORMING, run_of, said  # noqa: TID252 - test modules are found by path

DOCUMENT = """
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /books:
    get: {responses: {'200': {description: all, content: {application/json: {schema: {type: array}}}}}}
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [title], properties: {title: {type: string}}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {type: object}}}}}
  /books/{book}:
    parameters: [{name: book, in: path, required: true, schema: {type: string}}]
    delete: {responses: {'204': {description: removed}}}
  /books/latest:
    get: {responses: {'200': {description: one, content: {application/json: {schema: {type: object}}}}}}
  /covers:
    post:
      requestBody: {required: true, content: {image/png: {}}}
      responses: {'200': {description: done}}
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document."""
    path = tmp_path_factory.mktemp("books") / "books.yaml"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


@pytest.fixture
def whole(spec: Path) -> Iterator[WholeDocument]:
    """All operations of the document on one server."""
    contracts, untested = contracts_of(spec)
    assert 1 == len(untested)
    return WholeDocument([Mock(each, unknown=frozenset(UNKNOWN_VALUES)) for each in contracts])


@pytest.mark.parametrize(
    ("request_", "operation"),
    [
        (("GET", b"/books"), "GET /books"),
        (("POST", b"/books"), "POST /books"),
        (("DELETE", b"/books/7"), "DELETE /books/{book}"),
        (("GET", b"/books/latest"), "GET /books/latest"),
        (("DELETE", b"/books/latest"), "GET /books/latest"),
    ],
)
def test_each_request_goes_to_its_operation(whole: WholeDocument, request_: tuple[str, bytes], operation: str) -> None:
    """Of two paths that fit, the one without parameters counts, whatever methods it has."""
    assert operation == whole.of(*request_).contract.operation.name


def test_what_is_not_declared(whole: WholeDocument) -> None:
    """404 for another path; 405 for another method, which names those of all operations of the path."""
    assert 404 == whole.of("GET", b"/nothing").respond("GET", "/nothing").status
    rejected = whole.of("PATCH", b"/books").respond("PATCH", "/books")
    assert (405, {"GET", "POST"}) == (rejected.status, set((rejected.header("allow") or "").split(", ")))


def test_each_operation_conforms(whole: WholeDocument, spec: Path) -> None:
    """A run of each operation finds nothing on the server of all."""
    contracts, _ = contracts_of(spec)
    told = {each.operation.name: said(run_of(each, whole, profile=Profile.SMOKE)) for each in contracts}
    assert dict.fromkeys(told, CONFORMING) == told
