"""The process that makes random cases, so that Hypothesis and Schemathesis work on a core of their own.

It reads a configuration and then what is wanted from its standard input, and writes what it makes to its standard
output. It ends when either is closed, and so with the process that started it, however that ends.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

from conformance.contract.contract import load_contract
from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import from_schemathesis
from conformance.strategies.random.batches import Broken, Cover, Done, Draw, Fuzz, GeneratorConfig, Made
from conformance.strategies.random.campaign import Campaign
from conformance.strategies.random.encodable import know_utf8

Tell = Callable[[Made | Broken | Done], None]


class Generator:
    """Does what is wanted of one configuration; `tell` takes the messages."""

    def __init__(self, config: GeneratorConfig, tell: Tell) -> None:
        self._build = Builder(load_contract(config.spec, config.operation), config.parameters)
        self._campaign = Campaign(self._build, config.seed)
        self._tell = tell

    def do(self, wanted: object) -> None:
        """Do one thing, and tell that it is done, or why it cannot be."""
        try:
            self._do(wanted)
        except Exception as error:  # noqa: BLE001  (whatever a library raises: it is told in the report)
            self._tell(Done(explained(error)))
        else:
            self._tell(Done())

    def _do(self, wanted: object) -> None:
        match wanted:
            case Cover():
                for made in from_schemathesis.coverage_cases(self._build):
                    self._made(made)
            case Draw(size=size):
                for batch in self._campaign.example(size):
                    self._campaign.draw(batch, self._made)
            case Fuzz(phases=phases):
                self._fuzz(phases)
            case _:
                raise TypeError(f"nobody knows how to do {wanted!r}")

    def _fuzz(self, phases: tuple[str, ...]) -> None:
        """Make cases of all sources in turn; one that cannot go on is left out."""
        working = set(self._sources(phases))
        number = 1
        while working:
            for batch in self._campaign.round(number):
                if batch.source not in working:
                    continue
                try:
                    self._campaign.draw(batch, self._made)
                except OSError:
                    raise  # nobody listens any more
                except Exception as error:  # noqa: BLE001  (as above)
                    working.discard(batch.source)
                    self._tell(Broken(explained(error)))
            number += 1

    def _sources(self, phases: tuple[str, ...]) -> list[str]:
        found = [batch.source for batch in self._campaign.round(1)]
        return [each for each in found if each.partition("-")[0] in phases]

    def _made(self, case: Case) -> None:
        self._tell(Made(case))


def explained(error: Exception) -> str:
    """Return in one line what a library says."""
    text = " ".join(str(error).split())[:500] or "it gives no reason"
    return f"{type(error).__name__}: {text}"


def serve(wants: BinaryIO, answers: BinaryIO) -> None:
    """Take the configuration and then one wish after the other, until nobody asks or listens any more."""

    def tell(message: object) -> None:
        pickle.dump(message, answers)
        answers.flush()

    def hear() -> object:
        return pickle.load(wants)  # noqa: S301  (written by the run that started this process)

    try:
        generator = Generator(hear(), tell)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001  (whatever it is: the run tells it)
        tell(Done(explained(error)))
        return
    while True:
        generator.do(hear())


def main() -> None:
    """Serve the process that started this one."""
    # Ctrl-C reaches every process of a terminal; the run decides what becomes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not come between the messages.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    know_utf8()
    try:
        serve(sys.stdin.buffer, answers)
    except (EOFError, OSError):
        pass
    finally:
        # At once: what a library does at its end is of no use here.
        os._exit(0)
