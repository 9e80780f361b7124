"""Copying: events of one journal become events of another, numbered anew, most of them without being decoded."""

import re
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.journal.events import (
    AnyEvent,
    DoubtRaised,
    FindingMade,
    FindingShared,
    Judged,
    RunEnded,
    RunResumed,
    RunStarted,
)
from conformance.journal.lines import whole_until
from conformance.journal.packing import TEXTS
from conformance.journal.writing import Journal, read_lines
from conformance.model.finding import Finding

_NUMBER = rb"(\d{1,15})"
_LINE = re.compile(
    rb'\{"event":"(request\.sent|exchange|judged|finding|creation)","seq":'
    + _NUMBER
    + rb',("time":\d{1,11}(?:\.\d{1,9})?,)(?:"id":"([\w.]+)",)?"send":'
    + _NUMBER
    + rb"(?=[,}]|\Z)"
)
"""The beginning of lines that are most of a journal: they are copied as they are, but for their numbers."""

_SHARED = re.compile(rb',"shared":' + _NUMBER + rb"(?=[,}]|\Z)")


class Renumbering(msgspec.Struct, frozen=True):
    """How events are numbered in the other journal.

    `sends` is added to the number of each request, and `prefix` comes before the id of each finding. What was judged
    before the event `judged_from` was judged again after it, and is left out.
    """

    sends: int = 0
    prefix: str = ""
    judged_from: int = 0


def copy_events(path: Path, into: Journal, how: Renumbering) -> None:
    """Write the events of the journal at `path` to another one, but for those of its beginning, resuming and end.

    Raises:
        JournalError: it is damaged.
        RunStoppedError: they cannot be written.

    """
    copy = LineCopy(into, how)
    for told, event in read_lines(path, copy.took):
        if isinstance(told, FindingShared):
            copy.findings[told.number] = told.finding
            copy.numbers.pop(told.number, None)
        elif event is not None:
            copy.take(event)


class LineCopy:
    """What is known on the way: the findings that the journal tells once, and their numbers in the other one."""

    def __init__(self, into: Journal, how: Renumbering) -> None:
        self._into = into
        self._how = how
        self._takes = False
        self.findings: dict[int, Finding] = {}
        self.numbers: dict[int, int] = {}

    def took(self, line: bytes, previous: int) -> bool:
        """Copy a line as it is, where it can be: it follows the event `previous`, and is what was written."""
        found = _LINE.match(line) if self._takes else None
        end = whole_until(line) if found is not None else -1
        if found is None or end < 0 or int(found[2]) != previous + 1:
            return False
        kind, _, time, id_, send = found.groups()
        rest = line[found.end() : end]
        if kind in {b"judged", b"finding"} and previous + 1 < self._how.judged_from:
            return True
        if kind == b"finding":
            shared = _SHARED.search(rest)
            number = self.numbers.get(int(shared[1]), 0) if shared is not None else 0
            if shared is None or id_ is None or not number or b'"finding":{' in rest:
                return False
            time += b'"id":"%b%b",' % (self._how.prefix.encode(), id_)
            rest = b'%b,"shared":%d%b' % (rest[: shared.start()], number, rest[shared.end() :])
        self._into.copy(b'{"event":"%b","seq":' % kind, b',%b"send":%d%b}' % (time, int(send) + self._how.sends, rest))
        return True

    def take(self, event: AnyEvent) -> None:
        """Copy an event that was decoded."""
        how = self._how
        match event:
            case RunStarted():
                # What an earlier suite wrote is written as this one does.
                self._takes = event.journal_version >= TEXTS
            case RunEnded() | RunResumed():
                pass
            case Judged() | DoubtRaised() | FindingMade() if event.seq < how.judged_from:
                pass
            case FindingMade(finding=finding):
                self._into.append(replace(event, send=event.send + how.sends, id=f"{how.prefix}{event.id}"))
                number = self._into.number(finding)
                self.numbers |= {each: number for each, told in self.findings.items() if number and told is finding}
            case _:
                send = getattr(event, "send", None)
                self._into.append(event if send is None else replace(event, send=send + how.sends))
