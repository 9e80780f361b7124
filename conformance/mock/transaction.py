"""One request on its way through the mock: what was sent, what has become of it, and what will be answered."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from typing import Literal as OneOf

import msgspec

from conformance.model.jsontext import Json, JsonText

Action: TypeAlias = OneOf["create", "read", "remove"]

Fields: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields, names in lower case."""


class Route(msgspec.Struct, frozen=True):
    """A path of the mock: its template as an expression, its parameters, and what each method does there."""

    template: str
    expression: re.Pattern[bytes]
    parameters: tuple[str, ...]
    actions: Mapping[str, Action]


class Refusal(Exception):  # noqa: N818 (no error of the program but an answer)
    """A stage refuses the request: the status to answer with, and what the error body says.

    `deliberate` marks a refusal that a fault made.
    """

    def __init__(self, status: int, code: str, message: str, headers: Fields = (), *, deliberate: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers
        self.deliberate = deliberate


class Sending(msgspec.Struct, frozen=True):
    """How the answer goes over the transport; the default is how it should.

    `raw` writes the bytes by hand, as the Content-Length is not that of the body; `cut` is after how many bytes of the
    body the connection breaks off, `stall` after how many it falls silent; `drip` is how many pieces the body comes in,
    with a pause between them, `slow` whether there is a pause before the first byte; `dropped` breaks off before any
    answer; `swapped` gives this answer to the other request that is in flight.
    """

    raw: bool = False
    cut: int | None = None
    stall: int | None = None
    drip: int = 0
    slow: bool = False
    dropped: bool = False
    swapped: bool = False


NORMAL = Sending()


class Turn:
    """One request and its answer; the stages fill it in from the top down."""

    __slots__ = (
        "action",
        "announced_body",
        "answer",
        "arrived",
        "base",
        "body",
        "created",
        "desk",
        "fired",
        "headers",
        "method",
        "name",
        "number",
        "parameters",
        "path",
        "payload",
        "query",
        "refusal",
        "reply",
        "route",
        "sending",
        "sent",
        "status",
        "text",
        "too_large",
    )

    def __init__(
        self,
        method: str,
        path: bytes,
        query: bytes,
        headers: list[tuple[bytes, bytes]],
        body: bytes,
        *,
        too_large: bool = False,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.too_large = too_large
        self.number = 0
        self.arrived: datetime
        self.desk: Any = None
        self.route: Route | None = None
        self.action: Action = "create"
        self.parameters: dict[str, str] = {}
        self.text: JsonText | None = None
        self.sent: Json = None
        self.name: Json = None
        self.created = 0
        self.base: Json = None
        self.status = 0
        self.reply: list[tuple[str, str]] = []
        self.answer: Json = None
        self.payload = b""
        self.refusal: Refusal | None = None
        self.sending = NORMAL
        self.fired: list[str] = []

    def values(self, name: str) -> list[bytes]:
        """Return the values of every header field called `name` (in lower case)."""
        wanted = name.encode("latin-1")
        return [value for field, value in self.headers if field == wanted]

    def set_header(self, name: str, value: str | None) -> None:
        """Give the answer one field called `name`, or none."""
        self.reply = [(field, held) for field, held in self.reply if field != name]
        if value is not None:
            self.reply.append((name, value))


Step: TypeAlias = Callable[[Turn], None]
"""A stage at work: it changes the turn, or raises `Refusal`."""
