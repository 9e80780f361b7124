"""What a generator does before somebody wants its cases."""

import asyncio
import io
import os
from queue import SimpleQueue

import pytest
from msgspec.structs import replace

from conformance.strategies.random.process import interpreter
from conformance.strategies.random.process.generator import Generator, ResultWriter
from conformance.strategies.random.process.generator_process import GeneratorProcess
from conformance.strategies.random.process.interpreter import Interpreter
from conformance.strategies.random.process.messages import ASKED, Ended, Fuzz, Result, Sample, unframed
from tests.strategies.generated import CONFIG, cases, results, stop_at


def test_no_case_is_generated_that_nobody_asked_for() -> None:
    """Those that were made are written, and what waits goes on with the next order."""

    class NobodyAsksError(BaseException):
        """The end of the test: one more case would be made if somebody asked for it."""

    class Orders(SimpleQueue[int]):
        """One order of three cases, after which there is none."""

        def get(self, block: bool = True, timeout: float | None = None) -> int:  # noqa: FBT001, FBT002  (as it is there)
            del block, timeout
            written_before.append(len(cases(list(unframed(written.getvalue())))))
            if len(written_before) > 1:
                raise NobodyAsksError
            return 3

    written, written_before = io.BytesIO(), list[int]()
    generator = Generator(CONFIG, ResultWriter(io.BufferedWriter(written, 1 << 20), 5, Orders()))
    with pytest.raises(NobodyAsksError):
        generator.generate(Fuzz(("sampler",)))
    assert [5, 8] == written_before


@pytest.mark.parametrize("unasked", [0, 1, 5, ASKED, 7 * ASKED])
def test_a_run_gets_as_many_cases_as_it_wants_however_many_are_made_unasked(unasked: int) -> None:
    """The same ones in the same order, over the end of a phase as well."""
    wanted = cases(results(Sample(ASKED + 1), Fuzz(("sampler",)), on_case=stop_at(5 * ASKED)))
    config = replace(CONFIG, unasked=unasked)
    assert wanted == cases(results(Sample(ASKED + 1), Fuzz(("sampler",)), config=config, on_case=stop_at(5 * ASKED)))


def test_a_process_that_was_started_ahead_generates_the_same_cases() -> None:
    """Where no case is wanted, it ends as well."""

    async def collect(ahead: Interpreter) -> list[Result]:
        generator, found = GeneratorProcess(replace(CONFIG, phases={"0": Sample(3)}), ahead), []
        while (result := await generator.next()) is not None:
            assert generator.pid in {ahead.pid, None}
            found.append(result)
        await generator.close()
        return found

    assert results(Sample(3)) == asyncio.run(collect(Interpreter()))

    unwanted = Interpreter()
    asyncio.run(GeneratorProcess(CONFIG, unwanted).close())
    with pytest.raises(ProcessLookupError):
        os.kill(unwanted.pid, 0)


def test_a_process_that_is_left_when_its_event_loop_has_ended_is_discarded() -> None:
    """As after a second Ctrl-C: what it has written and nobody read keeps nothing open."""
    ahead = Interpreter()

    async def first() -> Result | None:
        generator = GeneratorProcess(replace(CONFIG, phases={"x": Fuzz(("sampler",))}), ahead)
        found = await generator.next()
        generator.stop()
        return found

    assert asyncio.run(first()) is not None
    ahead.discard()
    with pytest.raises(ProcessLookupError):
        os.kill(ahead.pid, 0)


def test_a_process_that_writes_no_more_and_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run does not wait for it, be it stopped meanwhile or not."""
    monkeypatch.setattr(interpreter, "BEGIN", "import os, time; os.close(1); time.sleep(600)")
    monkeypatch.setattr(interpreter, "ENDING_SECONDS", 0.01)
    (ended,) = results(Sample(3))
    assert isinstance(ended, Ended)
    assert "killed by signal 9" in ended.error
    monkeypatch.setattr(interpreter, "ENDING_SECONDS", 600)

    async def stopped() -> Result | None:
        generator = GeneratorProcess(replace(CONFIG, phases={"x": Sample(3)}))
        await generator.start()
        waiting = asyncio.create_task(generator.next())
        await asyncio.sleep(0)
        generator.stop()
        found = await waiting
        await generator.close()
        return found

    assert asyncio.run(stopped()) is None
