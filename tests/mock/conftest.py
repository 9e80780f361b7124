"""Fixtures of the mock's tests: the contract, and a driver that calls an ASGI application as a server would."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import unquote

import msgspec
import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.model.case import KEY, Request

SECRET = "right-key"
NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)

Message: TypeAlias = MutableMapping[str, Any]


class Answer(msgspec.Struct, frozen=True):
    """What came of one request: the answer as far as it went, and how the application ended."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    ending: str

    def header(self, name: str) -> str | None:
        """Return the value of a header field."""
        return next((value for field, value in self.headers if field == name), None)


Drive: TypeAlias = Callable[..., Awaitable[Answer]]


async def drive_app(app: Any, request: Request, *, seconds: float = 5.0) -> Answer:  # noqa: ANN401 (any application)
    """Call `app` once with `request`, the key put in, and judge the framing of what it sends."""
    path, _, query = request.target.replace(KEY, SECRET).encode().partition(b"?")
    headers = [(name.lower().encode(), value.replace(KEY, SECRET).encode()) for name, value in request.headers]
    if request.chunked:
        headers.append((b"transfer-encoding", b"chunked"))
    scope = {
        "type": "http",
        "method": request.method,
        "path": unquote(path.decode()),
        "raw_path": path,
        "query_string": query,
        "headers": headers,
        "extensions": {},
    }
    body = request.body or b""
    half = len(body) // 2
    coming = [
        {"type": "http.request", "body": body[:half], "more_body": True},
        {"type": "http.request", "body": body[half:], "more_body": False},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        if coming:
            return coming.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    ending = "whole"
    try:
        async with asyncio.timeout(seconds):
            await app(scope, receive, send)
    except TimeoutError:
        ending = "timeout"
    except ConnectionError:
        ending = "dropped"
    start = next((each for each in sent if each["type"] == "http.response.start"), None)
    pieces = [each for each in sent if each["type"] == "http.response.body"]
    data = b"".join(each.get("body", b"") for each in pieces)
    if start is None:
        return Answer(0, (), b"", ending)
    fields = tuple((name.decode(), value.decode()) for name, value in start["headers"])
    announced = next((value for name, value in fields if name == "content-length"), None)
    if ending == "whole" and announced is not None and int(announced) != len(data):
        ending = f"length {int(announced) - len(data):+}"
    if len(pieces) > 2:
        ending = f"{ending} in {len(pieces)} pieces"
    return Answer(start["status"], fields, data, ending)


@pytest.fixture(scope="session")
def contract() -> Contract:
    """Return the contract of the published document."""
    return load_contract()


@pytest.fixture
def drive() -> Drive:
    """Return the driver."""
    return drive_app
