"""Reading a journal: its events in order, each line checked against its checksum and those before it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from conformance.journal.events import READ_VERSIONS, AnyEvent, AnyLine, RunStarted
from conformance.journal.lines import decoded
from conformance.journal.packing import MOST_TOGETHER, SharedFindings, length_of_long_body
from conformance.model.errors import JournalError, os_errors_as

FILE_NAME = "journal.ndjson"

LAST_SECOND = 253_402_300_799.0
"""The end of the year 9999, beyond which no date can be told."""

Damage: TypeAlias = Callable[[str], object]
"""Is told of each line that cannot be read."""

Took: TypeAlias = Callable[[bytes, int], bool]
"""Takes a line as it is, given the number of the event before it, or tells that it does not."""


def read_journal(path: Path, damaged: Damage | None = None) -> Iterator[AnyEvent]:
    """Yield the events of a journal. A last line that is torn, as a killed run leaves it, is left out.

    With `damaged` a line that cannot be read is reported there and left out; the first one has to be right.

    Raises:
        JournalError: the file cannot be read, is no journal, is of another version, or is damaged before its end.

    """
    for _, _, found in read_all(path, damaged):
        yield from found


def read_placed(path: Path, damaged: Damage | None = None) -> Iterator[tuple[int, AnyEvent]]:
    """Yield the events of a journal, each with the place in the file where it begins; raises as `read_journal`."""
    return ((place, event) for place, _, found in read_all(path, damaged) for event in found)


def read_lines(path: Path, took: Took) -> Iterator[tuple[AnyLine, tuple[AnyEvent, ...]]]:
    """Yield each line of a journal that `took` does not take, and the events that it stands for; as `read_journal`."""
    return ((told, found) for _, told, found in read_all(path, None, took))


def read_all(
    path: Path, damaged: Damage | None, took: Took | None = None
) -> Iterator[tuple[int, AnyLine, tuple[AnyEvent, ...]]]:
    """Yield each line of a journal with its place, and the events that it stands for; raises as `read_journal`."""
    path = path / FILE_NAME if path.is_dir() else path
    with os_errors_as(JournalError, f"cannot read {path}", "name the folder of a run (its --out)"):
        lines = path.open("rb")
    with lines:
        previous = place = long = 0
        shared = SharedFindings()
        for number, line in enumerate(lines, 1):
            if took is not None and previous and took(line, previous):
                previous += 1
                place += len(line)
                continue
            try:
                told = decoded(line)
                if told.seq != previous + 1 or number == 1 or not 0 <= told.time <= LAST_SECOND:
                    _check(told, number, None if damaged else previous, path)
                found = shared.resolved(told)
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
                yield place, told, found
            place += len(line)
        if previous == 0:
            raise JournalError(f"{path} is empty", "the run did not start; run it again")


TOO_LARGE = "restore the file, or run again without --profile full"
DAMAGED = "restore the file; `conformance cleanup` still removes what its other lines record"


def _report(error: JournalError, number: int, damaged: Damage | None) -> None:
    if damaged is None or number == 1:
        raise error
    damaged(error.problem)


def _check(event: AnyLine, number: int, previous: int | None, path: Path) -> None:
    if number == 1:
        if not isinstance(event, RunStarted):
            raise JournalError(f"{path} does not begin with run.started; it is not a complete journal")
        if event.journal_version not in READ_VERSIONS:
            known = f"{min(READ_VERSIONS)} to {max(READ_VERSIONS)}"
            raise JournalError(f"{path} is of version {event.journal_version}; this suite reads versions {known}")
    if not 0 <= event.time <= LAST_SECOND:
        raise JournalError(f"{path} line {number}: {event.time:g} is not a time")
    if previous is not None and event.seq != previous + 1:
        raise JournalError(f"{path} line {number}: event {event.seq} follows {previous}: lines are missing")
