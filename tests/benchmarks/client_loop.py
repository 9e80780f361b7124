"""Bare loops of HTTP clients: the requests of a journal are sent once more, and the responses are read.

As a program: `main` prints how many were sent and how long that took; arguments are the name of the client, the URL and
the folder of the run.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import msgspec
from yarl import URL

from conformance.journal.events import RequestSent
from conformance.journal.reading import read_journal
from conformance.model.case import Request
from conformance.targets.outgoing import Sending, prepare
from conformance.targets.wire import WireTarget

from .serving import KEY

IN_FLIGHT = 4
"""As many as a run has."""

LIMIT_SECONDS = 10.0


class Sent(msgspec.Struct, frozen=True):
    """How many responses were read in how many seconds, and to how many requests there was none."""

    responses: int
    seconds: float
    failed: int


async def by_aiohttp(url: str, requests: list[Request]) -> Sent:
    """Send requests with aiohttp, `IN_FLIGHT` at a time, and read the responses."""
    sent = [prepare(each, KEY) for each in requests]
    left = iter(sent)
    timeout = aiohttp.ClientTimeout(total=LIMIT_SECONDS)
    automatic = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, skip_auto_headers=automatic) as session:
        begun = time.perf_counter()
        failed = sum(await asyncio.gather(*(_worker(session, url, left) for _ in range(IN_FLIGHT))))
        seconds = time.perf_counter() - begun
    return Sent(len(requests) - failed, seconds, failed)


async def _worker(session: aiohttp.ClientSession, url: str, left: Iterator[Sending]) -> int:
    """Send what is left; return how many requests had no response."""
    failed = 0
    for each in left:
        target = URL(url + each.target, encoded=True)
        try:
            async with session.request(
                each.method, target, headers=each.fields, data=each.body, allow_redirects=False
            ) as response:
                await response.read()
        except (aiohttp.ClientError, OSError, ValueError):
            failed += 1
    return failed


async def by_target(url: str, requests: list[Request]) -> Sent:
    """Send requests as a run does, `IN_FLIGHT` at a time: what that takes without checks, journal and all else."""
    left = iter(requests)
    target = WireTarget(url, concurrency=IN_FLIGHT)

    async def work() -> int:
        return sum([(await target.send(each, key=KEY)).failure is not None for each in left])

    begun = time.perf_counter()
    failed = sum(await asyncio.gather(*(work() for _ in range(IN_FLIGHT))))
    seconds = time.perf_counter() - begun
    await target.close()
    return Sent(len(requests) - failed, seconds, failed)


CLIENTS = {"aiohttp": by_aiohttp, "target": by_target}


def main() -> None:
    """Send the requests of a run."""
    client, url, folder = sys.argv[1:]
    events = read_journal(Path(folder))
    requests = [each.case.request for each in events if isinstance(each, RequestSent)]
    sys.stdout.write(msgspec.json.encode(asyncio.run(CLIENTS[client](url, requests))).decode())
