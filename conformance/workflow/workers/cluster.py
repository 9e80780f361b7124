"""The workers of a Dask cluster: each part of a run is a task, and Dask gives it to another worker if one dies.

A task tells of its part on a connection of its own: what it wrote to its journal is there when its worker is gone, and
the next worker goes on from it. Neither Dask nor the task has a key.
"""

import queue
import secrets
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, Listener, wait
from urllib.parse import urlsplit

from conformance.journal.writing import FILE_NAME
from conformance.model.errors import RunStoppedError, UsageError, os_errors_as
from conformance.workflow.sending import Hooks
from conformance.workflow.setup.options import RunOptions
from conformance.workflow.setup.preparation import PreparedRun
from conformance.workflow.workers.cluster_task import carry_out_part
from conformance.workflow.workers.crew import Crew, Worker
from conformance.workflow.workers.messages import Failed, Job, Message, PartEnded, Written

try:
    from distributed import Client, Future, LocalCluster
except ImportError as error:
    raise UsageError(
        "--executor dask needs the package distributed", "pip install 'environment-conformance[dask]'"
    ) from error

LOOPBACK = "127.0.0.1"

CONNECT_SECONDS = 10
LOOK_SECONDS = 0.2
"""How often new connections, and tasks that failed, are looked for."""

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
        self._arrived: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._waiting: dict[int, Connection] = {}
        self._tasks: dict[int, Future[None]] = {}
        self._done: set[int] = set()
        self._stopped = False
        self._cluster: LocalCluster | None = None
        self._client: Client | None = None
        self._listener: Listener | None = None

    def _start(self) -> None:
        """Give each part to the cluster."""
        address = self._scheduler
        if not address:
            self._cluster = LocalCluster(  # type: ignore[no-untyped-call]  # as the next ones, by Dask
                n_workers=len(self._parts), threads_per_worker=1, processes=True, host=LOOPBACK, dashboard_address=None
            )
        host = _own_address(address)
        with os_errors_as(UsageError, f"no Dask scheduler responds at {address}", "start one: dask scheduler"):
            whose = self._cluster or address
            self._client = Client(whose, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        secret = secrets.token_bytes(32)
        self._listener = Listener((host, 0), authkey=secret)
        threading.Thread(target=self._listen, args=(self._listener,), daemon=True).start()
        port = int(self._listener.address[1])
        run = secrets.token_hex(4)
        for number in range(1, len(self._parts) + 1):
            self._tasks[number] = self._client.submit(
                carry_out_part, host, port, secret.hex(), number,
                key=f"conformance-{run}-{number}", pure=False, retries=RETRIES,
            )  # fmt: skip

    def _listen(self, listener: Listener) -> None:
        while True:
            try:
                self._arrived.put(listener.accept())
            except AuthenticationError:
                continue  # not of this run
            except OSError:
                return  # it is closed

    def _attend(self) -> None:
        """Take what the workers tell until every part has ended, or none goes on after a stop."""
        while len(self._done) < len(self._parts):
            self._admit()
            lines = {each.line: each for each in self._workers if each.open}
            for ready in wait(list(lines), LOOK_SECONDS):
                worker = next(each for line, each in lines.items() if line is ready)
                try:
                    self._take(worker, worker.line.recv())
                except (EOFError, OSError):
                    worker.open = False
            self._look_at_tasks()
            if self._stopped and not any(each.open for each in self._workers):
                return

    def _admit(self) -> None:
        """Give a part to the worker that asks for it, as soon as nobody else can be at it."""
        with suppress(queue.Empty):
            while True:
                line = self._arrived.get_nowait()
                with suppress(EOFError, OSError):
                    self._waiting[int(line.recv())] = line
        for number, line in list(self._waiting.items()):
            others = [each for each in self._workers if each.open and each.number == number]
            for each in others:  # Dask takes its worker for dead, and it may not be
                with suppress(OSError):
                    each.line.send("stop")
            if others or self._stopped:
                continue
            del self._waiting[number]
            with suppress(OSError):
                line.send(self._job(number))
                self._workers.append(Worker(line, number=number))

    def _job(self, number: int) -> Job:
        options = self._parts[number - 1]
        path = options.out / FILE_NAME
        return Job(options, path.read_bytes() if path.is_file() else b"")

    def _take(self, worker: Worker, message: Message) -> None:
        match message:
            case Written(lines=lines):
                self._write(worker.number, lines)
            case PartEnded() | Failed():
                self._done.add(worker.number)
                super()._take(worker, message)
            case _:
                super()._take(worker, message)

    def _write(self, number: int, lines: bytes) -> None:
        folder = self._parts[number - 1].out
        with os_errors_as(RunStoppedError, f"cannot write {folder}"):
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / FILE_NAME).open("ab") as file:
                file.write(lines)

    def _look_at_tasks(self) -> None:
        """Notice tasks that Dask has given up."""
        for number, task in self._tasks.items():
            if number not in self._done and task.status == "error":
                self._done.add(number)
                why = task.exception(timeout=CONNECT_SECONDS)  # type: ignore[no-untyped-call]
                problem = f"part {number} of {len(self._parts)} ended on the cluster: {type(why).__name__}: {why}"
                self.failed = self.failed or Failed(RunStoppedError.__name__, problem, "resume the run")
                self._stop()

    def _stop(self) -> None:
        """Ask each worker to end in order; parts that no worker has begun are not begun."""
        self._stopped = True
        super()._stop()

    def _end(self) -> None:
        """See that nothing is left on the cluster, whatever happened."""
        if self._listener is not None:
            self._listener.close()
        for line in self._waiting.values():
            line.close()
        super()._end()
        for each in (self._client, self._cluster):
            if each is not None:
                each.close()


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
