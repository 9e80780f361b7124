"""The workers of a run: started, attended and stopped together."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

from msgspec.structs import replace

from conformance.journal.reading import FILE_NAME
from conformance.runner.engine import RunProgress
from conformance.workflow.records.run_folder import began
from conformance.workflow.sending import Hooks
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun
from conformance.workflow.workers.messages import Failed, Message, PartEnded

FOLDER = "workers"
"""The folder in that of the run where the workers have theirs, until the run is complete."""


class Crew(ABC):
    """The workers of one run.

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
        self._progress: dict[int, RunProgress] = {}
        self.told: list[str] = []
        self.failed: Failed | None = None

    @property
    def sent(self) -> bool:
        """Whether a worker has sent anything."""
        return bool(self._progress)

    def work(self) -> None:
        """Start the workers, and return when all have ended; Ctrl-C ends them in order."""
        with ExitStack() as stack:
            stack.callback(self._end)
            try:
                with self._starting():
                    self._start()
                if self._hooks.canceller is not None:
                    stack.enter_context(self._hooks.canceller.calling(self._stop))
                if self._hooks.started is not None:
                    self._hooks.started(self._whole, self._whole.options.target, None)
                self._attend()
            except KeyboardInterrupt:
                self._stop()
                self._attend()

    def _starting(self) -> AbstractContextManager[None]:
        """Return the context that the workers are started in."""
        return nullcontext()

    @abstractmethod
    def _start(self) -> None:
        """Start the workers."""

    @abstractmethod
    def _attend(self) -> None:
        """Take what the workers tell until all have ended."""

    @abstractmethod
    def _stop(self) -> None:
        """Ask each worker to end in order."""

    @abstractmethod
    def _end(self) -> None:
        """See that no worker is left, whatever happened."""

    def _take(self, number: int, message: Message) -> None:
        """Take what the worker with the part `number` tells."""
        match message:
            case PartEnded(clean_up=clean_up):
                self.told.append(clean_up)
            case Failed():
                self.failed = self.failed or message
                self._stop()
            case RunProgress():
                self._progress[number] = message
                self._report()

    def _report(self) -> None:
        if self._hooks.report is None:
            return
        steps = self._progress.values()
        sums = (sum(getattr(each, name) for each in steps) for name in ("reached", "sent", "failed", "warned"))
        self._hooks.report(RunProgress(self._whole.plan.requests, *sums))


def _has_begun(out: Path, number: int) -> bool:
    path = out / FOLDER / str(number) / FILE_NAME
    return path.is_file() and began(path)
