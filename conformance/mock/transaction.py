"""One request on its way through the mock: what was sent, how it is processed, and the response to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeAlias

import msgspec

from conformance.contract.contract import Contract
from conformance.mock.base_responses import ResponseStyle
from conformance.mock.compiled_contract import Action, CompiledContract, Route
from conformance.model.jsontext import Json, JsonText

Fields: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields, names in lower case."""

Key: TypeAlias = tuple[tuple[str, ...], str]
"""Identifies a stored object: the path parameters, and its name as JSON text."""


class MockState(Protocol):
    """What stages and faults use of the mock: its contract, its settings, and what it holds."""

    contract: Contract
    compiled: CompiledContract
    responses: ResponseStyle
    key: str | None
    keys: Mapping[str, str]
    unknown: frozenset[str]
    beside: tuple[str, ...]
    stored: dict[Key, Json]
    creations: int
    memory: dict[str, Any]


class Rejection(Exception):  # noqa: N818 (a response, not an error of the program)
    """A stage rejects the request: the status to return, and what the error body says.

    `deliberate` marks a rejection that a fault made.
    """

    def __init__(self, status: int, code: str, message: str, headers: Fields = (), *, deliberate: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.deliberate = deliberate


class Delivery(msgspec.Struct, frozen=True):
    """How the response goes over the transport; the default is the correct way.

    `raw` writes the bytes by hand, as the Content-Length is not that of the body; `cut` is the number of body bytes
    after which the connection closes, `stall` the number after which nothing more is sent; `drip` is the number of
    pieces in which the body is sent, with a pause between them; `slow` pauses before the first byte; `dropped` closes
    the connection before any response; `swapped` gives this response to another request that is in flight.
    """

    raw: bool = False
    cut: int | None = None
    stall: int | None = None
    drip: int = 0
    slow: bool = False
    dropped: bool = False
    swapped: bool = False


NORMAL = Delivery()


@dataclass(slots=True, eq=False)
class Transaction:
    """One request and its response; each stage fills in its part.

    `sent` is the JSON value of the request body, `response` that of the response body. `hosted` tells that it
    came with the header section of HTTP/1.1. `number` counts requests, `creation` the objects that were created before.
    `fired` holds the ids of the faults that showed.
    """

    method: str
    path: bytes
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    too_large: bool = False
    hosted: bool = False
    state: MockState = field(init=False)
    received_at: datetime = field(init=False)
    number: int = 0
    route: Route | None = None
    action: Action = "create"
    parameters: dict[str, str] = field(default_factory=dict)
    text: JsonText | None = None
    sent: Json = None
    name: Json = None
    creation: int = 0
    status: int = 0
    response: Json = None
    response_headers: Fields = ()
    response_body: bytes = b""
    rejection: Rejection | None = None
    delivery: Delivery = NORMAL
    fired: tuple[str, ...] = ()

    def values(self, name: str) -> list[bytes]:
        """Return the values of every request header field called `name` (in lower case)."""
        wanted = name.encode("latin-1")
        return [value for field_, value in self.headers if field_ == wanted]

    def set_header(self, name: str, value: str | None) -> bool:
        """Replace all response fields called `name` by one, or by none; return whether any was there."""
        others = tuple([each for each in self.response_headers if each[0] != name])
        found = len(others) < len(self.response_headers)
        self.response_headers = others if value is None else (*others, (name, value))
        return found


Step: TypeAlias = Callable[[Transaction], None]
"""A stage at work: it changes the transaction, or raises `Rejection`."""
