"""Peers: the workers of a cluster as a run sees them, each with threads of its own: none keeps another waiting."""

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TypeAlias

from conformance.workflow.setup.options import RunOptions
from conformance.workflow.workers.lines import PROOF_SECONDS, WORD_BYTES, Line, pieces
from conformance.workflow.workers.messages import Sent, decoded, encoded_options

STOP = b"stop"

MOST_UNPROVEN = 50
"""How many connections may be about to prove that they belong to the run; others wait."""

MOST_WAITING = 100
"""How many messages may wait to be taken: workers that are faster wait."""


class Arrived:
    """A worker asks for its part."""


class Gone:
    """A worker is gone, or has sent what is no message."""


Heard: TypeAlias = Sent | Arrived | Gone


class Peer:
    """A worker that has proved that it belongs to the run, and asks for the part `number`."""

    def __init__(self, line: Line, number: int) -> None:
        self.number = number
        self.stopped = False
        """Whether it was asked to end."""
        self._line = line
        self._outgoing: queue.SimpleQueue[Iterator[bytes] | None] = queue.SimpleQueue()
        self._sending = threading.Thread(target=self._send, name="conformance-peer", daemon=True)
        self._sending.start()

    def give(self, options: RunOptions, journal: Path) -> None:
        """Give it its part, and the journal of whoever began it; that file must stay as it is meanwhile."""
        self._outgoing.put(_job(options, journal))

    def stop(self) -> None:
        """Ask it to end in order."""
        self.stopped = True
        self._outgoing.put(iter([STOP]))

    def cut(self) -> None:
        """End the connection, at once."""
        self._line.cut()
        self._outgoing.put(None)

    def close(self) -> None:
        """End the connection, from the thread that receives."""
        self.cut()
        self._sending.join()

    def receive(self) -> Sent:
        """Return the next message; raises ValueError where it is none, else as `Line`."""
        return decoded(self._line.receive())

    def _send(self) -> None:
        with suppress(OSError):
            while (messages := self._outgoing.get()) is not None:
                for message in messages:
                    self._line.send(message)
        self._line.cut()


class Peers:
    """Takes the connections of workers at `host`; all that they tell comes out of `hear`."""

    def __init__(self, host: str, secret: bytes) -> None:
        self._secret = secret
        self._listening = socket.create_server((host, 0))
        self.port = int(self._listening.getsockname()[1])
        self._heard: queue.Queue[tuple[Peer, Heard]] = queue.Queue(MOST_WAITING)
        self._unproven = threading.Semaphore(MOST_UNPROVEN)
        self._lines: set[Line] = set()
        self._closed = False
        threading.Thread(target=self._accept, name="conformance-peers", daemon=True).start()

    def hear(self, seconds: float) -> tuple[Peer, Heard] | None:
        """Return what a peer tells, None where none does for so many seconds."""
        with suppress(queue.Empty):
            return self._heard.get(timeout=seconds)
        return None

    def close(self) -> None:
        """Take no more connections, and end those that there are."""
        self._closed = True
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes who waits for the next one
        self._listening.close()
        for each in list(self._lines):
            each.cut()
        while self.hear(0):
            pass  # whoever waits to tell something goes on

    def _accept(self) -> None:
        while not self._closed:
            self._unproven.acquire()
            try:
                connected, _ = self._listening.accept()
            except OSError:  # it was gone before it was accepted, or nobody is accepted any more
                self._unproven.release()
            else:
                threading.Thread(target=self._attend, args=(connected,), name="conformance-peer", daemon=True).start()

    def _attend(self, connected: socket.socket) -> None:
        """Hear what one peer tells, to its end."""
        with ExitStack() as stack, suppress(EOFError, OSError, ValueError):
            with ExitStack() as proving:
                proving.callback(self._unproven.release)
                stack.callback(connected.close)
                line = Line(connected)
                stack.callback(line.close)
                self._lines.add(line)
                stack.callback(self._lines.discard, line)
                line.prove(self._secret, asks=True)
                with line.within(PROOF_SECONDS):
                    peer = Peer(line, int(line.receive(WORD_BYTES)))
            stack.callback(peer.close)
            stack.callback(self._tell, peer, Gone())
            self._tell(peer, Arrived())
            while not self._closed:
                self._tell(peer, peer.receive())

    def _tell(self, peer: Peer, heard: Heard) -> None:
        if not self._closed:
            self._heard.put((peer, heard))


def _job(options: RunOptions, journal: Path) -> Iterator[bytes]:
    yield encoded_options(options)
    if not journal.is_file():
        yield b""
        return
    with journal.open("rb") as file:
        yield from pieces(file.read)
