"""The workers of a run: started, attended and stopped together."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import msgspec
from msgspec.structs import replace

from conformance.journal.writing import FILE_NAME
from conformance.runner.engine import RunProgress
from conformance.workflow.records.run_folder import began
from conformance.workflow.sending import Hooks
from conformance.workflow.setup.embedded import can_fork
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun
from conformance.workflow.workers.messages import Failed, Message, PartEnded
from conformance.workflow.workers.process import work

FOLDER = "workers"
"""The folder in that of the run where the workers have theirs, until the run is complete."""


class Worker(msgspec.Struct):
    """A worker: its process, the line to it, and how far it is."""

    line: Connection
    process: BaseProcess | None = None
    number: int = 0
    progress: RunProgress | None = None
    open: bool = True


class Crew:
    """The workers of one run: processes of this machine.

    Args:
        parts: the options of each, which has its own part of the plan.
        whole: the run that they share.
        hooks: who takes part in it.

    """

    def __init__(self, parts: Sequence[RunOptions], whole: PreparedRun, hooks: Hooks) -> None:
        out = whole.options.out
        self._parts = [
            replace(each, out=out / FOLDER / str(number), resume=each.resume and _has_begun(out, number))
            for number, each in enumerate(parts, 1)
        ]
        self._whole = whole
        self._hooks = hooks
        self._workers: list[Worker] = []
        self.told: list[str] = []
        self.failed: Failed | None = None

    @property
    def sent(self) -> bool:
        """Whether a worker has sent anything."""
        return any(each.progress is not None for each in self._workers)

    def work(self) -> None:
        """Start the workers, and return when all have ended; Ctrl-C ends them in order."""
        with ExitStack() as stack:
            stack.callback(self._end)
            try:
                with _deaf():
                    self._start()
                if self._hooks.canceller is not None:
                    stack.enter_context(self._hooks.canceller.calling(self._stop))
                if self._hooks.started is not None:
                    self._hooks.started(self._whole, self._whole.options.target, None)
                self._attend()
            except KeyboardInterrupt:
                self._stop()
                self._attend()

    def _start(self) -> None:
        """Start the workers: copies of this process where that is safe, which have the plan already."""
        forked = can_fork()
        context = multiprocessing.get_context("fork") if forked else multiprocessing.get_context("spawn")
        for options in self._parts:
            ours, theirs = multiprocessing.Pipe()
            others = [*(each.line for each in self._workers), ours] if forked else []
            known = (self._whole, others) if forked else ()
            process = context.Process(target=work, args=(options, theirs, *known), name="conformance-worker")
            process.start()
            theirs.close()
            self._workers.append(Worker(ours, process))

    def _attend(self) -> None:
        """Take what the workers tell until all lines are closed."""
        while lines := {each.line: each for each in self._workers if each.open}:
            for ready in wait(list(lines)):
                worker = next(each for line, each in lines.items() if line is ready)
                try:
                    self._take(worker, worker.line.recv())
                except (EOFError, OSError):
                    worker.open = False

    def _take(self, worker: Worker, message: Message) -> None:
        match message:
            case PartEnded(clean_up=clean_up):
                self.told.append(clean_up)
            case Failed():
                self.failed = self.failed or message
                self._stop()
            case RunProgress():
                worker.progress = message
                self._report()

    def _report(self) -> None:
        if self._hooks.report is None:
            return
        steps = [each.progress for each in self._workers if each.progress is not None]
        sums = (sum(getattr(each, name) for each in steps) for name in ("reached", "sent", "failed", "warned"))
        self._hooks.report(RunProgress(self._whole.plan.requests, *sums))

    def _stop(self) -> None:
        """Ask each worker to end in order."""
        for each in self._workers:
            with suppress(OSError):
                each.line.send("stop")

    def _end(self) -> None:
        """See that no worker is left, whatever happened."""
        for each in self._workers:
            each.line.close()
            if each.process is not None:
                each.process.join()
                each.process.close()


def _has_begun(out: Path, number: int) -> bool:
    path = out / FOLDER / str(number) / FILE_NAME
    return path.is_file() and began(path)


@contextmanager
def _deaf() -> Iterator[None]:
    """Ignore Ctrl-C for as long as the context lasts: processes that start in it ignore it from the beginning."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
