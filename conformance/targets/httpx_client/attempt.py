"""One request of a client of httpx on its way, and what has come back of it."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from conformance.model.exchange import Failure, Response
from conformance.targets.decoding import decode_response
from conformance.targets.httpx_client.failures import body_failure_of, failure_of, not_sent

if TYPE_CHECKING:
    import httpx

ATTEMPT = "conformance"
"""The extension of a request that holds its attempt."""

CONNECTING = ("connection.connect_tcp.started", "connection.connect_unix_socket.started")
BODILESS = frozenset({204, 304})


class Attempt:
    """One request, handed to a client once, and its answer as far as it goes.

    `sent` is the request as it left, with what authentication and hooks have made of it; `connected` tells whether a
    connection was made for it; `problem` says why the client did not send it, empty where it did.
    """

    def __init__(self, request: "httpx.Request", auth: "httpx.Auth", seconds: float, max_body_bytes: int) -> None:
        self.given = tuple(request.headers.raw)
        self.sent: httpx.Request | None = None
        self.connected = False
        self.problem = ""
        self._request = request
        self._auth = auth
        self._seconds = seconds
        self._limit = max_body_bytes
        self._fields: tuple[tuple[str, str], ...] = ()
        self._head: Response | None = None
        self._pieces: list[bytes] = []
        self._room = max_body_bytes
        self._decoded = False
        self._failure: Failure | None = None
        self._detail = ""
        self._over = False
        request.extensions[ATTEMPT] = self

    def call(self, client: "httpx.Client") -> None:
        """Send the request with a client that blocks, and read the answer."""
        self._request.extensions["trace"] = self._trace
        try:
            response = client.send(self._request, stream=True, auth=self._auth, follow_redirects=False)
            try:
                if self._begin(response):
                    for piece in response.iter_raw():
                        if self._take(piece):
                            break
            finally:
                response.close()
        except Exception as error:  # noqa: BLE001 (an application in this process can raise anything)
            self.broke(error)
        else:
            self._end()

    async def await_(self, client: "httpx.AsyncClient") -> None:
        """Send the request with a client that is awaited, and read the answer."""
        self._request.extensions["trace"] = self._atrace
        try:
            response = await client.send(self._request, stream=True, auth=self._auth, follow_redirects=False)
            try:
                if self._begin(response):
                    async for piece in response.aiter_raw():
                        if self._take(piece):
                            break
            finally:
                await response.aclose()
        except Exception as error:  # noqa: BLE001 (as in `call`)
            self.broke(error)
        else:
            self._end()

    def late(self) -> None:
        """Note that the time is up; what comes later does not count."""
        self._fail(
            Failure.TOO_SLOW if self._head else Failure.TIMEOUT, f"not complete within {self._seconds:g} seconds"
        )
        self._over = True

    def broke(self, error: BaseException) -> None:
        """Note what was raised."""
        if self._over:
            return
        if self._head is not None:
            self._fail(*body_failure_of(error))
        elif reason := not_sent(error):
            self.problem = reason
        elif self.sent is None:
            self.problem = f"the client raised {type(error).__name__} before it sent anything"
        else:
            self._fail(*failure_of(error))
        self._over = True

    def whole(self) -> tuple[Response | None, Failure | None, str]:
        """Return the answer, its content coding undone, and how it failed."""
        self._over = True
        head = self._head
        if head is None:
            return None, self._failure, self._detail
        response = Response(head.status, head.headers, b"".join(self._pieces), head.reason, head.version)
        if self._decoded:
            return response, self._failure, self._detail
        return decode_response(response, self._failure, self._detail, self._limit)

    def arrives(self, response: "httpx.Response") -> None:
        """Note the header section of an answer, and hide a `Location` from the client, which would have to parse it."""
        self._fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        response.headers.pop("Location", None)

    def _begin(self, response: "httpx.Response") -> bool:
        """Take the header section; tells whether the body is still to be read."""
        if self._over:
            return False
        told: Any = response.extensions.get("http_version", b"")
        version = told.decode("ascii", "replace").removeprefix("HTTP/")
        reason: Any = response.extensions.get("reason_phrase", b"")
        self._head = Response(response.status_code, self._fields, reason=reason.decode("latin-1"), version=version)
        if not response.is_stream_consumed:
            return True
        # A mock that was given its body whole has read it, and undone the coding.
        self._decoded = True
        self._take(response.content)
        return False

    def _take(self, piece: bytes) -> bool:
        """Take a piece of the body; tells whether it is enough."""
        if self._over:
            return True
        self._pieces.append(piece[: self._room])
        self._room -= len(piece)
        if self._room < 0:
            self._fail(Failure.TOO_LARGE, f"more than {self._limit} bytes")
        return self._room < 0

    def _end(self) -> None:
        """Hold the body against the length that was announced: clients do so only where a socket is read."""
        if self._over or self._failure is not None or self._head is None or self._decoded:
            return
        announced = self._head.header("Content-Length")
        if announced is None or self._request.method == "HEAD" or self._head.status in BODILESS:
            return
        if not (announced.isascii() and announced.isdigit()):
            self._fail(Failure.MALFORMED, "Content-Length is not one number")
            return
        missing = int(announced) - sum(map(len, self._pieces))
        if missing > 0:
            self._fail(Failure.TRUNCATED, f"{missing} bytes short of the declared length")
        elif missing < 0:
            self._fail(Failure.EXCESS, "bytes after the end of the body")

    def _fail(self, failure: Failure, detail: str) -> None:
        if not self._over and self._failure is None:
            self._failure, self._detail = failure, detail

    def _trace(self, event: str, _: object) -> None:
        self.connected = self.connected or event in CONNECTING

    async def _atrace(self, event: str, info: object) -> None:
        self._trace(event, info)


def leaving(request: "httpx.Request") -> None:
    """Do as the last request hook of a client."""
    attempt = request.extensions.get(ATTEMPT)
    if isinstance(attempt, Attempt):
        attempt.sent = request


def arrived(response: "httpx.Response") -> None:
    """Do as the first response hook of a client."""
    attempt = response.request.extensions.get(ATTEMPT)
    if isinstance(attempt, Attempt):
        attempt.arrives(response)


async def leaving_async(request: "httpx.Request") -> None:
    """Do as `leaving`."""
    leaving(request)


async def arrived_async(response: "httpx.Response") -> None:
    """Do as `arrived`."""
    arrived(response)


async def alone(piece: bytes) -> AsyncIterator[bytes]:
    """Yield one piece."""
    yield piece
