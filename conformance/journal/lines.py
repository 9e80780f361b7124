"""The lines of a journal: one JSON object each, with a checksum as its last member, long bodies of requests packed."""

import re
import zlib
from zlib import crc32

import msgspec
from msgspec.structs import replace

from conformance.journal.events import AnyEvent, Event, RequestSent
from conformance.model.case import Case

DECODER: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)

_SEAL = re.compile(rb',"crc":"([0-9a-f]{8})"\}\r?\n?\Z')
_SEAL_BYTES = 20
"""How long the checksum with all that belongs to it is at most."""


LONG = 4_096
"""Bodies of more bytes are packed: few are so long, and those that are would be most of a journal."""

LEVEL = 1
"""How hard they are packed: what is sent to be long repeats itself."""

MOST = 20_000_000
"""How many bytes a packed body is unpacked to at most: twice what the suite sends."""

MOST_TOGETHER = 1_000_000_000
"""How many bytes all long bodies of a journal have at most, however small the file is."""


def packed(event: Event) -> Event:
    """Return an event as it is written: a long body is packed where that makes it shorter."""
    if not isinstance(event, RequestSent):
        return event
    body = event.case.request.body
    if body is None or not LONG < len(body) <= MOST:
        return event
    short = zlib.compress(body, LEVEL)
    if len(short) >= len(body):
        return event
    return replace(event, case=_with_body(event, None), packed=short)


def length_of_long_body(event: Event) -> int:
    """Return how many bytes the body of a request has that may have been packed; 0 for every other event."""
    body = event.case.request.body if isinstance(event, RequestSent) else None
    return len(body) if body is not None and len(body) > LONG else 0


def _unpacked(event: RequestSent) -> RequestSent:
    """Return an event as it was before it was packed; raises as `decoded`."""
    unpacker = zlib.decompressobj()
    body = unpacker.decompress(event.packed, MOST)
    if not unpacker.eof:
        message = f"its body is cut off, or has more than {MOST} bytes"
        raise ValueError(message)
    return replace(event, case=_with_body(event, body), packed=b"")


def _with_body(event: RequestSent, body: bytes | None) -> Case:
    return replace(event.case, request=replace(event.case.request, body=body))


def sealed(event: bytes) -> bytes:
    """Return the line of an event, given as a JSON object: CRC-32 of that object is its member `crc`."""
    return b'%b,"crc":"%08x"}\n' % (event[:-1], crc32(event))


def decoded(line: bytes) -> AnyEvent:
    """Return the event of a line. One without a checksum is taken as it is: a person may write it.

    Raises:
        ValueError: it is no event, or not what was written; its text is what is to be said of the line.

    """
    seal = _SEAL.search(line, max(0, len(line) - _SEAL_BYTES - 2))
    if seal is not None and crc32(b"}", crc32(memoryview(line)[: seal.start()])) != int(seal[1], 16):
        message = "is damaged: its checksum does not match"
        raise ValueError(message)
    try:
        event = DECODER.decode(line)
        return _unpacked(event) if isinstance(event, RequestSent) and event.packed else event
    except (ValueError, RecursionError, zlib.error) as error:
        message = f"is not a journal event: {error}"
        raise ValueError(message) from error
