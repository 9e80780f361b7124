"""What a run and its generator process send each other: one configuration, then results.

Each message is a frame: four bytes that tell its length, the most significant first, and that much MessagePack. Where
the configuration limits what is generated unasked, each byte that follows it asks for more cases.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

from conformance.model.case import Case

LENGTH: Final = 4
"""How many bytes tell the length of a message."""

ASK: Final = b"+"
"""Asks for more cases."""

ASKED: Final = 64
"""How many cases are generated each time that more are asked for."""


class Cover(msgspec.Struct, frozen=True, tag=True):
    """A phase of the cases of Schemathesis' coverage phase, of the first `most` where that is not None."""

    most: int | None = None


class Sample(msgspec.Struct, frozen=True, tag=True):
    """A phase of `size` cases of the sampler."""

    size: int


class Draw(msgspec.Struct, frozen=True, tag=True):
    """A phase of `size` cases that Hypothesis draws."""

    size: int


class Fuzz(msgspec.Struct, frozen=True, tag=True):
    """A phase without end: cases of all sources that belong to one of `phases`, in turn.

    Where several share it, each has its `first` round and every round `step` rounds later, which nobody else has.
    """

    phases: tuple[str, ...]
    first: int = 1
    step: int = 1


Phase: TypeAlias = Sample | Cover | Draw | Fuzz


class GeneratorConfig(msgspec.Struct, frozen=True):
    """What to generate cases for (document, operation, parameters), from which seed, and the phases by name.

    `document` is the SHA-256 of the document that the run has read, empty where any will do. So many cases as `unasked`
    says are generated before more are asked for, any number where it is None.
    """

    document: str = ""
    spec: str | None = None
    operation: str | None = None
    parameters: dict[str, str] = {}
    seed: int = 0
    phases: dict[str, Phase] = {}
    fixed: dict[str, str] = {}
    unasked: int | None = None


class Generated(msgspec.Struct, frozen=True, tag=True):
    """A case of the current phase."""

    case: Case


class SourceFailed(msgspec.Struct, frozen=True, tag=True):
    """One source of the current phase cannot go on; the others do."""

    error: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The current phase is over; `error` says what kept it from generating more."""

    error: str = ""


Result: TypeAlias = Generated | SourceFailed | Ended

RESULTS: msgspec.msgpack.Decoder[Result] = msgspec.msgpack.Decoder(Result)


def frame(message: GeneratorConfig | Result) -> bytes:
    """Return a message with its length before it."""
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(LENGTH) + data


def taken(data: bytearray) -> list[Result]:
    """Return the results at the beginning of what was read so far, and remove them there; one that is cut off stays."""
    found: list[Result] = []
    at = 0
    while (start := at + LENGTH) <= len(data):
        end = start + int.from_bytes(data[at:start])
        if end > len(data):
            break
        found.append(RESULTS.decode(data[start:end]))
        at = end
    del data[:at]
    return found


def unframed(data: bytes) -> Iterator[Result]:
    """Yield the results whose frames follow each other.

    Raises:
        ValueError: a frame is cut off, or holds no result.

    """
    at = 0
    while at < len(data):
        start = at + LENGTH
        at = start + int.from_bytes(data[at:start])
        if at > len(data):
            raise ValueError("a frame is cut off")
        yield RESULTS.decode(data[start:at])
