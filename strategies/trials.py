"""Trials: bodies that pages or later documents speak of, whose fate is recorded."""

from collections.abc import Iterator

from conformance.model.case import Case, Need, Story
from conformance.model.jsontext import Writable, write
from conformance.model.pointer import split
from conformance.strategies.building import Builder


def trial_cases(build: Builder) -> Iterator[Case]:
    """Yield one observed case for each trial of the prose."""
    for trial in build.contract.prose.trials:
        body = build.smallest
        for pointer, value in trial.members.items():
            body = _put(body, split(pointer), value)
        named = build.contract.identity in trial.members
        story = Story("", "trial", "", write(body), f"a trial: {trial.id.replace('-', ' ')}", trial.id)
        needs = (Need.NAME_EDGES,) if named else ()
        yield build.observed(f"observe.trial.{trial.id}", (trial.requirement,), build.request(body), story, needs)


def _put(body: Writable, tokens: tuple[str, ...], value: Writable) -> Writable:
    if not tokens:
        return value
    held = dict(body) if isinstance(body, dict) else {}
    held[tokens[0]] = _put(held.get(tokens[0]), tokens[1:], value)
    return held
