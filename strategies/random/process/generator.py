"""The process that generates random cases, so that Hypothesis and Schemathesis work on a core of their own.

It reads a configuration from its standard input and writes results to its standard output. Then it generates more
cases as it is asked to, and ends when its standard input is closed, and so with the process that started it, however
that ends.
"""

import gc
import os
import signal
import sys
import threading
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

import msgspec

from conformance.contract.contract import load_contract
from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import from_schemathesis
from conformance.strategies.random.process import messages
from conformance.strategies.random.process.campaign import SAMPLER, Campaign
from conformance.strategies.random.process.hypothesis_internals import draw_unrecorded, prepare_process
from conformance.strategies.random.process.messages import Cover, Draw, Fuzz, Sample

try:
    import resource
except ImportError:  # Windows has no limits of this kind
    resource = None  # type: ignore[assignment]

LONGEST_ERROR = 500

MOST_WAITING = 16
"""How many cases of the sampler are written together: a millisecond's work."""

MOST_MEMORY = 1 << 30
"""How many bytes of memory the process has beside what its libraries take: a schema may ask for any amount."""

UNCOLLECTED = 5_000
"""How many objects are made before the collector of cycles looks at them: each may hold a large value of a schema."""

NICE = 10
"""How much lower the priority is than that of the run: what is drawn ahead must not delay a target on this machine."""

NO_MEMORY = "the schema needs more than 1 GB of memory to draw values"


MOST_ORDERS = 1_024
"""How many orders are read at once."""

STATM = Path("/proc/self/statm")
"""Where Linux tells how much memory a process has."""


class ResultWriter:
    """Writes results to a file; what comes quickly is written several at a time, so that a reader wakes up less often.

    Args:
        file: a file with a buffer.
        unasked: how many cases are written before more are asked for, None for any number.
        asked: how many more are asked for, each time that they are.

    """

    def __init__(self, file: BinaryIO, unasked: int | None = None, asked: SimpleQueue[int] | None = None) -> None:
        self._file = file
        self._waiting = 0
        self._left = sys.maxsize if unasked is None else unasked
        self._asked = asked or SimpleQueue()

    def send(self, result: messages.Result) -> None:
        """Write a result: at once, but for a case of the sampler, which makes the next ones at once.

        A case that nobody has asked for waits until somebody does.
        """
        if isinstance(result, messages.Generated):
            while not self._left:
                self.flush()
                self._left = self._asked.get()
            self._left -= 1
        self._file.write(messages.frame(result))
        self._waiting += 1
        quick = isinstance(result, messages.Generated) and result.case.phase == SAMPLER
        if not quick or self._waiting >= MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        self._file.flush()
        self._waiting = 0


class Generator:
    """Generates the cases of a configuration."""

    def __init__(self, config: messages.GeneratorConfig, results: ResultWriter) -> None:
        contract = load_contract(None if config.spec is None else Path(config.spec), config.operation)
        if config.document not in {"", contract.document.sha256}:
            sys.exit(f"{config.spec} was changed after the run had read it; run again")
        self._build = Builder(contract, config.parameters, fixed=config.fixed)
        self._campaign = Campaign(self._build, config.seed)
        self._results = results
        self._send = results.send

    def generate(self, phase: messages.Phase) -> None:
        """Generate the cases of a phase, and say that it is over, or why it cannot go on."""
        error = ""
        try:
            match phase:
                case Sample(size=size):
                    self._campaign.draw(self._campaign.sample(size), self._emit)
                case Cover(most=most):
                    for case in islice(from_schemathesis.coverage_cases(self._build), most):
                        self._emit(case)
                case Draw(size=size):
                    for batch in self._campaign.example(size):
                        self._campaign.draw(batch, self._emit)
                case Fuzz():
                    self._fuzz(phase)
        except MemoryError:
            error = NO_MEMORY
        except Exception as raised:  # noqa: BLE001  (whatever a library raises: the report says so)
            error = explained(raised)
        self._send(messages.Ended(error))

    def _fuzz(self, phase: Fuzz) -> None:
        """Generate cases of all sources in turn; one that cannot go on is left out."""
        sources = [batch.source for batch in self._campaign.round(1)]
        working = {source for source in sources if source.partition("-")[0] in phase.phases}
        number = phase.first
        while working:
            for batch in self._campaign.round(number):
                if batch.source not in working:
                    continue
                try:
                    self._campaign.draw(batch, self._emit)
                    self._results.flush()
                except Exception as error:  # noqa: BLE001  (as above)
                    working.discard(batch.source)
                    self._send(messages.SourceFailed(explained(error)))
            number += phase.step

    def _emit(self, case: Case) -> None:
        self._send(messages.Generated(case))


def explained(error: Exception) -> str:
    """Return in one line what a library says."""
    if isinstance(error, MemoryError):
        return NO_MEMORY
    name, text = type(error).__name__, " ".join(str(error).split())[:LONGEST_ERROR]
    return f"{name}: {text}" if text else name


def limit_memory(most: int) -> None:
    """Let this process have so many bytes of memory more than it has now, where the system can hold it to that."""
    if resource is None:
        return
    held = int(STATM.read_text().split()[0]) * resource.getpagesize() if STATM.exists() else most
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = held + most
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def main() -> None:
    """Generate what the process that started this one asks for."""
    # Ctrl-C reaches every process of a terminal; the run decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not come between the results.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    length = int.from_bytes(_received(messages.LENGTH))
    config = msgspec.msgpack.decode(_received(length), type=messages.GeneratorConfig)
    asked: SimpleQueue[int] = SimpleQueue()
    threading.Thread(target=_take_orders, args=(asked,), daemon=True).start()
    # Most of what is made here stays: to walk it again and again takes time.
    gc.set_threshold(UNCOLLECTED, 10, 10)
    if hasattr(os, "nice"):  # Windows has no such priorities
        os.nice(NICE)
    prepare_process()
    limit_memory(MOST_MEMORY)

    generator = Generator(config, ResultWriter(results, config.unasked, asked))
    for phase in config.phases.values():
        if isinstance(phase, Draw | Fuzz):
            draw_unrecorded()
        generator.generate(phase)
    # At once: what a library does at its end is of no use here.
    os._exit(0)


def _received(length: int) -> bytes:
    """Return the next bytes of the standard input, past which nothing is read; ends with the run that wrote them."""
    data = b""
    while len(data) < length:
        if not (read := os.read(sys.stdin.fileno(), length - len(data))):
            os._exit(0)
        data += read
    return data


def _take_orders(asked: SimpleQueue[int]) -> None:
    """Take what the run asks for, and end with it."""
    try:
        while orders := os.read(sys.stdin.fileno(), MOST_ORDERS):
            asked.put(messages.ASKED * len(orders))
    finally:
        os._exit(0)
