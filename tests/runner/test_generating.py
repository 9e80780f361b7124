"""The process that makes random cases: the same for the same seed, gone with its parent, and its end is told."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from conformance.contract.contract import load_contract
from conformance.model.case import Case
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import from_schemathesis
from conformance.strategies.random import generator_process as generating_module
from conformance.strategies.random.batches import Cover, Draw, Fuzz, GenerationError, GeneratorConfig
from conformance.strategies.random.campaign import RIGHT, SIZES, THEIR_RIGHT, THEIR_WRONG, WRONG
from conformance.strategies.random.cancellation import StoppedError
from conformance.strategies.random.generator_process import GeneratorProcess

ORDER = GeneratorConfig(None, None, {"model_id": "abc"}, 3)

PARENT = """
import sys
from conformance.strategies.random.generator_process import GeneratorProcess
from conformance.strategies.random.batches import Fuzz, GeneratorConfig
generating = GeneratorProcess(GeneratorConfig(None, None, {"model_id": "abc"}, 3))
def take(made):
    print(generating.pid, flush=True)
    sys.stdin.read()
generating.make(Fuzz(("hypothesis",)), take, [])
"""


@pytest.fixture
def generating():
    """Return a process that makes cases, ended after the test."""
    found = GeneratorProcess(ORDER)
    yield found
    found.close()


def made(generating: GeneratorProcess, wanted: object) -> list[Case]:
    """Return what is made."""
    found: list[Case] = []
    generating.make(wanted, found.append, [])
    return found


def test_the_same_seed_makes_the_same_cases(generating: GeneratorProcess) -> None:
    """In the order of the phases, in one process or in another."""
    other = GeneratorProcess(ORDER)
    first = [made(generating, wanted) for wanted in (Cover(), Draw(20))]
    again = [made(other, wanted) for wanted in (Cover(), Draw(20))]
    other.close()
    assert first == again
    assert 20 == len(first[1])
    build = Builder(load_contract(), {"model_id": "abc"})
    assert first[0] == list(from_schemathesis.coverage_cases(build))


def test_one_process_takes_one_wish_after_the_other(generating: GeneratorProcess) -> None:
    """What was wanted before leaves nothing behind: no case of it, and no end."""
    few = [len(made(generating, Draw(size))) for size in (3, 9, 6)]
    assert [3, 9, 6] == few


def test_a_campaign_makes_cases_of_both_libraries_in_turn() -> None:
    """Only of the phases that are asked for; each source has its part, and rounds differ."""

    def drawn(phases: tuple[str, ...], count: int) -> list[Case]:
        found: list[Case] = []
        making = GeneratorProcess(ORDER)

        def take(case: Case) -> None:
            found.append(case)
            if len(found) == count:
                making.close()

        with pytest.raises(StoppedError):
            making.make(Fuzz(phases), take, [])
        return found

    one = sum(SIZES.values())
    both = drawn(("schemathesis", "hypothesis"), one)
    assert both == drawn(("schemathesis", "hypothesis"), one)
    counted = Counter((case.phase, case.expectation is Expectation.ACCEPTED) for case in both)
    assert 4 == len(counted)
    theirs = drawn(("schemathesis",), 2 * (SIZES[THEIR_RIGHT] + SIZES[THEIR_WRONG]))
    assert {"schemathesis"} == {case.phase for case in theirs}
    half = len(theirs) // 2
    assert [case.id for case in theirs[:half]] != [case.id for case in theirs[half:]]


def test_a_source_that_cannot_go_on_is_told_and_the_others_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with one of several is an error beside the cases, told once."""
    # The process finds this module on its path before its own.
    (tmp_path / "schemathesis.py").write_text('raise RuntimeError("this version has another interface")')
    monkeypatch.setattr(generating_module, "PATH", (str(tmp_path), *generating_module.PATH))
    making, found, errors = GeneratorProcess(ORDER), list[Case](), list[Exception]()

    def take(case: Case) -> None:
        found.append(case)
        if len(found) > 2 * (SIZES[RIGHT] + SIZES[WRONG]):
            making.close()  # in the third round

    with pytest.raises(StoppedError):
        making.make(Fuzz(("schemathesis", "hypothesis")), take, errors)
    assert {"hypothesis"} == {case.phase for case in found}
    assert 2 * ["RuntimeError: this version has another interface"] == list(map(str, errors))


def test_a_wish_that_nobody_knows_is_told(generating: GeneratorProcess) -> None:
    """And the next one is served."""
    with pytest.raises(GenerationError, match="nobody knows how to do 'tea'"):
        made(generating, "tea")
    assert 3 == len(made(generating, Draw(3)))


def test_nothing_is_written_beside_the_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that prints does not come between the messages, and no cache is left in the folder."""
    (tmp_path / "schemathesis.py").write_text('print("hello"); raise RuntimeError("gone")')
    monkeypatch.setattr(generating_module, "PATH", (str(tmp_path), *generating_module.PATH))
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    making = GeneratorProcess(ORDER)
    with pytest.raises(GenerationError, match="RuntimeError: gone"):
        made(making, Cover())
    assert 20 == len(made(making, Draw(20)))
    making.close()
    assert [] == list(empty.iterdir())


def test_ctrl_c_is_for_the_run_to_decide(generating: GeneratorProcess) -> None:
    """A terminal sends it to every process; the one that makes cases goes on."""

    def interrupt(_: Case) -> None:
        assert generating.pid is not None
        os.kill(generating.pid, signal.SIGINT)

    found: list[Case] = []
    generating.make(Draw(6), lambda case: (interrupt(case), found.append(case))[1], [])
    assert 6 == len(found)


def test_a_process_that_is_killed_is_told_and_one_that_was_closed_is_not(generating: GeneratorProcess) -> None:
    """Whoever kills it, nothing hangs; and after that a new one serves."""

    def kill(_: Case) -> None:
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
    generating = GeneratorProcess(GeneratorConfig(None, "GET /nothing", {}, 0))
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
