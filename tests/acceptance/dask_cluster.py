"""A cluster of Dask for tests: a scheduler and workers in processes of their own, and every page that they serve."""

import asyncio
import importlib
import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

from aiohttp import ClientSession, WSMsgType

START_SECONDS = 60
PAGE_SECONDS = 60

HAS_BOKEH = importlib.util.find_spec("bokeh") is not None
"""Whether Dask serves the diagrams of its dashboard; all other pages need nothing but Dask."""

VARIABLE = "(.*)"
"""What stands in a route for a worker or a task."""

NO_PAGE = re.compile(r"eventstream|proxy/|statics/")
"""Routes without a page: a WebSocket, what leads to other servers, and files of the package."""

DRAWN = ("/status", "/tasks", "/graph", "/groups", "/workers", "/exceptions")
"""Pages whose diagrams tell of tasks; those of the others tell of the processes."""


class Cluster:
    """A scheduler and workers with one thread each; `logs` has what they print."""

    def __init__(self, folder: Path, workers: int = 3) -> None:
        self.logs = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        self.address = self._logged("scheduler", r"Scheduler at:\s+(tcp://\S+)")
        self.dashboard = self._logged("scheduler", r"dashboard at:\s+(http://[^/\s]+)")
        options = ("--nthreads", "1", "--no-nanny")
        self.workers = [
            self._start("worker", self.address, *options, "--name", f"w{number}", log=f"w{number}")
            for number in range(workers)
        ]
        from distributed import Client  # noqa: PLC0415 (is optional)

        with Client(self.address) as client:
            client.wait_for_workers(len(self.workers), timeout=START_SECONDS)

    def _start(self, *words: str, log: str = "") -> "subprocess.Popen[bytes]":
        with (self.logs / f"{log or words[0]}.log").open("wb") as file:
            process = subprocess.Popen([sys.executable, "-m", "dask", *words], stdout=file, stderr=file)  # noqa: S603
        self._processes.append(process)
        return process

    def _logged(self, name: str, pattern: str) -> str:
        end = time.monotonic() + START_SECONDS
        while True:
            text = (self.logs / f"{name}.log").read_text()
            if found := re.search(pattern, text):
                return found[1]
            assert time.monotonic() < end, text
            time.sleep(0.05)

    def end(self) -> None:
        """End all processes."""
        for each in reversed(self._processes):
            each.kill()
            each.wait()


@contextmanager
def cluster_in(folder: Path, workers: int = 3) -> Iterator[Cluster]:
    """Run a cluster whose logs are in a new folder."""
    folder.mkdir()
    cluster = Cluster(folder, workers)
    try:
        yield cluster
    finally:
        cluster.end()


def pages(cluster: Cluster) -> dict[str, str]:
    """Return what each page of the scheduler and of its workers holds now, by its URL."""
    from distributed import Client  # noqa: PLC0415 (is optional)

    with Client(cluster.address) as client:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        tasks = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))
    found = _pages(cluster.dashboard, "scheduler", [*workers, *tasks])
    for worker in workers.values():
        found |= _pages(f"http://{worker['host']}:{worker['services']['dashboard']}", "worker", ())
    return found


def diagrams(cluster: Cluster) -> dict[str, str]:
    """Return what the diagrams of the dashboard are drawn from now, by the URL of their page; nothing without Bokeh.

    The scheduler goes on drawing them for a while, and is slow meanwhile.
    """
    return asyncio.run(_all_diagrams(cluster.dashboard, DRAWN if HAS_BOKEH else ()))


def _pages(base: str, whose: str, names: Iterable[str]) -> dict[str, str]:
    paths = [f"/{path.strip('/')}" for path in _routes(whose) if not NO_PAGE.search(path)]
    filled = [path.replace(VARIABLE, quote(name, safe="")) for path in paths for name in names if VARIABLE in path]
    plain = [path for path in paths if VARIABLE not in path]
    return {f"{base}{path}": _page(f"{base}{path}") for path in (*plain, *filled)}


def _routes(whose: str) -> list[str]:
    """Return the routes by which Dask serves."""
    import dask  # noqa: PLC0415 (is optional)

    modules = [importlib.import_module(name) for name in dask.config.get(f"distributed.{whose}.http.routes")]
    routes: list[tuple[Any, ...]] = [route for module in modules for route in module.routes]
    return [str(route[0]) for route in routes] + ["status", *_diagram_paths(whose)]


def _diagram_paths(whose: str) -> list[str]:
    return list(importlib.import_module(f"distributed.dashboard.{whose}").applications) if HAS_BOKEH else []


def _page(url: str) -> str:
    """Return what is at a URL, and be it an error: most pages are of a worker or of a task."""
    try:
        with urlopen(url, timeout=PAGE_SECONDS) as response:  # noqa: S310 (a server of this test)
            return str(response.read().decode())
    except HTTPError as error:
        return error.read().decode()


async def _all_diagrams(base: str, paths: Sequence[str]) -> dict[str, str]:
    async with ClientSession() as session:
        return {f"{base}{path}": await _diagrams(session, base + path) for path in paths}


async def _diagrams(session: ClientSession, url: str) -> str:
    """Return all that the diagrams of a page are drawn from, which a browser asks for behind the page.

    It is empty where Dask cannot draw them, such as those of devices that this machine does not have.
    """
    async with session.get(url) as response:
        token = re.search(r'"token":"([^"]+)"', await response.text())
    assert token is not None, url
    async with session.ws_connect(f"{url}/ws", protocols=("bokeh", token[1])) as line:
        while (message := await line.receive(PAGE_SECONDS)).type is WSMsgType.TEXT:
            header = json.loads(message.data)
            # A header, metadata and content, and two for each array that the content refers to.
            told = [str((await line.receive(PAGE_SECONDS)).data) for _ in range(2 + 2 * header.get("num_buffers", 0))]
            if header["msgtype"] == "ACK":
                for part in ({"msgid": "1", "msgtype": "PULL-DOC-REQ"}, {}, {}):
                    await line.send_json(part)
            elif header.get("reqid") == "1":
                return "".join(told)
    return ""
