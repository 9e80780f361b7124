"""The workers of a Dask cluster: each part of a run is a task, and Dask gives it to another worker if one dies.

A task tells of its part on a connection of its own: what it wrote to its journal is there when its worker is gone, and
the next worker goes on from it. Neither Dask nor the task has a key.
"""

import os
import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from conformance.journal.reading import FILE_NAME
from conformance.model.errors import RunStoppedError, UsageError, os_errors_as
from conformance.workflow.sending import Hooks
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun
from conformance.workflow.workers.cluster_task import carry_out_part
from conformance.workflow.workers.crew import Crew
from conformance.workflow.workers.lines import CONNECT_SECONDS, GONE_SECONDS, PIECE_BYTES
from conformance.workflow.workers.messages import Failed, PartEnded, Progressed, Written
from conformance.workflow.workers.peers import Arrived, Gone, Heard, Peer, Peers
from conformance.workflow.workers.sharing import processors

try:
    from distributed import Client, Future, LocalCluster
except ImportError as error:
    raise UsageError(
        "--executor dask needs the package distributed", "pip install 'environment-conformance[dask]'"
    ) from error

LOOPBACK = "127.0.0.1"

PENDING, ERROR = "pending", "error"
"""Of what Dask says of a task: that it may still tell of its end, and that it raised what can be asked for."""

LOOK_SECONDS = 0.2
"""How often tasks that failed are looked for."""

RETRIES = 2
"""How often a task that lost its connection is carried out again; for workers that die Dask has a limit of its own."""


class ClusterCrew(Crew):
    """The workers of one run on a Dask cluster; as `Crew`.

    Raises:
        UsageError: the scheduler cannot be reached, or Dask is not installed.

    """

    def __init__(self, parts: Sequence[RunOptions], whole: PreparedRun, hooks: Hooks) -> None:
        super().__init__(parts, whole, hooks)
        self._scheduler = whole.options.scheduler or ""
        self._at_work: dict[int, Peer] = {}
        """Who has which part."""
        self._waiting: dict[int, Peer] = {}
        """Who asks for a part that somebody else has, or may have."""
        self._cut_off: dict[int, float] = {}
        """When who has a part is cut off, because somebody else asks for it."""
        self._tasks: dict[int, Future[None]] = {}
        self._done: set[int] = set()
        self._stopped = False
        self._cluster: LocalCluster | None = None
        self._client: Client | None = None
        self._peers: Peers | None = None

    def _start(self) -> None:
        """Give each part to the cluster."""
        address = self._scheduler
        if not address:
            self._cluster = _local_cluster(len(self._parts))
        host = _own_address(address)
        self._client = _client(self._cluster or address)
        secret = secrets.token_bytes(32)
        self._peers = Peers(host, secret)
        run = secrets.token_hex(4)
        for number in range(1, len(self._parts) + 1):
            self._tasks[number] = self._client.submit(
                carry_out_part, host, self._peers.port, secret.hex(), number,
                key=f"conformance-{run}-{number}", pure=False, retries=RETRIES,
            )  # fmt: skip

    def _attend(self) -> None:
        """Take what the workers tell until every part has ended, or none goes on after a stop."""
        while self._peers is not None and len(self._done) < len(self._parts):
            if (heard := self._peers.hear(LOOK_SECONDS)) is not None:
                self._hear(*heard)
            self._give_out()
            self._look_at_tasks()
            if self._stopped and not self._at_work:
                return

    def _hear(self, peer: Peer, heard: Heard) -> None:
        """Take what a worker tells; only who has a part, or asks for one, is listened to."""
        number = peer.number
        if isinstance(heard, Gone):
            for each in (self._at_work, self._waiting):
                if each.get(number) is peer:
                    del each[number]
        elif isinstance(heard, Arrived) and number in self._tasks and number not in self._done:
            if number in self._waiting:
                self._waiting[number].cut()
            self._waiting[number] = peer
        elif self._at_work.get(number) is not peer or isinstance(heard, Arrived):
            peer.cut()
        else:
            self._take_from(number, heard)

    def _take_from(self, number: int, heard: Heard) -> None:
        match heard:
            case Written(data=data):
                self._write(number, data)
            case Progressed(progress=progress):
                self._take(number, progress)
            case PartEnded() | Failed():
                self._done.add(number)
                self._take(number, heard)

    def _give_out(self) -> None:
        """Give each part that is asked for to who asks, as soon as nobody else can be at it."""
        for number, peer in list(self._waiting.items()):
            if (other := self._at_work.get(number)) is not None:
                self._take_away(other)  # Dask takes its worker for dead, and it may not be
            elif not self._stopped:
                del self._waiting[number]
                self._at_work[number] = peer
                self._cut_off.pop(number, None)
                peer.give(self._parts[number - 1], self._whole_lines(number))

    def _take_away(self, peer: Peer) -> None:
        """Ask a worker to end; one that does not is cut off, and cannot tell that it sends anything else."""
        if not peer.stopped:
            peer.stop()
            self._cut_off[peer.number] = time.monotonic() + GONE_SECONDS
        elif time.monotonic() > self._cut_off[peer.number]:
            peer.cut()

    def _whole_lines(self, number: int) -> Path:
        """Return the journal of a part, without what came of a line whose rest did not."""
        path = self._parts[number - 1].out / FILE_NAME
        with os_errors_as(RunStoppedError, f"cannot write {path}"):
            if path.is_file():
                with path.open("r+b") as file:
                    file.truncate(_end_of_lines(file))
        return path

    def _write(self, number: int, data: bytes) -> None:
        folder = self._parts[number - 1].out
        with os_errors_as(RunStoppedError, f"cannot write {folder}"):
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / FILE_NAME).open("ab") as file:
                file.write(data)

    def _look_at_tasks(self) -> None:
        """Notice tasks that ended without telling of it, and that there is no scheduler any more."""
        for number, task in self._tasks.items():
            if number in self._done or number in self._at_work or task.status == PENDING:
                continue
            self._done.add(number)
            why = f"its task is {task.status}"
            if task.status == ERROR:
                raised = task.exception(timeout=CONNECT_SECONDS)  # type: ignore[no-untyped-call]
                why = f"{type(raised).__name__}: {raised}"
            problem = f"part {number} of {len(self._parts)} ended on the cluster: {why}"
            self.failed = self.failed or Failed(RunStoppedError.__name__, problem, "resume the run")
            self._stop()

    def _stop(self) -> None:
        """Ask each worker to end in order; parts that no worker has begun are not begun."""
        self._stopped = True
        for each in list(self._at_work.values()):
            each.stop()

    def _end(self) -> None:
        """See that nothing is left on the cluster, whatever happened."""
        for each in (self._peers, self._client, self._cluster):
            if each is not None:
                each.close()


@contextmanager
def scheduler(address: str, most: int) -> Iterator[tuple[str, int]]:
    """Yield the address of a scheduler, and how many tasks its workers have room for; without one it is started.

    It gets so many workers at most, as long as there are processors.

    Raises:
        UsageError: it cannot be reached.

    """
    if address:
        _own_address(address)
        with _client(address) as client:
            yield address, sum(client.nthreads().values())
        return
    with _local_cluster(min(most, processors())) as cluster:
        yield str(cluster.scheduler_address), min(most, processors())


def _local_cluster(number: int) -> LocalCluster:
    """Return a cluster on this machine, of so many processes."""
    return LocalCluster(  # type: ignore[no-untyped-call]  # as other calls, by Dask
        n_workers=number, threads_per_worker=1, processes=True, host=LOOPBACK, dashboard_address=None
    )


def _client(whose: LocalCluster | str) -> Client:
    """Connect to a cluster.

    Raises:
        UsageError: it cannot be reached.

    """
    with os_errors_as(UsageError, f"no Dask scheduler responds at {whose}", "start one: dask scheduler"):
        return Client(whose, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]


def _end_of_lines(file: BinaryIO) -> int:
    """Return where the last whole line of a file ends."""
    place = file.seek(0, os.SEEK_END)
    while place:
        start = max(0, place - PIECE_BYTES)
        file.seek(start)
        if (at := file.read(place - start).rfind(b"\n")) >= 0:
            return start + at + 1
        place = start
    return 0


def _own_address(scheduler: str) -> str:
    """Return the address of this machine that the workers of a scheduler reach."""
    parts = urlsplit(scheduler)
    if not scheduler:
        return LOOPBACK
    problem = f"{scheduler!r} is no address of a Dask scheduler"
    if not parts.hostname or not parts.port:
        raise UsageError(problem, "write tcp://HOST:PORT")
    with (
        os_errors_as(UsageError, problem, "write tcp://HOST:PORT"),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect((parts.hostname, parts.port))  # sends nothing
        return str(probe.getsockname()[0])
