"""Versions: what 3.0 writes otherwise is read as 3.1 has it; what breaks OpenAPI's own schema is told."""

import json
from typing import Any

import pytest

from conformance.contract.reading.document import get, parse_document
from conformance.model.jsontext import encode

from .documents import content_of, document_of

REF = {"$ref": "#/components/schemas/A"}
NULL = {"type": "null"}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"type": "string", "enum": ["a"], "nullable": True}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"allOf": [REF], "nullable": True}, {"anyOf": [REF, NULL]}),
        ({"allOf": [REF, {}], "nullable": True}, {"allOf": [{"anyOf": [{"allOf": [REF, {}]}, NULL]}]}),
        ({"oneOf": [REF, {"type": "string"}], "nullable": True}, {"oneOf": [REF, {"type": "string"}, NULL]}),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 1}),
        ({"type": "integer", "maximum": 1, "exclusiveMaximum": False}, {"type": "integer", "maximum": 1}),
        ({"type": "string", "example": "a"}, {"type": "string", "examples": ["a"]}),
        ({"type": "string", "format": "binary"}, {"type": "string", "contentMediaType": "application/octet-stream"}),
        ({"type": "string", "format": "byte"}, {"type": "string", "contentEncoding": "base64"}),
        ({**REF, "nullable": True, "description": "x"}, REF),
        ({"items": {"type": "integer", "nullable": True}}, {"items": {"type": ["integer", "null"]}}),
    ],
)  # fmt: skip
def test_schemas_of_3_0_are_read_as_those_of_3_1(schema: Any, expected: Any) -> None:
    """Each keyword that changed its meaning is converted, at every depth."""
    content = {**content_of(schema, components={"schemas": {"A": {"type": "object"}}}), "openapi": "3.0.3"}
    document = document_of(content)
    assert expected == get(document, "#/paths/~1things/put/requestBody/content/application~1json/schema")
    assert "3.1.0" == document.content["openapi"]


def test_in_3_1_the_same_words_are_left_alone() -> None:
    """What 3.0 would mean by them counts for nothing."""
    schema = {"type": "string", "nullable": True, "format": "binary", "example": "a"}
    content = content_of(schema)
    assert content == document_of(content).content


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.1", "3.2.0"])
def test_every_version_3_is_read(version: str) -> None:
    """Also 3.2, as far as it says what 3.1 does."""
    document = document_of({**content_of({}), "openapi": version})
    assert () == document.warnings


@pytest.mark.parametrize(
    ("version", "changed", "warning"),
    [
        ("3.1.0", {"info": {"title": "t"}}, '#/info: "version" is a required property'),
        ("3.1.0", {"servers": [{}]}, '#/servers/0: "url" is a required property'),
        ("3.0.3", {"info": {"version": "1"}}, '#/info: "title" is a required property'),
        ("3.1.0", {"colour": 1}, "#: Unevaluated properties are not allowed ('colour' was unexpected)"),
    ],
)
def test_what_breaks_the_schema_of_openapi_is_told_with_its_pointer(version: str, changed: Any, warning: str) -> None:
    """A run is still possible: it is a warning."""
    document = document_of({**content_of({}), "openapi": version, **changed})
    assert (warning,) == document.warnings


def test_of_many_errors_ten_are_told() -> None:
    """The rest is a number."""
    document = document_of({**content_of({}), "tags": [{}] * 15})
    assert ('#/tags/0: "name" is a required property', "and 5 more", 11) == (
        document.warnings[0],
        document.warnings[-1],
        len(document.warnings),
    )


def test_json_is_read_as_json() -> None:
    """Escapes of surrogate pairs, characters that YAML forbids, and a byte order mark are right in JSON."""
    content = content_of({"description": "\x7f\x85", "title": "\U0001f600"})
    data = encode(content)
    assert content == parse_document(b"\xef\xbb\xbf" + data, "test.json").content
    escaped = data.replace("\U0001f600".encode(), b"\\ud83d\\ude00")
    assert (content, True) == (parse_document(escaped, "test.json").content, escaped != data)


def test_a_lone_surrogate_is_a_replacement_character() -> None:
    """No validator could read it; JSON can write it."""
    document = parse_document(json.dumps(content_of({"description": "\ud800"})).encode(), "test.json")
    at = "#/paths/~1things/put/requestBody/content/application~1json/schema/description"
    assert "\ufffd" == get(document, at)
