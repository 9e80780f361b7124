"""The lines of a journal: one JSON object each, with a checksum as its last member."""

import re
from zlib import crc32, error

import msgspec

from conformance.journal.events import AnyLine
from conformance.journal.packing import unpacked

DECODER: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)

_SEAL = b',"crc":"%08x"}\n'
_SEALED = re.compile(rb',"crc":"([0-9a-f]{8})"\}\r?\n?\Z')
SEAL_BYTES = 19
"""How long the checksum is with all that belongs to it, as it is written."""


def sealed(event: bytes) -> bytes:
    """Return the line of an event, given as a JSON object: CRC-32 of that object is its member `crc`."""
    return event[:-1] + _SEAL % crc32(event)


def seal(event: bytearray) -> None:
    """Make of an event, given as a JSON object, its line: as `sealed`, in its place."""
    event[-1:] = _SEAL % crc32(event)


def decoded(line: bytes) -> AnyLine:
    """Return the event of a line. One without a checksum is taken as it is: a person may write it.

    Raises:
        ValueError: it is no event, or not what was written; its text is what is to be said of the line.

    """
    # Nearly every line is as it was written, and told to be so in half the time.
    seal = None if whole_until(line) >= 0 else _SEALED.search(line, max(0, len(line) - SEAL_BYTES - 3))
    if seal is not None and crc32(b"}", crc32(memoryview(line)[: seal.start()])) != int(seal[1], 16):
        message = "is damaged: its checksum does not match"
        raise ValueError(message)
    try:
        return unpacked(DECODER.decode(line))
    except (ValueError, RecursionError, error) as cause:
        message = f"is not a journal event: {cause}"
        raise ValueError(message) from cause


def whole_until(line: bytes) -> int:
    """Return where the checksum of a line begins, -1 where the line is not as `sealed` wrote it."""
    end = len(line) - SEAL_BYTES
    return end if end >= 0 and line.endswith(_SEAL % crc32(b"}", crc32(memoryview(line)[:end]))) else -1


def encodable(value: object) -> object:
    """Return JSON data with lone surrogates written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {encodable(name): encodable(item) for name, item in value.items()}
    return [encodable(item) for item in value] if isinstance(value, list | tuple) else value
