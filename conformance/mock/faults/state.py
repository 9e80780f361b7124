"""Faults of state: what one request does to another, and what happens now and then."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from conformance.contract.contract import Contract
from conformance.mock.faults.parts.effects import answering, crashing, refusing, succeeding
from conformance.mock.faults.parts.fault import ALWAYS, Effect, Fault, Trigger, Witness, every
from conformance.mock.faults.parts.mutations import other_value
from conformance.mock.faults.parts.witnesses import holding, repeated, smallest
from conformance.mock.overlay import default_of
from conformance.mock.stages import Stage
from conformance.mock.transaction import Sending, Turn
from conformance.model.case import Request
from conformance.model.json_values import get, with_value, without
from conformance.model.jsontext import Json
from conformance.model.requirement import requirement_id
from conformance.model.vocabulary import Group


def state_faults(contract: Contract) -> Iterator[Fault]:
    """Yield faults that show over several requests."""
    yield from _now_and_then(contract)
    yield from _mixed_up()
    yield from _sticky(contract)


def _now_and_then(contract: Contract) -> Iterator[Fault]:
    needed = next((node for node in (contract.response.children if contract.response else ()) if node.required), None)
    if needed is not None:
        lost = answering(lambda turn: without(turn.answer, needed.path))
        requirement = requirement_id(Group.RESPONSE, needed.label, "required")
        for count in (5, 20):
            yield _fault(
                f"one-in-{count}-incomplete",
                f"One answer in {count} lacks {needed.label}.",
                requirement,
                Stage.ANSWER,
                lost,
                repeated(count),
                every(count),
            )
    for sent, answered in contract.echoes[-1:]:

        def forgotten(turn: Turn, where: str = answered.path, source: str = sent.path) -> Json:
            return turn.answer if get(turn.sent, source) is None else without(turn.answer, where)

        yield _fault(
            "one-in-20-forgets",
            f"One answer in 20 does not repeat {sent.label}.",
            requirement_id(Group.SEMANTICS, sent.label, "echo"),
            Stage.ANSWER,
            answering(forgotten),
            repeated(20),
            every(20),
        )
    refused = requirement_id(Group.ACCEPTANCE, contract.request.label, "combination")
    busy = refusing(lambda _: True, 400, "TRY_AGAIN", "try again")
    for count in (2, 20):
        yield _fault(
            f"one-in-{count}-refused",
            f"One right request in {count} is refused.",
            refused,
            Stage.VALIDATE,
            busy,
            repeated(count, full=False),
            every(count),
        )
    for slug, says, requirement, dropped in (
        ("crashes", "is answered with 500", "error.server-error", False),
        ("dropped", "gets no answer", "transport.dropped", True),
    ):
        yield _fault(
            f"one-in-20-{slug}",
            f"One request in 20 {says}.",
            requirement,
            Stage.VALIDATE,
            crashing(lambda _: True, dropped=dropped),
            repeated(20, full=False),
            every(20),
        )


def _mixed_up() -> Iterator[Fault]:
    def swapped(turn: Turn) -> None:
        turn.sending = Sending(swapped=True)

    yield Fault(
        "state.answers-swapped",
        "Two requests in flight at once get each other's answer.",
        "semantics.isolation",
        Stage.SEND,
        succeeding(swapped),
        repeated(2),
        concurrent=True,
    )

    def cached(turn: Turn) -> Json:
        return _memory(turn).setdefault("state.first-answer", turn.answer)

    first_again = answering(cached)
    yield _fault(
        "first-answer-again",
        "Every creation is answered with the first object.",
        "semantics.isolation",
        Stage.ANSWER,
        first_again,
        repeated(2),
    )

    def late(turn: Turn) -> Json:
        memory = _memory(turn)
        held = memory.get("state.previous-answer", turn.answer)
        memory["state.previous-answer"] = turn.answer
        return held

    yield _fault(
        "previous-answer",
        "Every creation is answered with the object before.",
        "semantics.isolation",
        Stage.ANSWER,
        answering(late),
        repeated(3),
    )


def _sticky(contract: Contract) -> Iterator[Fault]:
    optional = [(sent, answered) for sent, answered in contract.echoes if not sent.required]

    def witness(contract: Contract) -> tuple[Request, ...]:
        unusual = {sent.path: other_value(sent, default_of(sent, answered, contract)) for sent, answered in optional}
        return holding(contract, unusual, 1), smallest(contract, 2)

    for count, slug, says in ((len(optional), "sticky-settings", "Members"), (1, "sticky-member", "One member")):
        chosen = [(sent.path, answered.path) for sent, answered in optional[:count]]
        if not chosen:
            continue
        yield _fault(
            slug,
            f"{says} that were sent once come back where they are not sent any more.",
            "semantics.isolation",
            Stage.ANSWER,
            answering(_remembering(f"state.{slug}", chosen)),
            witness,
        )


def _remembering(key: str, chosen: Sequence[tuple[str, str]]) -> Callable[[Turn], Json]:
    """Return what answers with values that were sent before: `chosen` are their places in request and answer."""

    def remembered(turn: Turn) -> Json:
        held = _memory(turn).setdefault(key, {})
        answer = turn.answer
        for source, target in chosen:
            sent = get(turn.sent, source)
            if sent is not None:
                held[source] = sent
            elif source in held:
                answer = with_value(answer, target, held[source])
        return answer

    return remembered


def _memory(turn: Turn) -> dict[str, Any]:
    memory: dict[str, Any] = turn.desk.memory
    return memory


def _fault(  # noqa: PLR0917 (the entries of a table)
    slug: str,
    sentence: str,
    requirement: str,
    stage: Stage,
    effect: Effect,
    witness: Witness,
    trigger: Trigger = ALWAYS,
) -> Fault:
    return Fault(f"state.{slug}", sentence, requirement, stage, effect, witness, trigger)
