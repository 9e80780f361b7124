"""The journal: the append-only record of a run, one JSON object a line."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol, Self, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace

from conformance.journal import events
from conformance.journal.events import JOURNAL_VERSION, READ_VERSIONS, AnyEvent, AnyLine, Event
from conformance.journal.lines import decoded, encodable, sealed
from conformance.journal.packing import MOST_TOGETHER, TEXTS, SharedFindings, length_of_long_body, packed
from conformance.journal.redaction import Redaction
from conformance.model.case import KEY
from conformance.model.errors import JournalError, RunStoppedError, UsageError, os_errors_as
from conformance.model.finding import Finding

FILE_NAME = "journal.ndjson"

LAST_SECOND = 253_402_300_799.0
"""The end of the year 9999, beyond which no date can be told."""

E = TypeVar("E", bound=Event)

Damage: TypeAlias = Callable[[str], object]
"""Is told of each line that cannot be read."""

Took: TypeAlias = Callable[[bytes, int], bool]
"""Takes a line as it is, given the number of the event before it, or tells that it does not."""

Mirror: TypeAlias = Callable[[bytes], object]
"""Is given lines of a journal in their order; raises OSError where it cannot take them."""

SYNC_SECONDS = 0.5
"""How often what was written is made to survive a failure of the machine as well."""

DEFERRED = (events.ClientEnded, events.Judged, events.FindingMade, events.DoubtRaised, events.PhaseEnded)
"""What may wait in the buffer; all else must be in the file before the run goes on: whoever kills it finds there what
it did."""


class Sink(Protocol):
    """Where a run puts its events."""

    def append(self, event: E) -> E:
        """Record an event; returns it with its place and time."""
        ...


class Journal:
    """Writes events to a file; what was sent and what came back is flushed as soon as it is written.

    That outlives the end of this process, however it comes; for the end of the machine the file is synchronised with
    the disk every `SYNC_SECONDS`. The texts of findings, doubts and of the end are redacted: they may hold what a
    target sent. With `resume` the events go behind those that are there, and a torn last line is cut off; without it a
    file that is there is replaced. `damaged` is as in `read_journal`. `mirror` gets all lines as they are flushed. The
    caller holds the lock of the folder.

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
    ) -> None:
        self._encoder = msgspec.json.Encoder()
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
        self._unmirrored: list[bytes] = []
        self._closing = threading.Event()
        self._syncing = threading.Thread(target=self._sync, name="conformance-journal", daemon=True)
        self._syncing.start()

    def append(self, event: E) -> E:
        """Write an event, with its place and the time; one of another journal keeps its own time.

        Raises:
            RunStoppedError: it cannot be written.

        """
        when = event.time or time.time()
        shown = self._shared(event, when) if isinstance(event, events.FindingMade) else self._shown(event)
        self._count += 1
        stamped = replace(event, seq=self._count, time=when)
        written = stamped if shown is event else replace(shown, seq=self._count, time=when)
        self._write(written, at_once=not isinstance(event, DEFERRED))
        self.requests += isinstance(event, events.RequestSent)
        return stamped

    def copy(self, begin: bytes, rest: bytes) -> None:
        """Write a line of another journal, not flushed: its place here comes after `begin`; raises as `append`."""
        self._count += 1
        try:
            self._file.write(sealed(b"%b%d%b" % (begin, self._count, rest)))
        except OSError as error:
            raise self._unwritable(error) from error

    def number(self, finding: Finding) -> int:
        """Return the number by which lines name a finding, 0 where it was not told yet."""
        return self._findings.number(finding)

    def _shared(self, event: events.FindingMade, when: float) -> events.FindingMade:
        """Return the event of a finding as it is written: one that shows often is told once, and named from then on."""
        if self._version < TEXTS:
            return self._shown(event)
        if number := self._findings.number(event.finding):
            return replace(event, finding=events.NO_FINDING, shared=number)
        shown = self._shown(event)
        if not (number := self._findings.share(event.finding)):
            return shown
        self._count += 1
        self._write(events.FindingShared(seq=self._count, time=when, number=number, finding=shown.finding))
        return replace(shown, finding=events.NO_FINDING, shared=number)

    def _write(self, event: Event, *, at_once: bool = False) -> None:
        line = sealed(self._encoded(packed(event, self._version)))
        try:
            self._file.write(line)
            if self._mirror is not None:
                self._unmirrored.append(line)
            if at_once:
                self._flush()
        except OSError as error:
            raise self._unwritable(error) from error

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

    def _encoded(self, event: Event) -> bytes:
        try:
            return self._encoder.encode(event)
        except UnicodeEncodeError:
            # A lone surrogate in the text of a finding: what a target sent may hold one, UTF-8 cannot.
            return self._encoder.encode(encodable(msgspec.to_builtins(event)))

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


def read_journal(path: Path, damaged: Damage | None = None) -> Iterator[AnyEvent]:
    """Yield the events of a journal. A last line that is torn, as a killed run leaves it, is left out.

    With `damaged` a line that cannot be read is reported there and left out; the first one has to be right.

    Raises:
        JournalError: the file cannot be read, is no journal, is of another version, or is damaged before its end.

    """
    return (event for _, event in read_placed(path, damaged))


def read_placed(path: Path, damaged: Damage | None = None) -> Iterator[tuple[int, AnyEvent]]:
    """Yield the events of a journal, each with the place in the file where it begins; raises as `read_journal`."""
    return ((place, event) for place, _, event in _read_lines(path, damaged) if event is not None)


def read_lines(path: Path, took: Took) -> Iterator[tuple[AnyLine, AnyEvent | None]]:
    """Yield each line of a journal that `took` does not take, and the event that it stands for; as `read_journal`."""
    return ((told, event) for _, told, event in _read_lines(path, None, took))


def _read_lines(
    path: Path, damaged: Damage | None, took: Took = lambda *_: False
) -> Iterator[tuple[int, AnyLine, AnyEvent | None]]:
    """Yield each line of a journal with its place, and the event that it stands for; raises as `read_journal`."""
    path = path / FILE_NAME if path.is_dir() else path
    with os_errors_as(JournalError, f"cannot read {path}", "name the folder of a run (its --out)"):
        lines = path.open("rb")
    with lines:
        previous = place = long = 0
        shared = SharedFindings()
        for number, line in enumerate(lines, 1):
            if previous and took(line, previous):
                previous += 1
                place += len(line)
                continue
            try:
                told = decoded(line)
                _check(told, number, None if damaged else previous, path)
                event = shared.resolved(told)
            except ValueError as error:
                if not line.endswith(b"\n"):
                    break
                _report(JournalError(f"{path} line {number} {error}", DAMAGED if number > 1 else ""), number, damaged)
                # It may have defined a finding anew.
                shared = SharedFindings()
            except JournalError as error:
                _report(error, number, damaged)
            else:
                previous = told.seq
                long += length_of_long_body(told)
                if long > MOST_TOGETHER:
                    raise JournalError(f"{path} has request bodies of more than {MOST_TOGETHER:,} bytes", TOO_LARGE)
                yield place, told, event
            place += len(line)
        if previous == 0:
            raise JournalError(f"{path} is empty", "the run did not start; run it again")


TOO_LARGE = "restore the file, or run again without --profile full"
DAMAGED = "restore the file; `conformance cleanup` still removes what its other lines record"


def _report(error: JournalError, number: int, damaged: Damage | None) -> None:
    if damaged is None or number == 1:
        raise error
    damaged(error.problem)


def for_owner(path: str, flags: int) -> int:
    """Open a file that only its owner may read where it is new: it holds what a target sent."""
    return os.open(path, flags, 0o600)


def _cut_torn_end(path: Path, damaged: Damage | None) -> tuple[int, int]:
    """Cut a torn last line off; returns the number of the last event, and the version of the journal."""
    last = at = version = 0
    for place, line, _ in _read_lines(path, damaged):
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


def _check(event: AnyLine, number: int, previous: int | None, path: Path) -> None:
    if number == 1:
        if not isinstance(event, events.RunStarted):
            raise JournalError(f"{path} does not begin with run.started; it is not a complete journal")
        if event.journal_version not in READ_VERSIONS:
            found, known = event.journal_version, " and ".join(map(str, READ_VERSIONS))
            raise JournalError(f"{path} is of version {found}; this suite reads versions {known}")
    if not 0 <= event.time <= LAST_SECOND:
        raise JournalError(f"{path} line {number}: {event.time:g} is not a time")
    if previous is not None and event.seq != previous + 1:
        raise JournalError(f"{path} line {number}: event {event.seq} follows {previous}: lines are missing")
