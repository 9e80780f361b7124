"""How a server can be hostile: what it sends in answer to a request, byte for byte, and when it goes on or stops."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle

import msgspec

SECONDS = 3.0
"""How long a hostile answer goes on, unless the client hangs up: longer than the client waits."""

Behaviour = Callable[[socket.socket], None]

FAILED, INCONCLUSIVE = frozenset({1}), frozenset({3})
"""A requirement of strength must fails, or none does and a limit has ended the run: of requests, a body or a wait."""


class HostileServer(msgspec.Struct, frozen=True):
    """A server, and what a run against it comes to.

    `does` completes "the server ..."; `behave` makes what it does to each connection; `status` is the exit status that
    the documents promise. A `remote` one is reached by the name of a host that is not this machine.
    """

    name: str
    does: str
    behave: Callable[[], Behaviour]
    status: frozenset[int] = FAILED
    options: tuple[str, ...] = ()
    remote: bool = False


def head(*fields: str, status: str = "200 OK") -> bytes:
    """Return a header section."""
    return f"HTTP/1.1 {status}\r\n{''.join(f'{each}' + chr(13) + chr(10) for each in fields)}\r\n".encode("latin-1")


def whole(body: bytes, *fields: str, status: str = "200 OK") -> bytes:
    """Return a response with its length."""
    kind = "Content-Type: application/json"
    return head(kind, f"Content-Length: {len(body)}", *fields, status=status) + body


def says(*pieces: bytes) -> Behaviour:
    """Return the behaviour that sends some bytes and closes."""

    def behave(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return behave


def floods(first: bytes, again: bytes) -> Behaviour:
    """Return the behaviour that sends `first`, and then `again` until the client hangs up."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            connection.sendall(again)

    return behave


def drips(first: bytes, again: bytes) -> Behaviour:
    """Return the behaviour that sends `again` slowly."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            connection.sendall(again)
            time.sleep(0.05)

    return behave


def hangs(first: bytes) -> Behaviour:
    """Return the behaviour that sends something and then nothing."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        connection.settimeout(SECONDS)
        with suppress(TimeoutError):
            while connection.recv(65_536):
                pass

    return behave


def resets(first: bytes) -> Behaviour:
    """Return the behaviour that sends something and resets the connection."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(first)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def says_one_of(*responses: bytes) -> Behaviour:
    """Return the behaviour that sends one response after another, a different one to each connection, and closes."""
    turn = cycle(responses)
    return lambda connection: connection.sendall(next(turn))


@contextmanager
def serving(behaviour: Behaviour) -> Iterator[str]:
    """Serve; every request, as far as it is there, is met with the behaviour. Give the URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:

        def meet(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(SECONDS)
                connection.recv(65_536)
                behaviour(connection)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=meet, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
