"""The journal: the append-only record of a run, one JSON object a line."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, TypeVar

import msgspec
from msgspec.structs import replace

from conformance.model.errors import JournalError, UsageError
from conformance.model.events import JOURNAL_VERSION, AnyEvent, Event, RunStarted

FILE_NAME = "journal.ndjson"

E = TypeVar("E", bound=Event)


class Sink(Protocol):
    """Where a run puts its events."""

    def append(self, event: E) -> E:
        """Record an event; returns it with its place and time."""
        ...


class Journal:
    """Writes events to a file, each flushed as soon as it is written.

    Raises:
        UsageError: the file cannot be written.

    """

    def __init__(self, path: Path) -> None:
        self._encoder = msgspec.json.Encoder()
        self._count = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: BinaryIO = path.open("wb")
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror}", "name another folder with --out") from error

    def append(self, event: E) -> E:
        """Write an event, with its place and the time."""
        self._count += 1
        stamped = replace(event, seq=self._count, time=time.time())
        self._file.write(self._encoder.encode(stamped) + b"\n")
        self._file.flush()
        return stamped

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> "Journal":
        """Return the journal."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()


class MemorySink:
    """Keeps events in a list, for runs whose record nobody reads from a file."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []

    def append(self, event: E) -> E:
        """Keep an event, with its place and the time."""
        stamped = replace(event, seq=len(self.events) + 1, time=time.time())
        self.events.append(stamped)  # type: ignore[arg-type]
        return stamped


def read_journal(path: Path) -> Iterator[AnyEvent]:
    """Yield the events of a journal. A last line that is torn, as a killed run leaves it, is left out.

    Raises:
        JournalError: the file cannot be read, is no journal, is of another version, or is damaged before its end.

    """
    path = path / FILE_NAME if path.is_dir() else path
    try:
        lines = path.open("rb")
    except OSError as error:
        remedy = "name the folder of a run (its --out)"
        raise JournalError(f"cannot read {path}: {error.strerror}", remedy) from error
    decoder = msgspec.json.Decoder(AnyEvent)
    with lines:
        previous = 0
        for number, line in enumerate(lines, 1):
            try:
                event = decoder.decode(line)
            except msgspec.DecodeError as error:
                if not line.endswith(b"\n"):
                    return
                raise JournalError(f"{path} line {number} is no event of a journal: {error}") from error
            _check(event, number, previous, path)
            previous = event.seq
            yield event
        if previous == 0:
            raise JournalError(f"{path} is empty", "the run ended before it began: run it again")


def _check(event: AnyEvent, number: int, previous: int, path: Path) -> None:
    if number == 1:
        if not isinstance(event, RunStarted):
            raise JournalError(f"{path} does not begin with run.started: it is no journal, or not a whole one")
        if event.journal_version != JOURNAL_VERSION:
            found = event.journal_version
            raise JournalError(f"{path} is of version {found}, this suite reads version {JOURNAL_VERSION}")
    if event.seq != previous + 1:
        raise JournalError(f"{path} line {number}: event {event.seq} follows {previous}: lines are missing")
