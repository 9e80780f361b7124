"""The process that makes random cases: the same for the same seed, gone with its parent, and its end is told."""

import os
import signal
import subprocess
import sys
import time

import pytest

from conformance.contract.contract import load_contract
from conformance.model.case import Case
from conformance.runner.generating import Generating
from conformance.strategies import from_schemathesis
from conformance.strategies.building import Builder
from conformance.strategies.orders import Cover, Draw, GenerationError, Made, Order, Shrink
from conformance.strategies.stopping import StoppedError

ORDER = Order(None, None, {"model_id": "abc"}, 3)

PARENT = """
import sys
from conformance.runner.generating import Generating
from conformance.strategies.orders import Fuzz, Order
generating = Generating(Order(None, None, {"model_id": "abc"}, 3))
def take(made):
    print(generating.pid, flush=True)
    sys.stdin.read()
generating.make(Fuzz(("hypothesis",)), take, [])
"""


@pytest.fixture
def generating():
    """Return a process that makes cases, ended after the test."""
    found = Generating(ORDER)
    yield found
    found.close()


def made(generating: Generating, wanted: object) -> list[Made]:
    """Return what is made."""
    found: list[Made] = []
    generating.make(wanted, found.append, [])
    return found


def test_the_same_seed_makes_the_same_cases(generating: Generating) -> None:
    """In the order of the phases, in one process or in another."""
    other = Generating(ORDER)
    first = [made(generating, wanted) for wanted in (Cover(), Draw(20))]
    again = [made(other, wanted) for wanted in (Cover(), Draw(20))]
    other.close()
    assert first == again
    assert 20 == len(first[1])
    build = Builder(load_contract(), {"model_id": "abc"})
    assert [each.case for each in first[0]] == list(from_schemathesis.coverage_cases(build))


def test_what_failed_is_shrunk_by_answers(generating: Generating) -> None:
    """Questions are answered one by one; a search that nobody wants any more returns the best that it has."""
    drawn = made(generating, Draw(60))
    failed = next(each for each in drawn if len(each.case.request.body or b"") > 300)
    assert failed.origin is not None

    def long(case: Case) -> bool:
        return len(case.request.body or b"") > 60

    found = generating.converse(Shrink(failed.origin, failed.case), long)
    assert found is not None
    assert 60 < len(found.request.body or b"") < 120
    asked: list[Case] = []

    def tired(case: Case) -> bool:
        asked.append(case)
        if len(asked) > 3:
            raise StoppedError
        return long(case)

    best = generating.converse(Shrink(failed.origin, failed.case), tired)
    assert 4 == len(asked)
    assert best is not None
    assert long(best)


def test_a_process_that_is_killed_is_told_and_one_that_was_closed_is_not(generating: Generating) -> None:
    """Whoever kills it, nothing hangs; and after that a new one serves."""

    def kill(_: Made) -> None:
        assert generating.pid is not None
        os.kill(generating.pid, signal.SIGKILL)

    with pytest.raises(GenerationError, match="ended by itself, with status -9"):
        generating.make(Draw(100), kill, [])
    assert made(generating, Draw(3))
    with pytest.raises(StoppedError):
        generating.make(Draw(100), lambda _: generating.close(), [])
    with pytest.raises(StoppedError):
        generating.make(Draw(3), lambda _: None, [])


def test_a_document_that_cannot_be_read_is_told() -> None:
    """Whatever the process trips over is an error of generation, in one line."""
    generating = Generating(Order(None, "GET /nothing", {}, 0))
    with pytest.raises(GenerationError, match="GET /nothing"):
        made(generating, Cover())
    generating.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_the_process_ends_with_its_parent() -> None:
    """Even where the parent is killed and can tie up nothing."""
    with subprocess.Popen(  # noqa: S603  (this interpreter, with words of ours)
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 20
    while _alive(child):
        assert time.monotonic() < until, "the process outlives its parent"
        time.sleep(0.05)


def _alive(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat", encoding="ascii") as file:  # noqa: PTH123  (a name of the kernel's)
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
