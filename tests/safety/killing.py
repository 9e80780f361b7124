"""Runs that are killed at a chosen request and resumed, and the record that the server keeps of them."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from conformance.contract.contract import Contract
from conformance.mock.app import reference_app
from conformance.mock.faults.catalogue import pick
from conformance.mock.server import BackgroundServer

MAIN = "from conformance.cli import main; main()"
HOST = "api.staging.test"
HOST_MAIN = f"""
import socket
known = socket.getaddrinfo
socket.getaddrinfo = lambda host, *a, **k: known("127.0.0.1" if host == "{HOST}" else host, *a, **k)
{MAIN}
"""
"""The command line, for which the name of a remote host stands for this machine."""

KEY = "the-key-of-the-test"
NAME = re.compile(rb"cfm-[0-9a-f]{8}-[0-9a-z]{4}")
WIDE_NAME = re.compile(rb"\0*c\0*f\0*m\0*-(?:\0*[0-9a-f]){8}\0*-(?:\0*[0-9a-z]){4}\0*")
"""A name in UTF-16 or UTF-32."""

Signature = tuple[str, str, bytes, bytes]
"""Method, target, the headers, and the body of a request, names replaced: what makes it the same request."""


Question = tuple[str, str, str]
"""Case, relation and body of a request, names replaced: what makes it the same by the journal."""


class Recording:
    """A server, right but for `faults`, that keeps a log, and kills a process at a request of its choice.

    That is before it answers, or `after_answer`: then `delay` seconds later. `then` is called when that is done.
    """

    def __init__(self, contract: Contract, faults: Iterable[str] = (), *, constant: bool = False) -> None:
        self._app = reference_app(contract, key=KEY, faults=pick(contract, faults))
        self._constant = constant
        self.log: list[Signature] = []
        self.names: list[str] = []
        self.removals: list[bytes] = []
        self.kill_at = 0
        self.after_answer = False
        self.delay = 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self.signal = signal.SIGKILL
        self.then: Callable[[], object] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Log a request, and answer it, unless it is the one that is chosen."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = b"\n".join(name + b":" + value for name, value in scope["headers"] if name != b"host")
        target = NAME.sub(b"NAME", scope["raw_path"] + b"?" + scope["query_string"])
        self.log.append((scope["method"], target.decode("latin-1"), headers, WIDE_NAME.sub(b"NAME", body)))
        self.names += [name.decode() for name in set(NAME.findall(body))]
        if self._constant:
            # Otherwise what is answered differs from creation to creation.
            self._app.creations = 0
        self.removals += [scope["raw_path"]] if scope["method"] == "DELETE" else []
        chosen = len(self.log) == self.kill_at
        if chosen and not self.after_answer:
            self._kill()
        messages = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Any:
            return next(messages, None) or await receive()

        await self._app(scope, again, send)
        if chosen and self.after_answer:
            await asyncio.sleep(self.delay)
            self._kill()

    @property
    def left(self) -> list[str]:
        """The names of the objects that it holds."""
        return sorted(name for _, name in self._app.stored)

    @property
    def creations(self) -> int:
        """How many objects it has created."""
        return self._app.creations

    def _kill(self) -> None:
        if self.process is not None:
            os.kill(self.process.pid, self.signal)
        if self.then is not None:
            self.then()


@contextmanager
def serving(recording: Recording) -> Iterator[str]:
    """Serve, and give the URL."""
    with BackgroundServer(recording) as server:
        yield server.url


def started(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a command in a folder, in a process of its own."""
    return subprocess.Popen(  # noqa: S603 (our own command)
        [sys.executable, "-c", HOST_MAIN, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "CONFORMANCE_API_KEY": KEY},
        cwd=folder,
    )


def command(url: str, out: Path, *options: str) -> "subprocess.Popen[bytes]":
    """Start a run against `url` in a process of its own."""
    return started(out.parent, "run", "--target", url, "--out", str(out), "--quiet", *options)


class Seen(msgspec.Struct, frozen=True):
    """What of a run must be the same whether it was killed or not."""

    verdict: str
    outcomes: dict[str, str]
    patterns: frozenset[str]


def seen(out: Path) -> Seen:
    """Return what a run found."""
    results = json.loads((out / "results.json").read_bytes())
    outcomes = {row["id"]: row["outcome"] for row in results["requirements"]}
    return Seen(results["verdict"], outcomes, frozenset(cause["pattern"] for cause in results["causes"]))


TIMES = ("run_id", "started_at", "duration", "counts", "target")


def comparable(out: Path) -> dict[str, Any]:
    """Return the results without times, run ids, counts and repeats."""
    results: dict[str, Any] = json.loads((out / "results.json").read_bytes())
    for name in TIMES:
        results.pop(name)
    for finding in results["findings"]:
        finding.pop("repeats")
    results["coverage"] = _uncounted(results["coverage"])
    for row in results["requirements"]:
        if row["id"] == "transport.retries":
            # It is judged once for each run, and so for each shard.
            row["exercised"], row["cases"] = bool(row["exercised"]), bool(row["cases"])
    return results


def _uncounted(value: Any) -> Any:
    """Return data with whether there is any in the place of how many there are: repeats are counted as well."""
    if isinstance(value, dict):
        return {name: _uncounted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_uncounted(item) for item in value]
    return value > 0 if isinstance(value, int) else value


def events(out: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a journal."""
    lines = (out / "journal.ndjson").read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines]


def interrupted(out: Path) -> list[dict[str, Any]]:
    """Return the `request.sent` events of what the journal tells as interrupted."""
    told = events(out)
    numbers = {number for event in told if event["event"] == "run.resumed" for number in event.get("interrupted", ())}
    return [event for event in told if event["event"] == "request.sent" and event["send"] in numbers]


def sent_again(out: Path) -> list[str]:
    """Return the cases that were sent although they had an answer: by the journal, deliberate repeats aside."""
    again, done, answered, asked = [], set[Question](), set[int](), dict[int, Question]()
    for event in events(out):
        match event["event"]:
            case "run.resumed":
                done |= {asked[number] for number in answered - set(event.get("interrupted", ()))}
            case "request.sent":
                asked[event["send"]] = _question(event)
                if event.get("attempt", 1) == 1 and asked[event["send"]] in done:
                    again.append(event["case"]["id"])
            case "exchange":
                answered.add(event["send"])
    return again


def surplus(recording: Recording, unbroken: Recording) -> Counter[Signature]:
    """Return what a server was sent more often than in an unbroken run."""
    return Counter(recording.log) - Counter(unbroken.log)


def _question(event: dict[str, Any]) -> Question:
    body, name = event["case"]["request"].get("body"), event.get("name") or "cfm"
    text = event.get("text") or (b64decode(body).decode("latin-1") if body else json.dumps(body))
    return event["case"]["id"], event.get("relation", ""), text.replace(name, "NAME")
