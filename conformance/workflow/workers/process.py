"""A worker: a process that carries out one part of a run, and tells of it on a line to the process that started it."""

import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection

from conformance.model.errors import ConformanceError
from conformance.workflow.interruption import Canceller
from conformance.workflow.sending import Hooks, carry_out
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun
from conformance.workflow.workers.messages import Failed, Message, PartEnded
from conformance.workflow.workers.pacing import PacedProgress


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
    watch = threading.Thread(target=watch_line, args=(line, canceller), daemon=True)

    def tell(message: Message) -> None:
        with suppress(OSError):
            line.send(message)

    # A thread that runs already would keep the reference server from a process of its own.
    progress = PacedProgress(tell)
    hooks = Hooks(report=progress, started=lambda *_: watch.start(), canceller=canceller)
    ended: Message
    try:
        ended = PartEnded(carry_out(options, hooks, str, whole=whole))
    except ConformanceError as error:
        ended = Failed(type(error).__name__, error.problem, error.remedy)
    progress.end()
    tell(ended)


def watch_line(line: Connection, canceller: Canceller) -> None:
    """Cancel when something comes on the line, or its other end is gone."""
    with suppress(EOFError, OSError):
        line.recv()
    canceller.cancel()
