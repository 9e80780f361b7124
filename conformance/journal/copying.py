"""Copying: events of one journal become events of another, numbered anew, most of them without being decoded."""

import re
from collections.abc import Sequence
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
from conformance.journal.packing import COUNTED, MOST_IN_LINE, TEXTS
from conformance.journal.reading import read_lines
from conformance.journal.writing import Journal
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

_SHARED = re.compile(rb',"shared":' + _NUMBER + rb'(?:,"others":\[([\d,]{1,250})\])?(?=[,}]|\Z)')


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
    for told, found in read_lines(path, copy.took):
        if isinstance(told, FindingShared):
            copy.findings[told.number] = told.finding
            copy.numbers.pop(told.number, None)
        if len(found) > 1:
            copy.take_together(told.seq, found)
        elif found:
            copy.take(found[0])


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
            numbered = self._numbered(id_ or b"", rest)
            if id_ is None or numbered is None:
                return False
            time += b'"id":"%b%b",' % (self._how.prefix.encode(), id_)
            rest = numbered
        self._into.copy(b'{"event":"%b","seq":' % kind, b',%b"send":%d%b}' % (time, int(send) + self._how.sends, rest))
        return True

    def _numbered(self, id_: bytes, rest: bytes) -> bytes | None:
        """Return the rest of the line of findings with their numbers in the other journal.

        None where they have none, and where the line is not as a journal writes it.
        """
        shared = _SHARED.search(rest)
        if shared is None or b'"finding":{' in rest or rest.count(b'"shared":') > 1 or rest.count(b'"others":') > 1:
            return None
        if (b'"others":' in rest) != (shared[2] is not None):
            return None
        own = [shared[1], *shared[2].split(b",")] if shared[2] else [shared[1]]
        if len(own) > MOST_IN_LINE or (len(own) > 1 and COUNTED.search(id_.decode()) is None):
            return None
        first, *others = [self.numbers.get(int(each or b"0"), 0) for each in own]
        if not first or not all(others):
            return None
        listed = b',"others":[%b]' % b",".join(b"%d" % each for each in others) if others else b""
        return b'%b,"shared":%d%b%b' % (rest[: shared.start()], first, listed, rest[shared.end() :])

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
            case FindingMade():
                self._into.append(self._moved(event))
                self._learn([event])
            case _:
                send = getattr(event, "send", None)
                self._into.append(event if send is None else replace(event, send=send + how.sends))

    def take_together(self, seq: int, found: Sequence[AnyEvent]) -> None:
        """Copy the findings of one line, the event `seq`, that was decoded."""
        if seq >= self._how.judged_from:
            findings = [event for event in found if isinstance(event, FindingMade)]
            self._into.append_all([self._moved(event) for event in findings])
            self._learn(findings)

    def _moved(self, event: FindingMade) -> FindingMade:
        return replace(event, send=event.send + self._how.sends, id=f"{self._how.prefix}{event.id}")

    def _learn(self, events: Sequence[FindingMade]) -> None:
        """Note by which numbers the other journal names findings that this one tells once."""
        for event in events:
            number = self._into.number(event.finding)
            told = self.findings.items()
            self.numbers |= {each: number for each, finding in told if number and finding is event.finding}
