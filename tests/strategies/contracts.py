"""Contracts for tests: small documents around one schema, and the cases of a catalogue taken apart."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from conformance.contract.contract import Contract, build_contract
from conformance.contract.operations.operation import pick_operation
from conformance.contract.reading.document import parse_document
from conformance.model.case import Case, Item
from conformance.model.jsontext import Json, try_read
from conformance.model.vocabulary import Profile
from conformance.strategies.catalogue.catalogue import Knowledge, catalogue

DOCUMENTS = Path(__file__).parent / "documents"
NO_DATA = Path("no-data-beside-the-document")


def contract_of(schema: Any, answer: Any = None, **more: Any) -> Contract:
    """Return the contract of a document with one operation, `PUT /things`, and nothing beside it.

    `required` tells whether a request must have a body.
    """
    content = {"content": {"application/json": {"schema": answer}}} if answer is not None else {}
    operation = {
        "requestBody": {"required": more.pop("required", True), "content": {"application/json": {"schema": schema}}},
        "responses": {"200": {"description": "", **content}},
    }
    info = {"title": "t", "version": "1"}
    document = {"openapi": "3.1.0", "info": info, "paths": {"/things": {"put": operation}}, **more}
    parsed = parse_document(json.dumps(document).encode(), "test.yaml")
    return build_contract(parsed, pick_operation(parsed, None), NO_DATA)


def cases_of(items: Iterable[Item]) -> Iterator[Case]:
    """Yield every case, those of relations too."""
    for item in items:
        yield from item.cases


def standard(contract: Contract, profile: Profile = Profile.STANDARD) -> tuple[Item, ...]:
    """Return the catalogue of a profile for a contract, path parameters filled in."""
    return catalogue(contract, profile, Knowledge(dict.fromkeys(contract.operation.path_parameters, "abcd1234")))


def value_of(case: Case) -> tuple[bool, Json]:
    """Return whether the body of a case is one JSON text that can be read, and its value."""
    text = try_read(case.request.body)
    return text is not None, text.value if text else None


def verdicts(contract: Contract, value: Json) -> tuple[bool, bool]:
    """Return the verdicts of both validators on a request body."""
    return contract.request_validator.is_valid(value), contract.request_validator.is_valid_by_jsonschema(value)
