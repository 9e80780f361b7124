"""What a worker and the process that attends it tell each other."""

from typing import TypeAlias

import msgspec

from conformance.runner.engine import RunProgress
from conformance.workflow.setup.options import RunOptions


class PartEnded(msgspec.Struct, frozen=True):
    """The part of the run has ended; `clean_up` tells what became of what it created."""

    clean_up: str


class Failed(msgspec.Struct, frozen=True):
    """The part of the run could not go on; `kind` names the class of the error."""

    kind: str
    problem: str
    remedy: str


class Written(msgspec.Struct, frozen=True):
    """Whole lines that a worker elsewhere has written to its journal."""

    lines: bytes


class Job(msgspec.Struct, frozen=True):
    """A part of a run for a worker elsewhere: its options, and the journal of whoever began it."""

    options: RunOptions
    journal: bytes


Message: TypeAlias = RunProgress | PartEnded | Failed | Written
"""What a worker tells."""
