"""The mock on a socket: in the foreground for a person, in a thread for a run."""

import asyncio
import logging
import signal
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Self, TypeAlias, cast

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from conformance.mock.transmission import TRANSPORT, Message, Receive, Send
from conformance.model.errors import UsageError, os_errors_as

App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

LOOPBACK = "127.0.0.1"
BACKLOG = 2048
HIGHEST_PORT = 65_535
STARTUP_SECONDS = 10.0
SHUTDOWN_SECONDS = 5.0


GATHERED = 65_536
"""How many bytes wait at most to be written together."""


class _Gathered:
    """A transport that writes what one turn of the event loop gives it in one piece, as most servers do.

    uvicorn writes header section and body one after the other: two segments, and two wake-ups of a client. An
    application that is about to write a whole response says so with `hold`, and writes it with `flush`: the event loop
    need not turn once more for it.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._pieces: list[bytes] = []
        self._size = 0
        self._held = False
        # Asked for with each response, and looked up there for whatever else a transport has.
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever a transport has)
        """Return what the transport has."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write bytes, at the end of this turn, or at once where they are many: the transport says when to wait."""
        if not self._pieces and not self._held:
            asyncio.get_running_loop().call_soon(self._write)
        self._pieces.append(data)
        self._size += len(data)
        if self._size > GATHERED:
            self._write()

    def hold(self) -> None:
        """Keep what is written from now on until `flush`, or until there is much of it."""
        self._held = True

    def flush(self) -> None:
        """Write what was kept."""
        self._held = False
        self._write()

    def write_eof(self) -> None:
        """End the stream behind what was written."""
        self._write()
        self._transport.write_eof()

    def close(self) -> None:
        """Close the transport when all is written."""
        self._write()
        self._transport.close()

    def abort(self) -> None:
        """Break the connection behind what was written."""
        self._write()
        self._transport.abort()

    def _write(self) -> None:
        pieces, self._pieces, self._size = self._pieces, [], 0
        if pieces:
            self._transport.write(b"".join(pieces))


def _connection_made(protocol: Any, connection: asyncio.Transport) -> None:  # noqa: ANN401 (one of two classes)
    """Hand the connection over to the application, which may have to break it."""
    transport = _Gathered(connection)
    AutoHTTPProtocol.connection_made(protocol, transport)  # type: ignore[arg-type]
    app: App = protocol.app

    async def with_transport(scope: Message, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[TRANSPORT] = transport
        await app(scope, receive, send)

    protocol.app = with_transport


_Protocol = type("_Protocol", (AutoHTTPProtocol,), {"connection_made": _connection_made})


class _Server(uvicorn.Server):
    """A server that stops at once when it is told to, whatever is still in flight."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    ready: threading.Event


def serve(app: App, host: str = LOOPBACK, port: int = 0, announce: Callable[[str], None] | None = None) -> None:
    """Serve `app` in the foreground until Ctrl-C or SIGTERM, then return.

    `announce` is called with the URL as soon as connections are taken; port 0 takes a free one.

    Raises:
        UsageError: the address cannot be listened on.

    """
    listening = listen(host, port)
    server = _server(app)
    # uvicorn shuts down on either signal and then raises it again, for programs that want to know of it.
    in_main_thread = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _interrupt) if in_main_thread else None
    try:
        if announce is not None:
            announce(_url(listening))
        server.run([listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
        if in_main_thread:
            signal.signal(signal.SIGTERM, before)


class BackgroundServer:
    """`app` on a free port of this machine, in a thread of its own, for as long as the context lasts."""

    def __init__(self, app: App, port: int = 0) -> None:
        self._app = app
        self._port = port
        self._thread: threading.Thread | None = None
        self._problem: BaseException | None = None
        self.url = ""
        """Where the server is reached; empty outside the context."""

    def __enter__(self) -> Self:
        """Start the server and wait until it takes connections.

        Raises:
            UsageError: the address cannot be listened on.
            RuntimeError: the application does not start.

        """
        listening = listen(LOOPBACK, self._port)
        self._server = _server(self._app)
        self._thread = threading.Thread(target=self._run, args=(listening,), name="conformance-mock", daemon=True)
        self._thread.start()
        if not self._server.ready.wait(STARTUP_SECONDS) or self._problem is not None or not self._server.started:
            self._stop()
            listening.close()
            message = f"the mock server did not start: {self._problem or 'its start-up failed'}"
            raise RuntimeError(message) from self._problem
        self.url = _url(listening)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server and wait until it has."""
        self._stop()
        self.url = ""

    def _run(self, listening: socket.socket) -> None:
        try:
            self._server.run([listening])
        except BaseException as error:  # noqa: BLE001 (handed on to the thread that waits)
            self._problem = error
        finally:
            listening.close()
            self._server.ready.set()

    def _stop(self) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(STARTUP_SECONDS + SHUTDOWN_SECONDS)
            self._thread = None


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port`; 0 takes a free port.

    Raises:
        UsageError: the address cannot be listened on.

    """
    if not 0 <= port <= HIGHEST_PORT:
        raise UsageError(
            f"cannot listen on {host}:{port}: there is no such port", "name another --port, 0 for a free one"
        )
    with os_errors_as(UsageError, f"cannot listen on {host}", "name another --host"):
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        problem = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"cannot listen on {host}:{port}: {problem}", "name another --port, 0 for a free one"
        ) from error
    return listening


def _server(app: App) -> _Server:
    # Its own logger stays silent: a fault that breaks connections off is no news, and reports go to the caller.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
    config = uvicorn.Config(
        cast("Any", app),
        http=_Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
        backlog=BACKLOG,
    )
    server = _Server(config)
    server.ready = threading.Event()
    return server


def _url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
