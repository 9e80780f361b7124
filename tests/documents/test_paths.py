"""Paths of documents: those that hold a query, and targets where nothing is found."""

from pathlib import Path
from typing import Any

from conformance.mock.app import Mock
from conformance.model.vocabulary import Profile
from conformance.reports.folding.controls import NONE_ACCEPTED
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

from .running import CONFORMING, contract_from, run_of, said

BETA = """
paths:
  /messages?beta=true:
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
"""


def test_a_path_that_holds_a_query(tmp_path: Path) -> None:
    """Every request has that query, and the reference server asks for it."""
    contract = contract_from(BETA, tmp_path)
    mock = Mock(contract)
    sent = [("Content-Type", "application/json"), ("Host", "x")]
    answers = [
        mock.respond("POST", f"/messages{query}", sent, b"{}")
        for query in ("?beta=true", "?a=1&beta=true", "", "?beta=1")
    ]
    assert [200, 200, 404, 404] == [each.status for each in answers]
    assert CONFORMING == said(run_of(contract))


def test_without_an_accepted_request_nothing_is_conforming(tmp_path: Path) -> None:
    """A status that is about the state of the target says nothing of a body: no finding, and no verdict either."""

    async def reject(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await receive()
            headers = [(b"date", b"Thu, 01 Jan 1970 00:00:00 GMT"), (b"content-type", b"application/json")]
            await send({"type": "http.response.start", "status": 409, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"code": "A", "message": "b"}'})

    results = run_of(contract_from(BETA, tmp_path), reject, only=("accept.smallest", "observe.*"))
    row = next(row for row in results.requirements if row.id == "transport.status")
    assert (NONE_ACCEPTED, "inconclusive") == (row.reason, row.outcome)
    assert "inconclusive" == results.verdict


AREAS = """
paths:
  /areas/{level}/{bounds}:
    get:
      parameters:
        - {name: level, in: path, required: true, style: label, schema: {type: integer}}
        - {name: bounds, in: path, required: true, schema: {type: array, items: {type: number}, minItems: 4}}
      responses: {'200': {description: ok}}
"""


def test_arrays_in_a_path(tmp_path: Path) -> None:
    """They are written with commas in every request, those of the other parameters among them."""
    contract = contract_from(AREAS, tmp_path)
    items = catalogue(contract, Profile.SMOKE, Knowledge({"level": "3", "bounds": "[0, 1, 2.5, 3]"}))
    assert "/areas/.3/0,1,2.5,3" == items[0].cases[0].request.target
    assert CONFORMING == said(run_of(contract, only=("accept.smallest", "*.path.*")))
