"""Trials: bodies that pages or later documents speak of, whose fate is recorded."""

from collections.abc import Iterator

from conformance.model.case import Case, Need, Story
from conformance.model.json_values import with_value
from conformance.model.jsontext import write
from conformance.strategies.case_builder import Builder


def trial_cases(build: Builder) -> Iterator[Case]:
    """Yield one observed case for each trial of the prose."""
    for trial in build.contract.prose.trials:
        body = build.smallest
        for pointer, value in trial.members.items():
            body = with_value(body, pointer, value, parents=True)
        named = build.contract.identity in trial.members
        story = Story("", "trial", "", write(body), f"a trial: {trial.id.replace('-', ' ')}", trial.id)
        needs = (Need.NAME_EDGES,) if named else ()
        yield build.observed(f"observe.trial.{trial.id}", (trial.requirement,), build.request(body), story, needs)
