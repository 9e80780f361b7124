"""The workers of a run that are processes of this machine."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import msgspec

from conformance.workflow.sending import Hooks
from conformance.workflow.setup.embedded import can_fork
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun
from conformance.workflow.workers.crew import Crew
from conformance.workflow.workers.process import work


class Worker(msgspec.Struct):
    """A worker: its process, and the line to it."""

    number: int
    line: Connection
    process: BaseProcess
    open: bool = True


class ProcessCrew(Crew):
    """The workers of one run: processes of this machine; as `Crew`."""

    def __init__(self, parts: Sequence[RunOptions], whole: PreparedRun, hooks: Hooks) -> None:
        super().__init__(parts, whole, hooks)
        self._workers: list[Worker] = []

    def _starting(self) -> AbstractContextManager[None]:
        return _deaf()

    def _start(self) -> None:
        """Start the workers: copies of this process where that is safe, which have the plan already."""
        forked = can_fork()
        context = multiprocessing.get_context("fork") if forked else multiprocessing.get_context("spawn")
        for number, options in enumerate(self._parts, 1):
            ours, theirs = multiprocessing.Pipe()
            others = [*(each.line for each in self._workers), ours] if forked else []
            known = (self._whole, others) if forked else ()
            process = context.Process(target=work, args=(options, theirs, *known), name="conformance-worker")
            process.start()
            theirs.close()
            self._workers.append(Worker(number, ours, process))

    def _attend(self) -> None:
        """Take what the workers tell until all lines are closed."""
        while lines := {each.line: each for each in self._workers if each.open}:
            for ready in wait(list(lines)):
                worker = next(each for line, each in lines.items() if line is ready)
                try:
                    self._take(worker.number, worker.line.recv())
                except (EOFError, OSError):
                    worker.open = False

    def _stop(self) -> None:
        for each in self._workers:
            with suppress(OSError):
                each.line.send("stop")

    def _end(self) -> None:
        for each in self._workers:
            each.line.close()
            each.process.join()
            each.process.close()


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
