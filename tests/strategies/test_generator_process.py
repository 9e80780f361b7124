"""The process that generates random cases: the same for the same seed, gone with its parent, and its end is told."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate, islice, pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from conformance.contract.contract import load_contract
from conformance.model.vocabulary import Expectation
from conformance.strategies.case_builder import Builder
from conformance.strategies.random import from_schemathesis
from conformance.strategies.random.process import generator_process as process_module
from conformance.strategies.random.process import interpreter
from conformance.strategies.random.process.campaign import (
    RIGHT,
    SAMPLER,
    SIZES,
    THEIR_RIGHT,
    THEIR_WRONG,
    WRONG,
    Batch,
    Campaign,
    Emit,
)
from conformance.strategies.random.process.generator import Generator, ResultWriter
from conformance.strategies.random.process.generator_process import GeneratorProcess
from conformance.strategies.random.process.messages import (
    Cover,
    Draw,
    Ended,
    Fuzz,
    Generated,
    Phase,
    Result,
    Sample,
    SourceFailed,
    frame,
    taken,
    unframed,
)
from tests.strategies.generated import CONFIG, cases, results, stop_at

BUILD = Builder(load_contract(), {"model_id": "abc"})

PARENT = """
import asyncio, sys
from conformance.strategies.random.process.generator_process import GeneratorProcess
from conformance.strategies.random.process.messages import Fuzz, GeneratorConfig
async def main():
    generator = GeneratorProcess(GeneratorConfig(parameters={"model_id": "abc"}, phases={"x": Fuzz(("hypothesis",))}))
    await generator.next()
    print(generator.pid, flush=True)
    sys.stdin.read()
asyncio.run(main())
"""


@pytest.mark.slow
def test_the_same_seed_generates_the_same_cases() -> None:
    """In the order of the phases, in one process or in another."""
    first, again = results(Cover(), Draw(20)), results(Cover(), Draw(20))
    assert first == again
    covered = list(from_schemathesis.coverage_cases(BUILD))
    assert covered == cases(first)[: len(covered)]
    assert 20 == len(cases(first)) - len(covered)


@pytest.mark.slow
def test_every_phase_ends_by_itself() -> None:
    """What was wanted before leaves nothing behind: no case of it, and no end."""
    found = results(Draw(3), Draw(9), Draw(6))
    assert [*3 * [Generated], Ended, *9 * [Generated], Ended, *6 * [Generated], Ended] == list(map(type, found))


@pytest.mark.slow
def test_a_campaign_generates_cases_of_both_libraries_in_turn() -> None:
    """Only of the phases that are asked for; each source has its part, and rounds differ."""
    one = sum(SIZES.values()) - SIZES[SAMPLER]
    both = cases(results(Fuzz(("schemathesis", "hypothesis")), on_case=stop_at(one)))
    assert both == cases(results(Fuzz(("schemathesis", "hypothesis")), on_case=stop_at(one)))
    counted = Counter((case.phase, case.expectation is Expectation.ACCEPTED) for case in both)
    assert (one, 4) == (len(both), len(counted))
    half = SIZES[THEIR_RIGHT] + SIZES[THEIR_WRONG]
    theirs = cases(results(Fuzz(("schemathesis",)), on_case=stop_at(2 * half)))
    assert {"schemathesis"} == {case.phase for case in theirs}
    assert [case.id for case in theirs[:half]] != [case.id for case in theirs[half:]]


def test_the_sampler_comes_first_in_a_campaign_and_leaves_the_libraries_their_part() -> None:
    """Most cases are its own; what follows is what both libraries draw without it."""
    found = cases(results(Sample(50), Fuzz(("sampler", "hypothesis")), on_case=stop_at(50 + SIZES[SAMPLER] + 3)))
    assert {"sampler"} == {case.phase for case in found[: 50 + SIZES[SAMPLER]]}
    assert {"hypothesis"} == {case.phase for case in found[50 + SIZES[SAMPLER] :]}
    assert [case.id for case in found[:50]] != [case.id for case in found[50:100]]


def test_nothing_is_held_back_while_a_slow_source_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases of the sampler are written several at a time; the last ones do not wait for what comes next."""

    class SlowSourceError(BaseException):
        """The end of the test: another source has begun."""

    draw, written = Campaign.draw, io.BytesIO()

    def of_sampler(self: Campaign, batch: Batch, emit: Emit) -> None:
        if batch.source != SAMPLER:
            raise SlowSourceError
        draw(self, batch, emit)

    monkeypatch.setattr(Campaign, "draw", of_sampler)
    generator = Generator(CONFIG, ResultWriter(io.BufferedWriter(written, 1 << 20)))
    with pytest.raises(SlowSourceError):
        generator.generate(Fuzz(("sampler", "hypothesis")))
    assert SIZES[SAMPLER] == len(list(unframed(written.getvalue())))


UNRECORDED = """
import sys
from conformance.strategies.random.process import generator
generator.draw_unrecorded = lambda: print("unrecorded", end="", file=sys.stderr, flush=True)
generator.main()
"""


@pytest.mark.parametrize(("phase", "told"), [(Sample(2), b""), (Draw(2), b"unrecorded"), (Fuzz(()), b"unrecorded")])
def test_what_hypothesis_draws_is_not_recorded(phase: Phase, told: bytes) -> None:
    """In the process alone that generates cases, where nothing is shrunk; the sampler does not wait for it."""
    begin = [sys.executable, "-c", UNRECORDED]
    with subprocess.Popen(begin, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603 (our own words)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(frame(replace(CONFIG, phases={"x": phase})))
        process.stdin.flush()
        assert isinstance(list(unframed(process.stdout.read()))[-1], Ended)
        assert told == process.stderr.read()


def test_who_share_a_campaign_draw_other_rounds_of_it() -> None:
    """All that they draw together is what one draws alone, and no round is drawn by two."""
    ends = list(accumulate(SIZES[SAMPLER] * number for number in (1, 2, 3, 4, 4)))
    alone = cases(results(Fuzz(("sampler",)), on_case=stop_at(ends[-1])))
    one, two, three, four, five = (alone[start:end] for start, end in pairwise([0, *ends]))
    for first, rounds in {1: one + three + five, 2: two + four}.items():
        assert rounds == cases(results(Fuzz(("sampler",), first, 2), on_case=stop_at(len(rounds))))


def test_results_that_arrive_in_pieces_are_put_together() -> None:
    """Wherever they are cut, also within the bytes that tell a length; the rest waits for more."""
    sent = [*(Generated(each) for each in islice(from_schemathesis.coverage_cases(BUILD), 2)), Ended("over")]
    data = b"".join(map(frame, sent))
    for cut in range(len(data)):
        read = bytearray(data[:cut])
        found = taken(read)
        read += data[cut:]
        assert sent == found + taken(read)
        assert not read


def test_the_event_loop_has_its_turn_while_results_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every few cases, though all of them were read before: a limit of time must not wait for the last one."""
    case = next(from_schemathesis.coverage_cases(BUILD))
    data, turns = frame(Generated(case)) * 500, 0

    class Written:
        """A process that has written all of it."""

        async def results(self, buffer: int) -> asyncio.StreamReader:
            """Return what was written."""
            reader = asyncio.StreamReader(limit=buffer)
            reader.feed_data(data)
            return reader

        def write(self, _: bytes) -> None:
            """Hear nothing."""

        kill = discard = bool

        async def end(self) -> str:
            """Return how it ended."""
            return ""

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def read() -> int:
        generator = GeneratorProcess(replace(CONFIG, phases={"x": Cover()}))
        counting = asyncio.create_task(count())
        found = [await generator.next() for _ in range(500)]
        counting.cancel()
        await generator.close()
        return found.count(Generated(case))

    monkeypatch.setattr(process_module, "Interpreter", Written)
    assert 500 == asyncio.run(read())
    assert len(data) // process_module.MOST_READ <= turns < 500


@pytest.mark.slow
def test_what_nobody_reads_waits() -> None:
    """A campaign without end does not run ahead: the process sleeps, and goes on where it was."""

    async def pause() -> tuple[float, float]:
        generator = GeneratorProcess(replace(CONFIG, phases={"x": Fuzz(("hypothesis",))}))
        await generator.next()
        used = []
        until = time.monotonic() + 60
        while time.monotonic() < until and (len(used) < 2 or used[-1] > used[-2]):
            await asyncio.sleep(1)
            used.append(processor_seconds(generator.pid))
        await generator.close()
        return used[-2], used[-1]

    if sys.platform != "linux":
        pytest.skip("the processor time of another process is read from /proc, which Linux alone has")
    before, after = asyncio.run(pause())
    assert before == after


def processor_seconds(pid: int | None) -> float:
    """Return how long a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def broken_schemathesis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Return what puts a module in the place of Schemathesis, as the process finds it on its path."""
    monkeypatch.setattr(interpreter, "PATH", (str(tmp_path), *interpreter.PATH))
    return (tmp_path / "schemathesis.py").write_text


@pytest.mark.slow
def test_a_source_that_cannot_go_on_is_told_and_the_others_do(broken_schemathesis: Callable[[str], object]) -> None:
    """What is wrong with one of several is an error beside the cases, told once."""
    broken_schemathesis('raise RuntimeError("this version has another interface")')
    third_round = 2 * (SIZES[RIGHT] + SIZES[WRONG]) + 1
    found = results(Fuzz(("schemathesis", "hypothesis")), on_case=stop_at(third_round))
    assert {"hypothesis"} == {case.phase for case in cases(found)}
    errors = [each.error for each in found if isinstance(each, SourceFailed)]
    assert 2 * ["RuntimeError: this version has another interface"] == errors


@pytest.mark.slow
@pytest.mark.parametrize(
    ("breaks", "told"),
    [
        ('print("hello"); raise RuntimeError("gone")', "RuntimeError: gone"),
        ("raise MemoryError", "the schema needs more than 1 GB of memory to draw values"),
        ("import os; os._exit(7)", "the generator process exited with status 7"),
        (
            "import os, sys; sys.stderr.write('one\\ntwo\\nthree\\nfour\\n'); sys.stderr.flush(); os._exit(1)",
            "the generator process exited with status 1: two three four",
        ),
        (
            "import os; os.kill(os.getpid(), 9)",
            "the generator process was killed by signal 9 (Killed), which is what happens when memory runs out",
        ),
        ("import os; os.kill(os.getpid(), 15)", "the generator process was killed by signal 15 (Terminated)"),
    ],
)
def test_what_ends_a_phase_is_told_and_the_next_phase_has_its_cases(
    broken_schemathesis: Callable[[str], object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    breaks: str,
    told: str,
) -> None:
    """Whether a library raises, or takes the process down; what it prints is no result, and no file is left."""
    broken_schemathesis(breaks)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    found = results(Cover(), Draw(20))
    assert [Ended(told), Ended()] == [each for each in found if not isinstance(each, Generated)]
    assert 20 == len(cases(found))
    assert [] == list(Path().iterdir())


def test_ctrl_c_is_for_the_run_to_decide() -> None:
    """A terminal sends it to every process; the one that generates cases goes on."""

    def interrupt(generator: GeneratorProcess, _: int) -> None:
        with suppress(ProcessLookupError):  # all six cases may be there when the process has ended
            os.kill(generator.pid or 0, signal.SIGINT)

    found = results(Draw(6), on_case=interrupt)
    assert (6, Ended()) == (len(cases(found)), found[-1])


@pytest.mark.slow
def test_what_is_stopped_hands_out_nothing_more() -> None:
    """Neither what waits in the pipe nor the phases after it; and nothing is said to be wrong."""
    found = results(Draw(100), Draw(3), on_case=stop_at(2))
    assert [Generated, Generated] == list(map(type, found))


def test_a_reader_that_waits_is_woken_by_the_end() -> None:
    """At once, whatever the process is at."""

    async def stop() -> list[Result | None]:
        generator = GeneratorProcess(replace(CONFIG, phases={"x": Fuzz(("hypothesis",))}))
        await generator.start()
        readers = [asyncio.create_task(generator.next()) for _ in range(3)]
        await asyncio.sleep(0.01)  # Python itself takes longer to start
        generator.stop()
        found = await asyncio.gather(*readers)
        await generator.close()
        return found

    assert [None, None, None] == asyncio.run(stop())


@pytest.mark.slow
def test_a_document_that_cannot_be_read_is_told() -> None:
    """By every phase, with what the process said last."""
    found = results(Cover(), Draw(3), config=replace(CONFIG, operation="GET /nothing"))
    assert 2 == len(found)
    for each in found:
        assert isinstance(each, Ended)
        assert each.error.startswith("the generator process exited with status 1: ")
        assert "GET /nothing" in each.error


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By every phase, and starting early is no error."""
    monkeypatch.setattr(sys, "executable", "/nothing/python")

    async def collect() -> list[Result | None]:
        generator = GeneratorProcess(replace(CONFIG, phases={"x": Cover()}))
        await generator.start()
        found = [await generator.next(), await generator.next()]
        await generator.close()
        return found

    told = Ended("the generator process does not start: No such file or directory")
    assert [told, None] == asyncio.run(collect())


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_the_process_ends_with_its_parent() -> None:
    """Even where the parent is killed and can tie up nothing."""
    with subprocess.Popen(  # noqa: S603  (this interpreter, with words of ours)
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    until = time.monotonic() + 300  # by itself it would never end
    while _alive(child):
        assert time.monotonic() < until, "the process outlives its parent"
        time.sleep(0.05)


def _alive(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat", encoding="ascii") as file:  # noqa: PTH123  (a name of the kernel's)
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
