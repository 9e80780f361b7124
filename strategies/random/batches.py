"""What a run and the process that makes its random cases tell each other.

Both ends are this suite, in one version, on one machine; the messages are pickled.
"""

from pathlib import Path

import msgspec

from conformance.model.case import Case


class GenerationError(Exception):
    """The libraries that make random cases, or the process that they run in, cannot go on; the text says why."""


class Batch(msgspec.Struct, frozen=True):
    """Where a case comes from: the source, the seed of its batch, and how many draws that has."""

    source: str
    seed: int
    size: int


class GeneratorConfig(msgspec.Struct, frozen=True):
    """What cases are made for: the document, its operation, the path parameters, and the seed."""

    spec: Path | None
    operation: str | None
    parameters: dict[str, str]
    seed: int


class Cover(msgspec.Struct, frozen=True):
    """Make the cases of Schemathesis' coverage phase."""


class Draw(msgspec.Struct, frozen=True):
    """Make so many examples of Hypothesis."""

    size: int


class Fuzz(msgspec.Struct, frozen=True):
    """Make cases of the sources of these phases in turn, without end."""

    phases: tuple[str, ...]


class Made(msgspec.Struct, frozen=True):
    """A case."""

    case: Case


class Broken(msgspec.Struct, frozen=True):
    """One source cannot go on; the others do."""

    error: str


class Done(msgspec.Struct, frozen=True):
    """What was wanted is done, or what went wrong."""

    error: str = ""
