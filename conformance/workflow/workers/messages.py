"""What a worker and the process that attends it tell each other."""

import os
from pathlib import Path
from typing import TypeAlias

import msgspec

from conformance.runner.engine import RunProgress
from conformance.workflow.setup.options import RunOptions


class PartEnded(msgspec.Struct, frozen=True, tag=True):
    """The part of the run has ended; `clean_up` tells what became of what it created."""

    clean_up: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The part of the run could not go on; `kind` names the class of the error."""

    kind: str
    problem: str
    remedy: str


class Written(msgspec.Struct, frozen=True, tag=True):
    """What a worker elsewhere has written to its journal, as it comes: a line may be in two of them."""

    data: bytes


class Progressed(msgspec.Struct, frozen=True, tag=True):
    """How far a worker elsewhere is."""

    progress: RunProgress


Message: TypeAlias = RunProgress | PartEnded | Failed
"""What a worker tells."""

Sent: TypeAlias = Progressed | PartEnded | Failed | Written
"""What a worker elsewhere tells, as data: nothing that it sends can be carried out."""


def encoded(message: Sent) -> bytes:
    """Return a message of a worker elsewhere as bytes."""
    return msgspec.msgpack.encode(message)


def decoded(data: bytes) -> Sent:
    """Return the message that bytes are.

    Raises:
        ValueError: they are none.

    """
    return _MESSAGES.decode(data)


def encoded_options(options: RunOptions) -> bytes:
    """Return the options of a part of a run as bytes."""
    return msgspec.msgpack.encode(options, enc_hook=os.fsencode)


def decoded_options(data: bytes) -> RunOptions:
    """Return the options that bytes are.

    Raises:
        ValueError: they are none.

    """
    return _OPTIONS.decode(data)


def _path(kind: type, value: object) -> Path:
    if kind is not Path or not isinstance(value, bytes):
        raise TypeError(kind)
    return Path(os.fsdecode(value))


_MESSAGES: msgspec.msgpack.Decoder[Sent] = msgspec.msgpack.Decoder(Sent)
_OPTIONS = msgspec.msgpack.Decoder(RunOptions, dec_hook=_path)
