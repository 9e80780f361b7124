"""The journal: the append-only record of a run, one JSON object a line."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol, Self, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from conformance.journal import events
from conformance.journal.events import JOURNAL_VERSION, AnyEvent, Event
from conformance.journal.lines import decoded, encodable, seal, sealed
from conformance.journal.packing import (
    TEXTS,
    TOGETHER,
    FindingsTogether,
    SharedFindings,
    packed,
)
from conformance.journal.reading import Damage, read_all
from conformance.journal.redaction import Redaction
from conformance.model.case import KEY
from conformance.model.errors import RunStoppedError, UsageError, os_errors_as
from conformance.model.finding import Finding

E = TypeVar("E", bound=Event)

Mirror: TypeAlias = Callable[[bytes], object]
"""Is given lines of a journal in their order; raises OSError where it cannot take them."""

Follower: TypeAlias = Callable[[int, bytearray, tuple[AnyEvent, ...]], object]
"""Is given each line of a journal by its number, to be looked at now, and the events that whoever reads it gets."""

SYNC_SECONDS = 0.5
"""How often what was written is made to survive a failure of the machine as well."""

DEFERRED = frozenset(
    {
        events.ClientEnded,
        events.Judged,
        events.FindingMade,
        events.DoubtRaised,
        events.PhaseEnded,
        events.Creation,
    }
)
"""What may wait in the buffer; all else must be in the file before the run goes on: whoever kills it finds there what
it did. The end of the exchange that has created follows a creation at once."""

AS_THEY_ARE = frozenset({events.RequestSent, events.ExchangeEnded, events.Judged, events.Creation})
"""What nothing is redacted in here: who made it has seen to that. They are most events."""


class Sink(Protocol):
    """Where a run puts its events."""

    def append(self, event: E) -> E:
        """Record an event; returns it with its place and time."""
        ...

    def append_all(self, made: Sequence[events.FindingMade | events.DoubtRaised]) -> None:
        """Record what was found on one exchange, in its order."""
        ...


class Journal:
    """Writes events to a file; what was sent and what came back is flushed as soon as it is written.

    That outlives the end of this process, however it comes; for the end of the machine the file is synchronised with
    the disk every `SYNC_SECONDS`. The texts of findings, doubts and of the end are redacted: they may hold what a
    target sent. With `resume` the events go behind those that are there, and a torn last line is cut off; without it a
    file that is there is replaced. `damaged` is as in `read_journal`. `mirror` gets all lines as they are flushed,
    `follower` those that are not copied as they are written. The caller holds the lock of the folder.

    Raises:
        UsageError: the file cannot be written.
        JournalError: with `resume`, the file is no journal.

    """

    def __init__(
        self,
        path: Path,
        secret: str | Redaction = "",
        *,
        resume: bool = False,
        damaged: Damage | None = None,
        mirror: Mirror | None = None,
        follower: Follower | None = None,
    ) -> None:
        self._encoder = msgspec.json.Encoder()
        self._line = bytearray()
        """The line that is being written: one place for all, as copies of long ones cost as much as encoding them."""
        self._redactor = secret if isinstance(secret, Redaction) else Redaction((secret, KEY))
        self._path = path
        self._count, self._version = 0, JOURNAL_VERSION
        self.requests = 0
        """How many requests were recorded here, each before it left."""
        with os_errors_as(UsageError, f"cannot write {path}", "name another folder with --out"):
            path.parent.mkdir(parents=True, exist_ok=True)
            if resume:
                self._count, self._version = _cut_torn_end(path, damaged)
            else:
                path.unlink(missing_ok=True)
            self._file: BinaryIO = open(path, "ab", opener=for_owner)  # noqa: SIM115 (a path has no opener)
        self._findings = SharedFindings()
        self._mirror = mirror
        self._follower = follower
        self._unmirrored: list[bytes] = []
        self._closing = threading.Event()
        self._syncing = threading.Thread(target=self._sync, name="conformance-journal", daemon=True)
        self._syncing.start()

    def append(self, event: E) -> E:
        """Write an event, with its place and the time; one of another journal keeps its own time.

        Raises:
            RunStoppedError: it cannot be written.

        """
        when, kind = event.time or time.time(), type(event)
        if kind in AS_THEY_ARE:
            stamped = replace(event, seq=self._count + 1, time=when)
            self._write(stamped, at_once=kind not in DEFERRED)
            self.requests += kind is events.RequestSent
            return stamped
        shown = self._shared(event, when) if isinstance(event, events.FindingMade) else self._shown(event)
        seq = self._count + 1
        stamped = replace(event, seq=seq, time=when)
        written = stamped if shown is event else replace(shown, seq=seq, time=when)
        self._write(written, at_once=kind not in DEFERRED)
        return stamped

    def append_all(self, made: Sequence[events.FindingMade | events.DoubtRaised]) -> None:
        """Write what was found on one exchange, in as few lines as that takes; raises as `append`."""
        if len(made) < 2 or self._version < TOGETHER:
            for each in made:
                self.append(each)
            return
        together, when = FindingsTogether(), made[0].time or time.time()
        for each in made:
            if isinstance(each, events.FindingMade):
                number = self._told(each, when)
                if not number or not together.joins(each, number):
                    self._write_next(together.begin(self._by_number(each, number)), when)
            else:
                self._write_next(together.line(), when)
                self.append(each)
        self._write_next(together.line(), when)

    def _write_next(self, event: events.FindingMade | None, when: float) -> None:
        if event is not None:
            self._write(replace(event, seq=self._count + 1, time=when))

    def copy(self, begin: bytes, rest: bytes) -> None:
        """Write a line of another journal, not flushed: its place here comes after `begin`; raises as `append`."""
        line = sealed(b"%b%d%b" % (begin, self._count + 1, rest))
        try:
            self._count += 1
            self._file.write(line)
        except OSError as error:
            raise self._unwritable(error) from error

    def number(self, finding: Finding) -> int:
        """Return the number by which lines name a finding, 0 where it was not told yet."""
        return self._findings.number(finding)

    def _shared(self, event: events.FindingMade, when: float) -> events.FindingMade:
        """Return the event of a finding as it is written: one that shows often is told once, and named from then on."""
        return self._by_number(event, self._told(event, when) if self._version >= TEXTS else 0)

    def _by_number(self, event: events.FindingMade, number: int) -> events.FindingMade:
        return replace(event, finding=events.NO_FINDING, shared=number) if number else self._shown(event)

    def _told(self, event: events.FindingMade, when: float) -> int:
        """Return the number of a finding, told now where it was not before; 0 where it has none."""
        if number := self._findings.number(event.finding):
            return number
        if number := self._findings.free:
            finding = self._shown(event).finding
            self._write(events.FindingShared(seq=self._count + 1, time=when, number=number, finding=finding))
            # Only now: Ctrl-C may come before it is written, and what no line defines cannot be read.
            self._findings.share(event.finding)
        return number

    def _write(self, event: Event, *, at_once: bool = False) -> None:
        line, lined, as_it_is = self._line, packed(event, self._version), True
        try:
            self._encoder.encode_into(lined, line)
        except UnicodeEncodeError:
            # A lone surrogate in the text of a finding: what a target sent may hold one, UTF-8 cannot.
            self._encoder.encode_into(encodable(msgspec.to_builtins(lined)), line)
            as_it_is = False
        seal(line)
        try:
            # Only now: a number that Ctrl-C leaves without its line makes the journal unreadable.
            self._count = event.seq
            self._file.write(line)
            if self._mirror is not None:
                self._unmirrored.append(bytes(line))
            if at_once:
                self._flush()
        except OSError as error:
            raise self._unwritable(error) from error
        if self._follower is not None:
            read = event if as_it_is else decoded(bytes(line))
            self._follower(event.seq, line, self._findings.resolved(read))  # type: ignore[arg-type]

    def flush(self) -> None:
        """See that all events are in the file; raises as `append`."""
        try:
            self._flush()
        except OSError as error:
            raise self._unwritable(error) from error

    def _flush(self) -> None:
        self._file.flush()
        if self._mirror is not None and self._unmirrored:
            self._mirror(b"".join(self._unmirrored))
            self._unmirrored.clear()

    def _unwritable(self, error: OSError) -> RunStoppedError:
        return RunStoppedError(f"cannot write {self._path}: {error.strerror or error}")

    def _sync(self) -> None:
        synced = 0
        while not self._closing.wait(SYNC_SECONDS):
            if self._count != synced:
                synced = self._count
                with suppress(OSError):  # who writes or closes next is told
                    self._file.flush()
                    os.fsync(self._file.fileno())

    def _shown(self, event: E) -> E:
        match event:
            case events.FindingMade():
                return replace(event, finding=self._redactor.finding(event.finding))
            case events.DoubtRaised():
                return replace(event, doubt=self._redactor.doubt(event.doubt))
            case events.ClientEnded():
                return self._redactor.texts_of(event, "returned", "raised", "message", "trouble")
            case events.RunEnded() | events.Removal():
                return self._redactor.texts_of(event, "reason")
            case events.RunStarted():
                options = {k: self._redactor.text(v) for k, v in event.options.items()}
                return replace(event, options=options, journal_version=self._version)
            case _:
                return event

    def close(self) -> None:
        """Synchronise and close the file; raises as `append`."""
        if self._file.closed:
            return
        self._closing.set()
        self._syncing.join()
        try:
            self._flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            with suppress(OSError):
                self._file.close()

    def __enter__(self) -> Self:
        """Return the journal."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Close the file; where there is an error on its way already, that one counts."""
        with suppress(*([] if kind is None else [RunStoppedError])):
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

    def append_all(self, made: Sequence[events.FindingMade | events.DoubtRaised]) -> None:
        """Keep what was found on one exchange."""
        for each in made:
            self.append(each)


def for_owner(path: str, flags: int) -> int:
    """Open a file that only its owner may read where it is new: it holds what a target sent."""
    return os.open(path, flags, 0o600)


def _cut_torn_end(path: Path, damaged: Damage | None) -> tuple[int, int]:
    """Cut a torn last line off; returns the number of the last event, and the version of the journal."""
    last = at = version = 0
    for place, line, _ in read_all(path, damaged):
        last, at = max(last, line.seq), place
        if isinstance(line, events.RunStarted):
            version = version or line.journal_version
    with path.open("r+b") as file:
        file.seek(at)
        whole = file.readline().removesuffix(b"\n") + b"\n"
        file.seek(at)
        file.write(whole)
        # Lines behind it are damaged, or the last one is torn.
        for behind in file:
            at = file.tell() - len(behind)
            if not behind.endswith(b"\n"):
                file.truncate(at)
    return last, version
