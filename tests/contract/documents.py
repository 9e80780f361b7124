"""Documents for tests: one operation around a schema, as YAML, as a contract, as a node."""

import json
from pathlib import Path
from typing import Any

from conformance.contract.contract import Contract, build_contract
from conformance.contract.operations.operation import Operation, pick_operation
from conformance.contract.reading.document import Document, parse_document
from conformance.contract.schemas.nodes import Node
from conformance.contract.schemas.shapes import owner_of
from conformance.contract.schemas.trees import build_node

NO_DATA = Path("no-data-beside-the-document")
JSON = "application/json"


def content_of(schema: Any, answer: Any = None, **more: Any) -> dict[str, Any]:
    """Return a document with one operation, `PUT /things`; `operation` replaces members of it."""
    content = {"content": {JSON: {"schema": answer}}} if answer is not None else {}
    operation = {
        "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
        "responses": {"200": {"description": "", **content}},
        **more.pop("operation", {}),
    }
    info = {"title": "t", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": {"/things": {"put": operation}}, **more}


def document_of(content: Any) -> Document:
    """Return a document with this content."""
    return parse_document(json.dumps(content).encode(), "test.yaml")


def operation_of(**more: Any) -> Operation:
    """Return the operation of a document."""
    document = document_of(content_of(more.pop("schema", {"type": "object"}), more.pop("answer", None), **more))
    return pick_operation(document, None)


def contract_of(schema: Any, answer: Any = None, **more: Any) -> Contract:
    """Return the contract of a document without any data beside it."""
    document = document_of(content_of(schema, answer, **more))
    return build_contract(document, pick_operation(document, None), NO_DATA)


def node_of(schema: Any, **components: Any) -> Node:
    """Return the tree of nodes of a schema; `components` are schemas that it refers to."""
    document = document_of({"openapi": "3.1.0", "schema": schema, "components": {"schemas": components}})
    return build_node(document, "#/schema", owner_of("#/schema"))
