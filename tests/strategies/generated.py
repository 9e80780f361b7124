"""What a generator process generates, taken as a run takes it."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from conformance.model.case import Case
from conformance.strategies.random.process.generator_process import GeneratorProcess
from conformance.strategies.random.process.messages import Generated, GeneratorConfig, Phase, Result

CONFIG = GeneratorConfig(parameters={"model_id": "abc"}, seed=3)


def results(
    *phases: Phase,
    config: GeneratorConfig = CONFIG,
    on_case: Callable[[GeneratorProcess, int], object] = lambda *_: None,
) -> list[Result]:
    """Return all results of some phases; `on_case` gets the process and the number of the case after each."""

    async def collect() -> list[Result]:
        generator = GeneratorProcess(replace(config, phases={str(n): phase for n, phase in enumerate(phases)}))
        found, count = [], 0
        try:
            while (result := await generator.next()) is not None:
                found.append(result)
                if isinstance(result, Generated):
                    count += 1
                    on_case(generator, count)
        finally:
            await generator.close()
        assert generator.pid is None
        return found

    return asyncio.run(collect())


def cases(found: list[Result]) -> list[Case]:
    """Return the cases among results."""
    return [each.case for each in found if isinstance(each, Generated)]


def stop_at(last: int) -> Callable[[GeneratorProcess, int], object]:
    """Return what stops a process after so many cases."""
    return lambda generator, count: generator.stop() if count == last else None
