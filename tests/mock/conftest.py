"""Fixtures of the mock's tests: the contract, mocks of it, and a driver that calls an application as a server would."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import unquote

import msgspec
import pytest

from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import Mock
from conformance.mock.faults.parts.fault import Fault
from conformance.model.case import KEY, Request
from conformance.strategies.path_values import UNKNOWN_VALUES

SECRET = "right-key"  # noqa: S105 (no secret)
NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
PATH = "/v1/models/abc/environments"

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

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


Drive: TypeAlias = Callable[[Any, Request], Awaitable[Answer]]
Post: TypeAlias = Callable[..., Answer]


async def drive_app(app: Any, request: Request) -> Answer:
    """Call `app` once with `request`, the key put in, and judge the framing of what it sends."""
    path, _, query = request.target.replace(KEY, SECRET).encode().partition(b"?")
    headers = [(name.lower().encode(), value.replace(KEY, SECRET).encode()) for name, value in request.headers]
    headers = [(b"host", b"localhost")] * request.hosts + headers
    if request.chunked:
        headers.append((b"transfer-encoding", b"chunked"))
    scope = {
        "type": "http",
        "http_version": "1.1",
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
        async with asyncio.timeout(5):
            await app(scope, receive, send)
    except TimeoutError:
        ending = "timeout"
    except ConnectionError:
        ending = "dropped"
    return _judged(sent, ending)


def _judged(sent: list[Message], ending: str) -> Answer:
    start = next((each for each in sent if each["type"] == "http.response.start"), None)
    if start is None:
        return Answer(0, (), b"", ending)
    pieces = [each for each in sent if each["type"] == "http.response.body"]
    data = b"".join(each.get("body", b"") for each in pieces)
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


@pytest.fixture(scope="session")
def make_mock(contract: Contract) -> Callable[..., Mock]:
    """Return what makes mocks that know one key and one unknown resource, with short pauses and a clock that stands."""

    def make(faults: Iterable[Fault] = (), contract: Contract = contract, **options: Any) -> Mock:
        known: dict[str, Any] = {"key": SECRET, "unknown": frozenset({UNKNOWN_VALUES[0]}), "clock": lambda: NOW}
        return Mock(contract, faults=faults, **{**known, "delay_seconds": 0.02, "stall_seconds": 0.02, **options})

    return make


@pytest.fixture
def mock(make_mock: Callable[..., Mock]) -> Mock:
    """Return a mock without faults."""
    return make_mock()


def post_to(
    app: Mock,
    body: object,
    *,
    method: str = "POST",
    path: str = PATH,
    drop: Iterable[str] = (),
    headers: Iterable[tuple[str, str]] = (),
) -> Answer:
    """Send a right request, but for what is said otherwise: `drop` leaves header fields out, `headers` adds some."""
    usual = {"authorization": f"Api-Key {SECRET}", "content-type": "application/json"}
    left_out = {*drop, *(name.lower() for name, _ in headers)}
    kept = [(name, value) for name, value in usual.items() if name not in left_out]
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request(method, path, (*kept, *headers), data)
    return asyncio.run(drive_app(app, request))


@pytest.fixture
def post(mock: Mock) -> Post:
    """Return what sends requests to the mock without faults."""
    return partial(post_to, mock)


@pytest.fixture
def post_anywhere() -> Post:
    """Return what sends requests to a given mock."""
    return post_to
