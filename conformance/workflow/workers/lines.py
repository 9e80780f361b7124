"""Lines: connections between a run and the workers of a cluster, bounded in time and in size."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge

from conformance.workflow.time_limit import unless_done

CONNECT_SECONDS = 10

PROOF_SECONDS = 10
"""How long a worker has for all that proves that it belongs to the run, from when the run attends to it."""

TURN_SECONDS = 30
"""How long a worker waits for the run to attend to it, and to prove the same."""

IDLE_SECONDS, PROBE_SECONDS, PROBES = 20, 10, 4
GONE_SECONDS = IDLE_SECONDS + PROBES * PROBE_SECONDS
"""After so long without a sign of the machine at the other end, a line is closed: a minute."""

PIECE_BYTES = 250_000
MOST_BYTES = 1_000_000
"""The largest message: what may be larger comes in pieces."""

WORD_BYTES = 64
"""The largest message of an end that has yet to say which part it is for."""


class Line:
    """One end of a connection between a run and a worker.

    Receiving and sending raise OSError or EOFError where the line is closed, and where the machine at the other end has
    given no sign for `GONE_SECONDS`.
    """

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(None)
        _keep_alive(connected)
        self._socket = connected
        self._line = Connection(os.dup(connected.fileno()))

    def prove(self, secret: bytes, *, asks: bool) -> None:
        """See that both ends have the secret; the end that `asks` is that of the run.

        Raises:
            OSError: the other end has not, or has not proved it in time.

        """
        try:
            with self.within(PROOF_SECONDS if asks else TURN_SECONDS):
                for step in (deliver_challenge, answer_challenge) if asks else (answer_challenge, deliver_challenge):
                    step(self._line, secret)
        except (AuthenticationError, AssertionError, EOFError, ValueError) as error:
            raise ConnectionError("the other end does not belong to the run") from error

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Close the line unless the context ends within so many seconds."""
        with unless_done(seconds, self.cut):
            yield

    def send(self, message: bytes) -> None:
        """Send a message."""
        self._line.send_bytes(message)

    def receive(self, most: int = MOST_BYTES) -> bytes:
        """Return the next message, of at most so many bytes."""
        return self._line.recv_bytes(most)

    def cut(self) -> None:
        """End the connection: whoever receives from it or sends to it, at either end, notices."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close this end, which nobody uses any more."""
        self._line.close()
        self._socket.close()


@contextmanager
def line_to(address: tuple[str, int], secret: bytes) -> Iterator[Line]:
    """Connect to a run, and prove to belong to it.

    Raises:
        OSError: it cannot be reached, or is another one.

    """
    line = Line(socket.create_connection(address, CONNECT_SECONDS))
    try:
        line.prove(secret, asks=False)
        yield line
    finally:
        line.close()


def pieces(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield what there is to read in pieces, and an empty one as the last."""
    while piece := read(PIECE_BYTES):
        yield piece
    yield b""


def _keep_alive(connected: socket.socket) -> None:
    """Have the system notice that the machine at the other end is gone, be there something on its way or not."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in (
        ("TCP_KEEPIDLE", IDLE_SECONDS),
        ("TCP_KEEPALIVE", IDLE_SECONDS),  # its name on macOS
        ("TCP_KEEPINTVL", PROBE_SECONDS),
        ("TCP_KEEPCNT", PROBES),
        ("TCP_USER_TIMEOUT", GONE_SECONDS * 1000),
    ):
        if option := getattr(socket, name, None):
            connected.setsockopt(socket.IPPROTO_TCP, option, value)
