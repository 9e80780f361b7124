"""A campaign on a Dask cluster: targets at the same time, each in parts that are tasks, and one matrix of them all."""

import queue
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

from msgspec.structs import replace

from conformance.model.errors import ConformanceError
from conformance.workflow.campaign import Begin, TargetResult
from conformance.workflow.interruption import Canceller, interrupt, on_sigterm
from conformance.workflow.run import run
from conformance.workflow.setup.campaign_file import CampaignFile
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.workers.sharing import DASK, processors

MOST_TOGETHER = 32
"""How many targets are tested at the same time at most: each has its plan in the memory of this process."""


def carry_out_on_cluster(
    file: CampaignFile, names: Sequence[str], begin: Begin, *, scheduler: str = "", resume: bool = False
) -> Iterator[TargetResult]:
    """Yield the result of each target as it is done, as `carry_out`; those that end first come first.

    Without a `scheduler` there is a cluster on this machine for as long as the campaign lasts. As many targets are
    tested at the same time as the cluster has room for tasks. Each has the limits of its own options, which its parts
    share. An interruption ends all runs in order, and no other begins.

    Raises:
        UsageError: the scheduler cannot be reached, or Dask is not installed.

    """
    from conformance.workflow.workers import cluster  # noqa: PLC0415 (Dask is optional, and slow to import)

    with ExitStack() as stack:
        stack.enter_context(on_sigterm(interrupt))
        address, room = stack.enter_context(
            cluster.scheduler(scheduler, sum(_parts(file.targets[name]) for name in names))
        )
        crowd = _Crowd(begin)
        pool = stack.enter_context(ThreadPoolExecutor(max(1, min(room, len(names), MOST_TOGETHER))))
        stack.callback(crowd.stop)  # before the pool waits for its threads
        for name in names:
            options = file.targets[name]
            workers = options.workers or "1"
            there = replace(
                options, out=file.out / name, resume=resume, executor=DASK, scheduler=address, workers=workers
            )
            pool.submit(crowd.test, name, there)
        for _ in names:
            if (found := crowd.next()) is not None:
                yield found


def _parts(options: RunOptions) -> int:
    """Return in how many parts a target is tested; what is no number is told when its run begins."""
    asked = options.workers or "1"
    return int(asked) if asked.isascii() and asked.isdecimal() else processors()


class _Crowd:
    """The runs of several targets at the same time."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._done: queue.SimpleQueue[TargetResult | BaseException | None] = queue.SimpleQueue()
        self._cancellers: list[Canceller] = []
        self._stopped = Event()

    def test(self, name: str, options: RunOptions) -> None:
        """Test a target, in a thread of its own."""
        canceller = Canceller()
        self._cancellers.append(canceller)
        if self._stopped.is_set():
            self._done.put(None)
            return
        try:
            hooks = replace(self._begin(name, options), canceller=canceller)
            self._done.put(TargetResult(name, run(options, hooks)))
        except ConformanceError as error:
            self._done.put(TargetResult(name, problem=str(error)))
        except BaseException as error:  # noqa: BLE001 (it is raised where the campaign waits)
            self._done.put(error)

    def next(self) -> TargetResult | None:
        """Return what came of the target that ends next, None where it has not begun; Ctrl-C ends all in order."""
        while True:
            try:
                found = self._done.get()
            except KeyboardInterrupt:
                self.stop()
                continue
            if isinstance(found, BaseException):
                raise found
            if found is not None and found.interrupted:
                self.stop()
            return found

    def stop(self) -> None:
        """End all runs in order, and begin no other."""
        self._stopped.set()
        for each in list(self._cancellers):
            each.cancel()
