"""A worker: a process that carries out one part of a run, and tells of it on a line to the process that started it."""

import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TypeAlias

import msgspec

from conformance.model.errors import ConformanceError
from conformance.runner.engine import RunProgress
from conformance.workflow.interruption import Canceller
from conformance.workflow.sending import Hooks, carry_out
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun


class Ended(msgspec.Struct, frozen=True):
    """The part of the run has ended; `clean_up` tells what became of what it created."""

    clean_up: str


class Failed(msgspec.Struct, frozen=True):
    """The part of the run could not go on; `kind` names the class of the error."""

    kind: str
    problem: str
    remedy: str


Message: TypeAlias = RunProgress | Ended | Failed


def work(
    options: RunOptions, line: Connection, whole: PreparedRun | None = None, others: Sequence[Connection] = ()
) -> None:
    """Carry out the part of a run that `options` name; a process that was forked has the `whole` run already.

    It ends in order when something comes on the line, and when the other end is gone: a forked process has `others`,
    which are not its own. Ctrl-C, which reaches every process of a terminal, is for that process alone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in others:
        each.close()
    canceller = Canceller()
    watch = threading.Thread(target=_watch, args=(line, canceller), daemon=True)

    def tell(message: Message) -> None:
        with suppress(OSError):
            line.send(message)

    # A thread that runs already would keep the reference server from a process of its own.
    hooks = Hooks(report=tell, started=lambda *_: watch.start(), canceller=canceller)
    try:
        tell(Ended(carry_out(options, hooks, str, whole=whole)))
    except ConformanceError as error:
        tell(Failed(type(error).__name__, error.problem, error.remedy))


def _watch(line: Connection, canceller: Canceller) -> None:
    with suppress(EOFError, OSError):
        line.recv()
    canceller.cancel()
