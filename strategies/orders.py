"""What a run and the process that makes its random cases tell each other.

Both ends are this suite, in one version, on one machine; the messages are pickled.
"""

from pathlib import Path

import msgspec

from conformance.model.case import Case


class GenerationError(Exception):
    """The libraries that make random cases, or the process that they run in, cannot go on; the text says why."""


class Origin(msgspec.Struct, frozen=True):
    """Where a case comes from: the source, the seed of its batch, and how many draws that has."""

    source: str
    seed: int
    size: int


class Order(msgspec.Struct, frozen=True):
    """What cases are made for: the document, its operation, the path parameters, the seed, the example database."""

    spec: Path | None
    operation: str | None
    parameters: dict[str, str]
    seed: int
    database: Path | None = None


class Cover(msgspec.Struct, frozen=True):
    """Make the cases of Schemathesis' coverage phase."""


class Draw(msgspec.Struct, frozen=True):
    """Make so many examples of Hypothesis."""

    size: int


class Fuzz(msgspec.Struct, frozen=True):
    """Make cases of the sources of these phases in turn, without end."""

    phases: tuple[str, ...]


class Shrink(msgspec.Struct, frozen=True):
    """Find the simplest case that fails as this one does."""

    origin: Origin
    case: Case


class Replay(msgspec.Struct, frozen=True):
    """Ask about what the sources of these phases failed at in earlier runs."""

    phases: tuple[str, ...]


class Made(msgspec.Struct, frozen=True):
    """A case, and where it comes from."""

    case: Case
    origin: Origin | None = None


class Asked(msgspec.Struct, frozen=True):
    """Does this case fail? Answered with True, False, or None where nobody wants to know any more."""

    case: Case


class Broken(msgspec.Struct, frozen=True):
    """One source cannot go on; the others do."""

    error: str


class Done(msgspec.Struct, frozen=True):
    """What was wanted is done: with the simplest case that was found, or with what went wrong."""

    case: Case | None = None
    error: str = ""
