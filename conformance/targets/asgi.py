"""An ASGI application as a target, called in this process: no sockets, no HTTP client."""

import asyncio
import time
from urllib.parse import unquote

from conformance.model.case import Request
from conformance.model.exchange import Exchange, Failure, Response
from conformance.targets.decoding import decode_response
from conformance.targets.lifespan import Lifespan
from conformance.targets.loading import App, Message, load_app
from conformance.targets.outgoing import BODILESS_METHODS, Sending, hosts_of, prepare, redacted
from conformance.targets.target import ExchangeLimits, Opening, Target, Traits

_HOST = "127.0.0.1"
_CLIENT = (_HOST, 50_000)
_SERVER = (_HOST, 80)
_VERSIONS = {"version": "3.0", "spec_version": "2.4"}


class AsgiTarget(Target):
    """An ASGI 3 application. Its lifespan is started with the first request and ended by `close`.

    What a server would make of the application's faults is what is reported: an exception before the answer is a
    closed connection, one within the body a truncated body. What the application does after its answer does not count,
    though it is waited for. The context variables that it sets are the caller's.
    """

    traits = Traits(loopback=True, lasting=False, server=False)

    def __init__(self, app: App, limits: ExchangeLimits | None = None, name: str = "asgi") -> None:
        self.name = name
        self._app = app
        self._limits = limits or ExchangeLimits()
        self._lifespan: Lifespan | None = None
        self._starting = asyncio.Lock()

    @classmethod
    def traits_of(cls, name: str) -> Traits:
        """Return what an application is like: all are alike, and none is loaded for it."""
        del name
        return cls.traits

    @classmethod
    def open(cls, name: str, opening: Opening) -> "AsgiTarget":
        """Return the application `asgi:MODULE:APP`."""
        return cls(load_app(name.partition(":")[2]), opening.limits, name)

    async def send(self, request: Request, *, key: str = "", fresh: bool = False) -> Exchange:  # noqa: ARG002 (no connections)
        """Call the application once: see `Target.send`."""
        sending = prepare(request, key)
        lifespan = self._lifespan or await self._started()
        # By the clock of the loop, so that a loop whose time is its own tells its own time.
        clock = asyncio.get_running_loop().time
        started, begun = time.time(), clock()
        if lifespan.failure:
            return Exchange(request, None, Failure.REFUSED, redacted(lifespan.failure, key), started)
        call = _Call(sending, self._limits.max_body_bytes)
        scope = _scope(sending)
        if lifespan.state is not None:
            scope["state"] = dict(lifespan.state)
        failure, detail = await self._run(scope, call)
        seconds = clock() - begun
        response = call.response()
        if response is not None:
            response, failure, detail = decode_response(response, failure, detail, self._limits.max_body_bytes)
        return Exchange(request, response, failure, redacted(detail, key), started, seconds)

    async def close(self) -> None:
        """Shut the application down."""
        if self._lifespan is not None:
            await self._lifespan.stop()

    async def _started(self) -> Lifespan:
        async with self._starting:
            if self._lifespan is None:
                lifespan = Lifespan(self._app, self._limits.timeout_seconds)
                await lifespan.start()
                self._lifespan = lifespan
        return self._lifespan

    async def _run(self, scope: Message, call: "_Call") -> tuple[Failure | None, str]:
        detail = "the application returned without a complete response"
        deadline = asyncio.timeout(self._limits.timeout_seconds)
        try:
            async with deadline:
                await self._app(scope, call.receive, call.send)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            detail = type(error).__name__
        except Exception as error:  # noqa: BLE001 (an application can raise anything)
            # Its type alone: the text of an exception may hold what was sent.
            detail = type(error).__name__
        call.finished.set()
        if call.failure is not None or call.complete:
            return call.failure, call.detail
        if deadline.expired():
            late = f"not complete within {self._limits.timeout_seconds:g} seconds"
            return (Failure.TOO_SLOW if call.started else Failure.TIMEOUT), late
        return (Failure.TRUNCATED if call.started else Failure.CLOSED), detail


class _Call:
    """One call of an application: what it may receive, and what it has sent."""

    def __init__(self, sending: Sending, max_body_bytes: int) -> None:
        self.started = False
        self.complete = False
        self.failure: Failure | None = None
        self.detail = ""
        self.finished = asyncio.Event()
        self._body: bytes | None = sending.body or b""
        self._head = sending.method == "HEAD"
        self._limit = max_body_bytes
        self._room = max_body_bytes
        self._announced: int | None = None
        self._missing = 0
        self._status = 0
        self._headers: tuple[tuple[str, str], ...] = ()
        self._pieces: list[bytes] = []

    async def receive(self) -> Message:
        """Give the body in one piece; afterwards the disconnect, as soon as the answer is over."""
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.finished.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take one event. What does not belong here is the application's fault, and is raised in it."""
        kind = message["type"]
        if self.failure is not None:
            raise ConnectionResetError("the client disconnected")
        if kind == "http.response.start" and not self.started:
            self._start(message)
        elif kind == "http.response.body" and self.started and not self.complete:
            self._take(message.get("body", b""))
            if not message.get("more_body", False) and self.failure is None:
                self._end()
        else:
            raise RuntimeError(f"unexpected event: {kind}")

    def response(self) -> Response | None:
        """Return the answer as far as it goes, or None if there is none."""
        return Response(self._status, self._headers, b"".join(self._pieces)) if self.started else None

    def _start(self, message: Message) -> None:
        self._status = int(message["status"])
        self._headers = tuple(
            (bytes(name).decode("latin-1"), bytes(value).decode("latin-1"))
            for name, value in message.get("headers", ())
        )
        lengths = {value.strip() for name, value in self._headers if name.lower() == "content-length"}
        if len(lengths) > 1 or not all(length.isascii() and length.isdigit() for length in lengths):
            self._fail(Failure.MALFORMED, "Content-Length is not one number")
            return
        self.started = True
        bodiless = self._status in {204, 304}
        self._announced = 0 if bodiless else int(lengths.pop()) if lengths else None
        self._missing = self._announced or 0

    def _take(self, body: bytes) -> None:
        if self._head:
            # Servers drop the body of an answer to HEAD, and frameworks leave that to them.
            return
        size = len(body)
        if self._announced is not None and size > self._missing:
            self._fail(Failure.EXCESS, "bytes after the end of the body")
            size = self._missing
        if size > self._room:
            self._fail(Failure.TOO_LARGE, f"more than {self._limit} bytes")
            size = self._room
        self._missing -= size
        self._room -= size
        if size:
            self._pieces.append(bytes(body[:size]))

    def _end(self) -> None:
        if self._announced is not None and self._missing and not self._head:
            self._fail(Failure.TRUNCATED, f"{self._missing} bytes short of the declared length")
            return
        self.complete = True
        self.finished.set()

    def _fail(self, failure: Failure, detail: str) -> None:
        self.failure, self.detail = failure, detail
        self.finished.set()


def _scope(sending: Sending) -> Message:
    target = sending.target.encode()
    path, _, query = target.partition(b"?")
    fields = [(name.lower().encode(), value.encode()) for name, value in sending.fields]
    if not any(name == b"host" for name, _ in fields):
        fields = [(b"host", each.encode()) for each in hosts_of(sending.hosts, _HOST)] + fields
    if sending.chunked:
        fields.append((b"transfer-encoding", b"chunked"))
    elif sending.body is not None or sending.method not in BODILESS_METHODS:
        fields.append((b"content-length", str(len(sending.body or b"")).encode()))
    return {
        "type": "http",
        "asgi": _VERSIONS,
        "http_version": "1.1",
        "method": sending.method,
        "scheme": "http",
        "path": unquote(path.decode()),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": fields,
        "client": _CLIENT,
        "server": _SERVER,
        "extensions": {},
    }
