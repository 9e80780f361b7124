"""Responses of documents: every one that is declared, by status, media type, schema and header fields."""

from pathlib import Path
from typing import Any

import pytest

from conformance.contract.contract import Contract
from conformance.mock.app import Mock

from .running import CONFORMING, contract_from, run_of, said

OPERATION = """
paths:
  /orders:
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [item], properties: {item: {type: string}}}}}
      responses:
"""

ID = "{type: object, required: [id], properties: {id: {type: string, format: uuid}}}"
PROBLEM = "{type: object, required: [title, status], properties: {title: {type: string}, status: {type: integer}}}"
JOB = "{type: object, required: [job], properties: {job: {type: string}}}"
TWO = f"""
        '201': {{description: made, content: {{application/json: {{schema: {ID}}}}}}}
        '202': {{description: later, content: {{application/json: {{schema: {JOB}}}}}}}
"""
RANGE = f"""
        2XX: {{description: made, content: {{application/json: {{schema: {ID}}}}}}}
        4XX: {{description: wrong, content: {{application/problem+json: {{schema: {PROBLEM}}}}}}}
"""
DEFAULT = f"""
        default: {{description: anything, content: {{application/json: {{schema: {ID}}}}}}}
"""
HEADERS = f"""
        '200':
          description: done
          headers:
            X-Request-Id: {{required: true, schema: {{type: string, format: uuid}}}}
            X-Left: {{schema: {{type: integer, minimum: 0}}}}
            X-Tags: {{schema: {{type: array, items: {{type: integer}}}}}}
          content: {{application/vnd.orders+json: {{schema: {ID}}}}}
        '400': {{description: wrong, content: {{text/plain: {{schema: {{type: string}}}}}}}}
        default: {{description: error, content: {{application/json: {{schema: {PROBLEM}}}}}}}
"""
NOTHING = """
        '204': {description: done}
"""
MAYBE = f"""
        '200': {{description: done, content: {{application/json: {{schema: {ID}}}}}}}
        '204': {{description: nothing}}
"""
EXAMPLES = """
        '200': {description: done, content: {application/json: {examples: {one: {value: {a: 1}}}}}}
"""
TEXT = """
        '200': {description: done, content: {text/csv: {}}}
"""
FORMS = {
    "examples": EXAMPLES,
    "text": TEXT,
    "two": TWO,
    "range": RANGE,
    "default": DEFAULT,
    "headers": HEADERS,
    "nothing": NOTHING,
    "maybe": MAYBE,
}


def contract_with(responses: str, folder: Path) -> Contract:
    """Return the contract of an operation with these responses."""
    return contract_from(OPERATION.rstrip() + responses, folder)


class Door:
    """An application that changes each response of a reference server."""

    def __init__(self, contract: Contract, *, success: int = 0, body: bytes | None = None, **headers: str) -> None:
        self.mock = Mock(contract)
        self.success, self.body, self.headers = success, body, headers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self.mock(scope, receive, send)
            return
        parts: list[Any] = []

        async def keep(message: Any) -> None:
            parts.append(message)

        await self.mock(scope, receive, keep)
        if parts[0]["status"] < 300:
            fields = dict(parts[0]["headers"])
            for name, value in self.headers.items():
                key = name.replace("_", "-").encode()
                fields.pop(key, None)
                if value:
                    fields[key] = value.encode()
            parts[0] = {**parts[0], "status": self.success or parts[0]["status"]}
            if self.body is not None:
                fields[b"content-length"] = str(len(self.body)).encode()
                parts[1:] = [{"type": "http.response.body", "body": self.body}]
            parts[0]["headers"] = list(fields.items())
        for each in parts:
            await send(each)


@pytest.mark.parametrize("name", FORMS)
def test_each_is_conforming_on_its_own_mock(name: str, tmp_path: Path) -> None:
    """Errors of the reference server have the declared form, successes the declared header fields."""
    assert CONFORMING == said(run_of(contract_with(FORMS[name], tmp_path)))


@pytest.mark.parametrize(
    ("responses", "success", "body"),
    [
        (TWO, 202, b'{"job": "x"}'),
        (RANGE, 201, b'{"id": "123e4567-e89b-12d3-a456-426614174000"}'),
        (DEFAULT, 206, b'{"id": "123e4567-e89b-12d3-a456-426614174000"}'),
        (MAYBE, 204, b""),
    ],
    ids=["second", "of a range", "of the default", "without a body"],
)
def test_every_declared_success_is_right(responses: str, success: int, body: bytes, tmp_path: Path) -> None:
    """Each has its own schema, and those of a range are all right."""
    contract = contract_with(responses, tmp_path)
    assert CONFORMING == said(run_of(contract, Door(contract, success=success, body=body), stateless=True))


@pytest.mark.parametrize(
    ("responses", "change", "causes"),
    [
        (TWO, {"success": 202}, ["Omits a required property: `job`"]),
        (
            TWO,
            {"success": 202, "content_type": "text/plain"},
            ["Returns a media type that the document does not declare for the status"],
        ),
        (RANGE, {"success": 201, "body": b"{}"}, ["Omits a required property: `id`"]),
        (HEADERS, {"x_request_id": ""}, ["Omits the header field `X-Request-Id`"]),
        (
            HEADERS,
            {"x_request_id": "7"},
            ["Returns a value that violates the schema of the header field `X-Request-Id`"],
        ),
        (HEADERS, {"x_left": "-1"}, ["Returns a value that violates the schema of the header field `X-Left`"]),
        (HEADERS, {"x_tags": "1,b"}, ["Returns a value that violates the schema of the header field `X-Tags`"]),
        (NOTHING, {"success": 200}, ["Returns 200, which the document does not declare"]),
    ],
    ids=["schema", "media type", "range", "absent header", "format", "minimum", "items", "status"],
)
def test_what_breaks_a_declared_response_is_one_cause(
    responses: str, change: dict[str, Any], causes: list[str], tmp_path: Path
) -> None:
    """The response of the status is what counts."""
    contract = contract_with(responses, tmp_path)
    door = Door(contract, **change)
    assert ("not conforming", causes, []) == said(run_of(contract, door, only=("accept.*",)))


def test_a_body_that_is_not_declared_is_should(tmp_path: Path) -> None:
    """A success whose response has no content is empty."""
    contract = contract_with(
        """
        '200': {description: done}
""",
        tmp_path,
    )
    verdict, causes, _ = said(run_of(contract, Door(contract, body=b"{}"), only=("accept.*",)))
    assert ("conforming", ["Returns a body in a success response that declares none"]) == (verdict, causes)


def test_an_error_of_another_form_is_one_cause(tmp_path: Path) -> None:
    """A declared 4xx is held to its schema, and an undeclared one to nothing."""
    contract = contract_with(RANGE, tmp_path)
    plain = Mock(contract_with(TWO, tmp_path))
    verdict, causes, _ = said(run_of(contract, plain, only=("accept.smallest", "reject.*item*")))
    assert ("conforming", ["Returns a media type that the document does not declare for the status"]) == (
        verdict,
        causes,
    )


def test_any_media_type_is_sent_as_json(tmp_path: Path) -> None:
    """A range of media types has no undeclared one that could be rejected."""
    text = OPERATION.replace("application/json:", "'*/*':") + "        '200': {description: done}\n"
    contract = contract_from(text, tmp_path)
    assert ("application/json", CONFORMING) == (contract.operation.request_media_type, said(run_of(contract)))
    assert () == tuple(each.id for each in contract.requirements if each.id == "response.200.media-type")
