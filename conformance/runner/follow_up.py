"""The phases of a run that come after the catalogue."""

from collections.abc import Callable, Sequence

import msgspec

from conformance.model.case import Case
from conformance.strategies.case_builder import Builder
from conformance.strategies.catalogue.catalogue import Item
from conformance.strategies.random.examples import Examples
from conformance.strategies.random.generator_process import GeneratorProcess
from conformance.strategies.random.messages import GeneratorConfig


def _all(_: Case) -> bool:
    return True


class FollowUpPhases(msgspec.Struct, frozen=True):
    """What is sent after the catalogue, or before it where it failed in an earlier run.

    `generator` generates the cases, phase by phase; none that equals one of the items `elsewhere`, which others send,
    is sent. `admits` tells whether one may be sent to this target. With `build` what fails is simplified. `examples`
    are what failed in earlier runs, and where failures of `phases` are kept. After `seconds` no more cases are begun:
    the time of a campaign is no limit that cuts it short. `requirement` is the one in doubt where a phase breaks.
    """

    generator: GeneratorProcess = msgspec.field(default_factory=lambda: GeneratorProcess(GeneratorConfig()))
    elsewhere: Sequence[Item] = ()
    admits: Callable[[Case], bool] = _all
    build: Builder | None = None
    examples: Examples | None = None
    phases: Sequence[str] = ()
    seconds: float | None = None
    requirement: str = ""
