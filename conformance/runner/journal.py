"""The journal: the append-only record of a run, one JSON object a line."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self, TypeVar

import msgspec
from msgspec.structs import replace

from conformance.model.errors import JournalError, UsageError
from conformance.model.events import (
    JOURNAL_VERSION,
    AnyEvent,
    DoubtRaised,
    Event,
    ExchangeEnded,
    FindingMade,
    Paced,
    RequestSent,
    RunEnded,
    RunStarted,
)
from conformance.runner.redaction import redactor

FILE_NAME = "journal.ndjson"

LAST_SECOND = 253_402_300_799.0
"""The end of the year 9999, beyond which no date can be told."""

E = TypeVar("E", bound=Event)

URGENT = (RunStarted, RequestSent, ExchangeEnded, Paced, RunEnded)
"""What must be in the file before the run goes on, so that whoever kills it finds there what it did."""


class Sink(Protocol):
    """Where a run puts its events."""

    def append(self, event: E) -> E:
        """Record an event; returns it with its place and time."""
        ...


class Journal:
    """Writes events to a file; what was sent and what came back is flushed as soon as it is written.

    The texts of findings, doubts and of the end are redacted: they may hold what a target sent.

    Raises:
        UsageError: the file cannot be written.

    """

    def __init__(self, path: Path, secret: str = "") -> None:
        self._encoder = msgspec.json.Encoder()
        self._redactor = redactor(secret)
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
        self._file.write(self._encoded(self._shown(stamped)) + b"\n")
        if isinstance(stamped, URGENT):
            self._file.flush()
        return stamped

    def _shown(self, event: E) -> E:
        match event:
            case FindingMade():
                return replace(event, finding=self._redactor.texts_of(event.finding))
            case DoubtRaised():
                return replace(event, doubt=self._redactor.texts_of(event.doubt))
            case RunEnded():
                return self._redactor.texts_of(event)
            case _:
                return event

    def _encoded(self, event: Event) -> bytes:
        try:
            return self._encoder.encode(event)
        except UnicodeEncodeError:
            # A lone surrogate in the text of a finding: what a target sent may hold one, UTF-8 cannot.
            return self._encoder.encode(_encodable(msgspec.to_builtins(event)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
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
                    break
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
    if not 0 <= event.time <= LAST_SECOND:
        raise JournalError(f"{path} line {number}: {event.time:g} is no time")
    if event.seq != previous + 1:
        raise JournalError(f"{path} line {number}: event {event.seq} follows {previous}: lines are missing")


def _encodable(value: object) -> object:
    """Return JSON data with lone surrogates written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list | tuple) else value
