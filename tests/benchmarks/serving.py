"""A server that counts what it gets, the reference one or one with a planted fault; for a process of its own as well.

It answers as `conformance mock` does without options: a new object has null where the documentation says that a value
comes later. The reference server of the tests fills those places in turn, so that each answer has some notes.

That process prints its URL. For each line that it reads it prints the counts; the line `begin` sets them to zero. It
ends with its standard input.
"""

import sys
import time
from typing import Any

import msgspec

from conformance.contract.contract import Contract, load_contract
from conformance.mock.app import reference_app
from conformance.mock.server import BackgroundServer

from .planted import FAULTS, Faulty, planted

KEY = "conformance-local-key"
BEGIN = "begin"


class Counts(msgspec.Struct, frozen=True):
    """How many requests a server got in how many seconds, and by which request and second its fault was met."""

    requests: int
    seconds: float
    met: tuple[int, float] | None = None


class Counter:
    """A server which counts what it gets and notes when its fault is met first; without a fault it is right."""

    def __init__(self, faulty: Faulty | None = None, contract: Contract | None = None) -> None:
        contract = contract or load_contract()
        self._faulty = faulty
        self._app = (
            planted(self._fails, contract)
            if faulty is not None
            else reference_app(contract, key=KEY, responses="fresh")
        )
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._begun = time.monotonic()
        self.requests = 0
        self.met: tuple[int, float] | None = None

    def _fails(self, body: Any) -> bool:
        found = self._faulty is not None and self._faulty(body)
        if found and self.met is None:
            self.met = (self.requests, self.elapsed())
        return found

    def elapsed(self) -> float:
        """Return for how many seconds it has counted."""
        return time.monotonic() - self._begun

    def counts(self) -> Counts:
        """Return what was counted."""
        return Counts(self.requests, self.elapsed(), self.met)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve."""
        self.requests += scope["type"] == "http"
        await self._app(scope, receive, send)


def main() -> None:
    """Serve until the standard input ends."""
    server = Counter(FAULTS[sys.argv[1]][0] if len(sys.argv) > 1 else None)
    with BackgroundServer(server) as at:
        _say(at.url.encode())
        for line in sys.stdin:
            if line.strip() == BEGIN:
                server.begin()
            _say(msgspec.json.encode(server.counts()))


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()
