"""Packing: how bodies and findings stand in the lines of a journal; who writes and reads events sees nothing of it.

Version 2 has every body as Base64. Version 3 packs long bodies of requests. Version 4 has bodies that are UTF-8 as
text, what held as bits, and a finding that is made often once. Version 5 has findings on one exchange in one line.
"""

import re
import zlib
from typing import TypeVar

from msgspec.structs import replace

from conformance.journal.events import (
    NO_FINDING,
    AnyEvent,
    AnyLine,
    Event,
    ExchangeEnded,
    FindingMade,
    FindingShared,
    Judged,
    RequestSent,
)
from conformance.model.case import Case
from conformance.model.finding import Finding

LONG = 4_096
"""Bodies of requests of more bytes are packed: few are so long, and those that are would be most of a journal."""

LEVEL = 1
"""How hard they are packed: what is sent to be long repeats itself."""

MOST = 20_000_000
"""How many bytes a packed body is unpacked to at most: twice what the suite sends."""

MOST_TOGETHER = 1_000_000_000
"""How many bytes all long bodies of a journal have at most, however small the file is."""

MOST_SHARED = 1_000
"""How many findings are known by a number: a target that is wrong in ever new words has few that show twice."""

CONTROLS = bytes(range(32))
LONGEST_ESCAPE = 6
"""How many characters JSON writes for one of them at most."""

PACKED, TEXTS, TOGETHER = 3, 4, 5
"""The versions of journals that pack long bodies, that have bodies as text, and findings together."""

MOST_IN_LINE = 16
"""How many findings stand in one line: a few bytes must not become any number of them."""

COUNTED = re.compile(r"(?<![0-9])[0-9]{1,15}\Z")
"""The number at the end of an id."""

_REFERRING = (FindingMade, FindingShared)
"""The events that define a finding, or refer to one."""

E = TypeVar("E", bound=Event)


def packed(event: E, version: int) -> E:
    """Return an event as a journal of a version has it."""
    # Not by `match`, which takes twice as long: most lines of a run are neither of the first two.
    if isinstance(event, RequestSent):
        body = event.case.request.body
        if not body or version < PACKED:
            return event
        if LONG < len(body) <= MOST and len(short := zlib.compress(body, LEVEL)) < len(body):
            return replace(event, case=_with_body(event, None), packed=short)
        if version >= TEXTS and (text := _text(body)):
            return replace(event, case=_with_body(event, None), text=text)
    elif isinstance(event, ExchangeEnded):
        response = event.response
        if version >= TEXTS and response is not None and (text := _text(response.body)):
            return replace(event, response=replace(response, body=b""), text=text)
    elif version < TEXTS and isinstance(event, Judged) and event.bits:
        held = event.held
        return replace(event, bits=b"", passed=tuple(n for n in range(held.bit_length()) if held >> n & 1))
    return event


def unpacked(event: AnyLine) -> AnyLine:
    """Return an event as it was before it was packed.

    Raises:
        ValueError: what was packed is cut off or too long.
        zlib.error: it is not deflated.

    """
    if isinstance(event, RequestSent):
        if event.packed:
            unpacker = zlib.decompressobj()
            body = unpacker.decompress(event.packed, MOST)
            if not unpacker.eof:
                message = f"its body is cut off, or has more than {MOST} bytes"
                raise ValueError(message)
            return replace(event, case=_with_body(event, body), packed=b"")
        if event.text:
            return replace(event, case=_with_body(event, event.text.encode()), text="")
    elif isinstance(event, ExchangeEnded) and event.text and event.response is not None:
        return replace(event, response=replace(event.response, body=event.text.encode()), text="")
    return event


def length_of_long_body(event: Event) -> int:
    """Return how many bytes the body of a request has that may have been packed; 0 for every other event."""
    body = event.case.request.body if isinstance(event, RequestSent) else None
    return len(body) if body is not None and len(body) > LONG else 0


class SharedFindings:
    """The findings that a journal knows by a number: of the one who writes it, or of the one who reads it."""

    def __init__(self) -> None:
        self._numbers: dict[Finding, int] = {}
        self._findings: dict[int, Finding] = {}

    def number(self, finding: Finding) -> int:
        """Return the number by which a finding was written before, 0 where it was not."""
        return self._numbers.get(finding, 0)

    @property
    def free(self) -> int:
        """The number that the next finding is known by once it is shared, 0 where there are enough."""
        return len(self._numbers) + 1 if len(self._numbers) < MOST_SHARED else 0

    def share(self, finding: Finding) -> None:
        """Know a finding by the free number from now on."""
        self._numbers[finding] = self.free

    def resolved(self, event: AnyLine) -> tuple[AnyEvent, ...]:
        """Return the events that a line stands for, none where it only defines a finding for later lines.

        Raises:
            ValueError: it refers to a finding that no earlier line defines, or defines more of them than are shared.

        """
        if not isinstance(event, _REFERRING):
            return (event,)
        if isinstance(event, FindingShared):
            if not 0 < event.number <= MOST_SHARED:
                message = (
                    f"has a shared finding with the number {event.number}, which is not one of 1 to {MOST_SHARED:,}"
                )
                raise ValueError(message)
            self._findings[event.number] = event.finding
            return ()
        if event.finding is not NO_FINDING:
            if event.shared or event.others:
                message = "has a finding, and refers to others"
                raise ValueError(message)
            return (event,)
        if not event.others:
            return (replace(event, finding=self._known(event.shared), shared=0),)
        if len(event.others) >= MOST_IN_LINE:
            message = f"has more than {MOST_IN_LINE} findings"
            raise ValueError(message)
        counted = COUNTED.search(event.id)
        if counted is None:
            message = f"has findings that cannot be numbered on from {event.id[:40]!r}"
            raise ValueError(message)
        prefix, last = event.id[: counted.start()], int(counted[0])
        seq, time, send, case, repeats = event.seq, event.time, event.send, event.case, event.repeats
        ids = [event.id, *[f"{prefix}{last + place}" for place in range(1, len(event.others) + 1)]]
        findings = map(self._known, (event.shared, *event.others))
        return tuple(
            [
                FindingMade(seq=seq, time=time, id=id_, send=send, case=case, finding=finding, repeats=repeats)
                for id_, finding in zip(ids, findings, strict=True)
            ]
        )

    def _known(self, number: int) -> Finding:
        if number not in self._findings:
            message = f"refers to finding {number}, which no earlier line defines"
            raise ValueError(message)
        return self._findings[number]


class FindingsTogether:
    """Findings that stand in one line: those on one exchange, each of them told before."""

    def __init__(self) -> None:
        self._first: FindingMade | None = None
        self._others: list[int] = []
        self._prefix, self._number = "", 0

    def joins(self, event: FindingMade, number: int) -> bool:
        """Take a finding that is known by a number, where it belongs to those before it; tells whether it does."""
        first = self._first
        if (
            first is None
            or not self._number
            or event.id != f"{self._prefix}{self._number}"
            or event.send != first.send
            or event.case != first.case
            or event.repeats != first.repeats
            or len(self._others) == MOST_IN_LINE - 1
        ):
            return False
        self._others.append(number)
        self._number += 1
        return True

    def begin(self, event: FindingMade) -> FindingMade | None:
        """Begin a line with a finding as it is written; returns the line of those before it."""
        line = self.line()
        self._first, self._number = event, 0
        if event.shared and (found := COUNTED.search(event.id)):
            self._prefix, self._number = event.id[: found.start()], int(found[0]) + 1
        return line

    def line(self) -> FindingMade | None:
        """Return the line of what was taken, None where there is nothing; forgets it."""
        first, others = self._first, tuple(self._others)
        self._first, self._others = None, []
        return replace(first, others=others) if first is not None and others else first


def _with_body(event: RequestSent, body: bytes | None) -> Case:
    return replace(event.case, request=replace(event.case.request, body=body))


def _text(body: bytes) -> str:
    """Return a body as text, empty where it is none, or has so many control characters that Base64 is shorter."""
    if (len(body) - len(body.translate(None, CONTROLS))) * LONGEST_ESCAPE > len(body) // 3:
        return ""
    try:
        return body.decode()
    except UnicodeDecodeError:
        return ""
